"""EMBED's groups from its tables, in pandas: images in order, facts, keys; nested into Arrow's lists at the end.

Example:
    >>> sorted(group_in_pandas.__annotations__)
    ['found', 'hashes', 'return', 'settings']
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from benchmarks.grouping_in_pandas.candidates import IMAGES, list_candidates
from benchmarks.grouping_in_pandas.mammograms import BREAST, Mammograms, read_mammograms
from benchmarks.grouping_in_pandas.rest import count_fates, list_ungrouped
from benchmarks.grouping_in_pandas.selection import select_groups
from benchmarks.hashes import HashBook
from pipelines import tables
from pipelines.choices import Grouping
from pipelines.grouping.embed.rules import RULES
from pipelines.vocabulary import ImageOrder, Source, SubTask

_SHUFFLED = [rule.subtask.value for rule in RULES.rules if rule.order is ImageOrder.SHUFFLED]
_ROLES = pd.DataFrame(
    [
        (subtask.value, nth, role)
        for subtask, roles in {
            SubTask.SUSPICIOUS_IMAGE: ("asked", "beside", "beside"),
            SubTask.VIEW_IDENTIFICATION: ("asked", "beside", "beside"),
            SubTask.TWO_VIEW_ASSESSMENT: ("cc_view", "mlo_view"),
            SubTask.NEXT_ASSESSMENT: ("earlier_visit", "earlier_visit", "earlier_visit"),
        }.items()
        for nth, role in enumerate(roles)
    ],
    columns=["subtask", "nth", "role"],
)
_OF_RULES = pd.DataFrame(
    [(rule.subtask.value, rule.origin.value, rule.ability.value, rule.why, rule.order.value) for rule in RULES.rules],
    columns=["subtask", "origin", "ability", "rule", "order"],
)
_FACT_COLUMNS = ["image_index", "said_by", "code", "value"]


def group_in_pandas(found: Mapping[str, Path], settings: Grouping, hashes: HashBook) -> dict[str, pa.Table]:
    """Return the groups, ordered by group_id, the plan and the images without a group."""
    mammograms = read_mammograms(found, settings, hashes)
    candidates = list_candidates(mammograms, settings)
    taken, fates = select_groups(candidates, settings, hashes)
    taken = _place_asked(taken, hashes)
    images = _order_images(taken, hashes).merge(mammograms.usable, on="image_id")
    images = images.sort_values(["group", "image_index"], ignore_index=True)
    facts = _collect_facts(images, mammograms)
    is_synthetic = bool(pd.read_parquet(found["studies"], columns=["is_synthetic"])["is_synthetic"].any())
    groups = _nest(taken.merge(_OF_RULES, on="subtask").assign(is_synthetic=is_synthetic), images, facts, hashes)
    return {
        "groups": groups,
        "plan": count_fates(candidates, fates),
        "ungrouped": list_ungrouped(mammograms.images, candidates, images["image_id"]),
    }


def _place_asked(taken: pd.DataFrame, hashes: HashBook) -> pd.DataFrame:
    """Number the groups, and give the asked image of shuffled ones each place equally often."""
    taken = taken.reset_index(drop=True)
    size = taken[IMAGES].notna().sum(axis=1)
    stratum = [taken["subtask"], taken["split"], size, taken["asked"]]
    texts = taken["subtask"] + taken["split"] + size.astype(str) + taken["asked"].fillna("")
    start = texts.map({text: int(draw % 6) for text, draw in _draw_each(texts.unique().tolist(), hashes)})
    nth = taken.groupby(stratum, dropna=False, sort=False).cumcount() + 1  # in the order of their draw, as selection left them
    place = ((nth + start) % size).where(taken["subtask"].isin(_SHUFFLED))
    return taken.assign(group=taken.index, size=size, place=place)


def _draw_each(texts: list[str], hashes: HashBook) -> list[tuple[str, int]]:
    return list(zip(texts, hashes.draw(texts).tolist(), strict=True))


def _order_images(taken: pd.DataFrame, hashes: HashBook) -> pd.DataFrame:
    """Return one row per image of a group: its index and its role."""
    kept = taken[["group", "subtask", "anchor", "place"]]
    images = pd.concat([kept.assign(nth=nth, image_id=taken[name]) for nth, name in enumerate(IMAGES)])
    images = images.dropna(subset="image_id").merge(_ROLES, on=["subtask", "nth"])
    is_other = images["place"].notna() & (images["role"] != "asked")
    others = images[is_other]
    others = others.assign(draw=hashes.draw((others["anchor"] + "|" + others["image_id"]).tolist())).sort_values("draw")
    rank = others.groupby("group", sort=False).cumcount()
    beside = rank + (rank >= others["place"])
    index = images["nth"].where(images["place"].isna(), images["place"])
    images["image_index"] = beside.reindex(images.index).fillna(index).astype("int64")
    return images


def _collect_facts(images: pd.DataFrame, found: Mammograms) -> pd.DataFrame:
    """Return the facts of all groups in their order: of each image, then of the visit that is not shown."""
    columns = ["group", "image_index", "said_by", "code", "value"]
    by_study = images.rename(columns={"study_id": "said_by"})[["group", "subtask", "image_index", "said_by", "laterality"]]
    of_breasts = by_study.merge(found.facts.rename(columns={"study_id": "said_by"}), on=["said_by", "laterality"])
    is_severity_asked = of_breasts["subtask"] == SubTask.SUSPICIOUS_IMAGE.value
    of_breasts = of_breasts[
        ((of_breasts["code"] == "birads") & (of_breasts["subtask"] != SubTask.VIEW_IDENTIFICATION.value))
        | ((of_breasts["code"] == "path_severity") & is_severity_asked)
    ]
    of_studies = by_study[by_study["subtask"] == SubTask.TWO_VIEW_ASSESSMENT.value]
    of_studies = of_studies.merge(found.density.rename(columns={"study_id": "said_by"}), on="said_by")
    asked_for_views = images[images["subtask"] == SubTask.VIEW_IDENTIFICATION.value]
    of_files = asked_for_views.rename(columns={"source_image_id": "said_by"}).melt(
        ["group", "image_index", "said_by"], ["view", "laterality"], "code", "value"
    )
    last = images[images["subtask"] == SubTask.NEXT_ASSESSMENT.value].drop_duplicates("group", keep="last")
    hidden = last[["group", *BREAST]].merge(found.visits[[*BREAST, "next_study_id", "next_birads", "days_to_next"]], on=BREAST)
    hidden["days_to_next"] = hidden["days_to_next"].astype("int64").astype(str)
    names = {"next_study_id": "said_by", "next_birads": "birads", "days_to_next": "days_after_last_visit"}
    hidden = hidden.rename(columns=names).melt(["group", "said_by"], ["birads", "days_after_last_visit"], "code", "value")
    facts = pd.concat([part.reindex(columns=columns) for part in (of_breasts, of_studies, of_files, hidden)])
    return facts.sort_values([*columns[:2], "code", "value", "said_by"], ignore_index=True)


def _nest(taken: pd.DataFrame, images: pd.DataFrame, facts: pd.DataFrame, hashes: HashBook) -> pa.Table:
    """Return the groups with their images and facts as lists, ordered by group_id."""
    days = images["day"] - images.groupby("group")["day"].transform("min")
    image_ids = _list_up(images["group"], pa.array(images["image_id"]), len(taken))
    joined = pd.Series(pc.binary_join(image_ids, '","').to_pandas(), taken.index)
    group_texts = '["' + taken["subtask"] + '",["' + joined + '"],["' + taken["anchor"] + '"]]'
    studies = taken["first_study"] + ('","' + taken["other_study"]).fillna("")
    unit_texts = '["' + taken["subject_id"] + '",["' + studies + '"]]'
    columns = {
        "source": pa.repeat(Source.EMBED.value, len(taken)),
        "group_id": hashes.mint("group", group_texts.tolist()),
        "unit_id": hashes.mint("unit", unit_texts.tolist()),
        "image_ids": image_ids,
        "subject_ids": _list_up(images["group"], pa.array(images["subject_id"]), len(taken)),
        "roles": _list_up(images["group"], pa.array(images["role"]), len(taken)),
        "days_since_first": _list_up(images["group"], pa.array(days), len(taken)),
        "facts": _list_up(facts["group"], pa.Table.from_pandas(facts[_FACT_COLUMNS], preserve_index=False), len(taken)),
        "label": pa.array(taken["label"].fillna((taken["place"] + 1).astype("Int64").astype("str"))),
    }
    schema = tables.IMAGE_GROUPS.schema
    kept = {name: pa.array(taken[name]) for name in schema.names if name not in columns}
    return pa.table(columns | kept).select(schema.names).cast(schema).sort_by("group_id")


def _list_up(group: pd.Series, values: pa.Array | pa.Table, n_groups: int) -> pa.ListArray:
    """Return one list per group of values that are sorted by their group."""
    if isinstance(values, pa.Table):
        values = values.to_struct_array().combine_chunks()
    offsets = np.searchsorted(group.to_numpy(), np.arange(n_groups + 1))
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), values)
