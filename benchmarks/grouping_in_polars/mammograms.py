"""What the rules read, in polars: one mammogram per view of a breast, assessments, and the visits around each visit.

The rules themselves are those of `pipelines.grouping.embed`, whose texts say what is meant.

Example:
    >>> sorted(Mammograms.__annotations__)
    ['assessments', 'density', 'facts', 'images', 'usable', 'views', 'visits']
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from polars import col

from benchmarks.hashes import HashBook
from pipelines.choices import Grouping

BREAST = ["study_id", "laterality"]
VIEW = [*BREAST, "view"]
_VIEWS = {"CC": "CC", "XCCL": "CC", "XCCM": "CC", "ML": "ML", "LM": "ML", "MLO": "MLO"}
_MALIGNANT = ["S", "M", "K"]


@dataclass(frozen=True)
class Mammograms:
    """Frames that several rules read."""

    images: pl.DataFrame  # all: image_id, duplicate_of, is_contested, split
    usable: pl.DataFrame  # the images that can stand for a view
    views: pl.DataFrame  # one row per study, laterality and view: ids by type, draw, projection, day, split
    assessments: pl.DataFrame  # one row per assessed breast of a study: birads, is_suspicious
    facts: pl.DataFrame  # study_id, laterality, code, value
    density: pl.DataFrame  # study_id, code, value
    visits: pl.DataFrame  # assessments in time, with those before and the next one


def read_mammograms(found: Mapping[str, Path], settings: Grouping, hashes: HashBook) -> Mammograms:
    """Read the Parquet files of the tables and prepare what the rules need."""
    labels = pl.scan_parquet(found["labels"]).select("study_id", "target", "target_ids", "code", "value", "quality")
    of_breasts = labels.filter(col("target") == "breast").with_columns(laterality=col("target_ids").list.first())
    of_studies = labels.filter(col("target") == "study", col("code") == "breast_density")
    is_displaced = (col("target") == "image") & (col("code") == "implant_displaced") & (col("value") == "yes")
    displaced = labels.filter(is_displaced).select(source_image_id=col("target_ids").explode()).unique()
    times = _scan_times(found["studies"])
    assessments = _assess(of_breasts.filter(col("code") == "birads")).collect()
    images = _scan_images(found["images"], pl.scan_parquet(found["splits"]).select("subject_id", "split")).collect()
    usable = _keep_usable(images.lazy(), times, displaced).collect()
    return Mammograms(
        images=images.select("image_id", "duplicate_of", "is_contested", "split"),
        usable=usable.select("image_id", "source_image_id", "subject_id", "study_id", "view", "laterality", "day"),
        views=_gather_views(usable, hashes),
        assessments=assessments,
        facts=of_breasts.select(*BREAST, "code", "value").unique().collect(),
        density=of_studies.select("study_id", "code", "value").unique().collect(),
        visits=_link_visits(assessments.lazy().join(times, on="study_id"), settings.min_visit_gap_days),
    )


def _scan_times(path: Path) -> pl.LazyFrame:
    studies = pl.scan_parquet(path).select(
        "study_id",
        "subject_id",
        "visit",
        date=(col("date").str.to_date("%Y-%m-%d", strict=False) - pl.date(1900, 1, 1)).dt.total_days(),
        week=7 * col("week"),
        age=(col("age_years") * 365.25).round(mode="half_away_from_zero").cast(pl.Int64),
    )
    # A subject's visits are timed by the first clock that tells any of them.
    is_dated, is_in_weeks = (col(clock).is_not_null().any().over("subject_id") for clock in ("date", "week"))
    return studies.select(
        "study_id", "subject_id", "visit", day=pl.when(is_dated).then("date").when(is_in_weeks).then("week").otherwise("age")
    )


def _assess(birads: pl.LazyFrame) -> pl.LazyFrame:
    is_both = (col("quality") == "both_sides").fill_null(False).any()
    found = birads.group_by(BREAST).agg(
        low=col("value").min(), high=col("value").max(), is_suspicious=col("value").is_in(_MALIGNANT).any(), is_both=is_both
    )
    is_clear = col("low").is_in(["A", "N", "B", "P"]) | (col("low").is_in(_MALIGNANT) & ~col("is_both"))
    return found.select(*BREAST, "is_suspicious", birads=pl.when((col("low") == col("high")) & is_clear).then("low"))


def _scan_images(path: Path, splits: pl.LazyFrame) -> pl.LazyFrame:
    """Return all images, told whether their twins in the source contradict what they are said to show."""
    said = ["study_id", "laterality", "view", "sequence"]
    columns = ["image_id", "source_image_id", "source_path", "subject_id", *said, "image_type", "duplicate_of"]
    images = pl.scan_parquet(path).select(columns)
    twins = images.filter(col("duplicate_of").is_not_null()).select("duplicate_of", *said)
    pairs = twins.join(images.select("image_id", *said), left_on="duplicate_of", right_on="image_id", suffix="_kept")
    contradicts = pl.any_horizontal(col(name).ne_missing(col(f"{name}_kept")) for name in said)
    contested = pairs.filter(contradicts).select(image_id="duplicate_of", is_contested=True).unique()
    return images.join(contested, on="image_id", how="left").join(splits, on="subject_id", how="left")


def _keep_usable(images: pl.LazyFrame, times: pl.LazyFrame, displaced: pl.LazyFrame) -> pl.LazyFrame:
    usable = images.with_columns(col("image_type").fill_null("unknown")).filter(
        col("duplicate_of").is_null(),
        col("is_contested").is_null(),
        col("split").is_not_null(),
        col("laterality").is_in(["L", "R"]),
        col("view").is_in(list(_VIEWS)),
        col("image_type").is_in(["2d", "c_view", "unknown"]),
    )
    timed = usable.join(times.select("study_id", "day"), on="study_id", how="left")
    marked = timed.join(displaced.with_columns(is_displaced=True), on="source_image_id", how="left")
    is_displaced = col("is_displaced").fill_null(False)
    return marked.filter(~is_displaced | is_displaced.all().over(VIEW)).drop("is_displaced")


def _gather_views(images: pl.DataFrame, hashes: HashBook) -> pl.DataFrame:
    """Return one row per view, with the first image of each type beside one another and the one that stands for the view."""
    firsts = {
        name: col("image_id").filter(col("image_type") == image_type).first()
        for image_type, name in {"2d": "full_field_id", "c_view": "c_view_id", "unknown": "untyped_id"}.items()
    }
    views = (
        images.sort("source_path", "image_id")
        .group_by(VIEW, maintain_order=True)
        .agg(col("subject_id", "split", "day").first(), **firsts)
    )
    views = views.with_columns(
        image_id=pl.coalesce("full_field_id", "c_view_id", "untyped_id"), projection=col("view").replace_strict(_VIEWS)
    )
    return views.with_columns(draw=pl.Series(hashes.draw(views["image_id"].to_list())))


def _link_visits(visits: pl.LazyFrame, gap: int) -> pl.DataFrame:
    """Tell each assessed visit of a breast the next one and the ones of the two episodes before."""
    breast = ["subject_id", "laterality"]
    ordered = visits.filter(col("day").is_not_null()).sort("day", "visit", "study_id", nulls_last=True)
    linked = ordered.with_columns(
        next_study_id=col("study_id").shift(-1).over(breast),
        next_birads=col("birads").shift(-1).over(breast),
        days_to_next=col("day").shift(-1).over(breast) - col("day"),
        latest_day=col("day") - gap,
    )
    earlier = ordered.select(*breast, "day", before_id="study_id", birads_before="birads")
    # Of equal days join_asof takes the last row, as the order of visits wants it.
    linked = linked.join_asof(
        earlier, left_on="latest_day", right_on="day", by=breast, suffix="_before", check_sortedness=False
    ).with_columns(before_id=pl.when(col("birads_before").is_not_null()).then("before_id"))
    before_that = linked.select("laterality", before_id="study_id", before_that_id="before_id")
    return linked.join(before_that, on=["before_id", "laterality"], how="left").collect()
