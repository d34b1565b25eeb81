"""Good records of the hand-made cohort, with what their rules need."""

from dataclasses import dataclass

import pytest

from pipelines.choices import Generation, Grouping
from pipelines.generation.composed import generate_composed
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
    groups = compose_groups(many_rows.questions, many_rows.images, many_rows.splits, Grouping(max_groups_per_image=20)).rows
    return Good(generate_composed(groups, many_rows.questions, Generation()).rows, groups, many_rows.images)
