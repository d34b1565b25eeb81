"""Which visit's image shows signs of malignancy: the positive, its partners, and why there may be none."""

from itertools import pairwise

import pytest

from pipelines.choices import Grouping
from pipelines.vocabulary import ImageRole, SubTask
from tests.pipelines.grouping.embed.mammograms import C_VIEW, Woman, only
from tests.pipelines.grouping.rows import group_cohort, one_fact

RULES = only(SubTask.SUSPICIOUS_IMAGE)
ALWAYS_THREE, NEVER_THREE = Grouping(three_image_share=1), Grouping(three_image_share=0)


@pytest.mark.parametrize("category", ["S", "M", "K"])
def test_the_positive_stands_beside_an_earlier_or_later_negative(category: str):
    woman = Woman()
    first, positive = woman.seen(0, "N"), woman.seen(400, category)
    woman.find(positive, "L", "1")
    [group] = group_cohort(woman.cohort, RULES).groups
    place = int(group.label) - 1
    assert group.roles[place] is ImageRole.ASKED
    assert group.days_since_first[place] == 400 and set(group.days_since_first) == {0, 400}
    assert one_fact(group, "birads", place) == category and one_fact(group, "birads", 1 - place) == "N"
    assert one_fact(group, "path_severity", place) == "1"
    assert {fact.said_by for fact in group.facts} == {first.study_id, positive.study_id}


def test_three_images_are_of_three_episodes():
    woman = Woman()
    for day, category in ((0, "N"), (20, "B"), (400, "S"), (800, "N"), (820, "B")):
        woman.seen(day, category)
    [group] = group_cohort(woman.cohort, RULES, ALWAYS_THREE).groups
    days = sorted(day for day in group.days_since_first if day is not None)
    assert len(days) == 3 and all(later - earlier >= 30 for earlier, later in pairwise(days))


def test_two_images_where_both_partners_are_one_episode_or_the_share_is_nought():
    woman = Woman()
    for day, category in ((0, "N"), (20, "B"), (400, "S")):
        woman.seen(day, category)
    [group] = group_cohort(woman.cohort, RULES, ALWAYS_THREE).groups
    assert len(group.image_ids) == 2
    woman.seen(800, "N")
    [group] = group_cohort(woman.cohort, RULES, NEVER_THREE).groups
    assert len(group.image_ids) == 2


@pytest.mark.parametrize(
    ("days", "fate"),
    [
        ((0, 29), "visits_too_close"),
        ((0, 30), "taken"),
        ((0, None), "no_time"),
        ((None, 0), "no_time"),
        ((None, None), "no_time"),
    ],
)
def test_partners_must_lie_apart_in_known_time(days: tuple[int | None, int | None], fate: str):
    woman = Woman()
    woman.seen(days[0], "N")
    woman.seen(days[1], "S")
    assert group_cohort(woman.cohort, RULES).fates() == {fate: 1}


@pytest.mark.parametrize(
    ("category", "severity"), [("A", None), ("P", None), ("S", None), ("N", "0"), ("B", "1"), (None, None)]
)
def test_what_is_not_plainly_benign_is_no_partner(category: str | None, severity: str | None):
    woman = Woman()
    other = woman.seen(0, category)
    if severity:
        woman.find(other, "L", severity)
    woman.seen(400, "M")
    fates = group_cohort(woman.cohort, RULES).fates()
    assert fates == {"no_partner": 2 if category == "S" else 1}


def test_another_breast_view_or_woman_is_no_partner():
    woman = Woman()
    woman.seen(0, "N", "MLO")
    woman.seen(200, "N", "CC", side="R")
    woman.seen(400, "S", "CC")
    Woman("b", woman.cohort).seen(0, "N", "CC")
    assert group_cohort(woman.cohort, RULES).fates() == {"no_partner": 1}


def test_lateral_views_are_not_asked_about():
    woman = Woman()
    woman.seen(0, "N", "ML XCCL")
    woman.seen(400, "S", "ML XCCL")
    assert group_cohort(woman.cohort, RULES).fates() == {}


def test_a_category_that_names_no_side_or_contradicts_is_ambiguous():
    woman = Woman()
    woman.seen(0, "N")
    unsided = woman.visit(400)
    woman.assess(unsided, "L", "S", "both_sides")
    woman.image(unsided, "CC")
    disputed = woman.visit(800, L="K")
    woman.assess(disputed, "L", "B")
    woman.image(disputed, "CC", C_VIEW)
    assert group_cohort(woman.cohort, RULES).fates() == {"label_ambiguous": 2}
