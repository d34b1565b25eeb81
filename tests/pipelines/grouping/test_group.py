"""The engine on a rule of its own: one group per visit, two or three images, an answer that the visit's label gives."""

import itertools
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.choices import Grouping
from pipelines.grouping.rule import GroupingRule, SourceRules
from pipelines.keys import mint_id
from pipelines.reasons import Fate
from pipelines.vocabulary import Ability, ImageOrder, ImageRole, Source, Split, SubTask
from tests.pipelines.grouping.rows import Cohort, Result, group_cohort, image_ids

_CANDIDATES = """
SELECT anchor, subject_id, split, [study_id] AS unit_studies, NULL AS asked, value AS label, image_ids,
    ['prior', 'current', 'current'][:len(image_ids)] AS roles, slice_index,
    CASE WHEN len(image_ids) < 2 THEN 'no_partner' WHEN value IS NULL THEN 'no_label' END AS fate
FROM (
    SELECT concat(study_id, slice_index) AS anchor, subject_id, split, study_id, slice_index,
        list(image_id ORDER BY image_id)[:3] AS image_ids
    FROM usable_images GROUP BY ALL
) LEFT JOIN (SELECT study_id, value FROM labels WHERE code = 'answer') USING (study_id)
"""
_FACTS = "SELECT anchor, image_index, study_id AS said_by, 'answer' AS code, value FROM members JOIN labels USING (study_id)"
_RULE = GroupingRule(
    SubTask.FINDING_PROGRESSION, Ability.COMPARISON, ImageOrder.CHRONOLOGICAL, "one visit's images", _CANDIDATES, _FACTS
)
_WHICH = replace(
    _RULE,
    subtask=SubTask.VIEW_IDENTIFICATION,
    order=ImageOrder.SHUFFLED,
    candidates=_CANDIDATES.replace("value AS label", "NULL AS label").replace(
        "'prior', 'current', 'current'", "'beside', 'asked', 'beside'"
    ),
)
RULES = SourceRules("", (_RULE,))


def build_cohort(answers: list[str | None], slices: int = 1, images: int = 2, subjects: int = 1) -> Cohort:
    cohort = Cohort(Source.MS_CXR_T)
    for number, answer in enumerate(answers):
        subject = f"{number % subjects if subjects > 1 else number}"
        if f"subject-{subject}" not in {row.subject_id for row in cohort.splits}:
            cohort.add_subject(subject)
        study = cohort.add_study(f"subject-{subject}", str(number), number, week=number)
        if answer is not None:
            cohort.add_label(study, "answer", answer)
        for slice_index in range(slices):
            for image in range(images):
                cohort.add_image(study, f"{number:03}-{slice_index:03}-{image}", slice_index=slice_index)
    return cohort


def taken_labels(result: Result) -> Counter[str]:
    return Counter(group.label for group in result.groups)


def test_keys_are_those_that_the_one_minting_function_gives():
    result = group_cohort(build_cohort(["stable"]), RULES)
    [group] = result.groups
    assert group.unit_id == mint_id("unit", "subject-0", ("study-0",))
    assert group.group_id == mint_id("group", "finding_progression", group.image_ids, ("study-00",))


def test_a_group_says_why_each_image_is_there_and_what_its_answer_rests_on():
    [group] = group_cohort(build_cohort(["stable"]), RULES).groups
    assert group.roles == (ImageRole.PRIOR, ImageRole.CURRENT)
    assert {(fact.place, fact.said_by, fact.value) for fact in group.facts} == {
        (0, "study-0", "stable"),
        (1, "study-0", "stable"),
    }
    assert group.days_since_first == (0, 0)


def test_every_image_is_in_a_group_or_told_with_a_reason():
    cohort = build_cohort(["stable", None], images=3)
    twin = cohort.add_image(cohort.studies[0], "twin", duplicate_of="image-000-000-0")
    stray = cohort.add_study("subject-stray", "stray")
    lost = cohort.add_image(stray, "lost")
    result = group_cohort(cohort, RULES)
    told = {row.item: str(row.reason) for row in result.ungrouped}
    assert told[twin.image_id] == "image_duplicate"
    assert told[lost.image_id] == "no_split"
    assert [told[image.image_id] for image in cohort.images if image.study_id == "study-1"] == ["no_partner"] * 3
    grouped = {image_id for group in result.groups for image_id in group.image_ids}
    assert grouped | set(told) == set(image_ids(cohort.images)) and grouped.isdisjoint(told)


def test_groups_that_fall_away_keep_the_reason_that_the_rule_gave():
    result = group_cohort(build_cohort(["stable", None, "stable"]), RULES)
    assert result.fates() == {"taken": 2, "no_label": 1}


def test_neighbouring_slices_of_a_unit_are_not_both_taken():
    result = group_cohort(build_cohort(["stable"], slices=45), RULES, Grouping(min_slice_gap=10, max_groups_per_unit=99))
    slices = sorted(int(group.image_ids[0].split("-")[2]) for group in result.groups)
    assert len(slices) >= 4
    assert min(later - earlier for earlier, later in itertools.pairwise(slices)) >= 10
    assert result.fates()["neighbouring_slice"] == 45 - len(slices)


def test_a_unit_has_no_more_groups_than_the_cap_over_all_sub_tasks():
    both = SourceRules("", (_RULE, _WHICH))
    result = group_cohort(build_cohort(["stable", "worsening"], slices=60), both, Grouping(max_groups_per_unit=3))
    assert set(Counter(group.unit_id for group in result.groups).values()) == {3}
    by_task = Counter((group.unit_id, group.subtask) for group in result.groups)
    assert set(by_task.values()) <= {1, 2}  # neither sub-task crowds the other out


def test_a_frequent_answer_is_cut_and_a_rare_one_kept_whole():
    result = group_cohort(build_cohort(["stable"] * 60 + ["worsening"] * 12), RULES)
    assert taken_labels(result) == {"stable": 36, "worsening": 12}
    assert result.fates() == {"taken": 48, "label_balance": 24}


def test_every_unit_is_heard_once_before_any_is_heard_twice():
    cohort = build_cohort(["worsening"] * 10 + ["stable"] * 10, slices=4)
    settings_ = Grouping(min_slice_gap=1, max_groups_per_unit=4, max_groups_per_subtask=20)
    result = group_cohort(cohort, RULES, settings_)
    assert len(result.groups) == 20
    assert set(Counter(group.unit_id for group in result.groups).values()) == {1}


def test_a_sub_task_has_no_more_groups_than_its_cap_in_each_split():
    cohort = build_cohort(["stable"] * 30 + ["worsening"] * 30)
    cohort.splits = [
        replace(row, split=Split.HELD_IN if number % 3 == 0 else row.split) for number, row in enumerate(cohort.splits)
    ]
    result = group_cohort(cohort, RULES, Grouping(max_groups_per_subtask=10))
    assert Counter(group.split for group in result.groups) == {Split.TRAIN: 10, Split.HELD_IN: 10}


@pytest.mark.parametrize("images", [2, 3])
def test_the_asked_image_stands_at_each_place_equally_often(images):
    result = group_cohort(build_cohort(["x"] * 31, images=images), SourceRules("", (_WHICH,)))
    places = Counter(group.label for group in result.groups)
    assert set(places) == {str(place + 1) for place in range(images)}
    assert max(places.values()) - min(places.values()) <= 1
    for group in result.groups:
        assert group.roles[int(group.label) - 1] is ImageRole.ASKED
        assert group.image_ids[int(group.label) - 1].endswith("-1")


@settings(deadline=None, max_examples=25)
@given(st.lists(st.sampled_from(["a", "b", "c", None]), min_size=1, max_size=30), st.integers(1, 4), st.randoms())
def test_the_order_of_rows_changes_nothing_and_every_anchor_has_one_fate(answers, cap, random):
    cohort = build_cohort(answers, slices=3, subjects=4)
    chosen = Grouping(max_groups_per_unit=cap, min_slice_gap=1)
    before = group_cohort(cohort, RULES, chosen)
    for rows in (cohort.studies, cohort.labels, cohort.images, cohort.splits):
        random.shuffle(rows)
    assert group_cohort(cohort, RULES, chosen) == before
    assert sum(row.n_groups for row in before.plan) == 3 * len(answers)
    assert before.fates().get(Fate.TAKEN, 0) == len(before.groups)
    assert max(Counter(group.unit_id for group in before.groups).values(), default=0) <= cap


def test_groups_of_the_synthetic_cohort_are_marked():
    cohort = build_cohort(["stable"])
    cohort.studies = [replace(study, is_synthetic=True) for study in cohort.studies]
    [group] = group_cohort(cohort, RULES).groups
    assert group.is_synthetic


def test_a_table_without_rows_gives_no_groups():
    result = group_cohort(Cohort(Source.MS_CXR_T), RULES)
    assert (result.groups, result.ungrouped, result.plan) == ([], [], [])
