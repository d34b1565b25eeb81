"""What a model is told: all that it needs of a case, and nothing that names a person, a day or a row."""

import json
from dataclasses import replace

import pytest

from pipelines.choices import Endpoint, Generation
from pipelines.generation.model import prompt_texts
from pipelines.generation.model.item import plan_items
from pipelines.generation.model.prompt import build_rewriting_messages, build_writing_messages, describe_case
from pipelines.generation.model.prompt_texts import (
    PROMPTS,
    PromptError,
    load_blind_prompt,
    load_judging_prompt,
    load_rewriting_prompt,
    load_writing_prompt,
)
from pipelines.generation.model.requests import plan_requests
from pipelines.generation.record import build_records
from pipelines.generation.rewrite import Objection, Rewrite
from pipelines.generation.template.classes import PLACE, TEMPLATED, classes_of
from pipelines.generation.template.write import write_templates
from pipelines.keys import digest
from pipelines.reasons import Reason, RejectReason
from pipelines.records import ImageGroup
from pipelines.vocabulary import AnswerType, Source, SubTask
from tests.pipelines.generation.model.small_groups import SUBTASKS, build_group, build_groups

ENDPOINT = Endpoint(base_url="http://127.0.0.1:9/v1", model="m")


def _all_groups(*, is_synthetic: bool = True) -> list[ImageGroup]:
    return [group for subtask in SUBTASKS for group in build_groups(subtask, is_synthetic=is_synthetic)]


def test_every_inherent_sub_task_has_a_prompt_and_no_prompt_is_left_over() -> None:
    others = {"system", "rewrite", "judge", "blind_solver"}
    assert {path.stem for path in PROMPTS.glob("*.txt")} - others == {str(subtask) for subtask in TEMPLATED}


@pytest.mark.parametrize("subtask", TEMPLATED)
def test_a_prompt_defines_every_class_that_a_case_of_it_can_name(subtask: SubTask) -> None:
    text = load_writing_prompt(subtask).text
    names = ("1", "2", "3") if classes_of(subtask) == (PLACE,) else classes_of(subtask)
    listed = text[text.index("Classes") :]
    assert [name for name in names if f"  {name}  " not in listed] == []


def test_a_changed_text_is_another_prompt_with_another_id(monkeypatch: pytest.MonkeyPatch) -> None:
    before = load_writing_prompt(SubTask.EYE_DIAGNOSIS)
    read = prompt_texts._read
    monkeypatch.setattr(prompt_texts, "_read", lambda name: read(name).replace("fundus", "fundi"))
    after = load_writing_prompt(SubTask.EYE_DIAGNOSIS)
    assert before.hash == digest(before.text) != after.hash
    assert before.template_id == f"prompt/eye_diagnosis@{before.hash[:12]}" != after.template_id


def test_a_missing_prompt_is_named_with_those_that_there_are() -> None:
    with pytest.raises(PromptError, match=r"shared_finding.txt: no such prompt.*view_identification"):
        load_writing_prompt(SubTask.SHARED_FINDING)


def test_the_four_purposes_have_four_prompts() -> None:
    prompts = [load_writing_prompt(SubTask.NEXT_STATUS), load_rewriting_prompt(SubTask.NEXT_STATUS)]
    prompts += [load_judging_prompt(), load_blind_prompt()]
    assert len({prompt.hash for prompt in prompts}) == 4
    assert prompts[1].text.startswith(prompts[0].text)


def test_a_case_tells_form_images_what_is_asked_and_the_classes() -> None:
    items = plan_items(build_groups(SubTask.FINDING_PROGRESSION), seed=1)
    closed = next(item for item in items if item.group.label == "improving" and item.answer_type is AnswerType.CLOSED)
    told = describe_case(closed).split("\n")
    assert told[1:5] == [
        "Form: closed question",
        "Images: 2",
        "Asked about: pleural effusion",
        "Class of the right answer: improving",
    ]
    assert sorted(told[5].removeprefix("Classes of the wrong options: ").split(", ")) == ["stable", "worsening"]
    assert "Report, impression: 1. Small left pleural effusion, decreased." in "\n".join(told)


def test_an_open_case_names_no_wrong_classes() -> None:
    items = plan_items(build_groups(SubTask.EYE_DIAGNOSIS), seed=1)
    told = [describe_case(item) for item in items if item.answer_type is AnswerType.OPEN]
    assert all("wrong options" not in one and "the right eye, which is the second image" in one for one in told)


def test_no_id_and_no_date_of_a_group_is_in_any_request() -> None:
    reports = ((0, "report_impression", "Effusion, compared to 2019-03-04."), (1, "pleural_effusion_progression", "improving"))
    told = (*reports, (1, "report_findings", "Dr. Jane Roe called at 9:43 PM about MRN 44712358 of ___."))
    groups = [
        *_all_groups(is_synthetic=False),
        build_group(SubTask.FINDING_PROGRESSION, facts=told, is_synthetic=False, number=2),
    ]
    requests = plan_requests(groups, "m", ENDPOINT, Generation())
    assert requests
    said_by = {fact.said_by for group in groups for fact in group.facts}
    keys = {key for group in groups for key in (group.group_id, group.unit_id, *group.subject_ids, *group.image_ids)}
    for request in requests:
        sent = " ".join(message["content"] for message in request.document["messages"][1:])
        assert not [key for key in (*sorted(said_by), *sorted(keys)) if key in request.body]
        assert not [word for word in ("2019", "Roe", "9:43", "44712358", "___") if word in sent]


def test_a_request_is_marked_with_its_source_and_a_synthetic_one_with_none() -> None:
    real = plan_requests(build_groups(SubTask.FINDING_PROGRESSION, is_synthetic=False), "m", ENDPOINT, Generation())
    synthetic = plan_requests(build_groups(SubTask.FINDING_PROGRESSION), "m", ENDPOINT, Generation())
    assert {request.sources for request in real} == {(Source.MS_CXR_T,)}
    assert {request.sources for request in synthetic} == {()}
    assert {request.body for request in real} == {request.body for request in synthetic}


def test_the_plan_is_the_same_whatever_the_order_of_groups() -> None:
    groups = _all_groups()
    keys = [request.key for request in plan_requests(groups, "m", ENDPOINT, Generation())]
    assert keys == [request.key for request in plan_requests(groups[::-1], "m", ENDPOINT, Generation())]
    assert len(set(keys)) == len(keys) == 2 * len(groups)


def test_composed_groups_and_groups_without_words_are_not_asked_for() -> None:
    composed = replace(build_group(SubTask.EYE_DIAGNOSIS), subtask=SubTask.SHARED_FINDING, asked=None)
    unknown = replace(build_group(SubTask.VIEW_IDENTIFICATION), asked="AT")
    assert plan_requests([composed, unknown], "m", ENDPOINT, Generation()) == []


def test_fixed_text_comes_first_so_that_endpoints_can_keep_it() -> None:
    items = plan_items(build_groups(SubTask.NEXT_STATUS), seed=1)
    prompt = load_writing_prompt(SubTask.NEXT_STATUS)
    assert {build_writing_messages(item, prompt)[0]["content"] for item in items} == {prompt.text}


def test_a_reviewers_words_are_scrubbed_before_they_are_sent() -> None:
    groups = build_groups(SubTask.SAME_DIAGNOSIS)
    record = next(one for one in build_records(write_templates(groups, Generation()).rows, seed=1) if one.letter is not None)
    subject = record.subject_ids[0]
    comment = f"Subject {subject}, seen on 12 March 2021 by Dr. Jane Roe: say which eye is meant. Call 555-123-4567."
    item = next(one for one in plan_items(groups, seed=1) if one.record_id == record.record_id)
    rewrite = Rewrite(
        record, (Objection(Reason.HIDDEN_TEXT, "'report' in the question"), Objection(RejectReason.WORDING)), comment
    )
    sent = build_rewriting_messages(item, rewrite, load_rewriting_prompt(record.subtask))[1]["content"]
    assert not [word for word in (subject, "2021", "Roe", "4567") if word in sent]
    assert "say which eye is meant" in sent and "- reviewer: wording" in sent and record.question in sent
    assert all(option in sent for option in record.options)


def test_requests_are_json_that_an_endpoint_reads() -> None:
    request = plan_requests(_all_groups(), "m", ENDPOINT, Generation())[0]
    body = json.loads(request.body)
    assert body["response_format"]["json_schema"]["strict"] is True
    assert "image" not in {
        part.get("type") for message in body["messages"] for part in message["content"] if isinstance(part, dict)
    }
