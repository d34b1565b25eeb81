import pytest

from pipelines.vocabulary import ImageRole
from tests.pipelines.grouping.lumiere.brains import add_visit, facts_of, fates_of, group, new_cohort

SUBTASK = "resection_extent"


@pytest.mark.parametrize("extent", ["complete", "partial"])
def test_the_visit_before_surgery_stands_before_the_one_that_tells_the_extent(extent):
    cohort = new_cohort()
    subject = cohort.add_subject("a")
    add_visit(cohort, subject, 1, "pre_op", week=0, enhancing_mm3="900")
    add_visit(cohort, subject, 2, "post_op", week=0, resection=extent, enhancing_mm3="10", edema_mm3="7")
    (one,) = group(cohort).of(SUBTASK)
    assert one.image_ids == ("image-a-1-CT1-50", "image-a-2-CT1-50")
    assert one.roles == (ImageRole.BEFORE_SURGERY, ImageRole.AFTER_SURGERY)
    assert one.label == extent
    assert one.days_since_first == (0, 0)
    assert facts_of(one) == {
        (0, "study-a-1", "rano", "pre_op"),
        (0, "study-a-1", "enhancing_mm3", "900"),
        (1, "study-a-2", "rano", "post_op"),
        (1, "study-a-2", "resection", extent),
        (1, "study-a-2", "enhancing_mm3", "10"),
        (1, "study-a-2", "edema_mm3", "7"),
    }


def test_unrated_visits_serve_and_the_second_operation_counts_as_well():
    cohort = new_cohort()
    subject = cohort.add_subject("a")
    add_visit(cohort, subject, 1)
    add_visit(cohort, subject, 2, resection="partial")
    add_visit(cohort, subject, 3, "PD")
    add_visit(cohort, subject, 4, "post_op", "PD", resection="complete")
    groups = group(cohort).of(SUBTASK)
    assert {(one.image_ids[0], one.label) for one in groups} == {
        ("image-a-1-CT1-50", "partial"),
        ("image-a-3-CT1-50", "complete"),
    }


def test_extents_that_cannot_be_asked_about_are_counted_by_why():
    cohort = new_cohort()
    for name, before, after, extents in [
        ("first_visit", None, ["post_op"], ["partial"]),
        ("after_surgery_already", ["post_op"], ["post_op"], ["partial"]),
        ("told_later", ["pre_op"], ["SD"], ["complete"]),
        ("both", ["pre_op"], ["post_op"], ["complete", "partial"]),
    ]:
        subject = cohort.add_subject(name)
        if before is not None:
            add_visit(cohort, subject, 1, *before)
        study = add_visit(cohort, subject, 2, *after)
        for extent in extents:
            cohort.add_label(study, "resection", extent)
    result = group(cohort)
    assert fates_of(result, SUBTASK) == {"no_partner": 2, "label_ambiguous": 2}
    assert all(row.label is None for row in result.plan if row.subtask == SUBTASK)


def test_only_visits_whose_ct1_shows_the_slice_can_stand_before():
    cohort = new_cohort()
    subject = cohort.add_subject("a")
    add_visit(cohort, subject, 1, "pre_op", slices=(50,))
    add_visit(cohort, subject, 2, slices=(50, 60), sequences=("T2",))
    add_visit(cohort, subject, 3, "post_op", resection="partial", slices=(50, 60))
    result = group(cohort)
    assert [one.image_ids for one in result.of(SUBTASK)] == [("image-a-1-CT1-50", "image-a-3-CT1-50")]
    assert fates_of(result, SUBTASK) == {"taken": 1, "no_partner": 1}


def test_two_studies_that_claim_one_place_in_time_have_none():
    cohort = new_cohort()
    subject = cohort.add_subject("a")
    add_visit(cohort, subject, 1, "pre_op")
    add_visit(cohort, subject, 2, "post_op", resection="partial", name="a-2")
    add_visit(cohort, subject, 2, "post_op", name="a-2-again")
    add_visit(cohort, subject, None, "post_op", resection="partial", name="a-none")
    assert fates_of(group(cohort), SUBTASK) == {"no_time": 2}


def test_a_label_given_twice_makes_one_group_and_one_fact():
    cohort = new_cohort()
    subject = cohort.add_subject("a")
    add_visit(cohort, subject, 1, "pre_op", "pre_op")
    study = add_visit(cohort, subject, 2, "post_op", resection="partial")
    cohort.add_label(study, "resection", "partial")
    (one,) = group(cohort).of(SUBTASK)
    assert [fact.code for fact in one.facts] == ["rano", "rano", "resection"]
