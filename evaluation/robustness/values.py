"""Scores of one model by item, clean and under each corruption, aligned and checked before anything is measured.

Example:
    >>> items = [RobustnessItem("b", "unit-1", "x_ray"), RobustnessItem("a", "unit-2", "mri")]
    >>> variants = {(Corruption.JPEG, level): {"a": 1.0, "b": 0.0} for level in LEVELS}
    >>> values = align_values(items, {"a": 1.0, "b": 0.5}, variants, None)
    >>> values.clean.tolist(), values.select("mri").clean.tolist()
    ([1.0, 0.5], [1.0])
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evaluation.corruptions.kinds import LEVELS, Corruption, name_variant
from pipelines.vocabulary import Modality

ALL_MODALITIES, MIXED, UNKNOWN = "all", "mixed", "unknown"
_SHOWN = 5

Variant = tuple[Corruption, int]
Scores = NDArray[np.float64]


class RobustnessError(ValueError):
    """Values that make no curve; says which variant lacks what."""


@dataclass(frozen=True, slots=True)
class RobustnessItem:
    """One item that was answered clean and under each corruption."""

    key: str
    unit: str  # independent unit
    modality: str  # as `name_modality` says


@dataclass(frozen=True)
class AlignedValues:
    """Scores 0-1 of n items in one order."""

    units: tuple[str, ...]
    modalities: tuple[str, ...]
    clean: Scores  # (n,)
    levels: Mapping[Corruption, Scores]  # (5, n) each, in the order of `Corruption`
    blind: Scores | None  # (n,)

    def select(self, modality: str) -> "AlignedValues":
        """Return the items of one modality, or all of them."""
        taken = np.array([modality in (ALL_MODALITIES, found) for found in self.modalities])
        return AlignedValues(
            units=tuple(unit for unit, is_taken in zip(self.units, taken, strict=True) if is_taken),
            modalities=tuple(found for found, is_taken in zip(self.modalities, taken, strict=True) if is_taken),
            clean=self.clean[taken],
            levels={kind: values[:, taken] for kind, values in self.levels.items()},
            blind=None if self.blind is None else self.blind[taken],
        )


def name_modality(modalities: Sequence[Modality | None]) -> str:
    """Return the modality of an item by those of its images: their own where they share one, else "mixed" or "unknown"."""
    found = list(dict.fromkeys(modalities))
    if len(found) > 1:
        return MIXED
    return found[0].value if found and found[0] is not None else UNKNOWN


def align_values(
    items: Sequence[RobustnessItem],
    clean: Mapping[str, float],
    corrupted: Mapping[Variant, Mapping[str, float]],
    blind: Mapping[str, float] | None,
) -> AlignedValues:
    """Return scores by item key as arrays in the order of the keys, so that sums are the same in whatever order items come.

    Raises:
        RobustnessError: no items, a key twice, a level missing, or values that do not cover just the items, each 0-1.
    """
    ordered = sorted(items, key=lambda item: item.key)
    keys = [item.key for item in ordered]
    if not keys or len(set(keys)) < len(keys):
        raise RobustnessError(
            f"robustness is measured on items of different keys, got {len(keys)} items of {len(set(keys))} keys; "
            "pass each item once"
        )
    return AlignedValues(
        units=tuple(item.unit for item in ordered),
        modalities=tuple(item.modality for item in ordered),
        clean=_align(keys, clean, "clean"),
        levels={
            kind: np.stack([_align(keys, corrupted[kind, level], name_variant(kind, level)) for level in LEVELS])
            for kind in _find_complete_kinds(corrupted)
        },
        blind=None if blind is None else _align(keys, blind, "blind"),
    )


def _find_complete_kinds(corrupted: Mapping[Variant, Mapping[str, float]]) -> list[Corruption]:
    kinds = [kind for kind in Corruption if any((kind, level) in corrupted for level in LEVELS)]
    missing = [name_variant(kind, level) for kind in kinds for level in LEVELS if (kind, level) not in corrupted]
    if not kinds or missing:
        raise RobustnessError(
            f"a curve needs all levels of a corruption, got {len(corrupted)} variants; "
            f"missing: {', '.join(missing) or 'all'}; run them, or leave the corruption out"
        )
    return kinds


def _align(keys: Sequence[str], values: Mapping[str, float], name: str) -> Scores:
    missing, foreign = [key for key in keys if key not in values], sorted(set(values) - set(keys))
    if missing or foreign:
        raise RobustnessError(
            f"{name}: values must cover just the {len(keys)} items, got {len(missing)} items without one "
            f"({', '.join(missing[:_SHOWN])}) and {len(foreign)} values of no item ({', '.join(foreign[:_SHOWN])}); "
            "answer what is missing, and pass the items that can be judged under every variant"
        )
    found = np.array([values[key] for key in keys], dtype=np.float64)
    if not ((found >= 0) & (found <= 1)).all():
        raise RobustnessError(f"{name}: scores are 0-1, got {found.min()} to {found.max()}; divide percentages by 100")
    return found
