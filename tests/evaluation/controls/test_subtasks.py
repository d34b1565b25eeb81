"""A sub-task's scores and differences are those of a computation by hand, each sub-task by itself."""

from dataclasses import replace

import numpy as np
import pytest

from evaluation.benchmark import gather_benchmarks, items_from_records
from evaluation.controls.subtasks import score_subtasks
from evaluation.intervals import wilson_interval
from evaluation.leaderboard.subtasks import describe_use, render_subtasks, render_subtasks_text
from evaluation.scores.judging import View
from pipelines.score_records import Condition
from pipelines.vocabulary import Ability, AnswerType, Split, SubTask
from tests.evaluation.made_answers import judge
from tests.pipelines.made_rows import make_row

NAME = "held_in_coreference"
LEARNT, UNLEARNT, FEW = SubTask.VIEW_IDENTIFICATION, SubTask.SEQUENCE_IDENTIFICATION, SubTask.SUSPICIOUS_IMAGE


@pytest.fixture(scope="module")
def benchmarks(make_items_of):
    return {NAME: [item for task, n in ((LEARNT, 40), (UNLEARNT, 60), (FEW, 4)) for item in make_items_of(task, n)]}


@pytest.fixture(scope="module")
def make_items_of():
    row = items_from_records([make_row(ability=Ability.COREFERENCE, subtask=LEARNT, split=Split.HELD_IN)])[0]

    def make(task, n):
        return [replace(row, key=f"{task}-{place:02}", unit=f"{task}-u{place // 2:02}", subtask=task) for place in range(n)]

    return make


@pytest.fixture(scope="module")
def answers(benchmarks):
    """With images, `LEARNT` is right 9 times of 10, all else one time of two, whatever is shown."""
    generator = np.random.default_rng(5)
    return [
        judge("m", item.key, generator.random() < chance, unit=item.unit, benchmark=NAME, condition=condition)
        for condition in (Condition.SIGHTED, Condition.BLIND, Condition.SHUFFLED_IMAGES)
        for item in benchmarks[NAME]
        for chance in [0.9 if (item.subtask, condition) == (LEARNT, Condition.SIGHTED) else 0.5]
    ]


@pytest.fixture(scope="module")
def rows(answers, benchmarks):
    return {row.subtask: row for row in score_subtasks(answers, benchmarks, seed=3, draws=1000)}


def test_the_sub_task_of_our_own_records_is_kept_and_of_released_files_unknown(rad):
    row = make_row(ability=Ability.COREFERENCE, subtask=LEARNT, split=Split.HELD_IN)
    (item,) = gather_benchmarks([], [row])[NAME]
    assert item.subtask is LEARNT
    assert {item.subtask for item in rad} == {None}
    assert score_subtasks([judge("m", rad[0].key, 1, benchmark="rad")], {"rad": rad}, draws=10) == ()


def test_each_sub_task_has_its_own_shares_and_differences(rows, answers):
    assert list(rows) == [FEW, LEARNT, UNLEARNT]  # in the vocabulary's order
    for task, row in rows.items():
        found = {
            condition: {
                one.record_key: one.value for one in answers if one.condition is condition and one.record_key.startswith(task)
            }
            for condition in (Condition.SIGHTED, Condition.BLIND, Condition.SHUFFLED_IMAGES)
        }
        sighted, blind, shuffled = (np.mean(list(values.values())) for values in found.values())
        assert (row.sighted.value, row.blind.value, row.shuffled.value) == pytest.approx((sighted, blind, shuffled))
        assert row.over_blind.difference == pytest.approx(sighted - blind)
        assert row.over_shuffled.difference == pytest.approx(sighted - shuffled)
        assert row.shuffled_over_blind.difference == pytest.approx(shuffled - blind)
    assert (rows[LEARNT].sighted.n, rows[LEARNT].sighted.n_clusters) == (40, 20)


def test_the_interval_of_a_difference_is_that_of_another_bootstrap(rows, answers):
    values = {
        condition: np.array(
            [one.value for one in answers if one.condition is condition and one.record_key.startswith(UNLEARNT)]
        )
        for condition in (Condition.SIGHTED, Condition.BLIND)
    }
    by_unit = (values[Condition.SIGHTED] - values[Condition.BLIND]).reshape(30, 2).sum(axis=1)
    drawn = np.random.default_rng(1).integers(0, 30, (20_000, 30))
    low, high = np.quantile(by_unit[drawn].sum(axis=1) / 60, [0.025, 0.975])
    found = rows[UNLEARNT].over_blind
    assert (found.low, found.high) == (pytest.approx(low, abs=0.03), pytest.approx(high, abs=0.03))


def test_a_learnt_sub_task_stands_apart_from_one_that_is_not(rows):
    learnt, unlearnt = rows[LEARNT], rows[UNLEARNT]
    assert learnt.over_blind.low > 0 and learnt.over_shuffled.low > 0
    assert learnt.shuffled_over_blind.low < 0 < learnt.shuffled_over_blind.high
    assert unlearnt.over_blind.low < 0 < unlearnt.over_blind.high


def test_too_few_units_leave_wilsons_interval_of_the_share_and_none_of_the_difference(rows):
    few = rows[FEW]
    right = round(few.sighted.value * 4)
    assert (few.sighted.low, few.sighted.high) == (wilson_interval(right, 4).low, wilson_interval(right, 4).high)
    assert not few.sighted.is_by_unit and few.over_blind.low is None


def test_what_was_not_asked_leaves_a_gap_and_other_views_and_controls_do_not_count(benchmarks, answers):
    sighted = [one for one in answers if one.condition is Condition.SIGHTED]
    strange = [replace(sighted[0], view=View.CORRECTED), replace(sighted[0], condition=Condition.SWAPPED_ORDER)]
    row = next(one for one in score_subtasks([*sighted, *strange], benchmarks, draws=100) if one.subtask is LEARNT)
    assert (row.blind, row.over_blind, row.shuffled_over_blind) == (None, None, None)
    assert describe_use([row]) == "  not asked without its images: view identification · Co-reference (ours)"
    assert score_subtasks([one for one in answers if one.condition is Condition.BLIND], benchmarks, draws=100) == ()


def test_open_answers_have_a_row_of_their_own(benchmarks, answers):
    opened = [
        replace(one, answer_type=AnswerType.OPEN, metric="open_v1", value=0.4, n_options=0, record_key=f"{one.record_key}-o")
        for one in answers
    ]
    items = [*benchmarks[NAME], *(replace(item, key=f"{item.key}-o", answer_type=AnswerType.OPEN) for item in benchmarks[NAME])]
    rows = score_subtasks([*opened, *answers], {NAME: items}, draws=50)
    assert [(row.subtask, row.answer_type) for row in rows] == [(t, a) for t in (FEW, LEARNT, UNLEARNT) for a in AnswerType]
    assert "view identification, open (open_v1)" in render_subtasks(rows)


def test_terminal_and_markdown_tell_the_numbers_and_what_they_say(rows):
    text, markdown = render_subtasks_text(list(rows.values())), render_subtasks(list(rows.values()))
    learnt = rows[LEARNT]
    for told in (
        f"{100 * learnt.sighted.value:.1f} [{100 * learnt.sighted.low:.1f}, {100 * learnt.sighted.high:.1f}]",
        f"{100 * learnt.over_blind.difference:+.1f} [{100 * learnt.over_blind.low:+.1f}, {100 * learnt.over_blind.high:+.1f}]",
        "surely above what it reaches without its images: view identification",
        "not surely above what it reaches without its images: sequence identification",
        "too few units to tell: suspicious image",
        "† too few units",
    ):
        assert told in text and told in markdown
    assert max(map(len, text.splitlines())) < 200
