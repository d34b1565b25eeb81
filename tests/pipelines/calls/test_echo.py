import base64
import html
import json
from urllib.parse import quote, quote_plus

import pytest

from pipelines.calls.attempt import Attempt, Outcome
from pipelines.calls.echo import hide_key, repeats, repeats_prompt, tell_name, tell_printable
from pipelines.calls.images_in_bodies import name_image
from pipelines.calls.kinds import Executor
from pipelines.calls.question import Question
from pipelines.calls.request import Purpose, canonical_body
from pipelines.calls.response import WITHHELD, Reply, Sending, read_reply
from tests.pipelines.calls.loopback import PROMPT, MockEndpoint, asking, complete, fail, make_requests

SAID = "Film of Mrs Roé: moderate left effusion, unchanged since 3 May."
BODY = canonical_body({"model": "Qwen/Qwen3-32B-Instruct-AWQ", "messages": [{"role": "user", "content": SAID}]})
SENDING = Sending("here", Executor.LIVE, "2026-11-22T09:00:00+00:00", 0.2)


@pytest.mark.parametrize(
    "dress",
    [
        str,
        str.upper,
        quote,
        quote_plus,
        lambda text: quote(quote(text)),
        html.escape,
        lambda text: "".join(f"&#{ord(sign)};" for sign in text),
        json.dumps,
        lambda text: "".join(f"\\u{ord(sign):04x}" for sign in text),
        lambda text: base64.b64encode(text.encode()).decode(),
        lambda text: base64.urlsafe_b64encode(text.encode()).decode()[:45],
        lambda text: text.encode().hex(),
        lambda text: text.replace("é", "e\u0301"),
        " ".join,
    ],
)
def test_an_echo_is_recognised_in_whatever_dress(dress):
    assert repeats(f"bad input: {dress(SAID)}", BODY)


@pytest.mark.parametrize(
    "message",
    [
        "This model's maximum context length is 8192 tokens.",
        "Invalid value: 'text'. Supported values are: 'json_schema'.",
        "see https://platform.openai.com/docs/guides/error-codes/api-errors?lang=en%20us",
        "req_7f3c2a9d4e5b6c7d8e9f0a1b2c3d4e5f6a7b8c9d",
    ],
)
def test_a_message_of_the_endpoint_s_own_is_kept(message):
    assert not repeats(message, BODY)


@pytest.mark.parametrize("dress", [str, quote, lambda data: data.replace("+", "-").replace("/", "_"), lambda data: data[7:90]])
def test_pixels_are_an_echo_though_the_body_that_is_kept_holds_none(dress):
    data = base64.b64encode(bytes(range(256))).decode()
    image = {"type": "image_url", "image_url": {"url": name_image(b"PNG")}}
    body = canonical_body({"model": "m", "messages": [{"role": "user", "content": [image]}]})
    for told in (repeats, repeats_prompt):
        assert told(f"invalid image: {dress(data)}", body)
        assert not told(f"invalid image: {dress(data)}", BODY), "without images there are none to repeat"
        assert not told("invalid image: 3 of 5 could not be decoded", body)


def test_the_model_s_name_is_no_echo_and_a_prompt_in_its_place_is():
    assert not repeats_prompt("Qwen/Qwen3-32B-Instruct-AWQ", BODY)
    assert repeats_prompt(f"model {SAID}", BODY)


@pytest.mark.parametrize("field", ["model", "system_fingerprint", "finish_reason", "request_id"])
def test_a_prompt_that_passes_for_a_name_is_withheld(field):
    [request] = make_requests(1)
    document = json.loads(complete("Stable.").get_data())
    (document["choices"][0] if field == "finish_reason" else document)[field] = PROMPT
    attempt = read_reply(
        request, SENDING, Reply(200, json.dumps(document).encode(), PROMPT if field == "request_id" else "req-1")
    )
    assert attempt.outcome is Outcome.ANSWERED
    assert WITHHELD in (attempt.model_echoed, attempt.system_fingerprint, attempt.finish_reason, attempt.request_id)
    assert PROMPT not in str(attempt)


def test_a_key_that_the_endpoint_names_in_full_is_not_kept(tmp_path, monkeypatch):
    key = "a-key-that-is-secret-1234"
    monkeypatch.setenv("THEIR_KEY", key)
    with (
        MockEndpoint(lambda n_before, body: fail(400, "bad", f"Key {key} may not do this.")) as server,
        asking(tmp_path, server.url, api_key_variable="THEIR_KEY") as ask,
    ):
        [answer] = ask(make_requests(1)).values()
        assert answer.detail == "status 400, type some_error, code bad: Key (key) may not do this."
    assert hide_key("none is set", "none") == "none is set", "the stand-in for no key is a common word"


def test_signs_that_steer_a_terminal_do_not_reach_it():
    assert tell_printable("a\x1b[31m\nb\u202ec\u0000", 20) == "a [31m b c"
    assert tell_name("batch_1") == "batch_1"
    for words in ("Mrs Roe", "a\n", "\x1b[2J", "x" * 65, ""):
        assert tell_name(words) == "(no plain name)"


def test_prompts_and_answers_are_not_in_the_repr_of_what_carries_them():
    question = Question((), Purpose.WRITE, "group-1", "0" * 64, ({"role": "user", "content": PROMPT},))
    attempt = Attempt("call-1", "here", Executor.LIVE, Outcome.ANSWERED, SENDING.started, 0.2, text=PROMPT)
    for shown in (question, attempt, Reply(200, PROMPT.encode()), *make_requests(1)):
        assert "Roe" not in repr(shown)
