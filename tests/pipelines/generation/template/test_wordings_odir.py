"""What the wordings of ODIR's sub-tasks must say, and must not: the diagnosis of one eye, and whether both have the same."""

import re

from pipelines.generation.template.wording import load_wordings
from pipelines.validation.labels.eye_diagnoses import DIAGNOSES, read_diagnosis
from pipelines.validation.labels.laterality import find_eyes
from pipelines.validation.labels.sameness import Sameness, read_sameness
from pipelines.vocabulary import Laterality, SubTask
from tests.pipelines.generation.template.every_record import answers_of, options_of, stems_of

_NAMED = ("diabet", "glaucoma", "cataract", "macular degeneration", "hypertens", "myopia")
_ORDER = re.compile(r"left\b[^?.]*\b(?:first|then|before|second|right)\b|(?:beginning with|first image is) the left\b")


def test_both_eyes_and_all_diagnoses_have_wordings() -> None:
    wordings = load_wordings(SubTask.EYE_DIAGNOSIS)
    assert set(wordings.words) == set(Laterality)
    assert wordings.answers.keys() == DIAGNOSES


def test_stems_name_the_asked_eye_beside_the_order_of_the_images() -> None:
    wanted = {Laterality.LEFT: "left", Laterality.RIGHT: "right"}
    for group, _, stem in stems_of(SubTask.EYE_DIAGNOSIS):
        sides = [mention.sides for mention in find_eyes(stem)]
        assert any(group.asked in side for side in sides), stem
        assert wanted[Laterality(group.asked or "")] in stem
        assert _ORDER.search(stem.replace(f"the {wanted[Laterality(group.asked or '')]} eye alone", "")), stem


def test_a_stem_of_the_left_eye_differs_from_that_of_the_right_eye() -> None:
    found = {side: {stem for group, _, stem in stems_of(SubTask.EYE_DIAGNOSIS) if group.asked == side} for side in Laterality}
    assert found[Laterality.LEFT].isdisjoint(found[Laterality.RIGHT])


def test_answers_speak_of_the_asked_eye_or_of_no_side() -> None:
    other = {Laterality.LEFT: "right", Laterality.RIGHT: "left"}
    for group, answer in answers_of(SubTask.EYE_DIAGNOSIS):
        assert other[Laterality(group.asked or "")] not in answer


def test_each_diagnosis_reads_as_itself() -> None:
    for group, answer in answers_of(SubTask.EYE_DIAGNOSIS):
        assert read_diagnosis(answer) == group.label, answer


def test_an_option_of_any_other_abnormality_leaves_out_what_is_printed_beside_it() -> None:
    """Otherwise "an abnormality" would be true of every ill eye."""
    place = list(load_wordings(SubTask.EYE_DIAGNOSIS).answers).index("other")
    for _, options in options_of(SubTask.EYE_DIAGNOSIS):
        assert re.search(r"\bnot listed\b", options[place]), options[place]


def test_an_open_answer_of_any_other_abnormality_leaves_out_the_six_diseases_by_name() -> None:
    for text in load_wordings(SubTask.EYE_DIAGNOSIS).answers["other"].references:
        assert [name for name in _NAMED if name not in text.lower()] == []


def test_a_normal_eye_is_said_to_have_no_disease_at_all() -> None:
    """A cataract leaves the fundus without disease: "no disease of the fundus" would be true of it too."""
    for group, answer in answers_of(SubTask.EYE_DIAGNOSIS):
        if group.label == "normal":
            assert "normal" in answer
            assert re.search(r"disease of the (?:fundus|retina)", answer) is None, answer


def test_diabetes_and_hypertension_are_named_as_diseases_of_the_retina() -> None:
    for group, answer in answers_of(SubTask.EYE_DIAGNOSIS):
        if group.label in ("diabetes", "hypertension"):
            assert "retinopathy" in answer.lower(), answer


def test_same_and_different_read_as_themselves() -> None:
    for group, answer in answers_of(SubTask.SAME_DIAGNOSIS):
        assert read_sameness(answer) == Sameness(group.label), answer


def test_same_is_true_of_two_normal_eyes_as_well() -> None:
    for group, answer in answers_of(SubTask.SAME_DIAGNOSIS):
        if group.label == "same":
            assert re.search(r"disease|abnormal|affected|patholog|lesion|\bill\b", answer) is None, answer


def test_different_eyes_may_still_share_a_finding() -> None:
    for _, answer in answers_of(SubTask.SAME_DIAGNOSIS):
        assert re.search(r"nothing|no finding|in common|entirely|completely|unrelated", answer) is None, answer


def test_stems_of_both_eyes_name_no_diagnosis() -> None:
    for _, _, stem in stems_of(SubTask.SAME_DIAGNOSIS):
        assert re.search("|".join(_NAMED), stem.lower()) is None, stem
