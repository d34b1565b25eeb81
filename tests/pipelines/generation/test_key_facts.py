"""What an answer rests on is found in the group, and nothing that merely stands beside it."""

from dataclasses import replace

import pytest

from pipelines.generation.key_facts import KeyFactsError, find_key_facts, find_key_places
from pipelines.vocabulary import SubTask
from tests.pipelines.generation.model.small_groups import SUBTASKS, build_group

RESTS_ON = {
    SubTask.SUSPICIOUS_IMAGE: [(0, "birads"), (1, "birads")],
    SubTask.VIEW_IDENTIFICATION: [(0, "view"), (1, "view"), (2, "view")],
    SubTask.TWO_VIEW_ASSESSMENT: [(0, "birads"), (1, "birads")],
    SubTask.NEXT_ASSESSMENT: [(None, "birads")],
    SubTask.SEQUENCE_IDENTIFICATION: [(0, "sequence"), (1, "sequence"), (2, "sequence")],
    SubTask.RESECTION_EXTENT: [(1, "resection")],
    SubTask.VISIT_PROGRESSION: [(1, "rano")],
    SubTask.NEXT_STATUS: [(None, "rano")],
    SubTask.FINDING_PROGRESSION: [(1, "pleural_effusion_progression")],
    SubTask.EYE_DIAGNOSIS: [(1, "eye_diagnosis")],
    SubTask.SAME_DIAGNOSIS: [(0, "eye_diagnosis"), (0, "keyword"), (1, "eye_diagnosis"), (1, "keyword")],
}


@pytest.mark.parametrize("subtask", SUBTASKS)
def test_an_answer_rests_on_these_facts_and_no_others(subtask: SubTask) -> None:
    found = find_key_facts(build_group(subtask))
    assert [(fact.image_index, fact.code) for fact in found] == RESTS_ON[subtask]


def test_the_left_eye_is_looked_up_where_the_left_eye_is_asked_about() -> None:
    group = replace(build_group(SubTask.EYE_DIAGNOSIS), asked="L", label="normal")
    assert find_key_places(group) == (0,)
    assert [fact.value for fact in find_key_facts(group)] == ["normal"]


def test_an_eye_without_a_diagnosis_of_its_own_rests_on_its_keywords_and_the_patients() -> None:
    said = (
        (0, "keyword", "normal fundus"),
        (1, "keyword", "glaucoma"),
        (1, "diagnosis", "glaucoma"),
        (0, "diagnosis", "glaucoma"),
    )
    found = find_key_facts(build_group(SubTask.EYE_DIAGNOSIS, "glaucoma", facts=said))
    assert [(fact.image_index, fact.code) for fact in found] == [(1, "keyword"), (1, "diagnosis")]


def test_another_findings_progression_is_no_evidence_for_the_asked_one() -> None:
    said = ((1, "edema_progression", "worsening"), (1, "pleural_effusion_progression", "improving"))
    found = find_key_facts(build_group(SubTask.FINDING_PROGRESSION, facts=said))
    assert [fact.value for fact in found] == ["improving"]


def test_a_group_that_lacks_its_fact_is_named_with_what_it_has() -> None:
    group = build_group(SubTask.NEXT_STATUS, facts=((0, "rano", "SD"), (None, "days_after_last_visit", "98")))
    with pytest.raises(
        KeyFactsError, match=r"expected a fact rano of the visit that is not shown, got days_after_last_visit, rano"
    ):
        find_key_facts(group)


def test_a_composed_group_has_no_key_facts_here() -> None:
    with pytest.raises(KeyFactsError, match="composed"):
        find_key_facts(replace(build_group(SubTask.EYE_DIAGNOSIS), subtask=SubTask.SHARED_FINDING))
