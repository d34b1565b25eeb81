"""The blind solver: sees the words alone, and its accuracy is counted over what it answered."""

import json
import re
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from pipelines.choices import Generation
from pipelines.generation.model.blind_solver import BlindResult, solve_blind
from pipelines.generation.record import build_records
from pipelines.generation.template.write import write_templates
from pipelines.vocabulary import SubTask
from tests.pipelines.generation.model.played_model import open_line
from tests.pipelines.generation.model.small_groups import build_groups

GROUPS = build_groups(SubTask.TWO_VIEW_ASSESSMENT)
RECORDS = build_records(write_templates(GROUPS, Generation()).rows, seed=1)
CLOSED = [record for record in RECORDS if record.letter is not None]


def _solve(folder: Path, server: HTTPServer, letter: str) -> tuple[BlindResult, list[str]]:
    prompts: list[str] = []

    def reply(request: Request) -> Response:
        prompts.append(json.loads(request.get_data())["messages"][1]["content"])
        choice = {"finish_reason": "stop", "message": {"content": json.dumps({"letter": letter})}}
        return Response(json.dumps({"choices": [choice]}), content_type="application/json")

    server.clear()
    server.expect_request("/v1/chat/completions").respond_with_handler(reply)
    with open_line(folder, f"http://127.0.0.1:{server.port}") as line:
        return solve_blind(RECORDS, line.endpoint, line.ask), prompts


def test_one_letter_for_all_is_right_by_chance_where_letters_are_balanced(tmp_path: Path, httpserver_ipv4: HTTPServer) -> None:
    result, _ = _solve(tmp_path, httpserver_ipv4, "A")
    assert result.letters == {record.record_id: "A" for record in CLOSED}
    assert (result.n_answered, result.accuracy, result.chance) == (4, 0.25, 0.25)


def test_only_question_and_options_are_sent(tmp_path: Path, httpserver_ipv4: HTTPServer) -> None:
    _, prompts = _solve(tmp_path, httpserver_ipv4, "A")
    expected = {
        f"QUESTION\n{one.question}\n\nANSWERS\n"
        + "\n".join(f"{letter}: {option}" for letter, option in zip("ABCD", one.options, strict=True))
        for one in CLOSED
    }
    assert set(prompts) == expected
    assert not [prompt for prompt in prompts if re.search("SOURCES|Image 1", prompt)]


@pytest.mark.parametrize("letter", ["G", "all of them", "?"])
def test_what_names_no_option_counts_as_no_answer(tmp_path: Path, httpserver_ipv4: HTTPServer, letter: str) -> None:
    result, _ = _solve(tmp_path, httpserver_ipv4, letter)
    assert (result.n_answered, result.n_correct, result.accuracy, result.chance) == (0, 0, None, None)
    assert set(result.letters.values()) == {None}


def test_a_solver_that_knows_the_keys_is_found_out(tmp_path: Path, httpserver_ipv4: HTTPServer) -> None:
    key = CLOSED[0].letter or ""
    result, _ = _solve(tmp_path, httpserver_ipv4, key)
    assert result.n_correct == sum(record.letter == key for record in CLOSED)
