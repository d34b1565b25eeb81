"""The real stages, one after the other, on a synthetic download: once to the rendered images, then grouped as often as wanted.

What comes back are plain rows (dictionaries), so that what judges them shares no code with what made them.

Example:
    >>> from pipelines.vocabulary import Source
    >>> make_settings(Source.ODIR, Path("cohort"), grouping={"seed": 3}).grouping.seed
    3
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipelines import stages, tables
from pipelines.cohort.writers import write_cohort
from pipelines.records import ImageGroup, RenderedImage
from pipelines.settings import Settings
from pipelines.source_records import SourceQuestion
from pipelines.vocabulary import Source

Row = dict[str, Any]


@dataclass(frozen=True)
class Rendered:
    """A download read and rendered: the tables that grouping starts from, but for the splits."""

    source: Source
    folder: Path
    tables: Mapping[str, pa.Table]

    @property
    def subject_ids(self) -> set[str]:
        """Everyone of whom there is a study."""
        return set(self.tables["studies"].column("subject_id").to_pylist())


@dataclass(frozen=True)
class Run:
    """One grouping of a rendered download, as plain rows."""

    source: Source
    settings: Settings
    studies: list[Row]
    labels: list[Row]
    questions: list[Row]
    images: list[Row]
    splits: list[Row]
    groups: list[Row]
    ungrouped: list[Row]
    plan: list[Row]

    @cached_property
    def image_of(self) -> dict[str, Row]:
        """Rendered images by image_id."""
        return {row["image_id"]: row for row in self.images}

    @cached_property
    def study_of(self) -> dict[str, Row]:
        """Studies by study_id."""
        return {row["study_id"]: row for row in self.studies}

    @cached_property
    def studies_of(self) -> dict[str, list[Row]]:
        """Studies by subject_id."""
        found: dict[str, list[Row]] = defaultdict(list)
        for row in self.studies:
            found[row["subject_id"]].append(row)
        return found

    @cached_property
    def labels_of(self) -> dict[tuple[str | None, str], list[Row]]:
        """Labels by study_id (None: of the subject as a whole) and code."""
        found: dict[tuple[str | None, str], list[Row]] = defaultdict(list)
        for row in self.labels:
            found[row["study_id"], row["code"]].append(row)
        return found

    @cached_property
    def question_of(self) -> dict[str, Row]:
        """The source's questions by question_id."""
        return {row["question_id"]: row for row in self.questions}

    def shown(self, group: Row) -> list[Row]:
        """Return the images of a group in its order."""
        return [self.image_of[image_id] for image_id in group["image_ids"]]

    def day_of(self, study_id: str) -> int | None:
        """Return a day number of a study: of its date, else of its week; None where it has neither."""
        study = self.study_of[study_id]
        if study["date"] is not None:
            return date.fromisoformat(study["date"]).toordinal()
        return None if study["week"] is None else 7 * study["week"]

    def place_in_time(self, study_id: str) -> tuple[int, int]:
        """Return what sorts the studies of one subject in time: day, then the order of visits within a day or week."""
        day, visit = self.day_of(study_id), self.study_of[study_id]["visit"]
        return (-1 if day is None else day, -1 if visit is None else visit)


def make_settings(source: Source, folder: Path, **sections: Mapping[str, Any]) -> Settings:
    """Return settings for one download; sections such as grouping={"seed": 3} stand for the file's."""
    chosen: dict[str, Any] = {"storage_root": str(folder.parent / f"{folder.name}_storage"), "sources": {source.value: folder}}
    return Settings(**chosen, **sections)  # pyright: ignore[reportArgumentType]


def write_download(source: Source, root: Path, subjects: int, seed: int) -> Path:
    """Write a synthetic download and return its folder."""
    write_cohort(root, {source: subjects}, seed)
    return root / source.value


def read_and_render(source: Source, folder: Path, change: Callable[[Any, Path], None] | None = None) -> Rendered:
    """Read and render a download; `change` may alter files in between, as a careless copy would."""
    settings = make_settings(source, folder)
    corpus = stages.read_source(source, settings)
    if change is not None:
        change(corpus, folder)
        corpus = stages.read_source(source, settings)
    rendered = stages.render_source(source, corpus.images, [], settings)
    made = {
        "studies": tables.STUDIES.to_arrow(corpus.studies),
        "labels": tables.LABELS.to_arrow(corpus.labels),
        "questions": tables.QUESTIONS.to_arrow(corpus.questions),
        "images": tables.RENDERED_IMAGES.to_arrow(rendered.rows),
    }
    return Rendered(source, folder, made)


def draw(rendered: Rendered, **sections: Mapping[str, Any]) -> pa.Table:
    """Return the split of every subject."""
    settings = make_settings(rendered.source, rendered.folder, **sections)
    rows = stages.draw_splits(rendered.source, rendered.subject_ids, rendered.tables["images"], settings)
    return tables.SUBJECT_SPLITS.to_arrow(rows)


def group(rendered: Rendered, **sections: Mapping[str, Any]) -> Run:
    """Draw the splits and make the groups."""
    settings = make_settings(rendered.source, rendered.folder, **sections)
    found = {**rendered.tables, "splits": draw(rendered, **sections)}
    grouped = stages.group_images(rendered.source, found, settings)
    made = {"groups": grouped.groups, "ungrouped": grouped.ungrouped, "plan": grouped.plan}
    plain = {name: table.to_pylist() for name, table in (found | made).items()}
    return Run(source=rendered.source, settings=settings, **plain)


def typed(run: Run) -> tuple[list[ImageGroup], list[RenderedImage], list[SourceQuestion]]:
    """Return a run's groups, images and questions as the rows that generation takes."""
    parts = ((tables.IMAGE_GROUPS, run.groups), (tables.RENDERED_IMAGES, run.images), (tables.QUESTIONS, run.questions))
    groups, images, questions = (table.to_rows(pa.Table.from_pylist(rows, schema=table.schema)) for table, rows in parts)
    return groups, images, questions
