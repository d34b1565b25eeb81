"""What one named eye shows: the label is that eye's own, and what the other eye shows is told beside it."""

from dataclasses import replace

import pytest

from pipelines.grouping.odir.rules import RULES
from pipelines.grouping.rule import SourceRules
from pipelines.vocabulary import ImageRole, LabelTarget, Source
from tests.pipelines.grouping.odir.eyes import CATARACT, MILD, NORMAL, Eye, add_patient, copy_pixels, one_patient
from tests.pipelines.grouping.rows import Cohort, group_cohort

ONE_RULE = SourceRules(RULES.prepare, RULES.rules[:1])


def fates_by_eye(left: Eye | None, right: Eye | None) -> dict[str | None, str]:
    plan = group_cohort(one_patient(left, right), ONE_RULE).plan
    return {row.asked: str(row.fate) for row in plan}


def test_each_eye_is_asked_for_its_own_diagnosis_and_the_left_stands_first():
    groups = group_cohort(one_patient(MILD, NORMAL), ONE_RULE).groups
    assert {(group.asked, group.label) for group in groups} == {("L", "diabetes"), ("R", "normal")}
    for group in groups:
        assert group.image_ids == ("image-study-a-L", "image-study-a-R")
        assert group.roles == (ImageRole.LEFT_EYE, ImageRole.RIGHT_EYE)


def test_all_that_is_said_of_both_eyes_is_a_fact():
    dusty = replace(CATARACT, quality=["lens dust"])
    for group in group_cohort(one_patient(MILD, dusty), ONE_RULE).groups:
        assert {(fact.image_index, fact.said_by, fact.code, fact.value) for fact in group.facts} == {
            (0, "study-a", "eye_diagnosis", "diabetes"),
            (0, "study-a", "keyword", "mild nonproliferative retinopathy"),
            (1, "study-a", "eye_diagnosis", "cataract"),
            (1, "study-a", "keyword", "cataract"),
            (1, "study-a", "image_quality", "lens dust"),
        }


def test_the_two_eyes_of_a_patient_are_one_independent_unit():
    assert len({group.unit_id for group in group_cohort(one_patient(MILD, NORMAL), RULES).groups}) == 1


@pytest.mark.parametrize("keyword", ["no fundus image", "anterior segment image", "optic disk photographically invisible"])
def test_a_photograph_that_does_not_show_the_fundus_is_shown_with_no_eye(keyword: str):
    unfit = replace(CATARACT, quality=[keyword])
    assert fates_by_eye(unfit, NORMAL) == {"L": "image_quality", "R": "image_quality"}


@pytest.mark.parametrize("keyword", ["lens dust", "low image quality", "image offset"])
def test_a_poor_photograph_of_the_fundus_stays(keyword: str):
    assert fates_by_eye(replace(CATARACT, quality=[keyword]), NORMAL) == {"L": "taken", "R": "taken"}


def test_an_eye_of_which_only_the_photograph_is_judged_is_left_out():
    assert fates_by_eye(Eye(["other"], quality=["low image quality"]), NORMAL) == {"L": "image_quality", "R": "image_quality"}


def test_an_eye_without_a_diagnosis_of_its_own_has_no_label_but_stands_beside_the_other():
    assert fates_by_eye(Eye(keywords=["drusen"]), NORMAL) == {"L": "no_label", "R": "taken"}


def test_two_diagnoses_of_one_eye_have_no_single_answer():
    both = Eye(["cataract", "diabetes"], ["cataract", "mild nonproliferative retinopathy"])
    assert fates_by_eye(both, NORMAL) == {"L": "label_ambiguous", "R": "taken"}


@pytest.mark.parametrize(
    "eye",
    [
        Eye(["normal"], ["drusen"]),
        Eye(["other"], ["normal fundus"]),
        Eye(["normal"], ["normal fundus", "drusen"]),
        Eye(["other"], ["normal fundus", "drusen"]),
        Eye(["normal", "other"], ["drusen"]),
    ],
)
def test_an_eye_that_is_normal_and_ill_at_once_is_ambiguous(eye: Eye):
    assert fates_by_eye(eye, NORMAL) == {"L": "label_ambiguous", "R": "taken"}


def test_a_diagnosis_without_keywords_is_enough():
    assert fates_by_eye(Eye(["glaucoma"]), NORMAL) == {"L": "taken", "R": "taken"}


def test_a_single_eye_has_no_partner():
    assert fates_by_eye(MILD, None) == {"L": "no_partner"}


def test_an_eye_whose_photograph_is_lost_is_told_apart_from_the_one_that_is_left_alone():
    assert fates_by_eye(MILD, replace(NORMAL, has_image=False)) == {"L": "no_partner", "R": "image_not_at_hand"}
    lost = replace(NORMAL, has_image=False)
    assert fates_by_eye(lost, lost) == {"L": "image_not_at_hand", "R": "image_not_at_hand"}


def test_one_photograph_for_both_eyes_is_repeated():
    cohort = one_patient(MILD, NORMAL)
    copy_pixels(cohort, 1, cohort.images[0])
    assert group_cohort(cohort, ONE_RULE).fates() == {"repeated_image": 2}


def test_a_photograph_that_two_patients_claim_is_taken_for_neithers():
    cohort = one_patient(MILD, NORMAL)
    add_patient(cohort, "b", NORMAL, NORMAL)
    copy_pixels(cohort, 2, cohort.images[0])
    assert group_cohort(cohort, ONE_RULE).fates() == {"repeated_image": 4}


def test_a_patient_without_a_split_is_counted():
    cohort = one_patient(MILD, NORMAL)
    cohort.splits.clear()
    assert {(row.split, str(row.fate)) for row in group_cohort(cohort, RULES).plan} == {(None, "image_not_at_hand")}


def test_normal_eyes_are_cut_so_that_naming_them_does_not_pay():
    cohort = Cohort(Source.ODIR)
    for number in range(60):
        add_patient(cohort, str(number), NORMAL if number < 50 else MILD, CATARACT if number % 2 else MILD)
    labels = [group.label for group in group_cohort(cohort, ONE_RULE).groups if group.asked == "L"]
    assert (labels.count("normal"), labels.count("diabetes")) == (30, 10)


def test_without_a_table_of_eyes_a_disease_of_the_patient_is_that_of_every_eye_that_is_not_normal():
    cohort = one_patient(Eye(keywords=["drusen"]), Eye(keywords=["normal fundus"]))
    add_diagnosis(cohort, "amd")
    groups = group_cohort(cohort, ONE_RULE).groups
    assert {(group.asked, group.label) for group in groups} == {("L", "amd"), ("R", "normal")}
    for group in groups:
        assert {(fact.image_index, fact.value) for fact in group.facts if fact.code == "diagnosis"} == {(0, "amd"), (1, "amd")}


def test_two_diseases_of_the_patient_cannot_be_divided_between_the_eyes():
    cohort = one_patient(Eye(keywords=["drusen"]), Eye(keywords=["cataract"]))
    add_diagnosis(cohort, "amd")
    add_diagnosis(cohort, "cataract")
    assert {str(row.fate) for row in group_cohort(cohort, ONE_RULE).plan} == {"no_label"}


def add_diagnosis(cohort: Cohort, value: str) -> None:
    cohort.add_label(cohort.studies[0], "diagnosis", value, LabelTarget.SUBJECT)
