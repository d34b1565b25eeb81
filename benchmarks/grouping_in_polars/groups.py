"""EMBED's groups from its tables, in polars: images in order, facts, keys.

Example:
    >>> sorted(group_in_polars.__annotations__)
    ['found', 'hashes', 'return', 'settings']
"""

from collections.abc import Mapping
from pathlib import Path

import polars as pl
import pyarrow as pa
from polars import col

from benchmarks.grouping_in_polars.candidates import list_candidates
from benchmarks.grouping_in_polars.mammograms import BREAST, Mammograms, read_mammograms
from benchmarks.grouping_in_polars.rest import count_fates, list_ungrouped
from benchmarks.grouping_in_polars.selection import select_groups
from benchmarks.hashes import HashBook
from pipelines import tables
from pipelines.choices import Grouping
from pipelines.grouping.embed.rules import RULES
from pipelines.vocabulary import ImageOrder, Source, SubTask

_SHUFFLED = [rule.subtask.value for rule in RULES.rules if rule.order is ImageOrder.SHUFFLED]
_ROLES = pl.DataFrame(
    {
        "subtask": [
            SubTask.SUSPICIOUS_IMAGE,
            SubTask.VIEW_IDENTIFICATION,
            SubTask.TWO_VIEW_ASSESSMENT,
            SubTask.NEXT_ASSESSMENT,
        ],
        "role": [["asked", "beside", "beside"], ["asked", "beside", "beside"], ["cc_view", "mlo_view"], ["earlier_visit"] * 3],
    },
    {"subtask": pl.String, "role": pl.List(pl.String)},
)
_OF_RULES = pl.DataFrame(
    [(rule.subtask.value, rule.origin.value, rule.ability.value, rule.why, rule.order.value) for rule in RULES.rules],
    ["subtask", "origin", "ability", "rule", "order"],
    orient="row",
)
_FACT_ORDER = ["group", "image_index", "code", "value", "said_by"]


def group_in_polars(found: Mapping[str, Path], settings: Grouping, hashes: HashBook) -> dict[str, pa.Table]:
    """Return the groups, ordered by group_id, the plan and the images without a group."""
    mammograms = read_mammograms(found, settings, hashes)
    candidates = list_candidates(mammograms, settings)
    taken, fates = select_groups(candidates, settings, hashes)
    taken = _place_asked(taken, hashes)
    images = _order_images(taken, hashes).join(mammograms.usable, on="image_id").sort("group", "image_index")
    facts = _collect_facts(images, mammograms)
    is_synthetic = pl.scan_parquet(found["studies"]).select(col("is_synthetic").any()).collect().item()
    groups = _nest(taken.with_columns(is_synthetic=pl.lit(is_synthetic)).join(_OF_RULES, on="subtask"), images, facts, hashes)
    return {
        "groups": groups.to_arrow(compat_level=pl.CompatLevel.oldest()).cast(tables.IMAGE_GROUPS.schema),
        "plan": count_fates(candidates, fates),
        "ungrouped": list_ungrouped(mammograms.images, candidates, images["image_id"]),
    }


def _place_asked(taken: pl.DataFrame, hashes: HashBook) -> pl.DataFrame:
    """Number the groups, and give the asked image of shuffled ones each place equally often."""
    taken = taken.with_row_index("group").with_columns(size=col("image_ids").list.len())
    taken = taken.with_columns(stratum=pl.concat_str("subtask", "split", "size", col("asked").fill_null("")))
    strata = taken["stratum"].unique(maintain_order=True)
    start = pl.Series(hashes.draw(strata.to_list()) % 6)
    nth = pl.int_range(1, pl.len() + 1).over("stratum")  # in the order of their draw, as selection left them
    place = (nth + col("stratum").replace_strict(strata, start)) % col("size")
    return taken.with_columns(place=pl.when(col("subtask").is_in(_SHUFFLED)).then(place.cast(pl.Int64)))


def _order_images(taken: pl.DataFrame, hashes: HashBook) -> pl.DataFrame:
    """Return one row per image of a group: its index and its role."""
    listed = taken.join(_ROLES, on="subtask").with_columns(col("role").list.head(col("size")))
    images = listed.select("group", "subtask", "anchor", "place", "role", image_id="image_ids").explode("role", "image_id")
    kept = images.filter(col("place").is_null()).with_columns(image_index=pl.int_range(pl.len()).over("group"))
    asked = images.filter(col("place").is_not_null() & (col("role") == "asked")).with_columns(image_index="place")
    others = images.filter(col("place").is_not_null() & (col("role") != "asked"))
    texts = others.select(pl.concat_str("anchor", "image_id", separator="|")).to_series()
    others = others.with_columns(draw=pl.Series(hashes.draw(texts.to_list()))).sort("draw")
    rank = pl.int_range(pl.len()).over("group")
    others = others.with_columns(image_index=rank + (rank >= col("place"))).drop("draw")
    return pl.concat([kept, asked, others])


def _collect_facts(images: pl.DataFrame, found: Mammograms) -> pl.DataFrame:
    """Return the facts of all groups in their order: of each image, then of the visit that is not shown."""
    columns = ["group", "image_index", "said_by", "code", "value"]
    shown = images.lazy()
    subtask, code = col("subtask"), col("code")
    is_asked = (code == "birads") | ((code == "path_severity") & (subtask == SubTask.SUSPICIOUS_IMAGE.value))
    of_breasts = shown.filter(subtask != SubTask.VIEW_IDENTIFICATION.value).join(found.facts.lazy(), on=BREAST).filter(is_asked)
    of_studies = shown.filter(subtask == SubTask.TWO_VIEW_ASSESSMENT.value).join(found.density.lazy(), on="study_id")
    by_study = [part.with_columns(said_by="study_id") for part in (of_breasts, of_studies)]
    of_files = (
        shown.filter(subtask == SubTask.VIEW_IDENTIFICATION.value)
        .select("group", "image_index", "view", "laterality", said_by="source_image_id")
        .unpivot(["view", "laterality"], index=["group", "image_index", "said_by"], variable_name="code", value_name="value")
    )
    last = shown.filter(subtask == SubTask.NEXT_ASSESSMENT.value).unique("group", keep="last", maintain_order=True)
    days = col("days_to_next").cast(pl.String)
    hidden = (
        last.select("group", *BREAST)
        .join(found.visits.lazy(), on=BREAST)
        .select(
            "group",
            pl.lit(None, pl.Int64).alias("image_index"),
            said_by="next_study_id",
            birads="next_birads",
            days_after_last_visit=days,
        )
        .unpivot(
            ["birads", "days_after_last_visit"],
            index=["group", "image_index", "said_by"],
            variable_name="code",
            value_name="value",
        )
    )
    facts = pl.concat([part.select(columns) for part in (*by_study, of_files, hidden)])
    return facts.sort(_FACT_ORDER, nulls_last=True).collect()


def _nest(taken: pl.DataFrame, images: pl.DataFrame, facts: pl.DataFrame, hashes: HashBook) -> pl.DataFrame:
    """Return the groups with their images and facts as lists, ordered by group_id."""
    listed = (
        images.lazy()
        .group_by("group", maintain_order=True)
        .agg(image_ids="image_id", subject_ids="subject_id", roles="role", days_since_first=col("day") - col("day").min())
    )
    stated = facts.lazy().group_by("group", maintain_order=True).agg(facts=pl.struct("image_index", "said_by", "code", "value"))
    groups = taken.lazy().drop("image_ids").join(listed, on="group").join(stated, on="group").collect()
    texts = groups.select(
        group=pl.format('["{}",["{}"],["{}"]]', "subtask", col("image_ids").list.join('","'), "anchor"),
        unit=pl.format('["{}",["{}"]]', "subject_id", col("unit_studies").list.join('","')),
    )
    return (
        groups.select(
            pl.exclude("group", "label"),
            label=pl.coalesce("label", (col("place") + 1).cast(pl.String)),
            group_id=pl.Series(hashes.mint("group", texts["group"].to_list())),
            unit_id=pl.Series(hashes.mint("unit", texts["unit"].to_list())),
            source=pl.lit(Source.EMBED.value),
        )
        .select(tables.IMAGE_GROUPS.schema.names)
        .sort("group_id")
    )
