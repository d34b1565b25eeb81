"""Every group that the four rules of EMBED could make, in polars: one row each, its images as a list.

Columns: subtask, anchor, subject_id, split, unit_studies, asked, label, image_ids, fate.

Example:
    >>> COLUMNS[-1]
    'fate'
"""

import polars as pl
from polars import col

from benchmarks.grouping_in_polars.mammograms import BREAST, VIEW, Mammograms
from pipelines.choices import Grouping
from pipelines.vocabulary import SubTask

COLUMNS = ["subtask", "anchor", "subject_id", "split", "unit_studies", "asked", "label", "image_ids", "fate"]
Fates = list[tuple[str, pl.Expr]]
_IDS = ["full_field_id", "c_view_id", "image_id"]
_NOTHING = pl.lit(None, pl.String)


def list_candidates(found: Mammograms, settings: Grouping) -> pl.DataFrame:
    """Return the candidates of all rules; `fate` says why a group cannot be made."""
    takes_three = col("draw") % 1000 < round(1000 * settings.three_image_share)
    views = found.views.lazy().with_columns(takes_three=takes_three)
    rules = [
        _find_suspicious(found, views, settings.min_visit_gap_days),
        _identify_views(views),
        _assess_two_views(found, views),
        _forecast(found, views, settings),
    ]
    return pl.concat(pl.collect_all(rules))


def _complete(candidates: pl.LazyFrame, subtask: SubTask, fates: Fates) -> pl.LazyFrame:
    """Give each candidate the first fate that holds; one that has a fate has neither answer nor images."""
    fate = pl.coalesce(pl.when(holds).then(pl.lit(name)) for name, holds in fates)
    told = candidates.with_columns(subtask=pl.lit(subtask.value), fate=fate)
    return told.with_columns(pl.when(col("fate").is_null()).then(col("label", "image_ids"))).select(COLUMNS)


def _find_suspicious(found: Mammograms, views: pl.LazyFrame, gap: int) -> pl.LazyFrame:
    assessed = views.filter(col("view").is_in(["CC", "MLO"])).join(found.assessments.lazy(), on=BREAST)
    positives = assessed.filter("is_suspicious")
    malignant = found.facts.lazy().filter(col("code") == "path_severity", col("value").is_in(["0", "1"]))
    negatives = assessed.filter(col("birads").is_in(["N", "B"])).join(malignant, on=BREAST, how="anti")
    pairs = positives.join(negatives, on=["subject_id", "laterality", "view"], suffix="_beside")
    partners = pairs.filter(col("study_id") != col("study_id_beside")).sort(
        col("draw").xor(col("draw_beside")), "image_id_beside"
    )
    is_far = (col("day") - col("day_beside")).abs() >= gap
    is_apart = (col("day_beside") - col("day_beside").filter(is_far).first()).abs() >= gap
    chosen = partners.group_by("image_id", maintain_order=True).agg(
        n_dated=col("day_beside").count(),
        first=col("image_id_beside").filter(is_far).first(),
        second=col("image_id_beside").filter(is_far & is_apart).first(),
    )
    candidates = positives.join(chosen, on="image_id", how="left")
    second = pl.when("takes_three").then("second")
    return _complete(
        candidates.with_columns(
            anchor="image_id",
            unit_studies=pl.concat_list("study_id"),
            asked=_NOTHING,
            label=_NOTHING,
            image_ids=pl.concat_list("image_id", "first", second).list.drop_nulls(),
        ),
        SubTask.SUSPICIOUS_IMAGE,
        [
            ("label_ambiguous", col("birads").is_null()),
            ("no_time", col("day").is_null()),
            ("no_partner", col("n_dated").is_null()),
            ("no_time", col("n_dated") == 0),
            ("visits_too_close", col("first").is_null()),
        ],
    )


def _identify_views(views: pl.LazyFrame) -> pl.LazyFrame:
    beside = views.select("subject_id", "laterality", "projection", "draw", "image_id")
    asked = views.select("subject_id", "laterality", "projection", "draw", "image_id")
    pairs = asked.join(beside, on=["subject_id", "laterality"], suffix="_beside").filter(
        col("projection") != col("projection_beside")
    )
    nearest = col("image_id_beside").bottom_k_by([col("draw").xor(col("draw_beside")), col("image_id_beside")], 2)
    partners = pairs.group_by("image_id").agg(nearest.alias("partners"))
    shown = pl.when("takes_three").then("partners").otherwise(col("partners").list.head(1))
    return _complete(
        views.join(partners, on="image_id", how="left").with_columns(
            anchor="image_id",
            unit_studies=pl.concat_list("study_id"),
            asked="view",
            label=_NOTHING,
            image_ids=pl.concat_list("image_id", shown),
        ),
        SubTask.VIEW_IDENTIFICATION,
        [("no_partner", col("partners").is_null())],
    )


def _assess_two_views(found: Mammograms, views: pl.LazyFrame) -> pl.LazyFrame:
    breasts = views.select("subject_id", "split", *BREAST).unique(BREAST)
    both = breasts.join(found.assessments.lazy().with_columns(is_assessed=True), on=BREAST, how="left")
    for view in ("cc", "mlo"):
        of_view = views.filter(col("view") == view.upper()).select(
            *BREAST, *(col(name).alias(f"{view}_{name}") for name in _IDS)
        )
        both = both.join(of_view, on=BREAST, how="left")
    choices = [
        pl.when(col(f"cc_{name}").is_not_null() & col(f"mlo_{name}").is_not_null()).then(
            pl.concat_list(f"cc_{name}", f"mlo_{name}")
        )
        for name in _IDS
    ]
    return _complete(
        both.with_columns(
            anchor=pl.concat_str(*BREAST, separator="|"),
            unit_studies=pl.concat_list("study_id"),
            asked=_NOTHING,
            label="birads",
            image_ids=pl.coalesce(choices),
        ),
        SubTask.TWO_VIEW_ASSESSMENT,
        [
            ("no_label", col("is_assessed").is_null()),
            ("label_ambiguous", col("birads").is_null()),
            ("no_partner", col("image_ids").is_null()),
        ],
    )


def _forecast(found: Mammograms, views: pl.LazyFrame, settings: Grouping) -> pl.LazyFrame:
    visits = found.visits.lazy().select(*BREAST, "next_study_id", "next_birads", "days_to_next", "before_id", "before_that_id")
    last = views.filter(col("view").is_in(["CC", "MLO"]))
    last = last.join(found.assessments.lazy().with_columns(is_assessed=True), on=BREAST, how="left")
    last = last.join(visits, on=BREAST, how="left")
    for when in ("before", "before_that"):
        renamed = (col(name).alias(f"{name}_{when}") for name in _IDS)
        earlier = views.select(col("study_id").alias(f"{when}_id"), "laterality", "view", *renamed)
        last = last.join(earlier, on=[f"{when}_id", *VIEW[1:]], how="left")
    candidates = last.with_columns(
        anchor=pl.concat_str(*VIEW, separator="|"),
        unit_studies=pl.concat_list("study_id", "next_study_id").list.sort(),
        asked=_NOTHING,
        label="next_birads",
        image_ids=_choose_visits(),
    )
    fates = [
        ("no_label", col("is_assessed").is_null()),
        ("label_ambiguous", col("birads").is_null()),
        ("no_time", col("day").is_null()),
        ("no_next_visit", col("next_study_id").is_null()),
        ("next_visit_too_soon", col("days_to_next") < settings.min_forecast_days),
        ("next_visit_too_late", col("days_to_next") > settings.max_forecast_days),
        ("label_ambiguous", col("next_birads").is_null()),
        ("no_partner", col("image_ids").is_null()),
    ]
    return _complete(candidates, SubTask.NEXT_ASSESSMENT, fates)


def _choose_visits() -> pl.Expr:
    """Choose the images of one, two or three visits, the earliest first; null where one visit has but one image."""
    has_before, has_two_before = col("image_id_before").is_not_null(), col("image_id_before_that").is_not_null()
    has_pair = col("full_field_id").is_not_null() & col("c_view_id").is_not_null()
    draws_one = col("draw") // 1000 % 2 == 0
    return (
        pl.when(has_before & has_two_before & col("takes_three"))
        .then(_show("_before_that", "_before", ""))
        .when(~has_before | (has_pair & draws_one))
        .then(pl.when(has_pair).then(pl.concat_list("full_field_id", "c_view_id")))
        .otherwise(_show("_before", ""))
    )


def _show(*visits: str) -> pl.Expr:
    choices = []
    for name in _IDS:
        columns = [f"{name}{visit}" for visit in visits]
        choices.append(pl.when(pl.all_horizontal(col(columns).is_not_null())).then(pl.concat_list(columns)))
    return pl.coalesce(choices)
