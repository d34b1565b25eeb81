"""What became of all other groups and images, in pandas: the plan, and the images without a group.

Example:
    >>> sorted(count_fates.__annotations__)
    ['candidates', 'fates', 'return']
"""

import numpy as np
import pandas as pd
import pyarrow as pa

from benchmarks.grouping_in_pandas.candidates import IMAGES
from pipelines import tables
from pipelines.vocabulary import Source

_DETAILS = {
    "no_split": "its subject has no split; draw the splits from the same studies",
    "not_taken": "groups could be made of it; the limits of the settings took others",
    "contested": "the source files its pixels under another study, side, view or sequence too: what it shows cannot be told",
    "no_partner": "no rule of its source makes a group of it with another image",
}


def count_fates(candidates: pd.DataFrame, fates: pd.Series) -> pa.Table:
    """Return the rows of groups/plan: candidates by sub-task, split, what is asked, answer and fate."""
    keys = ["subtask", "split", "asked", "label", "fate"]
    counts = candidates.assign(fate=fates).groupby(keys, dropna=False, sort=False).size().reset_index(name="n_groups")
    counts = counts.sort_values(keys).assign(source=Source.EMBED.value)
    schema = tables.PLANNED_COUNTS.schema
    return pa.Table.from_pandas(counts[schema.names], schema, preserve_index=False)


def list_ungrouped(images: pd.DataFrame, candidates: pd.DataFrame, grouped: pd.Series) -> pa.Table:
    """Return one rejection per image that stands in no group, ordered by image_id."""
    # Merged, where `isin` reads as well: on texts that Arrow holds it takes ten times as long.
    possible = pd.concat([candidates[name].dropna() for name in IMAGES]).drop_duplicates()
    images = images.merge(grouped.drop_duplicates().to_frame("image_id").assign(is_grouped=True), on="image_id", how="left")
    left = images[images["is_grouped"].isna()].sort_values("image_id")
    left = left.merge(possible.to_frame("image_id").assign(is_possible=True), on="image_id", how="left")
    case = np.select(
        [~left["has_split"], left["duplicate_of"].notna(), left["is_possible"].notna(), left["is_contested"]],
        ["no_split", "image_duplicate", "not_taken", "contested"],
        "no_partner",
    )
    case = pd.Series(case, left.index, "str")
    twins = "its pixels equal those of " + left["duplicate_of"] + ", which stands for both"
    rejected = pd.DataFrame(
        {
            "source": Source.EMBED.value,
            "stage": "group",
            "item": left["image_id"],
            "reason": case.replace({"contested": "image_duplicate"}),
            "detail": case.map(_DETAILS).fillna(twins),
            "unit": "image",
        }
    )
    schema = tables.REJECTIONS.schema
    return pa.Table.from_pandas(rejected[schema.names], schema, preserve_index=False)
