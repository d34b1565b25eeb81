"""Groups VQA-RAD from its tables: the rows are few, so rules that read their meaning are written in Python, not in SQL.

Example:
    >>> group_by_meaning({}, Grouping()).groups.num_rows
    0
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipelines import tables
from pipelines.choices import Grouping
from pipelines.grouping.database import RELATIONS, TableData, check_file
from pipelines.grouping.group import Grouped
from pipelines.grouping.vqa_rad.candidates import gather_images
from pipelines.grouping.vqa_rad.composed import compose_groups
from pipelines.grouping.vqa_rad.plan import count_planned
from pipelines.outcome import Count
from pipelines.storage import parse_parquet


def group_by_meaning(found: Mapping[str, TableData], settings: Grouping) -> Grouped:
    """Return the composed groups of VQA-RAD; `found` has the tables questions, images and splits."""
    questions, images, splits = (_read_rows(found, name) for name in ("questions", "images", "splits"))
    outcome = compose_groups(questions, images, splits, settings)
    candidates, _ = gather_images(questions, images, splits)
    grouped = {image_id for group in outcome.rows for image_id in group.image_ids}
    return Grouped(
        groups=tables.IMAGE_GROUPS.to_arrow(outcome.rows),
        ungrouped=tables.REJECTIONS.to_arrow(outcome.rejections),
        plan=tables.PLANNED_COUNTS.to_arrow(count_planned(questions, candidates, outcome.rows, settings)),
        count=Count("image", len(images), len(grouped), len(outcome.rejections)),
    )


def _read_rows(found: Mapping[str, TableData], name: str) -> list[Any]:
    data = found.get(name)
    if data is None:
        return []
    if isinstance(data, Path):
        check_file(RELATIONS[name], data)
        data = parse_parquet(data.read_bytes())
    return RELATIONS[name].to_rows(data)
