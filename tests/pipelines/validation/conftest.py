"""Good records of the hand-made cohort, with what their rules need."""

from dataclasses import dataclass
from functools import cache

import pytest

from pipelines.choices import Generation, Grouping
from pipelines.generation.composed.write import generate_composed
from pipelines.grouping.vqa_rad.composed import compose_groups
from pipelines.records import ImageGroup, Record, RenderedImage
from pipelines.validation.context import Context


@dataclass(frozen=True)
class Good:
    """Records that keep every rule."""

    records: tuple[Record, ...]
    groups: tuple[ImageGroup, ...]
    images: tuple[RenderedImage, ...]

    @property
    def context(self) -> Context:
        return Context.of(self.groups, self.images)

    def first(self, kind: str, n_images: int = 2) -> Record:
        return next(
            record for record in self.records if record.template_id.startswith(kind) and len(record.image_ids) == n_images
        )


@pytest.fixture
def good(many_rows) -> Good:
    return _write(many_rows)


@cache  # equal rows give equal records; they are frozen
def _write(rows) -> Good:
    groups = compose_groups(rows.questions, rows.images, rows.splits, Grouping(max_groups_per_image=20)).rows
    return Good(generate_composed(groups, rows.questions, Generation()).rows, groups, rows.images)
