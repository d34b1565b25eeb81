"""With --reach an approved endpoint is asked for its models; nothing else is, and nothing that it says is repeated."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

Doctor = Callable[..., tuple[int, list[dict[str, Any]], str]]

KEY = "key-that-must-not-be-shown"


def _settings(url: str, more: str = "") -> str:
    endpoint = f'[endpoints.here]\nbase_url = "{url}/v1"\nmodel = "small"\n{more}'
    return f'[generation]\ngenerator = "openai"\nendpoint = "here"\n{endpoint}'


def _policy(url: str) -> str:
    return f'[endpoints.here]\nurl = "{url}"\nplace = "local"\n'


@pytest.fixture
def url(httpserver: HTTPServer) -> str:
    return httpserver.url_for("").rstrip("/")


def _reach(doctor: Doctor, url: str, more: str = "") -> tuple[dict[str, Any], str]:
    _, findings, text = doctor(_settings(url, more), _policy(url), "--reach")
    [row] = [finding for finding in findings if finding["what"] == "here: answer"]
    return row, text


def test_an_endpoint_that_serves_the_model_is_all_right(doctor: Doctor, httpserver: HTTPServer, url: str) -> None:
    httpserver.expect_request("/v1/models", method="GET").respond_with_json({"data": [{"id": "small"}, {"id": "large"}]})
    row, _ = _reach(doctor, url)
    assert (row["level"], row["got"]) == ("ok", "2 model(s)")
    assert len(httpserver.log) == 1


def test_a_model_that_the_endpoint_does_not_list_is_warned_of(doctor: Doctor, httpserver: HTTPServer, url: str) -> None:
    httpserver.expect_request("/v1/models").respond_with_json({"data": [{"id": "large"}]})
    row, _ = _reach(doctor, url)
    assert (row["level"], "'small' is none of them" in row["got"]) == ("warning", True)


def test_without_reach_nothing_is_sent(doctor: Doctor, httpserver: HTTPServer, url: str) -> None:
    code, findings, _ = doctor(_settings(url), _policy(url))
    assert (code, httpserver.log) == (0, [])
    assert not [finding for finding in findings if finding["what"] == "here: answer"]


def test_an_endpoint_that_is_not_approved_is_not_asked(doctor: Doctor, httpserver: HTTPServer, url: str) -> None:
    code, _, _ = doctor(_settings(url), "", "--reach")
    assert (code, httpserver.log) == (1, [])


@pytest.mark.parametrize("status", [401, 404, 500])
def test_a_refusal_is_a_problem_and_its_words_with_the_key_are_not_repeated(
    doctor: Doctor, httpserver: HTTPServer, url: str, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    monkeypatch.setenv("SOME_KEY", KEY)
    seen: list[str] = []

    def refuse(request: Request) -> Response:
        seen.append(request.headers["Authorization"])
        return Response(f"wrong: {KEY}", status=status)

    httpserver.expect_request("/v1/models").respond_with_handler(refuse)
    row, text = _reach(doctor, url, 'api_key_variable = "SOME_KEY"\n')
    assert (row["level"], row["got"]) == ("problem", f"HTTP {status}")
    assert seen == [f"Bearer {KEY}"]
    assert KEY not in text


def test_a_redirect_is_not_followed(doctor: Doctor, httpserver: HTTPServer, url: str) -> None:
    httpserver.expect_request("/v1/models").respond_with_data("", status=302, headers={"Location": f"{url}/other"})
    row, _ = _reach(doctor, url)
    assert (row["level"], row["got"]) == ("problem", "HTTP 302")
    assert [request.path for request, _ in httpserver.log] == ["/v1/models"]


@pytest.mark.parametrize("body", ["<html>", "[]", '{"data": [1]}', '{"data": null}'])
def test_an_answer_that_is_no_list_of_models_is_a_problem(doctor: Doctor, httpserver: HTTPServer, url: str, body: str) -> None:
    httpserver.expect_request("/v1/models").respond_with_data(body, content_type="application/json")
    row, _ = _reach(doctor, url)
    assert (row["level"], row["got"]) == ("problem", "an answer that is no list of models")


def test_a_server_that_is_away_is_a_problem(doctor: Doctor, here: Path) -> None:
    row, _ = _reach(doctor, "http://127.0.0.1:9")
    assert row["level"] == "problem"
    assert row["got"].startswith("no answer: ")


def test_a_key_with_a_line_break_is_not_shown_by_the_error_that_it_causes(
    doctor: Doctor, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOME_KEY", f"{KEY}\nmore")
    row, text = _reach(doctor, url, 'api_key_variable = "SOME_KEY"\n')
    assert row["level"] == "problem"
    assert KEY not in text
