import json
from pathlib import Path

import pytest

from evaluation.benchmark import BenchmarkItem, load_benchmark
from evaluation.open_answers.bert import BertModel, load_bert
from evaluation.open_answers.presets import find_preset
from pipelines.vocabulary import AnswerType


@pytest.fixture(scope="session")
def rad(med_mim_root: Path) -> tuple[BenchmarkItem, ...]:
    return load_benchmark(med_mim_root / "Med_MIM_benchmark_Held_out_RAD.json")


@pytest.fixture(scope="session")
def odir(med_mim_root: Path) -> tuple[BenchmarkItem, ...]:
    return load_benchmark(med_mim_root / "Med_MIM_benchmark_Held_out_ODIR.json")


@pytest.fixture(scope="session")
def minilm() -> BertModel:
    """The model of preset ci_offline; loading is cached, so every test that scores open answers shares it."""
    return load_bert(find_preset("ci_offline"))


@pytest.fixture
def make_item():
    """Builds an item: `make_item("r1", options={"A": ..}, letter="A")` is closed, `make_item("r1", answer="text")` open."""

    def make(key, *, options=None, letter=None, answer=None, unit=None, position=0, question="Which?", record_id=None):
        options = options or {}
        return BenchmarkItem(
            key=key,
            position=position,
            id=record_id or key,
            images=(f"{key}.jpg",),
            question=question,
            options=options,
            letter=letter,
            answer=answer if answer is not None else options.get(letter, ""),
            answer_type=AnswerType.CLOSED if options else AnswerType.OPEN,
            unit=unit or key,
        )

    return make


@pytest.fixture
def write_benchmark(tmp_path: Path):
    """Writes a Mantis-form file of (id, images, question, answer) and returns its path."""

    def write(*rows, name="benchmark.json"):
        records = [
            {
                "id": record_id,
                "images": list(images),
                "conversation": [
                    {"role": "user", "content": "<image>" * len(images) + question},
                    {"role": "assistant", "content": answer},
                ],
                "source": "test",
            }
            for record_id, images, question, answer in rows
        ]
        path = tmp_path / name
        path.write_text(json.dumps(records), encoding="utf-8")
        return path

    return write
