"""What became of all other groups and images, in polars: the plan, and the images without a group.

Example:
    >>> sorted(count_fates.__annotations__)
    ['candidates', 'fates', 'return']
"""

import polars as pl
import pyarrow as pa
from polars import col

from pipelines import tables
from pipelines.vocabulary import Source

_DETAILS = {
    "no_split": "its subject has no split; draw the splits from the same studies",
    "not_taken": "groups could be made of it; the limits of the settings took others",
    "contested": "the source files its pixels under another study, side, view or sequence too: what it shows cannot be told",
    "no_partner": "no rule of its source makes a group of it with another image",
}


def count_fates(candidates: pl.DataFrame, fates: pl.Series) -> pa.Table:
    """Return the rows of groups/plan: candidates by sub-task, split, what is asked, answer and fate."""
    keys = ["subtask", "split", "asked", "label", "fate"]
    counts = candidates.lazy().with_columns(fate=fates).group_by(keys).agg(n_groups=pl.len())
    counts = counts.sort(keys, nulls_last=True).with_columns(source=pl.lit(Source.EMBED.value)).collect()
    return _to_arrow(counts, tables.PLANNED_COUNTS)


def list_ungrouped(images: pl.DataFrame, candidates: pl.DataFrame, grouped: pl.Series) -> pa.Table:
    """Return one rejection per image that stands in no group, ordered by image_id."""
    left = images.lazy().join(grouped.to_frame().lazy(), on="image_id", how="anti")
    possible = candidates.lazy().select(image_id=col("image_ids").explode(), is_possible=True).unique()
    case = (
        pl.when(col("split").is_null())
        .then(pl.lit("no_split"))
        .when(col("duplicate_of").is_not_null())
        .then(pl.lit("image_duplicate"))
        .when("is_possible")
        .then(pl.lit("not_taken"))
        .when("is_contested")
        .then(pl.lit("contested"))
        .otherwise(pl.lit("no_partner"))
    )
    twins = pl.format("its pixels equal those of {}, which stands for both", "duplicate_of")
    rejected = left.join(possible, on="image_id", how="left").with_columns(case=case).sort("image_id")
    rejected = rejected.select(
        source=pl.lit(Source.EMBED.value),
        stage=pl.lit("group"),
        item="image_id",
        reason=col("case").replace("contested", "image_duplicate"),
        detail=pl.coalesce(col("case").replace_strict(_DETAILS, default=None), twins),
        unit=pl.lit("image"),
    )
    return _to_arrow(rejected.collect(), tables.REJECTIONS)


def _to_arrow(rows: pl.DataFrame, table: tables.Table) -> pa.Table:
    return rows.select(table.schema.names).to_arrow(compat_level=pl.CompatLevel.oldest()).cast(table.schema)
