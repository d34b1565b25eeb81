from pathlib import Path

import pytest
from PIL import Image

from evaluation.benchmark import BenchmarkItem
from evaluation.runs.images import ImageFolder
from pipelines.vocabulary import Ability, AnswerType


@pytest.fixture
def items(tmp_path: Path) -> list[BenchmarkItem]:
    """Six closed items of two images each and two open ones; every image is another gray."""
    made = []
    for place in range(8):
        images = tuple(f"{place}-{spot}.png" for spot in range(2))
        for spot, name in enumerate(images):
            Image.new("L", (8, 8), 20 * place + spot).save(tmp_path / name)
        is_open = place >= 6
        options = {} if is_open else {"A": "brighter", "B": "darker", "C": "the same"}
        made.append(
            BenchmarkItem(
                key=f"r{place}",
                position=place,
                id=f"r{place}",
                images=images,
                question="How is the first image, compared with the second image?",
                options=options,
                letter=None if is_open else "ABC"[place % 3],
                answer="It is darker." if is_open else list(options.values())[place % 3],
                answer_type=AnswerType.OPEN if is_open else AnswerType.CLOSED,
                unit=f"subject-{place}",
                ability=Ability.COMPARISON,
                sources=(),
            )
        )
    return made


@pytest.fixture
def folder(tmp_path: Path, items: list[BenchmarkItem]) -> ImageFolder:
    return ImageFolder(tmp_path)
