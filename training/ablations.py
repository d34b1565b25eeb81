"""Which records an ablation trains on: the paper's Fig. 4 (abilities, composed data, amount; arXiv 2505.19031) as values.

A share is drawn by the independent unit, so that no visit pair is half in and half out, and within each ability and origin,
so that less data is not other data: units stand in the order of a seeded hash, and a share takes the first of them. Thus a
quarter of the data is a part of the half, whatever else a run leaves out.

Example:
    >>> name_run("tiny", Ablation.WITHOUT_TEMPORAL), parse_run("tiny-data_25")
    ('tiny-without_temporal', ('tiny', <Ablation.DATA_25: 'data_25'>))
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any

from pipelines.keys import digest
from pipelines.records import DatasetRecord
from pipelines.vocabulary import Ability, AnswerType, Origin, Split
from training.recipe import Recipe
from training.recipe_parts import Data


class AblationError(ValueError):
    """A run's name that names no ablation, or an ablation that a recipe cannot take."""


class Ablation(StrEnum):
    """What a run leaves out of its recipe's records. All of the data is FULL."""

    FULL = "full"
    WITHOUT_TEMPORAL = "without_temporal"
    WITHOUT_REASONING = "without_reasoning"
    WITHOUT_COMPARISON = "without_comparison"
    WITHOUT_COREFERENCE = "without_coreference"
    WITHOUT_COMPOSED = "without_composed"
    DATA_0 = "data_0"
    DATA_25 = "data_25"
    DATA_50 = "data_50"
    DATA_75 = "data_75"


class LeftOut(StrEnum):
    """Why a record is not trained on; where several hold, the first."""

    NOT_FOR_TRAINING = "not_for_training"  # of a held-in or held-out subject
    TOO_MANY_IMAGES = "too_many_images"  # more than data.max_images
    ABILITY = "ability"  # data.leave_out
    COMPOSED = "composed"  # data.composed = false
    OPEN_QUESTION = "open_question"  # data.open_questions = false
    SHARE = "share"  # its unit is beyond data.share


@dataclass(frozen=True)
class Chosen:
    """The records of a run in the order they came, and how many were left out and why; together they are all that came."""

    records: tuple[DatasetRecord, ...]
    left_out: tuple[tuple[LeftOut, int], ...]  # reasons that occur, in the order of LeftOut

    @property
    def n_left_out(self) -> int:
        """Records that came and are not trained on."""
        return sum(n for _, n in self.left_out)


_Kind = tuple[Ability, Origin]


def name_run(recipe_name: str, ablation: Ablation) -> str:
    """Return the name of a run: the recipe's, and the ablation's behind a hyphen unless it is FULL."""
    return recipe_name if ablation is Ablation.FULL else f"{recipe_name}-{ablation.value}"


def parse_run(run: str) -> tuple[str, Ablation]:
    """Return the recipe's name and the ablation of a run's name; AblationError where there is no such ablation."""
    recipe_name, hyphen, ablation = run.partition("-")
    try:
        return recipe_name, Ablation(ablation) if hyphen else Ablation.FULL
    except ValueError:
        known = ", ".join(Ablation)
        raise AblationError(f"run {run!r}: {ablation!r} is no ablation; behind the hyphen write one of {known}") from None


def apply_ablation(recipe: Recipe, ablation: Ablation) -> Recipe:
    """Return the recipe with the ablation as values of `data`; a share is of what the recipe itself takes.

    Raises:
        AblationError: the recipe leaves out another ability already, and it can leave out one.
    """
    changes = _change_data(recipe.data, ablation)
    if "leave_out" in changes and recipe.data.leave_out not in (None, changes["leave_out"]):
        raise AblationError(
            f"recipe {recipe.name}: data.leave_out is {recipe.data.leave_out!r}, {ablation.value} would be a second ability; "
            "take the ablation of a recipe that leaves out none"
        )
    return recipe.model_copy(update={"data": recipe.data.model_copy(update=changes)})


def choose_records(rows: Iterable[DatasetRecord], data: Data, seed: int) -> Chosen:
    """Return the records that a run trains on.

    Args:
        rows: of dataset/instructions; their order is kept.
        data: which of them are wanted. Of n units of an ability and origin, ceil(share x n) are kept: no kind vanishes from a
            small data set unless share is 0.
        seed: of the order of units; with the same seed a smaller share is a part of a larger one.
    """
    rows = tuple(rows)
    kept_units = _draw_units(rows, data.share, seed)
    chosen: list[DatasetRecord] = []
    reasons: Counter[LeftOut] = Counter()
    for row in rows:
        reason = _find_reason(row, data, kept_units)
        if reason is None:
            chosen.append(row)
        else:
            reasons[reason] += 1
    return Chosen(tuple(chosen), tuple((reason, reasons[reason]) for reason in LeftOut if reasons[reason]))


def _change_data(data: Data, ablation: Ablation) -> dict[str, Any]:
    """Read the ablation's value as `<change>_<what>`: both words are the vocabulary's."""
    if ablation is Ablation.FULL:
        return {}
    change, _, what = ablation.value.partition("_")
    if change == "data":
        return {"share": data.share * int(what) / 100}
    return {"composed": False} if what == "composed" else {"leave_out": Ability(what)}


def _draw_units(rows: Sequence[DatasetRecord], share: float, seed: int) -> dict[_Kind, frozenset[str]]:
    """The hash is of the unit alone: one that has questions of two abilities comes early, or late, in both."""
    units: dict[_Kind, set[str]] = {}
    for row in rows:
        if row.split is Split.TRAIN:
            units.setdefault((row.ability, row.origin), set()).add(row.unit_id)
    exact = Fraction(str(share))  # 0.07 of 100 is 7, not 7.000000000000001
    return {
        kind: frozenset(sorted(members, key=lambda unit: digest(("share", seed, unit)))[: math.ceil(exact * len(members))])
        for kind, members in units.items()
    }


def _find_reason(row: DatasetRecord, data: Data, kept_units: dict[_Kind, frozenset[str]]) -> LeftOut | None:
    if row.split is not Split.TRAIN:
        return LeftOut.NOT_FOR_TRAINING
    if len(row.images) > data.max_images:
        return LeftOut.TOO_MANY_IMAGES
    if row.ability is data.leave_out:
        return LeftOut.ABILITY
    if row.origin is Origin.COMPOSED and not data.composed:
        return LeftOut.COMPOSED
    if row.answer_type is AnswerType.OPEN and not data.open_questions:
        return LeftOut.OPEN_QUESTION
    return None if row.unit_id in kept_units[row.ability, row.origin] else LeftOut.SHARE
