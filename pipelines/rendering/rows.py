"""The row of a rendered image: where its file lies, what the reader says of it, and which image it looks exactly like.

Example:
    >>> list(mark_duplicates([]))
    []
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from pipelines.records import RenderedImage
from pipelines.rendering.perceptual_hash import hash_perceptually
from pipelines.rendering.png import hash_bytes, hash_pixels
from pipelines.rendering.raster import Raster
from pipelines.source_records import SourceImage
from pipelines.vocabulary import Plane


def place_image(image: SourceImage, image_id: str) -> str:
    """Return the path of an image's file relative to the storage root."""
    return f"rendered/{image.source}/{image_id}.png"


def describe_image(
    image: SourceImage, image_id: str, slice_index: int | None, plane: Plane, raster: Raster, png: bytes
) -> RenderedImage:
    """Return the row of a raster and the PNG that was written of it; `plane` counts where there is a slice."""
    width, height = raster.size
    return RenderedImage(
        **_said_by_reader(image),
        image_id=image_id,
        source_image_id=image.source_image_id,
        plane=None if slice_index is None else plane,
        slice_index=slice_index,
        path=place_image(image, image_id),
        width=width,
        height=height,
        sha256=hash_bytes(png),
        pixel_sha256=hash_pixels(raster.pixels),
        duplicate_of=None,
        steps=raster.steps,
        perceptual_hash=hash_perceptually(raster.pixels),
    )


def describe_again(image: SourceImage, former: RenderedImage) -> RenderedImage:
    """Return a former row with what the reader says now; what follows from the bytes and the recipe is kept."""
    return replace(former, **_said_by_reader(image), duplicate_of=None)


def _said_by_reader(image: SourceImage) -> dict[str, Any]:
    return {
        "source": image.source,
        "source_path": image.path,
        "subject_id": image.subject_id,
        "study_id": image.study_id,
        "modality": image.modality,
        "organ": image.organ,
        "view": image.view,
        "laterality": image.laterality,
        "sequence": image.sequence,
        "image_type": image.image_type,
    }


def mark_duplicates(rows: Iterable[RenderedImage]) -> Iterable[RenderedImage]:
    """Yield the rows, each pointing at the first one with equal pixels where that is another one."""
    first: dict[str, str] = {}
    for row in rows:
        original = first.setdefault(row.pixel_sha256, row.image_id)
        yield replace(row, duplicate_of=None if original == row.image_id else original)
