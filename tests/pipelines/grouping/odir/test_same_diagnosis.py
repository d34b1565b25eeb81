"""Whether both eyes show the same: what an ophthalmologist would sign, and what is left out because nobody would."""

import pytest

from pipelines.grouping.odir.rules import RULES
from pipelines.grouping.rule import SourceRules
from tests.pipelines.grouping.odir.eyes import CATARACT, DRUSEN, LASER, MILD, MODERATE, NORMAL, Eye, one_patient
from tests.pipelines.grouping.rows import group_cohort

ONE_RULE = SourceRules(RULES.prepare, RULES.rules[1:])
MILD_AND_DRUSEN = Eye(["diabetes"], ["mild nonproliferative retinopathy", "drusen"])


@pytest.mark.parametrize(
    ("left", "right", "label"),
    [
        (NORMAL, NORMAL, "same"),
        (MILD, MILD, "same"),
        (DRUSEN, DRUSEN, "same"),
        (MILD_AND_DRUSEN, Eye(["diabetes"], ["drusen", "mild nonproliferative retinopathy"]), "same"),
        (Eye(["glaucoma"], ["glaucoma"]), Eye(["glaucoma"], ["glaucoma"], ["lens dust"]), "same"),
        (Eye(["amd"]), Eye(["amd"]), "same"),
        (Eye(["cataract", "diabetes"], ["a", "b"]), Eye(["diabetes", "cataract"], ["b", "a"]), "same"),
        (NORMAL, MILD, "different"),
        (CATARACT, DRUSEN, "different"),
        (Eye(["cataract", "diabetes"], ["a", "b"]), Eye(["cataract"], ["a"]), "different"),
        (Eye(["amd"]), Eye(["myopia"]), "different"),
    ],
)
def test_what_can_be_signed_is_labelled(left: Eye, right: Eye, label: str):
    [group] = group_cohort(one_patient(left, right), ONE_RULE).groups
    assert (group.label, group.asked) == (label, None)
    assert group.image_ids == ("image-study-a-L", "image-study-a-R")


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (MILD, MODERATE),
        (MILD, MILD_AND_DRUSEN),
        (Eye(["glaucoma"], ["glaucoma"]), Eye(["glaucoma"], ["suspected glaucoma"])),
        (DRUSEN, LASER),
        (Eye(["other"]), Eye(["other"])),
        (Eye(["other"], ["drusen"]), Eye(["amd"], ["drusen"])),
        (MILD, Eye(["diabetes"])),
        (Eye(["normal"], ["drusen"]), NORMAL),
        (NORMAL, Eye(["other"], ["normal fundus"])),
    ],
)
def test_what_nobody_would_sign_is_ambiguous(left: Eye, right: Eye):
    assert group_cohort(one_patient(left, right), ONE_RULE).fates() == {"label_ambiguous": 1}
    assert group_cohort(one_patient(right, left), ONE_RULE).fates() == {"label_ambiguous": 1}


def test_an_eye_without_a_diagnosis_leaves_the_pair_without_a_label():
    assert group_cohort(one_patient(NORMAL, Eye(keywords=["drusen"])), ONE_RULE).fates() == {"no_label": 1}


def test_one_eye_alone_and_an_unfit_photograph_make_no_pair():
    assert group_cohort(one_patient(NORMAL, None), ONE_RULE).fates() == {"no_partner": 1}
    assert group_cohort(one_patient(None, NORMAL), ONE_RULE).fates() == {"no_partner": 1}
    unfit = Eye(["cataract"], ["cataract"], ["anterior segment image"])
    assert group_cohort(one_patient(unfit, NORMAL), ONE_RULE).fates() == {"image_quality": 1}
