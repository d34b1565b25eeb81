import io
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest
from PIL import Image

from pipelines.cohort.phantoms.chest import draw_chest
from pipelines.cohort.phantoms.fundus import draw_fundus
from pipelines.cohort.phantoms.truth import Truth
from pipelines.vocabulary import Laterality, Modality, Organ

_SIDE = 320  # small, so that a suite of thousands of pictures takes seconds; lengths scale with the side


@pytest.fixture(scope="session")
def chest() -> Image.Image:
    """A synthetic film, gray."""
    truth = Truth(Organ.CHEST, Modality.XRAY, "PA", None, False, {})
    return Image.open(io.BytesIO(draw_chest(truth, seed=3))).convert("L")


@pytest.fixture(scope="session")
def fundus() -> Image.Image:
    """A synthetic fundus photograph, colour."""
    return Image.open(io.BytesIO(draw_fundus(Laterality.LEFT, ["normal fundus"], seed=3, person=3))).convert("RGB")


@pytest.fixture(scope="session")
def films(vqa_rad_root: Path) -> Callable[[str], Sequence[Image.Image]]:
    """Six real pictures of VQA-RAD of an organ ("CHEST", "HEAD", "ABD"), far apart in the folder's order."""
    rows = json.loads((vqa_rad_root / "VQA_RAD Dataset Public.json").read_text(encoding="utf-8"))
    names: Mapping[str, list[str]] = {
        organ: sorted({row["image_name"] for row in rows if row["image_organ"] == organ}) for organ in ("CHEST", "HEAD", "ABD")
    }

    def choose(organ: str) -> list[Image.Image]:
        chosen = names[organ][:: len(names[organ]) // 6][:6]
        pictures = [Image.open(vqa_rad_root / "VQA_RAD Image Folder" / name).convert("RGB") for name in chosen]
        for picture in pictures:
            picture.thumbnail((_SIDE, _SIDE))
        return pictures

    return choose
