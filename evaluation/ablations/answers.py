"""The answers of all runs as one array per ability: equal items, in one order, so that arms can be compared item by item.

Example:
    >>> gather_cells([])
    {}
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from evaluation.ablations.arms import Arm
from evaluation.comparisons.judged import Judged
from evaluation.scores.judging import View
from pipelines.score_records import Condition
from pipelines.vocabulary import Ability, AnswerType, Split

CONDITIONS = (Condition.SIGHTED, Condition.BLIND)
_ABILITIES = {f"{Split.HELD_IN}_{ability}": ability for ability in Ability}


class AblationError(ValueError):
    """Runs that cannot be compared; says which, what was found and what was expected."""


@dataclass(frozen=True)
class AblationRun:
    """One trained model and its judged answers; those to other benchmarks than our held-in ones are not looked at."""

    arm: Arm
    seed: int
    answers: Sequence[Judged]


@dataclass(frozen=True, slots=True)
class Cell:
    """One ability, answer type and condition."""

    ability: Ability
    answer_type: AnswerType
    metric: str
    condition: Condition


@dataclass(frozen=True)
class CellAnswers:
    """What every run that answered a cell scored on each of its items."""

    arms: tuple[Arm, ...]  # of each run
    seeds: tuple[int, ...]
    values: np.ndarray  # shape (runs, items), 0-1
    units: tuple[str, ...]  # of each item

    def rows_of(self, arm: Arm) -> np.ndarray:
        """Return the values of one arm's runs, shape (seeds, items)."""
        return self.values[[place for place, known in enumerate(self.arms) if known is arm]]


def gather_cells(runs: Sequence[AblationRun]) -> dict[Cell, CellAnswers]:
    """Return the answers of each cell; abilities in their order, closed before open, sighted before blind.

    Raises:
        AblationError: a run or an answer is there twice, or two runs answered different items.
    """
    _check_runs(runs)
    found: dict[Cell, dict[tuple[Arm, int], dict[str, Judged]]] = {}
    for run in runs:
        for answer in _pick(run.answers):
            cell = Cell(_ABILITIES[answer.benchmark], answer.answer_type, answer.metric, answer.condition)
            answers = found.setdefault(cell, {}).setdefault((run.arm, run.seed), {})
            if answer.record_key in answers:
                raise AblationError(f"{_name(run.arm, run.seed)}: {answer} is there twice; give each answer once")
            answers[answer.record_key] = answer
    abilities, types = list(Ability), list(AnswerType)
    order = sorted(
        found,
        key=lambda cell: (abilities.index(cell.ability), types.index(cell.answer_type), CONDITIONS.index(cell.condition)),
    )
    return {cell: _align(cell, found[cell], runs) for cell in order}


def _check_runs(runs: Sequence[AblationRun]) -> None:
    named = [(run.arm, run.seed) for run in runs]
    if repeated := next((one for one in named if named.count(one) > 1), None):
        raise AblationError(f"{_name(*repeated)} is there twice; give each run once")
    if runs and Arm.FULL not in {run.arm for run in runs}:
        raise AblationError(f"no run on all data ({Arm.FULL}), which every arm is held against; train it, too")


def _pick(answers: Iterable[Judged]) -> Iterable[Judged]:
    return (
        answer
        for answer in answers
        if answer.benchmark in _ABILITIES and answer.view is View.AS_PUBLISHED and answer.condition in CONDITIONS
    )


def _align(cell: Cell, answers: Mapping[tuple[Arm, int], Mapping[str, Judged]], runs: Sequence[AblationRun]) -> CellAnswers:
    present = [(run.arm, run.seed) for run in runs if (run.arm, run.seed) in answers]
    lacking = [(run.arm, run.seed) for run in runs if (run.arm, run.seed) not in answers]
    if lacking and cell.condition is Condition.SIGHTED:
        raise AblationError(
            f"{_name(*lacking[0])}: no answers on {cell.ability} ({cell.answer_type}, {cell.metric}), which "
            f"{_name(*present[0])} has; let every run answer the same benchmark, scored by one preset"
        )
    units = {key: answer.unit for key, answer in answers[present[0]].items()}
    for run in present[1:]:
        others = {key: answer.unit for key, answer in answers[run].items()}
        if others != units:
            raise AblationError(
                f"{_name(*run)}: {len(others):,} items on {cell.ability} ({cell.answer_type}, {cell.condition}), of them "
                f"{len(others.items() & units.items()):,} of the {len(units):,} of {_name(*present[0])}; let every run answer "
                "the same version of the benchmark"
            )
    keys = sorted(units)
    values = np.array([[answers[run][key].value for key in keys] for run in present], dtype=float)
    arms, seeds = zip(*present, strict=True)
    return CellAnswers(arms, seeds, values, tuple(units[key] for key in keys))


def _name(arm: Arm, seed: int) -> str:
    return f"run {arm}, seed {seed}"
