"""A known effect is found, none is made up, and runs that cannot be compared are refused."""

import random
from dataclasses import replace
from statistics import fmean

import pytest

from evaluation.ablations.answers import AblationError, AblationRun
from evaluation.ablations.arms import Arm, Panel
from evaluation.ablations.rows import AblationStudy, Family, Verdict
from evaluation.ablations.study import measure_ablations
from evaluation.comparisons.holm import adjust_holm
from pipelines.score_records import Condition
from pipelines.vocabulary import Ability, AnswerType
from tests.evaluation.ablations.simulated import answer, simulate
from tests.evaluation.made_answers import judge

SIZES = {Ability.TEMPORAL: (80, 60), Ability.REASONING: (7, 5), Ability.COMPARISON: (120, 70), Ability.COREFERENCE: (80, 50)}
LEAVE_OUT = [arm for arm in Arm if arm.panel is Panel.ABILITY]


def chance(arm: Arm, ability: Ability) -> float:
    """Leaving an ability out costs all that it taught; 25 % of the data half of it; composed records matter for none."""
    if arm.left_out is ability or arm is Arm.DATA_0:
        return 0.3
    return 0.6 if arm is Arm.DATA_25 else 0.85


@pytest.fixture(scope="module")
def runs() -> list[AblationRun]:
    return simulate([Arm.FULL, *LEAVE_OUT, Arm.WITHOUT_COMPOSED, Arm.DATA_0, Arm.DATA_25, Arm.DATA_75], chance, sizes=SIZES)


@pytest.fixture(scope="module")
def study(runs: list[AblationRun]) -> AblationStudy:
    return measure_ablations(runs, seed=3, draws=400)


def test_an_ability_left_out_costs_on_that_ability_and_does_not_show_on_the_others(study):
    verdicts = {(effect.arm.left_out, effect.ability): effect.verdict for effect in study.effects if effect.arm in LEAVE_OUT}
    assert len(verdicts) == 16
    for (left_out, asked), verdict in verdicts.items():
        if asked is Ability.REASONING:
            assert verdict is Verdict.TOO_FEW
        else:
            assert verdict is (Verdict.COSTS if left_out is asked else Verdict.DOES_NOT_SHOW)


def test_less_data_costs_where_it_teaches_less_and_composed_records_that_teach_nothing_do_not_show(study):
    shown = {(effect.arm, effect.ability): effect.verdict for effect in study.effects}
    for ability in (Ability.TEMPORAL, Ability.COMPARISON, Ability.COREFERENCE):
        assert shown[Arm.DATA_0, ability] is Verdict.COSTS
        assert shown[Arm.DATA_75, ability] is shown[Arm.WITHOUT_COMPOSED, ability] is Verdict.DOES_NOT_SHOW


def test_an_arm_that_scores_higher_helps():
    better = simulate(
        [Arm.FULL, Arm.WITHOUT_COMPOSED], lambda arm, _: 0.4 if arm is Arm.FULL else 0.8, sizes={Ability.TEMPORAL: (90, 90)}
    )
    assert [effect.verdict for effect in measure_ablations(better, draws=300).effects] == [Verdict.HELPS]


def test_each_effect_is_the_difference_of_the_means_that_the_scores_give(study):
    values = {}
    for row in study.scores:
        if row.condition is Condition.SIGHTED:
            values.setdefault((row.arm, row.ability), []).append(row.value)
            assert row.value == pytest.approx(row.correct / row.n)
    for effect in study.effects:
        full, ablated = fmean(values[Arm.FULL, effect.ability]), fmean(values[effect.arm, effect.ability])
        assert (effect.full, effect.ablated) == (pytest.approx(full), pytest.approx(ablated))
        assert effect.difference == pytest.approx(ablated - full)
        assert (effect.n, effect.n_clusters, effect.n_seeds, effect.n_seeds_full) == (*SIZES[effect.ability], 3, 3)
    means = {(row.arm, row.ability): row for row in study.arms if row.condition is Condition.SIGHTED}
    assert {key: row.value for key, row in means.items()} == pytest.approx({key: fmean(of) for key, of in values.items()})
    assert all(row.low <= row.value <= row.high for row in means.values() if row.low is not None)


def test_holm_is_over_the_effects_of_one_question_those_without_a_p_counted(study):
    for family in Family:
        effects = [effect for effect in study.effects if effect.family is family]
        assert [effect.p_holm for effect in effects] == list(adjust_holm([effect.p for effect in effects]))
    sizes = {family: sum(effect.family is family for effect in study.effects) for family in Family}
    assert sizes == {Family.OWN_ABILITY: 4, Family.OTHER_ABILITIES: 12, Family.COMPOSED: 4, Family.SHARE: 12}


def test_neither_the_order_of_runs_nor_of_answers_changes_a_row(runs, study):
    mixed = [replace(run, answers=random.Random(2).sample(run.answers, len(run.answers))) for run in reversed(runs)]
    assert measure_ablations(mixed, seed=3, draws=400) == study


def test_seeds_that_disagree_hide_an_effect_that_one_seed_alone_would_claim():
    sizes = {Ability.TEMPORAL: (200, 200)}
    wobbly = simulate([Arm.FULL, Arm.DATA_75], lambda arm, _: 0.6 if arm is Arm.FULL else 0.5, sizes=sizes, seed_spread=0.2)
    assert measure_ablations(wobbly, draws=300).effects[0].verdict is Verdict.DOES_NOT_SHOW
    (one,) = measure_ablations([run for run in wobbly if run.seed == 0], draws=300).effects
    assert (one.verdict, one.low, one.p_holm) == (Verdict.TOO_FEW, None, None)


def test_open_answers_are_a_family_of_their_own_and_other_benchmarks_and_conditions_are_not_looked_at():
    runs = []
    for run in simulate([Arm.FULL, Arm.WITHOUT_COMPOSED], lambda *_: 0.5, sizes={Ability.TEMPORAL: (20, 20)}):
        opened = [replace(one, answer_type=AnswerType.OPEN, metric="open_v1", value=0.4, n_options=0) for one in run.answers]
        strange = [
            judge("m", "x", 1, benchmark="held_out_odir"),
            judge("m", "temporal-0000", 1, benchmark="held_in_temporal", condition=Condition.SHUFFLED_IMAGES),
        ]
        runs.append(replace(run, answers=(*run.answers, *opened, *strange)))
    study = measure_ablations(runs, draws=200)
    assert [(effect.answer_type, effect.n) for effect in study.effects] == [(AnswerType.CLOSED, 20), (AnswerType.OPEN, 20)]
    assert study.effects[1].verdict is Verdict.DOES_NOT_SHOW and study.effects[1].difference == pytest.approx(0)


def test_blind_answers_of_some_runs_suffice():
    with_blind, without = (
        simulate([arm], lambda *_: 0.5, sizes={Ability.TEMPORAL: (20, 20)}, blind=blind)
        for arm, blind in ((Arm.FULL, 0.3), (Arm.DATA_0, None))
    )
    study = measure_ablations([*with_blind, *without], draws=100)
    assert {row.arm for row in study.arms if row.condition is Condition.BLIND} == {Arm.FULL}
    assert [effect.arm for effect in study.effects] == [Arm.DATA_0]


ONE = (answer(Ability.TEMPORAL, "r1", 1, unit="u1"),)
OTHER = (answer(Ability.TEMPORAL, "r2", 1, unit="u1"),)


@pytest.mark.parametrize(
    ("runs", "told"),
    [
        ([AblationRun(Arm.DATA_0, 1, ONE)], "no run on all data"),
        ([AblationRun(Arm.FULL, 1, ONE)] * 2, "run full, seed 1 is there twice"),
        ([AblationRun(Arm.FULL, 1, ONE * 2)], "give each answer once"),
        ([AblationRun(Arm.FULL, 1, ONE), AblationRun(Arm.DATA_0, 1, OTHER)], "run data_0, seed 1: 1 items on temporal"),
        ([AblationRun(Arm.FULL, 1, ONE), AblationRun(Arm.DATA_0, 2, ())], "run data_0, seed 2: no answers on temporal"),
    ],
)
def test_what_cannot_be_compared_is_refused_by_name(runs, told):
    with pytest.raises(AblationError, match=told):
        measure_ablations(runs, draws=10)
