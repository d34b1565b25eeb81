"""Which candidates are taken, in pandas: few per unit, no answer too often, no sub-task too large.

Example:
    >>> sorted(select_groups.__annotations__)
    ['candidates', 'hashes', 'return', 'settings']
"""

from collections.abc import Callable, Mapping

import pandas as pd

from benchmarks.hashes import HashBook
from pipelines.choices import Grouping
from pipelines.grouping.label_caps import cap_labels, cap_total

_SUBTASK = ["subtask", "split"]
_ANSWER = [*_SUBTASK, "answer"]


def select_groups(candidates: pd.DataFrame, settings: Grouping, hashes: HashBook) -> tuple[pd.DataFrame, pd.Series]:
    """Return the candidates that are taken, in the order of their draw, and the fate of every candidate."""
    free = candidates[candidates["fate"].isna()]
    free = free.assign(draw=hashes.draw((free["subtask"] + "|" + free["anchor"]).tolist())).sort_values("draw")
    # Of EMBED's rules none has both an answer in words and something asked: the answers of a sub-task are balanced as one.
    free["answer"] = free["label"].fillna(free["asked"]).fillna("")
    free["unit"] = free.groupby(["subject_id", "first_study", "other_study"], dropna=False, sort=False).ngroup()
    free["frequency"] = free.groupby(_ANSWER, sort=False)["draw"].transform("size")
    free["nth"] = free.sort_values(["frequency", "draw"]).groupby(["unit", "subtask"], sort=False).cumcount()
    free["in_unit"] = free.sort_values(["nth", "draw"]).groupby("unit", sort=False).cumcount()
    within_unit = free[free["in_unit"] < settings.max_groups_per_unit]
    balanced = _cap_answers(within_unit, lambda counts: cap_labels(counts, settings.max_label_excess))
    taken = _cap_answers(balanced, lambda counts: cap_total(counts.values(), settings.max_groups_per_subtask))
    fates = candidates["fate"].copy()
    fates.loc[free.index] = "unit_cap"
    fates.loc[within_unit.index] = "label_balance"
    fates.loc[balanced.index] = "subtask_cap"
    fates.loc[taken.index] = "taken"
    return taken, fates


def _cap_answers(free: pd.DataFrame, find_cap: Callable[[Mapping[str, int]], int]) -> pd.DataFrame:
    """Keep of each answer as many as the cap of its sub-task and split allows, every unit once before any twice."""
    caps: dict[tuple[str, str], int] = {
        key: find_cap(of_key["answer"].value_counts().to_dict()) for key, of_key in free.groupby(_SUBTASK)
    }
    free = free.assign(nth=free.groupby([*_ANSWER, "unit"], sort=False).cumcount())
    place = free.sort_values(["nth", "draw"]).groupby(_ANSWER, sort=False).cumcount()
    placed = free.assign(place=place).join(pd.Series(caps, name="cap").rename_axis(_SUBTASK), on=_SUBTASK)
    return placed.loc[placed["place"] < placed["cap"], free.columns]
