import json
from pathlib import Path

import pytest
from werkzeug import Response

from evaluation.models.endpoint import EndpointModel
from evaluation.models.model import Model, ModelError
from evaluation.models.options import OpenAiOptions
from evaluation.models.question_text import DIRECT_CLOSED, DIRECT_OPEN
from pipelines.calls.attempt import BudgetSpentError, Outcome
from pipelines.calls.ledger import open_call_ledger
from pipelines.calls.request import Purpose
from pipelines.choices import Budget, Endpoint
from pipelines.score_records import Finish, ImageUse
from tests.evaluation.models.endpoint_site import CLOSED, SECRET, answer_all, draw_image, keep_requests, make_prompt, opened
from tests.pipelines.calls.loopback import MockEndpoint, complete, fail

pytestmark = pytest.mark.usefixtures("shared_server")
HERE = Endpoint(base_url="http://127.0.0.1:9/v1", model="m", max_completion_tokens=50)


def build(options: str = "", endpoint: Endpoint = HERE, name: str = "here", seed: int = 7) -> EndpointModel:
    return EndpointModel("mine", name, endpoint, OpenAiOptions.parse(options), keep_requests([]), seed)


def requested(prompt, options: str = "", endpoint: Endpoint = HERE):
    kept: list = []
    model = EndpointModel("mine", "here", endpoint, OpenAiOptions.parse(options), keep_requests(kept), 7)
    assert list(model.answer([prompt], None)) == []
    return kept[0]


def test_it_is_a_model():
    model: Model = build()
    assert model.card.kind == "openai"
    assert model.card.versions[0].startswith("openai ")


def test_a_blind_prompt_is_sent_word_for_word_and_greedily():
    request = requested(make_prompt(1))
    assert request.document == {
        "model": "m",
        "messages": [{"role": "user", "content": CLOSED}],
        "max_completion_tokens": 50,
        "seed": 7,
        "temperature": 0,
    }
    assert (request.purpose, request.prompt_hash) == (Purpose.ANSWER, make_prompt(1).digest)
    assert "record-1" in request.item


def test_openai_itself_is_told_to_keep_nothing():
    endpoint = HERE.model_copy(update={"base_url": "https://eu.api.openai.com/v1"})
    assert requested(make_prompt(1), endpoint=endpoint).document["store"] is False


@pytest.mark.parametrize(("letters", "line"), [(("A", "B"), DIRECT_CLOSED), ((), DIRECT_OPEN)])
def test_the_direct_form_adds_one_line_and_the_published_one_nothing(letters, line):
    prompt = make_prompt(1, letters=letters)
    direct, published = (
        requested(prompt, options).document["messages"][0]["content"] for options in ("prompt=direct", "prompt=published")
    )
    assert (direct, published) == (f"{CLOSED}{line}", CLOSED)


def test_two_records_with_one_question_are_two_requests():
    assert requested(make_prompt(1)).key != requested(make_prompt(2)).key


def test_an_endpoint_without_temperature_is_left_to_decide_and_the_card_says_so():
    endpoint = HERE.model_copy(update={"temperature": None})
    assert "temperature" not in requested(make_prompt(1), endpoint=endpoint).document
    assert build(endpoint=endpoint).card.decoding == "as the endpoint decides, seed 7, at most 50 tokens"
    assert build().card.decoding == "greedy, at most 50 tokens"


@pytest.mark.parametrize("options", ["prompt=direct", "images=one", "images=none", "detail=low", "longest_side=512"])
def test_whatever_changes_how_it_is_asked_changes_the_digest(options):
    assert build(options).card.digest != build().card.digest


def test_the_address_is_not_in_the_digest_and_model_and_name_are():
    moved = HERE.model_copy(update={"base_url": "http://127.0.0.1:10/v1"})
    assert build(endpoint=moved).card == build().card
    assert build(endpoint=HERE.model_copy(update={"model": "n"})).card.digest != build().card.digest
    assert build(name="there").card.digest != build().card.digest


def test_the_card_says_what_a_reader_of_the_table_must_know():
    assert build("images=one").card.remarks[1:] == (
        "several images composed into one canvas",
        "images sent as PNG, their longest side at most 1,024 px",
    )
    assert build("images=none").card.remarks[1:] == ("no image is sent",)
    assert build("images=none").card.image_use is ImageUse.NONE


@pytest.mark.parametrize(
    ("reply", "output", "finish", "n_tokens"),
    [
        (complete("B", usage=(9, 1)), "B", Finish.STOP, 1),
        (complete("The first ima", "length"), "The first ima", Finish.LENGTH, 20),
        (complete(None, refusal="I cannot judge images."), "I cannot judge images.", Finish.REFUSED, 20),
        (complete("half of", "content_filter"), "", Finish.FILTERED, 20),
        (fail(400, "content_filter"), "", Finish.FILTERED, None),
        (complete(None, "length"), "", Finish.LENGTH, 20),
    ],
)
def test_each_final_outcome_is_an_answer_that_says_how_it_ended(tmp_path, reply, output, finish, n_tokens):
    with MockEndpoint(lambda n_before, body: reply) as server, opened(tmp_path, server.url) as model:
        answer = answer_all(model, [make_prompt(1)])["answer-1"]
    assert (answer.output, answer.finish, answer.n_output_tokens) == (output, finish, n_tokens)


def test_two_failures_and_then_a_success_are_one_answer(tmp_path):
    with MockEndpoint(lambda n_before, body: fail(500) if n_before < 2 else complete("A")) as server:
        with opened(tmp_path, server.url) as model:
            assert answer_all(model, [make_prompt(1)])["answer-1"].output == "A"
        assert len(server.bodies) == 3


def test_what_found_no_final_answer_is_left_out_told_and_alone_asked_again(tmp_path):
    def script(n_before: int, body: dict) -> Response:
        return fail(503) if "number 2" in body["messages"][0]["content"] and is_down else complete("A")

    is_down = True
    prompts = [make_prompt(number, text=f"{SECRET} number {number}") for number in range(4)]
    said: list[str] = []
    with MockEndpoint(script) as server, opened(tmp_path, server.url, max_attempts=2) as model:
        assert set(answer_all(model, prompts, said)) == {"answer-0", "answer-1", "answer-3"}
        assert said[-1] == "played: 1 prompts found no final answer; the next run asks these again"
        is_down = False
        n_sent = len(server.bodies)
        assert len(answer_all(model, prompts)) == 4
        assert len(server.bodies) == n_sent + 1


def test_what_is_turned_down_for_good_is_an_empty_answer_told_and_not_asked_again(tmp_path):
    def script(n_before: int, body: dict) -> Response:
        is_long = "number 2" in body["messages"][0]["content"]
        return fail(400, "context_length_exceeded", "Too long.") if is_long else complete("A")

    prompts = [make_prompt(number, text=f"{SECRET} number {number}") for number in range(4)]
    said: list[str] = []
    with MockEndpoint(script) as server, opened(tmp_path, server.url) as model:
        answers = answer_all(model, prompts, said)
        assert [one.finish for one in answers.values()].count(Finish.NOT_ACCEPTED) == 1 and len(answers) == 4
        assert "1 prompts were turned down for good (1 of them: status 400" in said[-1]
        assert "context_length_exceeded: Too long." in said[-1]
        n_sent = len(server.bodies)
        assert answer_all(model, prompts) == answers
        assert len(server.bodies) == n_sent


def test_an_endpoint_that_turns_everything_down_gives_no_table_of_empty_answers(tmp_path):
    prompts = [make_prompt(number) for number in range(4)]
    told = pytest.raises(ModelError, match="4 prompts were turned down for good")
    with (
        MockEndpoint(lambda n_before, body: fail(400, message="no images")) as server,
        opened(tmp_path, server.url) as model,
        told,
    ):
        answer_all(model, prompts)


def test_a_wrong_setting_is_one_error_that_says_what_to_mend(tmp_path):
    told = r"^played: endpoints\.mock: .*set api_key_variable"
    with MockEndpoint(lambda n_before, body: fail(401)) as server, opened(tmp_path, server.url) as model:
        with pytest.raises(ModelError) as raised:
            answer_all(model, [make_prompt(1)])
        assert raised.match(told)


def test_answers_come_in_chunks_of_a_few_times_what_may_be_in_flight(tmp_path):
    prompts = [make_prompt(number) for number in range(20)]
    with MockEndpoint() as server, opened(tmp_path, server.url, max_in_flight=2) as model:
        answers = model.answer(prompts, None)
        assert next(answers).key == "answer-0"
        assert len(server.bodies) == 8
        assert len(list(answers)) == 19
        assert len(server.bodies) == 20


def test_the_plan_of_all_chunks_is_told_once_before_anything_is_sent(tmp_path):
    said: list[str] = []
    prompts = [make_prompt(number) for number in range(20)]
    with MockEndpoint() as server, opened(tmp_path, server.url, said=said, max_in_flight=2) as model:
        next(model.answer(prompts, None))
        assert sum("calls planned" in line for line in said) == 1
        assert "calls planned: 20, of which 0 are done (cost 0) and 20 open" in said[0]
        assert "answer by m: 20 planned" in said[0]


def test_the_budget_stops_it_and_what_was_answered_is_kept(tmp_path):
    prompts = [make_prompt(number) for number in range(20)]
    settings = {"max_in_flight": 1, "max_completion_tokens": 20}
    with MockEndpoint(lambda n_before, body: complete("A", usage=(40, 20))) as server:
        with opened(tmp_path, server.url, budget=Budget(tokens=400), **settings) as model:
            answers = model.answer(prompts, None)
            first = [next(answers) for _ in range(4)]
            with pytest.raises(BudgetSpentError):
                list(answers)
        n_sent = len(server.bodies)
        assert n_sent < 8
        with opened(tmp_path, server.url, budget=Budget(tokens=40_000), **settings) as model:
            assert list(answer_all(model, prompts).values())[:4] == first
        assert len(server.bodies) == 20, "nothing is paid twice"


def test_nothing_of_prompts_records_and_image_paths_is_told(tmp_path):
    def script(n_before: int, body: dict) -> Response:
        content = json.dumps(body["messages"])
        return (
            fail(400, message=f"cannot parse: {content[:2000]}") if n_before == 0 and "number 3" in content else complete("A")
        )

    said: list[str] = []
    images = [draw_image(tmp_path, f"film-of-roe-{number}.png", seed=number) for number in range(6)]
    prompts = [make_prompt(number, [image], text=f"{SECRET} number {number}") for number, image in enumerate(images)]
    with MockEndpoint(script) as server, opened(tmp_path, server.url, said=said) as model:
        answer_all(model, prompts, said)
        [record] = [one for one in model.ask.desk.ledger.totals() if one.outcome == Outcome.NOT_ACCEPTED]
        assert record.n_attempts == 1
    assert any("turned down" in line for line in said) and any("calls planned" in line for line in said)
    for secret in ("Roe", "roe", "record-", "answer-", str(tmp_path), "base64", "iVBOR"):
        assert not any(secret in line for line in said), secret


def test_the_ledger_holds_no_pixels_and_stays_small(tmp_path: Path):
    images = [draw_image(tmp_path, f"{number}.png", size=(600, 500), seed=number) for number in range(3)]
    with MockEndpoint() as server, opened(tmp_path, server.url) as model:
        answer_all(model, [make_prompt(1, images)])
        assert len(server.bodies[0]) > 3 * 300_000
    with open_call_ledger(tmp_path / "ledger.sqlite") as ledger:
        assert ledger.verify() == 1
    written = b"".join(path.read_bytes() for path in tmp_path.glob("ledger.sqlite*"))
    assert len(written) < 100_000
    assert b"base64" not in written
    assert written.count(b"medmim-image:sha256:") >= 3
