"""The study: what each run scored, what each arm scored over its seeds, and what each ablation costs on each ability.

Example:
    >>> measure_ablations([]).effects
    ()
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from statistics import fmean

from evaluation.ablations.answers import AblationRun, Cell, CellAnswers, gather_cells
from evaluation.ablations.arms import Arm, Panel
from evaluation.ablations.rows import AblationEffect, AblationScore, AblationStudy, ArmScore, Family, Verdict
from evaluation.ablations.spread import find_spread
from evaluation.comparisons.holm import adjust_holm
from evaluation.intervals import DEFAULT_SEED, DRAWS, bootstrap_bounded
from pipelines.score_records import Condition
from pipelines.vocabulary import Ability

CLEAR_P = 0.05


def measure_ablations(runs: Sequence[AblationRun], *, seed: int = DEFAULT_SEED, draws: int = DRAWS) -> AblationStudy:
    """Return what runs of several arms and seeds are worth; rows by ability, then answer type, condition, arm and seed.

    Arms that were not trained yet are left out. Blind answers may be there for some runs only.

    Raises:
        AblationError: no full run, a run twice, or runs that answered different items.
    """
    cells = gather_cells(runs)
    effects = [
        effect
        for cell, answers in cells.items()
        if cell.condition is Condition.SIGHTED
        for effect in _compare(cell, answers, seed, draws)
    ]
    return AblationStudy(
        scores=tuple(row for cell, answers in cells.items() for row in _score_runs(cell, answers, seed, draws)),
        arms=tuple(row for cell, answers in cells.items() for row in _score_arms(cell, answers, seed, draws)),
        effects=_correct(effects),
    )


def _score_runs(cell: Cell, answers: CellAnswers, seed: int, draws: int) -> list[AblationScore]:
    rows = []
    for place in sorted(range(len(answers.arms)), key=lambda one: (_rank(answers.arms[one]), answers.seeds[one])):
        values = answers.values[place].tolist()
        found = bootstrap_bounded(values, answers.units, seed=seed, draws=draws)
        rows.append(
            AblationScore(
                answers.arms[place],
                answers.seeds[place],
                cell.ability,
                cell.answer_type,
                cell.metric,
                cell.condition,
                n=len(values),
                n_clusters=found.n_clusters,
                correct=sum(values),
                value=fmean(values),
                low=found.interval.low if found.interval else None,
                high=found.interval.high if found.interval else None,
            )
        )
    return rows


def _score_arms(cell: Cell, answers: CellAnswers, seed: int, draws: int) -> list[ArmScore]:
    rows = []
    for arm in _list_arms(answers):
        of_arm = answers.rows_of(arm)
        means = of_arm.mean(axis=0).tolist()
        spread = find_spread(means, answers.units, [of_arm.mean(axis=1).tolist()], least=0.0, seed=seed, draws=draws)
        rows.append(
            ArmScore(
                arm,
                cell.ability,
                cell.answer_type,
                cell.metric,
                cell.condition,
                n=len(means),
                n_clusters=spread.n_clusters,
                n_seeds=len(of_arm),
                value=fmean(means),
                low=spread.low,
                high=spread.high,
            )
        )
    return rows


def _compare(cell: Cell, answers: CellAnswers, seed: int, draws: int) -> list[AblationEffect]:
    full = answers.rows_of(Arm.FULL)
    rows = []
    for arm in _list_arms(answers):
        if arm is Arm.FULL:
            continue
        ablated = answers.rows_of(arm)
        differences = (ablated.mean(axis=0) - full.mean(axis=0)).tolist()
        run_means = [ablated.mean(axis=1).tolist(), full.mean(axis=1).tolist()]
        spread = find_spread(differences, answers.units, run_means, least=-1.0, seed=seed, draws=draws)
        rows.append(
            AblationEffect(
                arm,
                cell.ability,
                cell.answer_type,
                cell.metric,
                _find_family(arm, cell.ability),
                n=len(differences),
                n_clusters=spread.n_clusters,
                n_seeds=len(ablated),
                n_seeds_full=len(full),
                full=float(full.mean()),
                ablated=float(ablated.mean()),
                difference=fmean(differences),
                low=spread.low,
                high=spread.high,
                p=spread.p,
                p_holm=None,
                verdict=Verdict.TOO_FEW,
            )
        )
    return rows


def _correct(effects: Sequence[AblationEffect]) -> tuple[AblationEffect, ...]:
    """Return the effects, in their order, with Holm's p over their family and what it says."""
    corrected = list(effects)
    for group in dict.fromkeys((effect.family, effect.answer_type) for effect in effects):
        places = [place for place, effect in enumerate(effects) if (effect.family, effect.answer_type) == group]
        adjusted = adjust_holm([effects[place].p for place in places])
        for place, p in zip(places, adjusted, strict=True):
            corrected[place] = replace(effects[place], p_holm=p, verdict=_judge(effects[place].difference, p))
    return tuple(corrected)


def _judge(difference: float, p_holm: float | None) -> Verdict:
    if p_holm is None:
        return Verdict.TOO_FEW
    if p_holm >= CLEAR_P:
        return Verdict.DOES_NOT_SHOW
    return Verdict.COSTS if difference < 0 else Verdict.HELPS


def _find_family(arm: Arm, ability: Ability) -> Family:
    if arm.left_out is not None:
        return Family.OWN_ABILITY if arm.left_out is ability else Family.OTHER_ABILITIES
    families: Mapping[Panel | None, Family] = {Panel.COMPOSED: Family.COMPOSED, Panel.SHARE: Family.SHARE}
    return families[arm.panel]


def _list_arms(answers: CellAnswers) -> list[Arm]:
    return sorted(set(answers.arms), key=_rank)


def _rank(arm: Arm) -> int:
    return list(Arm).index(arm)
