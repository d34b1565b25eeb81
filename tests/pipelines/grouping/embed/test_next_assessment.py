"""The category of the next visit from those before it: nothing shown may be of it or after it."""

import pytest

from pipelines.choices import Grouping
from pipelines.vocabulary import SubTask
from tests.pipelines.grouping.embed.mammograms import C_VIEW, FULL_FIELD, Woman, only
from tests.pipelines.grouping.rows import Result, group_cohort, one_fact

RULES = only(SubTask.NEXT_ASSESSMENT)


def run(woman: Woman, share: float = 0.4) -> Result:
    return group_cohort(woman.cohort, RULES, Grouping(three_image_share=share, max_groups_per_unit=100, max_label_excess=100))


def days_shown(result: Result) -> list[tuple[int | None, ...]]:
    return sorted(group.days_since_first for group in result.groups)


def test_two_visits_foretell_the_third_which_needs_no_image():
    woman = Woman()
    first, second = woman.seen(0, "N"), woman.seen(365, "B")
    hidden = woman.visit(700, L="S", R="N")
    result = run(woman)
    [group] = result.groups
    assert (group.label, group.days_since_first) == ("S", (0, 365))
    assert [one_fact(group, "birads", place) for place in (0, 1, None)] == ["N", "B", "S"]
    assert one_fact(group, "days_after_last_visit", None) == "335"
    assert {fact.said_by for fact in group.facts} == {first.study_id, second.study_id, hidden.study_id}
    assert result.fates() == {"no_partner": 1, "taken": 1}


def test_three_visits_are_shown_by_the_share_and_else_the_last_two():
    woman = Woman()
    for day in (0, 300, 600):
        woman.seen(day)
    woman.visit(900, L="B")
    assert days_shown(run(woman, 1)) == [(0, 300), (0, 300, 600)]
    assert days_shown(run(woman, 0)) == [(0, 300), (0, 300)]


def test_one_visit_is_shown_by_its_full_field_image_and_its_c_view():
    woman = Woman()
    visit = woman.visit(0, L="N")
    types = {woman.image(visit, "CC", kind).image_id: kind for kind in (C_VIEW, FULL_FIELD)}
    woman.visit(300, L="A")
    [group] = run(woman).groups
    assert [types[image_id] for image_id in group.image_ids] == [FULL_FIELD, C_VIEW]
    assert [one_fact(group, "birads", place) for place in (0, 1, None)] == ["N", "N", "A"]


def test_one_or_two_visits_are_drawn_where_both_can_be():
    cohort = Woman().cohort
    for number in range(40):
        woman = Woman(f"w{number}", cohort)
        woman.seen(0)
        woman.image(woman.seen(300), "CC", C_VIEW)
        woman.visit(600, L="N")
    result = group_cohort(cohort, RULES, Grouping(max_label_excess=100))
    shown = [group.days_since_first for group in result.groups]
    assert 10 <= shown.count((0, 0)) <= 30 and shown.count((0, 0)) + shown.count((0, 300)) == 40


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ((FULL_FIELD, C_VIEW), (FULL_FIELD,), (FULL_FIELD, FULL_FIELD)),
        ((FULL_FIELD, C_VIEW), (C_VIEW,), (C_VIEW, C_VIEW)),
        ((FULL_FIELD,), (C_VIEW,), (FULL_FIELD, C_VIEW)),
    ],
)
def test_visits_are_shown_in_one_type_where_they_can_be(
    first: tuple[str, ...], last: tuple[str, ...], expected: tuple[str, ...]
):
    woman = Woman()
    types = {}
    for day, kinds in ((0, first), (300, last)):
        visit = woman.visit(day, L="N")
        types |= {woman.image(visit, "CC", kind).image_id: kind for kind in kinds}
    woman.visit(600, L="P")
    group = max(run(woman).groups, key=lambda group: max(day or 0 for day in group.days_since_first))
    assert tuple(types[image_id] for image_id in group.image_ids) == expected


@pytest.mark.parametrize(
    ("next_day", "fate"),
    [
        (365 + 0, "next_visit_too_soon"),
        (365 + 179, "next_visit_too_soon"),
        (365 + 180, "taken"),
        (365 + 730, "taken"),
        (365 + 731, "next_visit_too_late"),
        (None, "no_next_visit"),
    ],
)
def test_the_forecast_reaches_from_half_a_year_to_two(next_day: int | None, fate: str):
    woman = Woman()
    woman.seen(0)
    woman.seen(365)
    woman.visit(next_day, L="N")
    fates = run(woman).fates()
    assert fates.pop("no_partner") == 1  # the first visit has nothing before it
    assert fates == {fate: 1}


def test_the_nearest_assessed_visit_is_the_next_even_where_a_later_one_would_fit():
    woman = Woman()
    woman.seen(0)
    woman.seen(300)
    woman.visit(320, L="S")
    woman.visit(640, L="N")
    assert run(woman).fates() == {"no_partner": 1, "next_visit_too_soon": 1}


def test_a_visit_of_the_other_breast_alone_is_not_the_next():
    woman = Woman()
    woman.seen(0)
    woman.seen(300)
    woman.visit(320, R="S")
    woman.visit(640, L="B")
    [group] = run(woman).groups
    assert group.label == "B"


def test_of_an_episode_the_last_visit_is_shown_and_one_without_an_image_ends_the_row():
    woman = Woman()
    for day in (0, 20, 300):
        woman.seen(day)
    woman.visit(600, L="N")
    assert days_shown(run(woman)) == [(0, 280)]
    hurried = Woman("b")
    hurried.seen(0)
    hurried.seen(20, views="ML")
    hurried.seen(300)
    hurried.visit(600, L="N")
    assert run(hurried).fates() == {"next_visit_too_soon": 1, "no_partner": 1}


def test_two_accessions_of_one_day_are_one_episode_whose_last_is_asked_from():
    woman = Woman()
    for day in (0, 300, 300):
        woman.seen(day)
    woman.visit(600, L="N")
    result = run(woman)
    assert days_shown(result) == [(0, 300)]
    assert result.groups[0].image_ids[1] == "image-a-3-L-CC-2d"
    assert result.fates() == {"no_partner": 1, "next_visit_too_soon": 1, "taken": 1}


def test_what_the_source_does_not_say_has_its_fate():
    woman = Woman()
    woman.seen(None, "N")
    woman.seen(0, None)
    unsided = woman.seen(200, None)
    woman.assess(unsided, "L", "K", "both_sides")
    woman.seen(600, "N")
    assert run(woman).fates() == {"no_time": 1, "no_label": 1, "label_ambiguous": 1, "no_next_visit": 1}


def test_a_hidden_visit_whose_malignancy_names_no_side_is_ambiguous():
    woman = Woman()
    woman.seen(0)
    woman.seen(300)
    hidden = woman.visit(600)
    woman.assess(hidden, "L", "S", "both_sides")
    assert run(woman).fates() == {"no_partner": 1, "label_ambiguous": 1}
