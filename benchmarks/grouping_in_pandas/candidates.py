"""Every group that the four rules of EMBED could make, in pandas: one row each, its images in three columns.

Columns: subtask, anchor, subject_id, split, first_study and other_study (the unit), asked, label, image_1 to image_3, fate.

Example:
    >>> COLUMNS[-1]
    'fate'
"""

import numpy as np
import pandas as pd

from benchmarks.grouping_in_pandas.mammograms import BREAST, VIEW, Mammograms
from pipelines.choices import Grouping
from pipelines.vocabulary import SubTask

IMAGES = ["image_1", "image_2", "image_3"]
COLUMNS = ["subtask", "anchor", "subject_id", "split", "first_study", "other_study", "asked", "label", *IMAGES, "fate"]
_IDS = ["full_field_id", "c_view_id", "image_id"]


def list_candidates(found: Mammograms, settings: Grouping) -> pd.DataFrame:
    """Return the candidates of all rules; `fate` says why a group cannot be made."""
    # Ordered by image_id, so that the first of equal ones is the one with the smallest id.
    views = found.views.sort_values("image_id", ignore_index=True)
    views["takes_three"] = views["draw"] % 1000 < round(1000 * settings.three_image_share)
    return pd.concat(
        [
            _find_suspicious(found, views, settings.min_visit_gap_days),
            _identify_views(views),
            _assess_two_views(found),
            _forecast(found, views, settings),
        ],
        ignore_index=True,
    )


def _complete(candidates: pd.DataFrame, subtask: SubTask, fates: list[tuple[str, pd.Series]]) -> pd.DataFrame:
    """Give each candidate the first fate that holds; one that has a fate has neither answer nor images."""
    conditions = [holds.fillna(False).to_numpy(bool) for _, holds in fates]
    fate = np.select(conditions, [name for name, _ in fates], None)  # pyright: ignore[reportArgumentType, reportCallIssue]
    candidates = candidates.assign(subtask=subtask.value, fate=pd.array(fate, "str")).reindex(columns=COLUMNS)
    emptied = ["label", *IMAGES]
    candidates[emptied] = candidates[emptied].where(candidates["fate"].isna())
    return candidates


def _find_suspicious(found: Mammograms, views: pd.DataFrame, gap: int) -> pd.DataFrame:
    assessed = views[views["view"].isin(["CC", "MLO"])].merge(found.assessments, on=BREAST)
    positives = assessed[assessed["is_suspicious"]]
    malignant = found.facts[(found.facts["code"] == "path_severity") & found.facts["value"].isin(["0", "1"])]
    negatives = assessed[assessed["birads"].isin(["N", "B"])]
    is_malignant = negatives.set_index(BREAST).index.isin(malignant.set_index(BREAST).index)
    shared = ["subject_id", "laterality", "view"]
    negatives = negatives.loc[~is_malignant, [*shared, "study_id", "image_id", "day", "draw"]]
    partners = positives.merge(negatives, on=shared, suffixes=("", "_beside"))
    partners = partners[partners["study_id"] != partners["study_id_beside"]]
    dated = partners.loc[partners["day_beside"].notna(), "image_id"]
    is_far = ((partners["day"] - partners["day_beside"]).abs() >= gap).fillna(False)
    far = partners[is_far].assign(nearness=partners["draw"] ^ partners["draw_beside"])
    far = far.sort_values(["nearness", "image_id_beside"])
    first = far.drop_duplicates("image_id").set_index("image_id")
    is_apart = (far["day_beside"] - far["image_id"].map(first["day_beside"])).abs() >= gap
    second = far[is_apart & far["takes_three"]].drop_duplicates("image_id").set_index("image_id")["image_id_beside"]
    image_id = positives["image_id"]
    candidates = positives.assign(
        anchor=image_id,
        first_study=positives["study_id"],
        image_1=image_id,
        image_2=image_id.map(first["image_id_beside"]),
        image_3=image_id.map(second),
    )
    fates = [
        ("label_ambiguous", positives["birads"].isna()),
        ("no_time", positives["day"].isna()),
        ("no_partner", ~image_id.isin(partners["image_id"])),
        ("no_time", ~image_id.isin(dated)),
        ("visits_too_close", ~image_id.isin(first.index)),
    ]
    return _complete(candidates, SubTask.SUSPICIOUS_IMAGE, fates)


def _identify_views(views: pd.DataFrame) -> pd.DataFrame:
    keyed = pd.DataFrame(
        {
            "breast": views.groupby(["subject_id", "laterality"]).ngroup(),
            "projection": views["projection"].astype("category").cat.codes,
            "draw": views["draw"],
            "row": views.index,
        }
    )
    pairs = keyed.merge(keyed, on="breast", suffixes=("", "_beside"))
    pairs = pairs[pairs["projection"] != pairs["projection_beside"]].reset_index(drop=True)
    pairs["nearness"] = pairs["draw"] ^ pairs["draw_beside"]
    first = pairs.loc[pairs.groupby("row")["nearness"].idxmin()].set_index("row")["row_beside"]
    rest = pairs[pairs["row_beside"] != pairs["row"].map(first)]
    rest = rest[rest["row"].map(views["takes_three"])]
    second = rest.loc[rest.groupby("row")["nearness"].idxmin()].set_index("row")["row_beside"]
    candidates = views.assign(
        anchor=views["image_id"],
        first_study=views["study_id"],
        asked=views["view"],
        image_1=views["image_id"],
        image_2=first.map(views["image_id"]),
        image_3=second.map(views["image_id"]),
    )
    return _complete(candidates, SubTask.VIEW_IDENTIFICATION, [("no_partner", candidates["image_2"].isna())])


def _assess_two_views(found: Mammograms) -> pd.DataFrame:
    breasts = found.views[["subject_id", "split", *BREAST]].drop_duplicates(BREAST)
    breasts = breasts.merge(found.assessments.assign(is_assessed=True), on=BREAST, how="left")
    for view in ("CC", "MLO"):
        of_view = found.views.loc[found.views["view"] == view, [*BREAST, *_IDS]]
        breasts = breasts.merge(of_view.rename(columns={name: f"{view}_{name}" for name in _IDS}), on=BREAST, how="left")
    breasts["image_1"], breasts["image_2"] = breasts["CC_image_id"], breasts["MLO_image_id"]
    for name in ("c_view_id", "full_field_id"):  # the latter is preferred, so that it is put last
        has_both = breasts[f"CC_{name}"].notna() & breasts[f"MLO_{name}"].notna()
        breasts["image_1"] = breasts["image_1"].mask(has_both, breasts[f"CC_{name}"])
        breasts["image_2"] = breasts["image_2"].mask(has_both, breasts[f"MLO_{name}"])
    anchor = breasts["study_id"] + "|" + breasts["laterality"]
    fates = [
        ("no_label", breasts["is_assessed"].isna()),
        ("label_ambiguous", breasts["birads"].isna()),
        ("no_partner", breasts["image_1"].isna() | breasts["image_2"].isna()),
    ]
    candidates = breasts.assign(anchor=anchor, first_study=breasts["study_id"], label=breasts["birads"])
    return _complete(candidates, SubTask.TWO_VIEW_ASSESSMENT, fates)


def _forecast(found: Mammograms, views: pd.DataFrame, settings: Grouping) -> pd.DataFrame:
    last = views[views["view"].isin(["CC", "MLO"])].merge(found.assessments.assign(is_assessed=True), on=BREAST, how="left")
    linked = ["next_study_id", "next_birads", "days_to_next", "before_id", "before_that_id"]
    last = last.merge(found.visits[[*BREAST, *linked]], on=BREAST, how="left")
    for when in ("before", "before_that"):
        earlier = views[[*VIEW, *_IDS]].rename(columns={name: f"{name}_{when}" for name in _IDS} | {"study_id": f"{when}_id"})
        last = last.merge(earlier, on=[f"{when}_id", "laterality", "view"], how="left")
    has_before, has_two_before = last["image_id_before"].notna(), last["image_id_before_that"].notna()
    has_pair = last["full_field_id"].notna() & last["c_view_id"].notna()
    draws_one = last["draw"] // 1000 % 2 == 0
    n_visits = np.select([has_before & has_two_before & last["takes_three"], ~has_before | (has_pair & draws_one)], [3, 1], 2)
    shown = pd.concat([_show_visits(last[n_visits == n], n) for n in (1, 2, 3)])
    shown["anchor"] = shown["study_id"] + "|" + shown["laterality"] + "|" + shown["view"]
    is_first = shown["study_id"] < shown["next_study_id"]
    shown["first_study"] = shown["study_id"].where(is_first, shown["next_study_id"])
    shown["other_study"] = shown["next_study_id"].where(is_first, shown["study_id"])
    fates = [
        ("no_label", shown["is_assessed"].isna()),
        ("label_ambiguous", shown["birads"].isna()),
        ("no_time", shown["day"].isna()),
        ("no_next_visit", shown["next_study_id"].isna()),
        ("next_visit_too_soon", shown["days_to_next"] < settings.min_forecast_days),
        ("next_visit_too_late", shown["days_to_next"] > settings.max_forecast_days),
        ("label_ambiguous", shown["next_birads"].isna()),
        ("no_partner", shown["image_1"].isna() | shown["image_2"].isna()),
    ]
    return _complete(shown.assign(label=shown["next_birads"]), SubTask.NEXT_ASSESSMENT, fates)


def _show_visits(last: pd.DataFrame, n_visits: int) -> pd.DataFrame:
    """Choose the images of one, two or three visits, the earliest first."""
    if n_visits == 1:
        return last.assign(image_1=last["full_field_id"], image_2=last["c_view_id"])
    visits = ["_before_that", "_before", ""][3 - n_visits :]
    shown = {f"image_{nth}": last[f"image_id{visit}"] for nth, visit in enumerate(visits, 1)}
    for name in ("c_view_id", "full_field_id"):
        of_type = [last[f"{name}{visit}"] for visit in visits]
        has_all = pd.concat([ids.notna() for ids in of_type], axis=1).all(axis=1)
        shown = {image: ids.mask(has_all, typed) for (image, ids), typed in zip(shown.items(), of_type, strict=True)}
    return last.assign(**shown)
