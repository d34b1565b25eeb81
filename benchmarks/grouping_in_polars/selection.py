"""Which candidates are taken, in polars: few per unit, no answer too often, no sub-task too large.

Example:
    >>> sorted(select_groups.__annotations__)
    ['candidates', 'hashes', 'return', 'settings']
"""

from collections.abc import Callable, Mapping

import polars as pl
from polars import col

from benchmarks.hashes import HashBook
from pipelines.choices import Grouping
from pipelines.grouping.label_caps import cap_labels, cap_total

_SUBTASK = ["subtask", "split"]
_ANSWER = [*_SUBTASK, "answer"]


def select_groups(candidates: pl.DataFrame, settings: Grouping, hashes: HashBook) -> tuple[pl.DataFrame, pl.Series]:
    """Return the candidates that are taken, in the order of their draw, and the fate of every candidate."""
    candidates = candidates.with_row_index("row")
    free = candidates.filter(col("fate").is_null())
    texts = free.select(pl.concat_str("subtask", "anchor", separator="|")).to_series()
    # Narrow rows, because they are sorted often. Of EMBED's rules none has both an answer in words and something asked:
    # the answers of a sub-task are balanced as one.
    narrow = free.lazy().select(
        col(_SUBTASK).cast(pl.Categorical),
        answer=pl.coalesce("label", "asked", pl.lit("")).cast(pl.Categorical),
        unit=pl.concat_str("subject_id", col("unit_studies").list.join("|"), separator="|").rank("dense"),
        draw=pl.Series(hashes.draw(texts.to_list())),
        row="row",
    )
    ordered = narrow.sort("draw").with_columns(frequency=pl.len().over(_ANSWER))
    ranked = ordered.sort("frequency", "draw").with_columns(nth=pl.int_range(pl.len()).over("unit", "subtask"))
    in_unit = pl.int_range(pl.len()).over("unit")
    within_unit = ranked.sort("nth", "draw").filter(in_unit < settings.max_groups_per_unit).sort("draw").collect()
    balanced = _cap_answers(within_unit, lambda counts: cap_labels(counts, settings.max_label_excess))
    taken = _cap_answers(balanced, lambda counts: cap_total(counts.values(), settings.max_groups_per_subtask))
    fates = candidates["fate"].fill_null("unit_cap")
    for kept, fate in ((within_unit, "label_balance"), (balanced, "subtask_cap"), (taken, "taken")):
        fates = fates.scatter(kept["row"], fate)
    return candidates[taken["row"]].drop("row"), fates


def _cap_answers(free: pl.DataFrame, find_cap: Callable[[Mapping[str, int]], int]) -> pl.DataFrame:
    """Keep of each answer as many as the cap of its sub-task and split allows, every unit once before any twice."""
    counts = free.group_by(_ANSWER).len()
    caps = pl.DataFrame(
        [(*key, find_cap(dict(of_key.select("answer", "len").iter_rows()))) for key, of_key in counts.group_by(_SUBTASK)],
        {"subtask": pl.Categorical, "split": pl.Categorical, "cap": pl.Int64},
        orient="row",
    )
    ranked = free.lazy().with_columns(nth=pl.int_range(pl.len()).over(*_ANSWER, "unit")).sort("nth", "draw")
    placed = ranked.with_columns(place=pl.int_range(pl.len()).over(_ANSWER)).join(caps.lazy(), on=_SUBTASK)
    return placed.filter(col("place") < col("cap")).drop("nth", "place", "cap").sort("draw").collect()
