import json
from typing import Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field
from werkzeug import Response

from pipelines.calls.attempt import CallsPendingError
from pipelines.calls.json_text import Mend
from pipelines.calls.kinds import Executor, Rung
from pipelines.calls.question import Question, build_request
from pipelines.calls.request import Purpose
from pipelines.calls.structured import ask_structured
from pipelines.choices import Endpoint
from pipelines.reasons import Reason
from pipelines.vocabulary import Source
from tests.pipelines.calls.loopback import PROMPT, MockEndpoint, asking, complete, fail


class Item(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str = Field(min_length=1, description="what is asked")
    image: int | None
    change: Literal["improving", "stable", "worsening"]


GOOD = {"title": "Which?", "image": 2, "change": "stable"}
WORDS = json.dumps(GOOD)


def make_questions(count: int) -> list[Question]:
    return [
        Question(
            (Source.ODIR,), Purpose.WRITE, f"group-{number}", "0" * 64, ({"role": "user", "content": f"{PROMPT} {number}"},)
        )
        for number in range(count)
    ]


def ask_all(ask, count: int, **options):
    return ask_structured(make_questions(count), Item, ask.desk.endpoint, ask, **options)


def form_of(content: bytes) -> str:
    return json.loads(content).get("response_format", {"type": "text"})["type"]


def test_strict_schema_is_sent_and_the_answer_is_a_value(tmp_path):
    with MockEndpoint(lambda n_before, body: complete(WORDS)) as server, asking(tmp_path, server.url) as ask:
        answers = ask_all(ask, 3)
        assert list(answers) == ["group-0", "group-1", "group-2"]
        one = answers["group-1"]
        assert (one.value, one.problem, one.rung, one.mends) == (Item(**GOOD), None, Rung.JSON_SCHEMA, ())
        assert one.model == "mock-2026"
        assert ask.desk.ledger.attempts(one.key)[0].text == WORDS
        form = json.loads(server.bodies[0])["response_format"]["json_schema"]
        assert form["strict"] is True
        assert form["schema"]["additionalProperties"] is False
        assert form["schema"]["required"] == ["title", "image", "change"]
        assert form["schema"]["properties"]["title"] == {"type": "string", "description": "what is asked"}
        assert len(server.bodies) == 3


@pytest.mark.parametrize(
    ("able", "rung"),
    [({"json_object", "text"}, Rung.JSON_OBJECT), ({"text"}, Rung.TEXT)],
)
def test_endpoint_is_asked_on_the_first_rung_that_it_can_do_and_tried_with_one_request_alone(tmp_path, able, rung):
    def script(n_before: int, body: dict) -> Response:
        form = body.get("response_format", {"type": "text"})["type"]
        return complete(WORDS) if form in able else fail(400, message=f"response_format {form} is not supported")

    with MockEndpoint(script) as server:
        with asking(tmp_path, server.url) as ask:
            answers = ask_all(ask, 8)
            assert {one.rung for one in answers.values()} == {rung}
            assert all(one.value == Item(**GOOD) for one in answers.values())
        refused = [content for content in server.bodies if form_of(content) not in able]
        assert len(refused) == 3 - len(able), "one request for each rung that it cannot do"
        prompt = json.loads(server.bodies[-1])["messages"][-1]["content"]
        assert '"additionalProperties": false' in prompt, "the schema is told in words"
        n_before = len(server.bodies)
        with asking(tmp_path, server.url) as ask:  # a resumed run
            assert ask_all(ask, 8) == answers
            ask_all(ask, 9)
        assert [form_of(content) for content in server.bodies[n_before:]] == [rung if rung != Rung.TEXT else "text"]


def test_rung_of_the_settings_is_held_to(tmp_path):
    script = lambda n_before, body: fail(400, message="response_format is not supported")  # noqa: E731
    with MockEndpoint(script) as server, asking(tmp_path, server.url, rung="json_schema") as ask:
        answers = ask_all(ask, 2)
        assert [one.problem for one in answers.values()] == [Reason.MODEL_CALL_FAILED] * 2
        assert [form_of(content) for content in server.bodies] == ["json_schema"] * 2


def test_without_a_live_executor_no_question_is_tried_alone(tmp_path):
    with asking(tmp_path, "http://127.0.0.1:9", Executor.FILE) as ask:
        with pytest.raises(CallsPendingError):
            ask_all(ask, 4)
        assert len((tmp_path / "calls/mock/requests-001.jsonl").read_bytes().splitlines()) == 4


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ('{"title": "Which?", "image": "2", "change": "stable"}', "image: Input should be a valid integer"),
        (
            '{"title": "Which?", "image": 2, "change": "healing"}',
            "change: Input should be 'improving', 'stable' or 'worsening'",
        ),
        ('{"title": "", "image": 2, "change": "stable"}', "title: String should have at least 1 character"),
        ('{"title": "Which?", "image": 2, "change": "stable", "letter": "A"}', "letter: Extra inputs are not permitted"),
        ('{"title": "Which?", "im', "no JSON object was found"),
    ],
)
def test_wrong_form_is_repaired_by_one_turn_that_says_what_was_wrong(tmp_path, words, told):
    def script(n_before: int, body: dict) -> Response:
        return complete(words if len(body["messages"]) == 1 else WORDS)

    with MockEndpoint(script) as server, asking(tmp_path, server.url) as ask:
        [answer] = ask_all(ask, 1).values()
        assert (answer.value, answer.mends) == (Item(**GOOD), (Mend.REPAIR_TURN,))
        asked, given, complaint = json.loads(server.bodies[1])["messages"]
        assert asked == json.loads(server.bodies[0])["messages"][0]
        assert given == {"role": "assistant", "content": words}
        assert told in complaint["content"]
        assert ask.desk.ledger.requests([answer.key])[answer.key].purpose is Purpose.REPAIR
        assert ask_all(ask, 1)["group-0"] == answer
        assert len(server.bodies) == 2


def test_form_that_is_missed_twice_is_a_rejection_without_the_models_words(tmp_path):
    with MockEndpoint(lambda n_before, body: complete('{"secret": 1}')) as server, asking(tmp_path, server.url) as ask:
        [answer] = ask_all(ask, 1).values()
        assert (answer.value, answer.problem) == (None, Reason.MODEL_ANSWER_UNREADABLE)
        missing = "title: Field required; image: Field required; change: Field required"
        assert answer.detail == f"{missing}; secret: Extra inputs are not permitted"
        assert len(server.bodies) == 2, "one repair, no more"


def test_fault_beyond_the_form_is_repaired_likewise(tmp_path):
    def script(n_before: int, body: dict) -> Response:
        return complete(WORDS if len(body["messages"]) == 1 else json.dumps(GOOD | {"image": 1}))

    def find_fault(item: str, value: Item) -> str | None:
        return None if value.image == 1 else f"{item}: image: got {value.image}, expected 1"

    with MockEndpoint(script) as server, asking(tmp_path, server.url) as ask:
        [answer] = ask_all(ask, 1, find_fault=find_fault).values()
        assert answer.value == Item(**GOOD | {"image": 1})
        assert "image: got 2, expected 1" in json.loads(server.bodies[1])["messages"][-1]["content"]


@pytest.mark.parametrize(
    ("reply", "reason", "detail"),
    [
        (complete(None, refusal="I cannot."), Reason.MODEL_REFUSED, "refused: finish_reason stop"),
        (complete('{"title": "Wh', "length"), Reason.MODEL_STOPPED, "cut_off: finish_reason length"),
        (complete(None, "content_filter"), Reason.MODEL_STOPPED, "filtered: finish_reason content_filter"),
        (fail(400, "too_long"), Reason.MODEL_CALL_FAILED, "not_accepted: status 400, type some_error, code too_long: No."),
        (fail(500), Reason.MODEL_CALL_FAILED, "no final outcome in as many attempts as the endpoint may have"),
    ],
)
def test_what_brings_no_answer_is_a_reason_and_no_repair_and_its_neighbours_stay(tmp_path, reply, reason, detail):
    def script(n_before: int, body: dict) -> Response:
        return reply if body["messages"][0]["content"].endswith(" 1") else complete(WORDS)

    with MockEndpoint(script) as server, asking(tmp_path, server.url) as ask:
        answers = ask_all(ask, 3)
        assert (answers["group-1"].problem, answers["group-1"].detail) == (reason, detail)
        assert answers["group-0"].value == answers["group-2"].value == Item(**GOOD)
        assert not any(len(json.loads(content)["messages"]) > 1 for content in server.bodies)


def test_two_questions_of_one_item_are_refused():
    questions = make_questions(1) * 2
    with pytest.raises(ValueError, match="ask them in two calls"):
        ask_structured(questions, Item, Endpoint(base_url="http://127.0.0.1:9/v1", model="m"), lambda requests: {})


def test_no_question_sends_nothing(tmp_path):
    with asking(tmp_path, "http://127.0.0.1:9") as ask:
        assert ask_all(ask, 0) == {}


@pytest.mark.parametrize(
    ("settings", "stores"),
    [
        ({"base_url": "https://api.openai.com/v1"}, True),
        ({"base_url": "https://eu.api.openai.com/v1"}, True),
        ({"base_url": "https://notopenai.com/v1"}, False),
        ({"base_url": "https://x.openai.azure.com", "api": "azure"}, False),
        ({"base_url": "http://127.0.0.1:8080/v1"}, False),
    ],
)
def test_only_openai_is_told_to_store_nothing(settings, stores):
    endpoint = Endpoint.model_validate({"model": "m", **settings})
    body = build_request(make_questions(1)[0], Item, endpoint, Rung.JSON_SCHEMA).document
    assert ("store" in body) is stores
    assert body.get("store", False) is False


def test_samples_of_one_question_are_different_requests_and_equal_ones_are_equal():
    endpoint = Endpoint(base_url="http://127.0.0.1:9/v1", model="m", temperature=None)
    first, second = (
        build_request(Question((), Purpose.WRITE, "g", "0" * 64, (), sample), Item, endpoint, Rung.TEXT) for sample in (0, 1)
    )
    assert first.key != second.key
    assert first.document["seed"] != second.document["seed"]
    assert "temperature" not in first.document
    assert build_request(Question((), Purpose.WRITE, "g", "0" * 64, ()), Item, endpoint, Rung.TEXT) == first
