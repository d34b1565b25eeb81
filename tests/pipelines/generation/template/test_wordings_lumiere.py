"""What the wordings of LUMIERE's sub-tasks must say, and must not: sequences, extents of resection, RANO statuses."""

import re

import pytest

from pipelines.generation.template.wording import load_wordings
from pipelines.grouping.lumiere.visits import STATUS_OF_RATING
from pipelines.validation.absent_images import Given, find_claim
from pipelines.validation.labels.places import read_place
from pipelines.validation.labels.progression import find_statements, read_progression
from pipelines.validation.labels.resection import read_resection
from pipelines.validation.labels.sequences import name_sequences
from pipelines.vocabulary import Sequence, SubTask
from tests.pipelines.generation.template.every_record import answers_of, groups_of, options_of, stems_of

_CHANGE_MEASURED = re.compile(
    r"\b(?:grown|growth|shrunk|shrinkage|larger|smaller|bigger|increased?|decreased?|size|compared)\b"
)
_HIDDEN_VISIT = re.compile(r"\b(?:next|coming|following|follows?|after|returns|further|going)\b")
_NOT_OF_AN_EXPERT = re.compile(r"\b(?:cm|mm|percent|volume|baseline|nadir|radiotherapy|chemotherapy|treated|treatment)\b|%")


def test_every_sequence_can_be_asked_for() -> None:
    assert set(load_wordings(SubTask.SEQUENCE_IDENTIFICATION).words) == set(Sequence)


def test_a_sequence_is_asked_for_by_a_name_that_no_other_one_has() -> None:
    """T1 alone would be the enhanced image too, and FLAIR is T2-weighted."""
    for group, _, stem in stems_of(SubTask.SEQUENCE_IDENTIFICATION):
        assert name_sequences(stem) == (frozenset({group.asked}),), stem


def test_each_answer_points_at_its_place_and_at_no_other() -> None:
    for group, answer in answers_of(SubTask.SEQUENCE_IDENTIFICATION):
        assert read_place(answer, len(group.image_ids)) == int(group.label), answer
        assert set(name_sequences(answer)) <= {frozenset({group.asked})}


def test_options_name_each_place_once() -> None:
    for group, options in options_of(SubTask.SEQUENCE_IDENTIFICATION):
        n_images = len(group.image_ids)
        assert [read_place(option, n_images) for option in options] == list(range(1, n_images + 1))


def test_each_extent_of_resection_reads_as_itself() -> None:
    for group, answer in answers_of(SubTask.RESECTION_EXTENT):
        assert read_resection(answer) == group.label, answer


def test_what_was_left_is_not_claimed_to_be_seen_in_the_slice() -> None:
    """The extent is the operation's; the residue may lie in another slice."""
    for _, answer in answers_of(SubTask.RESECTION_EXTENT):
        assert re.search(r"\bsecond image\b|\b(?:seen|visible|shows?|shown)\b", answer) is None, answer


def test_all_stems_of_resection_tell_that_there_was_surgery() -> None:
    for _, _, stem in stems_of(SubTask.RESECTION_EXTENT):
        assert re.search(r"surg|operat|resect|remov", stem), stem


@pytest.mark.parametrize("subtask", [SubTask.VISIT_PROGRESSION, SubTask.NEXT_STATUS])
def test_each_status_reads_as_itself(subtask: SubTask) -> None:
    assert {group.label for group in groups_of(subtask)} == set(STATUS_OF_RATING.values())
    for group, answer in answers_of(subtask):
        assert read_progression(answer) == group.label, answer


@pytest.mark.parametrize("subtask", [SubTask.VISIT_PROGRESSION, SubTask.NEXT_STATUS])
def test_a_status_is_a_rating_and_no_change_measured_between_two_images(subtask: SubTask) -> None:
    """RANO compares with baseline and nadir: a tumour that is rated stable may have grown since the visit before."""
    for _, answer in answers_of(subtask):
        assert _CHANGE_MEASURED.search(answer) is None, answer
        assert "first image" not in answer


@pytest.mark.parametrize("subtask", [SubTask.VISIT_PROGRESSION, SubTask.NEXT_STATUS])
def test_a_response_is_partial_or_complete_wherever_one_of_them_is_named(subtask: SubTask) -> None:
    for group, answer in answers_of(subtask):
        named = {word for word in ("partial", "complete", "PR", "CR") if re.search(rf"\b{word}\b", answer)}
        assert named in (set(), {"partial", "complete"}, {"PR", "CR"}), answer
        assert not named or group.label == "improving"


def test_a_forecast_asks_for_the_visit_that_is_not_shown() -> None:
    for _, _, stem in stems_of(SubTask.NEXT_STATUS):
        assert _HIDDEN_VISIT.search(stem), stem


@pytest.mark.parametrize("subtask", [SubTask.VISIT_PROGRESSION, SubTask.NEXT_STATUS])
def test_no_stem_says_which_way_the_disease_goes(subtask: SubTask) -> None:
    """A stem may offer directions, but all of them or none."""
    for _, _, stem in stems_of(subtask):
        leaning = {statement.possible for statement in find_statements(stem) if len(statement.possible) == 1}
        assert len(leaning) != 1, stem


def test_the_status_of_a_visit_shown_is_no_forecast() -> None:
    given = Given(has_visits=True, is_forecast=False, is_in_time=True)
    texts = [text for _, _, text in stems_of(SubTask.VISIT_PROGRESSION)]
    texts += [text for _, text in answers_of(SubTask.VISIT_PROGRESSION)]
    for text in texts:
        assert find_claim(text, given) is None, text
        assert re.search(r"\bnext\b|\bwill\b|\bexpect", text) is None, text


@pytest.mark.parametrize("subtask", [SubTask.RESECTION_EXTENT, SubTask.VISIT_PROGRESSION, SubTask.NEXT_STATUS])
def test_nothing_is_told_of_treatment_measures_or_visits_beyond_those_shown(subtask: SubTask) -> None:
    for _, _, text in stems_of(subtask):
        assert _NOT_OF_AN_EXPERT.search(text) is None, text
    for _, text in answers_of(subtask):
        assert _NOT_OF_AN_EXPERT.search(text) is None, text
