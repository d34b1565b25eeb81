"""A small VQA-RAD download that tests can bend."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

JSON_NAME = "VQA_RAD Dataset Public.json"
FOLDER = "VQA_RAD Image Folder"


def make_row(position: int = 0, **changes: Any) -> dict[str, Any]:
    row = {
        "qid": position,
        "phrase_type": "freeform",
        "qid_linked_id": f"link-{position}",
        "image_case_url": "https://cases.invalid/case?id=1",
        "image_name": "synpic1.jpg",
        "image_organ": "CHEST",
        "evaluation": "evaluated",
        "question": f"Is finding {position} there?",
        "question_rephrase": "NULL",
        "question_relation": "NULL",
        "question_frame": "NULL",
        "question_type": "PRES",
        "answer": "Yes",
        "answer_type": "CLOSED",
    }
    return row | changes


def write_image(path: Path, seed: int = 0) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.random.default_rng(seed).integers(0, 256, (40, 50, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(path, format="JPEG")


@pytest.fixture
def row() -> Callable[..., dict[str, Any]]:
    return make_row


@pytest.fixture
def download(tmp_path: Path) -> Callable[..., Path]:
    def write(rows: list[Any], images: tuple[str, ...] = ("synpic1.jpg",)) -> Path:
        root = tmp_path / "vqa_rad"
        root.mkdir(exist_ok=True)
        (root / JSON_NAME).write_text(json.dumps(rows))
        for seed, name in enumerate(images):
            write_image(root / FOLDER / name, seed)
        return root

    return write
