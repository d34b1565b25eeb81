"""Image files of many kinds, and the rows that name them."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pipelines.keys import mint_id
from pipelines.rendering.fingerprint import fingerprint_content
from pipelines.source_records import SourceImage
from pipelines.vocabulary import Source


def make_pixels(seed: int = 0, height: int = 30, width: int = 40) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


@pytest.fixture
def source_root(tmp_path: Path) -> Path:
    root = tmp_path / "download"
    root.mkdir()
    return root


@pytest.fixture
def put_image(source_root: Path) -> Callable[..., SourceImage]:
    """Saves a Pillow image (noise unless given) or writes bytes, and returns the row of it."""

    def put(name: str, content: Image.Image | bytes | int = 0, subject: str = "s", **options: object) -> SourceImage:
        if isinstance(content, int):
            content = Image.fromarray(make_pixels(content))
        if isinstance(content, bytes):
            (source_root / name).write_bytes(content)
        else:
            content.save(source_root / name, **options)
        written = (source_root / name).read_bytes()
        return SourceImage(
            source=Source.VQA_RAD,
            source_image_id=mint_id("source_image", Source.VQA_RAD, name, fingerprint_content(name, written)),
            subject_id=subject,
            study_id="study",
            series_id=None,
            path=name,
            modality=None,
            organ=None,
            view=None,
            laterality=None,
            sequence=None,
            bytes=len(written),
            is_readable=True,
        )

    return put
