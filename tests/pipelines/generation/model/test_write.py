"""Models of several manners behind a real server on loopback: the good one passes, the others are rejected for their fault."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from pipelines.choices import Budget, Generation
from pipelines.generation.key_facts import find_key_facts
from pipelines.generation.model.prompt_texts import load_writing_prompt
from pipelines.generation.model.requests import plan_requests
from pipelines.generation.model.write import write_with_model
from pipelines.generation.record import build_records
from pipelines.governance.egress import EgressError
from pipelines.outcome import Outcome
from pipelines.reasons import Reason
from pipelines.records import ImageGroup, Record
from pipelines.validation.context import Context
from pipelines.validation.labels.check import check_labels
from pipelines.validation.rules import find_record_failures
from pipelines.vocabulary import AnswerType, Source, SubTask
from tests.pipelines.generation.model.played_model import Case, WrittenItem, answer_well, open_line, play
from tests.pipelines.generation.model.small_groups import SUBTASKS, build_groups, build_image

SETTINGS = Generation()
ALL = [group for subtask in SUBTASKS for group in build_groups(subtask)]


def _url(server: HTTPServer) -> str:
    return f"http://127.0.0.1:{server.port}"


def _write(folder: Path, server: HTTPServer, groups: Sequence[ImageGroup]) -> tuple[list[Record], Outcome]:
    with open_line(folder, _url(server)) as line:
        outcome = write_with_model(groups, "played", line.endpoint, line.ask, SETTINGS)
    return build_records(outcome.rows, SETTINGS.seed), outcome


def find_reasons(records: Sequence[Record], groups: Sequence[ImageGroup]) -> dict[str, set[Reason]]:
    """Return by record_id why the validators reject records; nothing where they pass."""
    images = [build_image(group, place) for group in groups for place in range(len(group.image_ids))]
    found = {key: {one.reason for one in failures} for key, failures in find_record_failures(records, groups, images).items()}
    context = Context.of(groups, images)
    for record in records:
        failure = check_labels(record, context)
        if failure is not None:
            found.setdefault(record.record_id, set()).add(failure.reason)
    return found


def test_a_good_models_records_pass_every_validator(tmp_path: Path, httpserver_ipv4: HTTPServer) -> None:
    model = play(httpserver_ipv4, answer_well)
    records, outcome = _write(tmp_path, httpserver_ipv4, ALL)
    assert outcome.rejections == ()
    assert len(records) == len(model.received) == 2 * len(ALL)
    assert find_reasons(records, ALL) == {}
    assert {(record.subtask, record.answer_type) for record in records} == {
        (one, kind) for one in SUBTASKS for kind in AnswerType
    }


def test_a_record_can_be_walked_back_to_prompt_call_and_facts(tmp_path: Path, httpserver_ipv4: HTTPServer) -> None:
    play(httpserver_ipv4, answer_well)
    groups = build_groups(SubTask.FINDING_PROGRESSION)
    with open_line(tmp_path, _url(httpserver_ipv4)) as line:
        outcome = write_with_model(groups, "played", line.endpoint, line.ask, SETTINGS)
        planned = {request.key: request for request in plan_requests(groups, "played", line.endpoint, SETTINGS)}
        attempts = line.ledger.final_attempts(list(planned))
    prompt = load_writing_prompt(SubTask.FINDING_PROGRESSION)
    by_id = {group.group_id: group for group in groups}
    for record in build_records(outcome.rows, SETTINGS.seed):
        assert (record.generator, record.template_id, record.template_hash) == (
            "openai:played",
            prompt.template_id,
            prompt.hash,
        )
        assert record.ledger_key is not None and planned[record.ledger_key].item == record.record_id
        text = attempts[record.ledger_key].text
        assert text is not None and json.loads(text)["question"] == record.question
        assert record.evidence == find_key_facts(by_id[record.group_id])
        assert record.answer_class == by_id[record.group_id].label
        assert record.quotes[0].image_index == 1


def test_a_forecasts_evidence_holds_how_far_ahead_it_looks(tmp_path: Path, httpserver_ipv4: HTTPServer) -> None:
    play(httpserver_ipv4, answer_well)
    records, _ = _write(tmp_path, httpserver_ipv4, build_groups(SubTask.NEXT_STATUS))
    assert {tuple(sorted(fact.code for fact in record.evidence)) for record in records} == {("days_after_last_visit", "rano")}
    assert {record.quotes[0].image_index for record in records} == {None}


def test_letters_are_the_codes_and_spread_evenly(tmp_path: Path, httpserver_ipv4: HTTPServer) -> None:
    play(httpserver_ipv4, answer_well)
    records, _ = _write(tmp_path, httpserver_ipv4, build_groups(SubTask.TWO_VIEW_ASSESSMENT))
    assert sorted(record.letter for record in records if record.letter is not None) == ["A", "B", "C", "D"]


def test_a_second_run_sends_nothing_and_gives_the_same(tmp_path: Path, httpserver_ipv4: HTTPServer) -> None:
    model = play(httpserver_ipv4, answer_well)
    first, _ = _write(tmp_path, httpserver_ipv4, ALL)
    sent = len(model.received)
    second, _ = _write(tmp_path, httpserver_ipv4, ALL[::-1])
    assert (second, len(model.received)) == (first, sent)


def test_what_is_sent_is_what_the_plan_says(tmp_path: Path, httpserver_ipv4: HTTPServer) -> None:
    model = play(httpserver_ipv4, answer_well)
    with open_line(tmp_path, _url(httpserver_ipv4)) as line:
        planned = plan_requests(ALL, "played", line.endpoint, SETTINGS)
        write_with_model(ALL, "played", line.endpoint, line.ask, SETTINGS)
        assert line.ledger.open_requests(planned) == []
    sent = sorted(json.dumps(body, sort_keys=True) for body in model.received)
    assert sent == sorted(json.dumps(request.document, sort_keys=True) for request in planned)


def _swap_key(case: Case) -> WrittenItem:
    """A plausible lie: the first wrong answer is given as the right one."""
    item = answer_well(case)
    if item["wrong_options"]:
        item["right_answer"], item["wrong_options"][0]["text"] = item["wrong_options"][0]["text"], item["right_answer"]
    return item


def _invent_evidence(case: Case) -> WrittenItem:
    return {**answer_well(case), "evidence": [{"image": 1, "quote": "There is a new large mass in the left upper lobe."}]}


def _cite_wrong_image(case: Case) -> WrittenItem:
    item = answer_well(case)
    return {**item, "evidence": [{**item["evidence"][0], "image": 7}]}


def _leak(case: Case) -> WrittenItem:
    item = answer_well(case)
    return {**item, "question": "As the report says of the two images, " + item["question"][0].lower() + item["question"][1:]}


def _forget_images(case: Case) -> WrittenItem:
    return {**answer_well(case), "question": "What is the right answer here?"}


def _repeat_option(case: Case) -> WrittenItem:
    item = answer_well(case)
    return {**item, "wrong_options": [{**one, "text": item["right_answer"]} for one in item["wrong_options"]]}


def _name_absent(case: Case) -> WrittenItem:
    return {**answer_well(case), "question": "How do the first image and the fourth image differ?"}


@pytest.mark.parametrize(
    ("manner", "reason", "is_open_hit"),
    [
        (_swap_key, Reason.LABEL_MISMATCH, False),
        (_invent_evidence, Reason.EVIDENCE_NOT_IN_SOURCE, True),
        (_cite_wrong_image, Reason.EVIDENCE_NOT_IN_SOURCE, True),
        (_leak, Reason.HIDDEN_TEXT, True),
        (_repeat_option, Reason.DUPLICATE_OPTIONS, False),
        (_name_absent, Reason.ORDINAL_BEYOND_IMAGES, True),
    ],
)
def test_a_bad_models_records_are_rejected_for_their_fault(
    tmp_path: Path, httpserver_ipv4: HTTPServer, manner: Callable[[Case], WrittenItem], reason: Reason, is_open_hit: bool
) -> None:
    play(httpserver_ipv4, manner)
    records, _ = _write(tmp_path, httpserver_ipv4, ALL)
    reasons = find_reasons(records, ALL)
    hit = [record for record in records if is_open_hit or record.letter is not None]
    assert [record.subtask for record in hit if reason not in reasons.get(record.record_id, set())] == []
    assert [record.subtask for record in records if record not in hit and record.record_id in reasons] == []


def test_a_question_about_nothing_is_rejected_wherever_its_options_name_no_image(
    tmp_path: Path, httpserver_ipv4: HTTPServer
) -> None:
    play(httpserver_ipv4, _forget_images)
    groups = build_groups(SubTask.VISIT_PROGRESSION)
    records, _ = _write(tmp_path, httpserver_ipv4, groups)
    reasons = find_reasons(records, groups)
    assert all(Reason.IMAGE_NOT_ASKED_ABOUT in reasons[record.record_id] for record in records)


def test_a_lazy_model_is_told_once_and_mends_its_options(tmp_path: Path, httpserver_ipv4: HTTPServer) -> None:
    def forget_first(case: Case) -> WrittenItem:
        item = answer_well(case)
        return item if len(case.messages) > 2 else {**item, "wrong_options": item["wrong_options"][:1]}

    model = play(httpserver_ipv4, forget_first)
    groups = build_groups(SubTask.FINDING_PROGRESSION)
    records, outcome = _write(tmp_path, httpserver_ipv4, groups)
    assert outcome.rejections == () and find_reasons(records, groups) == {}
    told = [body["messages"][-1]["content"] for body in model.received if len(body["messages"]) > 2]
    assert len(told) == len(groups)  # the closed items alone
    assert all("expected one of each of" in one for one in told)


def test_a_model_that_stays_lazy_gives_rejections_of_its_groups(tmp_path: Path, httpserver_ipv4: HTTPServer) -> None:
    play(httpserver_ipv4, lambda case: {**answer_well(case), "wrong_options": []})
    groups = build_groups(SubTask.FINDING_PROGRESSION)
    records, outcome = _write(tmp_path, httpserver_ipv4, groups)
    assert {record.answer_type for record in records} == {AnswerType.OPEN}
    assert outcome.reason_counts() == {"model_answer_unreadable": len(groups)}
    assert {rejection.item for rejection in outcome.rejections} == {group.group_id for group in groups}
    assert "closed item, version 1, played: wrong_options: got the classes none" in outcome.rejections[0].detail


def test_prose_is_no_answer(tmp_path: Path, httpserver_ipv4: HTTPServer) -> None:
    play(httpserver_ipv4, lambda case: "I would rather talk about the weather.")
    records, outcome = _write(tmp_path, httpserver_ipv4, build_groups(SubTask.SAME_DIAGNOSIS))
    assert records == [] and outcome.reason_counts() == {"model_answer_unreadable": 4}
    assert "weather" not in outcome.rejections[0].detail


def test_half_a_letter_in_an_answer_is_the_answers_fault_and_breaks_no_table(
    tmp_path: Path, httpserver_ipv4: HTTPServer
) -> None:
    play(httpserver_ipv4, lambda case: json.dumps({**answer_well(case), "question": "Which of the two images \ud800?"}))
    records, outcome = _write(tmp_path, httpserver_ipv4, build_groups(SubTask.SAME_DIAGNOSIS))
    assert records == [] and outcome.reason_counts() == {"model_answer_unreadable": 4}


def test_what_was_mended_of_an_answers_form_is_flagged(tmp_path: Path, httpserver_ipv4: HTTPServer) -> None:
    play(httpserver_ipv4, lambda case: f"Here it is:\n```json\n{json.dumps(answer_well(case))}\n```")
    groups = build_groups(SubTask.SAME_DIAGNOSIS)
    records, _ = _write(tmp_path, httpserver_ipv4, groups)
    assert {record.flags for record in records} == {("mended_surroundings",)}
    assert find_reasons(records, groups) == {}


@pytest.mark.parametrize(
    ("choice", "status", "reason"),
    [
        ({"finish_reason": "stop", "message": {"content": None, "refusal": "I cannot."}}, 200, Reason.MODEL_REFUSED),
        ({"finish_reason": "length", "message": {"content": '{"question": "'}}, 200, Reason.MODEL_STOPPED),
        ({"finish_reason": "content_filter", "message": {"content": ""}}, 200, Reason.MODEL_STOPPED),
        ({}, 422, Reason.MODEL_CALL_FAILED),
        ({}, 500, Reason.MODEL_CALL_FAILED),
    ],
)
def test_what_is_no_answer_has_its_own_reason(
    tmp_path: Path, httpserver_ipv4: HTTPServer, choice: dict[str, object], status: int, reason: Reason
) -> None:
    def reply(request: Request) -> Response:
        return Response(json.dumps({"choices": [choice], "model": "played"}), status=status, content_type="application/json")

    httpserver_ipv4.clear()
    httpserver_ipv4.expect_request("/v1/chat/completions").respond_with_handler(reply)
    groups = build_groups(SubTask.SAME_DIAGNOSIS)
    records, outcome = _write(tmp_path, httpserver_ipv4, groups)
    assert records == [] and outcome.reason_counts() == {str(reason): 2 * len(groups)}


def test_a_spent_budget_keeps_what_was_answered_and_names_the_rest(tmp_path: Path, httpserver_ipv4: HTTPServer) -> None:
    model = play(httpserver_ipv4, answer_well)
    groups = build_groups(SubTask.TWO_VIEW_ASSESSMENT)
    with open_line(tmp_path, _url(httpserver_ipv4), budget=Budget(tokens=7000)) as line:
        outcome = write_with_model(groups, "played", line.endpoint, line.ask, SETTINGS)
    assert 0 < len(outcome.rows) == len(model.received) < 2 * len(groups)
    assert outcome.reason_counts() == {"budget_spent": 2 * len(groups) - len(outcome.rows)}
    with open_line(tmp_path, _url(httpserver_ipv4)) as line:
        complete = write_with_model(groups, "played", line.endpoint, line.ask, SETTINGS)
    assert len(complete.rows) == len(model.received) == 2 * len(groups)
    assert set(outcome.rows) <= set(complete.rows)


def test_a_source_that_may_not_go_there_sends_no_byte(tmp_path: Path, httpserver_ipv4: HTTPServer) -> None:
    model = play(httpserver_ipv4, answer_well)
    groups = build_groups(SubTask.FINDING_PROGRESSION, is_synthetic=False)
    with (
        open_line(tmp_path, _url(httpserver_ipv4), allowed=(Source.ODIR,)) as line,
        pytest.raises(EgressError, match="ms_cxr_t"),
    ):
        write_with_model(groups, "played", line.endpoint, line.ask, SETTINGS)
    assert (model.received, httpserver_ipv4.log) == ([], [])


def test_a_source_that_the_policy_allows_is_sent(tmp_path: Path, httpserver_ipv4: HTTPServer) -> None:
    play(httpserver_ipv4, answer_well)
    groups = build_groups(SubTask.FINDING_PROGRESSION, is_synthetic=False)
    with open_line(tmp_path, _url(httpserver_ipv4), allowed=(Source.MS_CXR_T,)) as line:
        assert len(write_with_model(groups, "played", line.endpoint, line.ask, SETTINGS).rows) == 2 * len(groups)


def test_groups_that_nothing_can_be_asked_of_are_rejected_and_never_sent(tmp_path: Path, httpserver_ipv4: HTTPServer) -> None:
    model = play(httpserver_ipv4, answer_well)
    (group,) = build_groups(SubTask.VIEW_IDENTIFICATION)
    records, outcome = _write(tmp_path, httpserver_ipv4, [replace(group, asked="AT")])
    assert (records, model.received) == ([], [])
    assert outcome.reason_counts() == {"no_template": 1}
