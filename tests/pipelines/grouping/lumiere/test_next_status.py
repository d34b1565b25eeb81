import pytest

from pipelines.keys import mint_id
from pipelines.vocabulary import ImageRole
from tests.pipelines.grouping.lumiere.brains import TAKE_ALL, add_visit, facts_of, fates_of, group, new_cohort

SUBTASK = "next_status"
THREE = TAKE_ALL.model_copy(update={"three_image_share": 1.0})


def test_the_status_of_the_hidden_visit_is_asked_of_the_two_before_it():
    cohort = new_cohort()
    subject = cohort.add_subject("a")
    add_visit(cohort, subject, 1, "post_op", week=0, enhancing_mm3="5")
    add_visit(cohort, subject, 2, week=2)
    add_visit(cohort, subject, 3, "PD", week=15, sequences=(), enhancing_mm3="99")
    (one,) = group(cohort).of(SUBTASK)
    assert one.image_ids == ("image-a-1-CT1-50", "image-a-2-CT1-50")
    assert one.roles == (ImageRole.EARLIER_VISIT, ImageRole.EARLIER_VISIT)
    assert one.label == "worsening"
    assert one.days_since_first == (0, 14)
    assert facts_of(one) == {
        (0, "study-a-1", "rano", "post_op"),
        (0, "study-a-1", "enhancing_mm3", "5"),
        (None, "study-a-3", "rano", "PD"),
        (None, "study-a-3", "days_after_last_visit", "91"),
    }


def test_three_visits_are_shown_where_they_are_there_and_wanted():
    cohort = new_cohort()
    subject = cohort.add_subject("a")
    for visit in range(1, 5):
        add_visit(cohort, subject, visit, "SD")
    sizes = {one.image_ids for one in group(cohort, THREE).of(SUBTASK)}
    assert sizes == {
        ("image-a-1-CT1-50", "image-a-2-CT1-50"),
        ("image-a-1-CT1-50", "image-a-2-CT1-50", "image-a-3-CT1-50"),
    }
    assert {one.image_ids for one in group(cohort).of(SUBTASK)} == {
        ("image-a-1-CT1-50", "image-a-2-CT1-50"),
        ("image-a-2-CT1-50", "image-a-3-CT1-50"),
    }


def test_the_unit_is_the_last_visit_shown_and_the_hidden_one():
    cohort = new_cohort()
    subject = cohort.add_subject("a")
    for visit in range(1, 4):
        add_visit(cohort, subject, visit, "SD")
    result = group(cohort)
    (forecast,) = result.of(SUBTASK)
    assert forecast.unit_id == mint_id("unit", subject, ("study-a-2", "study-a-3"))
    assert forecast.unit_id in {one.unit_id for one in result.of("visit_progression")}


@pytest.mark.parametrize(
    ("last", "between", "hidden", "fate"),
    [
        (["SD"], None, ["PR", "CR"], "taken"),
        (["SD"], [], ["SD"], "taken"),
        (["SD"], None, ["PD", "pre_op"], "taken"),
        (["SD"], None, ["PD", "SD"], "label_ambiguous"),
        (["SD"], None, ["PD", "post_op"], "label_ambiguous"),
        (["pre_op"], None, ["SD"], "label_ambiguous"),
        (["SD"], ["pre_op"], ["SD"], "label_ambiguous"),
        (["SD"], ["post_op"], ["SD"], "label_ambiguous"),
        (["SD"], ["SD"], ["SD"], "image_not_at_hand"),
    ],
)
def test_what_becomes_of_a_forecast_hangs_on_what_lies_between(last, between, hidden, fate):
    cohort = new_cohort()
    subject = cohort.add_subject("a")
    add_visit(cohort, subject, 1)
    add_visit(cohort, subject, 2, *last)
    if between is not None:
        add_visit(cohort, subject, 3, *between, sequences=("T1",))
    add_visit(cohort, subject, 4, *hidden, sequences=())
    others = [last, between or []]
    fates = fates_of(group(cohort), SUBTASK)
    fewer = fates.pop("no_partner", 0)
    hidden_too = fates.pop("taken", 0) if fate != "taken" else 0
    assert fewer + hidden_too == sum("SD" in one for one in others)
    assert fates == {fate: 1}


def test_a_visit_of_the_same_week_is_forecast_for_no_day_later():
    cohort = new_cohort()
    subject = cohort.add_subject("a")
    add_visit(cohort, subject, 1, week=0)
    add_visit(cohort, subject, 2, week=4)
    add_visit(cohort, subject, 3, "SD", week=4)
    (one,) = group(cohort).of(SUBTASK)
    assert (None, "study-a-3", "days_after_last_visit", "0") in facts_of(one)


@pytest.mark.parametrize("without", [1, 2, 3])
def test_without_a_week_there_is_no_forecast_though_there_is_a_comparison(without):
    cohort = new_cohort()
    subject = cohort.add_subject("a")
    for visit in range(1, 4):
        add_visit(cohort, subject, visit, *(["SD"] if visit == 3 else []), week=None if visit == without else visit)
    result = group(cohort)
    assert fates_of(result, SUBTASK) == {"no_time": 1}
    assert fates_of(result, "visit_progression")["taken"] == 1


def test_hidden_visits_without_enough_before_them_are_counted():
    cohort = new_cohort()
    subject, imageless = cohort.add_subject("a"), cohort.add_subject("b")
    add_visit(cohort, subject, 1, "SD", slices=(50, 51))
    add_visit(cohort, subject, 2, "SD", slices=(50, 51))
    add_visit(cohort, imageless, 1, "PD", sequences=())
    add_visit(cohort, subject, None, "PD", name="a-none")
    assert fates_of(group(cohort), SUBTASK) == {"no_partner": 4, "image_not_at_hand": 1, "no_time": 2}
