"""Images by what they look like, and records that use them."""

from collections.abc import Callable, Sequence

import numpy as np
import pyarrow as pa
import pytest

from pipelines.records import DatasetRecord
from pipelines.terms_of_use import DataClass
from pipelines.vocabulary import Ability, AnswerType, Origin, Source, Split, SubTask

Images = Sequence[tuple[str, str, str, str | None]]


def _tabulate(images: Images, source: Source = Source.VQA_RAD) -> pa.Table:
    columns = list(zip(*images, strict=True)) or [(), (), (), ()]
    names = ("image_id", "subject_id", "pixel_sha256", "perceptual_hash")
    table = pa.table({name: pa.array(column, pa.string()) for name, column in zip(names, columns, strict=True)})
    return table.append_column("source", pa.array([source.value] * len(table), pa.string()))


def _hash(seed: int, layout_flips: int = 0, detail_flips: int = 0, flip_seed: int = 0) -> str:
    rng = np.random.default_rng(flip_seed)
    bits = np.random.default_rng([7, seed]).integers(0, 2, 512, dtype=np.uint8)
    bits[rng.choice(256, layout_flips, replace=False)] ^= 1
    bits[256 + rng.choice(256, detail_flips, replace=False)] ^= 1
    return np.packbits(bits).tobytes().hex()


def _record(record_id: str, split: Split, subjects: Sequence[str], images: Sequence[str]) -> DatasetRecord:
    return DatasetRecord(
        id=record_id,
        images=tuple(images),
        conversation=(),
        source="x",
        record_id=record_id,
        digest="d",
        split=split,
        ability=Ability.COREFERENCE,
        subtask=SubTask.LOCATED_QUESTION,
        answer_type=AnswerType.OPEN,
        origin=Origin.COMPOSED,
        unit_id="u",
        subject_ids=tuple(subjects),
        image_ids=tuple(images),
        answer_class="open",
        evidence=(),
        data_class=DataClass.OPEN,
        is_synthetic=True,
    )


@pytest.fixture(scope="session")
def tabulate() -> Callable[..., pa.Table]:
    """Makes a table of (image_id, subject_id, pixel_sha256, perceptual_hash) rows of one source."""
    return _tabulate


@pytest.fixture(scope="session")
def make_hash() -> Callable[..., str]:
    """Makes a perceptual hash from a seed, with some bits of either half flipped."""
    return _hash


@pytest.fixture(scope="session")
def make_record() -> Callable[..., DatasetRecord]:
    """Makes a record of a split that uses images of subjects."""
    return _record
