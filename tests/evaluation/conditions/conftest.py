from dataclasses import replace

import pytest

from evaluation.benchmark import BenchmarkItem
from evaluation.shortcuts.scope import as_item as as_item_of_gate
from pipelines.generation.letters import LETTERS
from pipelines.records import Record
from pipelines.vocabulary import AnswerType


@pytest.fixture
def make_shown():
    """Builds an item of images: `make_shown("Which?", ["left", "right"], key=1)` is closed, `make_shown("Which?")` open."""

    def make(question, texts=(), *, key=0, answer="A mass.", n_images=2, name="r1", unit=None, images=None, ability=None):
        return BenchmarkItem(
            key=name,
            position=0,
            id=name,
            images=tuple(images) if images is not None else tuple(f"{name}-{place}.jpg" for place in range(n_images)),
            question=question,
            options=dict(zip(LETTERS, texts, strict=False)),
            letter=LETTERS[key] if texts else None,
            answer=texts[key] if texts else answer,
            answer_type=AnswerType.CLOSED if texts else AnswerType.OPEN,
            unit=unit or name,
            ability=ability,
        )

    return make


@pytest.fixture(scope="session")
def as_item():
    """Makes an item of a record of our own, as the dataset's row would give it."""

    def make(record: Record) -> BenchmarkItem:
        item = as_item_of_gate(0, record)
        return replace(item, key=f"{record.record_id}@{record.digest}", unit=record.unit_id, ability=record.ability)

    return make
