"""What the rules read, in pandas: one mammogram per view of a breast, assessments, and the visits around each visit.

The rules themselves are those of `pipelines.grouping.embed`, whose texts say what is meant.

Example:
    >>> sorted(Mammograms.__annotations__)
    ['assessments', 'density', 'facts', 'images', 'usable', 'views', 'visits']
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.hashes import HashBook
from pipelines.choices import Grouping

BREAST = ["study_id", "laterality"]
VIEW = [*BREAST, "view"]
_VIEWS = {"CC": "CC", "XCCL": "CC", "XCCM": "CC", "ML": "ML", "LM": "ML", "MLO": "MLO"}


@dataclass(frozen=True)
class Mammograms:
    """Frames that several rules read."""

    images: pd.DataFrame  # all: image_id, duplicate_of, is_contested, has_split
    usable: pd.DataFrame  # the images that can stand for a view
    views: pd.DataFrame  # one row per study, laterality and view: ids by type, draw, projection, day, split
    assessments: pd.DataFrame  # one row per assessed breast of a study: birads, is_suspicious
    facts: pd.DataFrame  # study_id, laterality, code, value
    density: pd.DataFrame  # study_id, code, value
    visits: pd.DataFrame  # assessments in time, with those before and the next one


def read_mammograms(found: Mapping[str, Path], settings: Grouping, hashes: HashBook) -> Mammograms:
    """Read the Parquet files of the tables and prepare what the rules need."""
    labels = pd.read_parquet(found["labels"], columns=["study_id", "target", "target_ids", "code", "value", "quality"])
    of_breasts = labels[labels["target"] == "breast"].copy()
    of_breasts["laterality"] = of_breasts["target_ids"].str[0]
    of_studies = labels[(labels["target"] == "study") & (labels["code"] == "breast_density")]
    of_images = labels[(labels["target"] == "image") & (labels["code"] == "implant_displaced") & (labels["value"] == "yes")]
    studies = _read_times(found["studies"])
    assessments = _assess(of_breasts[of_breasts["code"] == "birads"])
    images = _read_images(found["images"])
    splits = pd.read_parquet(found["splits"], columns=["subject_id", "split"])
    images["has_split"] = images["subject_id"].isin(splits["subject_id"])
    usable = _keep_usable(images, splits, studies, of_images["target_ids"].explode())
    return Mammograms(
        images=images[["image_id", "duplicate_of", "is_contested", "has_split"]],
        usable=usable[["image_id", "source_image_id", "subject_id", "study_id", "view", "laterality", "day"]],
        views=_gather_views(usable, hashes),
        assessments=assessments,
        facts=of_breasts[[*BREAST, "code", "value"]].drop_duplicates(),
        density=of_studies[["study_id", "code", "value"]].drop_duplicates(),
        visits=_link_visits(assessments.merge(studies, on="study_id"), settings.min_visit_gap_days),
    )


def _read_times(path: Path) -> pd.DataFrame:
    studies = pd.read_parquet(path, columns=["study_id", "subject_id", "visit", "date", "week", "age_years"])
    dated = (pd.to_datetime(studies["date"], format="%Y-%m-%d", errors="coerce") - pd.Timestamp("1900-01-01")).dt.days
    # Halves of days away from zero, as in SQL, where `round` of pandas goes to the even number.
    clocks = {"date": dated, "week": 7 * studies["week"], "age": np.floor(studies["age_years"] * 365.25 + 0.5)}
    studies["day"] = np.nan
    is_told = pd.Series(False, studies.index)
    for clock in clocks.values():  # a subject's visits are timed by the first clock that tells any of them
        is_of_clock = clock.notna().groupby(studies["subject_id"]).transform("any")
        studies["day"] = studies["day"].mask(is_of_clock & ~is_told, clock.astype("float64"))
        is_told |= is_of_clock
    studies["day"] = studies["day"].astype("Int64")
    return studies.drop(columns=["date", "week", "age_years"])


def _assess(birads: pd.DataFrame) -> pd.DataFrame:
    birads = birads.assign(
        is_suspicious=birads["value"].isin(["S", "M", "K"]), is_both=birads["quality"].eq("both_sides").fillna(False)
    )
    found = birads.groupby(BREAST, as_index=False).agg(
        low=("value", "min"), high=("value", "max"), is_suspicious=("is_suspicious", "any"), is_both=("is_both", "any")
    )
    is_clear = found["low"].isin(["A", "N", "B", "P"]) | (found["low"].isin(["S", "M", "K"]) & ~found["is_both"])
    found["birads"] = found["low"].where((found["low"] == found["high"]) & is_clear)
    return found[[*BREAST, "birads", "is_suspicious"]]


def _read_images(path: Path) -> pd.DataFrame:
    """Return all images, told whether their twins in the source contradict what they are said to show."""
    columns = ["image_id", "source_image_id", "source_path", "subject_id", "study_id", "view", "laterality", "sequence"]
    images = pd.read_parquet(path, columns=[*columns, "image_type", "duplicate_of"])
    said = ["study_id", "laterality", "view", "sequence"]
    twins = images.loc[images["duplicate_of"].notna(), ["duplicate_of", *said]]
    pairs = twins.merge(images[["image_id", *said]], left_on="duplicate_of", right_on="image_id", suffixes=("_twin", ""))
    differs = pd.concat(
        [(pairs[name] != pairs[f"{name}_twin"]) & ~(pairs[name].isna() & pairs[f"{name}_twin"].isna()) for name in said], axis=1
    )
    images["is_contested"] = images["image_id"].isin(pairs.loc[differs.fillna(True).any(axis=1), "image_id"])
    return images


def _keep_usable(images: pd.DataFrame, splits: pd.DataFrame, studies: pd.DataFrame, displaced: pd.Series) -> pd.DataFrame:
    images = images.assign(image_type=images["image_type"].fillna("unknown"))
    images = images[
        images["duplicate_of"].isna()
        & ~images["is_contested"]
        & images["laterality"].isin(["L", "R"])
        & images["view"].isin(list(_VIEWS))
        & images["image_type"].isin(["2d", "c_view", "unknown"])
    ]
    images = images.merge(splits, on="subject_id").merge(studies[["study_id", "day"]], on="study_id", how="left")
    is_displaced = images["source_image_id"].isin(displaced)
    return images[~is_displaced | is_displaced.groupby([images[name] for name in VIEW]).transform("all")]


def _gather_views(images: pd.DataFrame, hashes: HashBook) -> pd.DataFrame:
    """Return one row per view, with the first image of each type beside one another and the one that stands for the view."""
    firsts = images.sort_values(["source_path", "image_id"]).drop_duplicates([*VIEW, "image_type"])
    views = firsts[["subject_id", "split", *VIEW, "day"]].drop_duplicates(VIEW)
    for image_type, name in {"2d": "full_field_id", "c_view": "c_view_id", "unknown": "image_id"}.items():
        of_type = firsts.loc[firsts["image_type"] == image_type, [*VIEW, "image_id"]]
        views = views.merge(of_type.rename(columns={"image_id": name}), on=VIEW, how="left")
    views["image_id"] = views["full_field_id"].fillna(views["c_view_id"]).fillna(views["image_id"])
    views["draw"] = hashes.draw(views["image_id"].tolist())
    views["projection"] = views["view"].map(_VIEWS)
    return views


def _link_visits(visits: pd.DataFrame, gap: int) -> pd.DataFrame:
    """Tell each assessed visit of a breast the next one and the ones of the two episodes before."""
    visits = visits[visits["day"].notna()].astype({"day": "int64"})
    visits = visits.sort_values(["day", "visit", "study_id"], ignore_index=True)
    following = visits.groupby(["subject_id", "laterality"])
    visits["next_study_id"] = following["study_id"].shift(-1)
    visits["next_birads"] = following["birads"].shift(-1)
    visits["days_to_next"] = following["day"].shift(-1) - visits["day"]
    earlier = visits[["subject_id", "laterality", "day", "study_id", "birads"]]
    earlier = earlier.rename(columns={"study_id": "before_id", "birads": "birads_before"})
    visits["latest_day"] = visits["day"] - gap
    # Of equal days merge_asof takes the last row, as the order of visits wants it.
    visits = pd.merge_asof(
        visits, earlier, left_on="latest_day", right_on="day", by=["subject_id", "laterality"], suffixes=("", "_before")
    )
    visits["before_id"] = visits["before_id"].where(visits["birads_before"].notna())
    before_that = visits[[*BREAST, "before_id"]].rename(columns={"study_id": "before_id", "before_id": "before_that_id"})
    return visits.merge(before_that, on=["before_id", "laterality"], how="left").drop(columns=["latest_day", "day_before"])
