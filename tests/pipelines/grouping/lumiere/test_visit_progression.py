import pytest

from pipelines.vocabulary import Ability, ImageRole, LabelTarget
from tests.pipelines.grouping.lumiere.brains import add_visit, facts_of, fates_of, group, new_cohort

SUBTASK = "visit_progression"


@pytest.mark.parametrize(
    ("rating", "status"), [("PD", "worsening"), ("SD", "stable"), ("PR", "improving"), ("CR", "improving")]
)
def test_the_later_visits_rating_is_the_answer(rating, status):
    cohort = new_cohort()
    subject = cohort.add_subject("a")
    add_visit(cohort, subject, 1, "SD", enhancing_mm3="5", less_than_3_months="yes")
    add_visit(cohort, subject, 2, rating, enhancing_mm3="9", less_than_3_months="yes")
    (one,) = group(cohort).of(SUBTASK)
    assert (one.label, one.ability) == (status, Ability.TEMPORAL)
    assert one.image_ids == ("image-a-1-CT1-50", "image-a-2-CT1-50")
    assert one.roles == (ImageRole.PRIOR, ImageRole.CURRENT)
    assert one.days_since_first == (0, 91)
    assert facts_of(one) == {
        (0, "study-a-1", "rano", "SD"),
        (0, "study-a-1", "enhancing_mm3", "5"),
        (1, "study-a-2", "rano", rating),
        (1, "study-a-2", "enhancing_mm3", "9"),
        (1, "study-a-2", "less_than_3_months", "yes"),
    }


@pytest.mark.parametrize(
    ("earlier", "later", "fate"),
    [
        ([], ["SD"], "taken"),
        (["post_op"], ["SD"], "taken"),
        (["SD"], ["PD", "pre_op"], "taken"),
        (["SD"], ["PR", "CR"], "taken"),
        (["SD"], [], "no_label"),
        (["SD"], ["post_op"], "no_label"),
        (["SD"], ["pre_op"], "no_label"),
        (["SD"], ["PD", "post_op"], "label_ambiguous"),
        (["SD"], ["PD", "SD"], "label_ambiguous"),
        (["pre_op"], ["SD"], "label_ambiguous"),
        (["PD", "pre_op"], ["SD"], "label_ambiguous"),
    ],
)
def test_what_becomes_of_a_pair_hangs_on_both_ratings(earlier, later, fate):
    cohort = new_cohort()
    subject = cohort.add_subject("a")
    add_visit(cohort, subject, 1, *earlier)
    add_visit(cohort, subject, 2, *later)
    fates = fates_of(group(cohort), SUBTASK)
    assert fates.pop("no_partner") == 1  # the first visit
    assert fates == {fate: 1}


@pytest.mark.parametrize("mark", ["pre_op", "post_op"])
def test_surgery_at_a_visit_without_an_image_lies_between_all_the_same(mark):
    cohort = new_cohort()
    subject = cohort.add_subject("a")
    add_visit(cohort, subject, 1, "SD")
    add_visit(cohort, subject, 2, mark, sequences=())
    add_visit(cohort, subject, 3, "SD")
    assert fates_of(group(cohort), SUBTASK) == {"no_partner": 1, "label_ambiguous": 1}


def test_surgery_of_another_subject_or_before_the_pair_is_not_between():
    cohort = new_cohort()
    subject, other = cohort.add_subject("a"), cohort.add_subject("b")
    add_visit(cohort, subject, 1, "pre_op")
    add_visit(cohort, subject, 2, "post_op")
    add_visit(cohort, subject, 3, "SD")
    add_visit(cohort, subject, 4, "PD")
    add_visit(cohort, other, 3, "pre_op")
    result = group(cohort)
    assert [one.image_ids[1] for one in result.of(SUBTASK) if one.label == "worsening"] == ["image-a-4-CT1-50"]
    assert fates_of(result, SUBTASK) == {"taken": 2, "no_label": 1, "no_partner": 2}


def test_progression_that_ct1_does_not_show_is_not_asked_of_ct1():
    cohort = new_cohort()
    subject = cohort.add_subject("a")
    add_visit(cohort, subject, 1, "SD")
    add_visit(cohort, subject, 2, "PD", t2_progression="yes")
    assert fates_of(group(cohort), SUBTASK) == {"no_partner": 1, "label_ambiguous": 1}


def test_consecutive_are_the_visits_that_show_the_slice():
    cohort = new_cohort()
    subject = cohort.add_subject("a")
    add_visit(cohort, subject, 1, "SD", slices=(50, 60))
    add_visit(cohort, subject, 2, "SD", slices=(60,))
    add_visit(cohort, subject, 3, "PD", slices=(50, 60))
    shown = {one.image_ids for one in group(cohort).of(SUBTASK)}
    assert shown == {
        ("image-a-1-CT1-50", "image-a-3-CT1-50"),
        ("image-a-1-CT1-60", "image-a-2-CT1-60"),
        ("image-a-2-CT1-60", "image-a-3-CT1-60"),
    }


def test_a_visit_without_a_place_in_time_is_in_no_pair():
    cohort = new_cohort()
    subject = cohort.add_subject("a")
    add_visit(cohort, subject, 1, "SD")
    add_visit(cohort, subject, None, "SD", name="a-none")
    assert fates_of(group(cohort), SUBTASK) == {"no_partner": 1, "no_time": 1}


def test_what_is_said_of_an_image_is_no_rating_of_its_visit():
    cohort = new_cohort()
    subject = cohort.add_subject("a")
    add_visit(cohort, subject, 1, "SD")
    study = add_visit(cohort, subject, 2)
    cohort.add_label(study, "rano", "PD", LabelTarget.IMAGE, ["a-2-CT1"])
    assert fates_of(group(cohort), SUBTASK) == {"no_partner": 1, "no_label": 1}
