"""Samples are whole or turned away with a reason; equal examples give equal files, in bounded memory."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from PIL import Image

from pipelines.interleave import interleave
from pipelines.vocabulary import AnswerType
from tests.training.models.families import TEXTS
from training.messages import TrainingExample
from training.models.new import make_processor
from training.recipe import Recipe, load_recipe
from training.tokens import encoder, shards
from training.tokens.batches import Collator, open_samples
from training.tokens.encode import encode_examples
from training.tokens.encoded import EncodedDataError, RejectionReason, read_encoded
from training.tokens.encoder import IGNORED
from training.tokens.shards import Sample, ShardWriter

IMAGE_TOKEN, PER_IMAGE = 3, 1


@pytest.fixture(scope="module")
def processor() -> Any:
    return make_processor("tiny", "tiny", TEXTS)


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("images")
    generator = np.random.default_rng(1)
    for number in range(4):
        Image.fromarray(generator.integers(0, 256, (40, 56), dtype=np.uint8)).save(root / f"{number}.png")
    (root / "broken.png").write_bytes(b"\x89PNG\r\n")
    return root


def build(record_id: str, *names: str, question: str = "Same side?", answer: str = "B: Worsening") -> TrainingExample:
    prompt = interleave("<image>" * len(names) + question, len(names))
    return TrainingExample(record_id, "demo", AnswerType.OPEN, prompt, answer, names)


def build_many(n: int) -> list[TrainingExample]:
    return [
        build(
            f"r{number}", *(f"{(number + place) % 4}.png" for place in range(1 + number % 3)), question="Which? " * (number % 7)
        )
        for number in range(n)
    ]


def recipe(**limits: int) -> Recipe:
    return load_recipe("tiny", {f"data.{key}": value for key, value in limits.items()})


def encode(examples, images, processor, folder, **limits):
    return encode_examples(examples, images, processor, recipe(**limits), folder, lambda line: None)


def rows_of(folder: Path) -> list[dict[str, Any]]:
    return [row for path in sorted(folder.glob("part-*.parquet")) for row in pq.read_table(path).to_pylist()]


def test_each_example_is_a_sample_or_turned_away_with_its_reason(images, processor, tmp_path) -> None:
    examples = [
        build("good", "0.png", "1.png"),
        build("missing", "0.png", "nowhere.png"),
        build("broken", "broken.png"),
        build("many", *["0.png"] * 4),
        build("long", "0.png", question="Which of these is it? " * 200),
        build("sign", "0.png", question="Say </s> twice"),
        build("sign in the answer", "0.png", answer="<|user|>"),
        build("good too", "2.png"),
    ]
    said: list[str] = []
    data = encode_examples(examples, images, processor, recipe(max_tokens=400), tmp_path, said.append)
    assert [row["record_id"] for row in rows_of(tmp_path)] == ["good", "good too"]
    assert data.rejected == (
        ("missing", RejectionReason.IMAGE_MISSING),
        ("broken", RejectionReason.IMAGE_UNREADABLE),
        ("many", RejectionReason.TOO_MANY_IMAGES),
        ("long", RejectionReason.TOO_MANY_TOKENS),
        ("sign", RejectionReason.SPECIAL_TOKEN),
        ("sign in the answer", RejectionReason.SPECIAL_TOKEN),
    )
    assert data.n_examples + len(data.rejected) == len(examples)
    assert data.count_rejected()["special_token"] == 2 and "2 special_token" in said[-1]
    told = {row["record_id"]: row["detail"] for row in json.loads((tmp_path / "data.json").read_text())["rejected"]}
    assert "data.max_tokens is 400" in told["long"] and "4 images, data.max_images is 3" in told["many"]
    assert told["sign"] == "its text holds '</s>', which the model reads as a sign" and "nowhere.png" in told["missing"]


def test_a_sample_of_just_the_limit_stays_and_nothing_is_cut(images, processor, tmp_path) -> None:
    example = build("r", "0.png", "1.png", "2.png", question="Which? " * 5)
    whole = encode([example], images, processor, tmp_path / "whole").lengths.maximum
    at = encode([example], images, processor, tmp_path / "at", max_tokens=whole)
    assert (at.n_examples, at.lengths.maximum, at.lengths.image_tokens) == (1, whole, 3 * PER_IMAGE)
    below = encode([example], images, processor, tmp_path / "below", max_tokens=whole - 1)
    assert below.rejected == (("r", RejectionReason.TOO_MANY_TOKENS),) and below.lengths.maximum == 0


def test_every_sample_has_all_tokens_of_each_image_and_learns_the_answer_alone(images, processor, tmp_path) -> None:
    examples = build_many(50)
    data = encode(examples, images, processor, tmp_path)
    rows = rows_of(tmp_path)
    assert [row["sample_index"] for row in rows] == list(range(50))
    for row, example in zip(rows, examples, strict=True):
        assert row["input_ids"].count(IMAGE_TOKEN) == PER_IMAGE * example.n_images == PER_IMAGE * len(row["images"])
        assert row["n_tokens"] == len(row["input_ids"]) == len(row["labels"])
        learnt = [label for label in row["labels"] if label != IGNORED]
        assert processor.tokenizer.decode(learnt) == "B: Worsening</s>"
        assert IMAGE_TOKEN not in learnt
    lengths = sorted(row["n_tokens"] for row in rows)
    assert (data.lengths.n, data.lengths.total, data.lengths.maximum) == (50, sum(lengths), lengths[-1])
    assert data.lengths.image_tokens == sum(row["input_ids"].count(IMAGE_TOKEN) for row in rows)
    assert sum(count for _, count in data.lengths.histogram) == 50
    assert read_encoded(tmp_path) == data


def test_equal_examples_give_equal_bytes_and_what_lay_there_is_replaced(images, processor, tmp_path) -> None:
    examples = build_many(40)
    one, two = encode(examples, images, processor, tmp_path / "a"), encode(examples, images, processor, tmp_path / "b")
    names = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert names == ["data.json", "part-00000.parquet"]
    assert all((tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes() for name in names)
    assert one.digest == two.digest
    open_samples(tmp_path / "a")
    fewer = encode(examples[:3], images, processor, tmp_path / "a")
    assert fewer.digest != one.digest and len(open_samples(tmp_path / "a")) == 3


@pytest.mark.parametrize("changed", ["record_id", "input_ids", "labels", "images"])
def test_digest_follows_every_part_of_a_sample(tmp_path, changed) -> None:
    def hash_of(**changes: Any) -> str:
        writer = ShardWriter(tmp_path)
        writer.add(Sample(**({"record_id": "r", "input_ids": [1, 2], "labels": [-100, 2], "images": [b"ab", b"c"]} | changes)))
        writer.close()
        return writer.digest

    changes = {"record_id": "s", "input_ids": [1, 3], "labels": [1, 2], "images": [b"a", b"bc"]}
    assert hash_of(**{changed: changes[changed]}) != hash_of() == hash_of()


@pytest.mark.parametrize("limits", [{"shard_examples": 7}, {"shard_bytes": 2000}, {"shard_examples": 1}, {}])
def test_shards_hold_every_sample_once_in_order_however_they_are_parted(tmp_path, limits) -> None:
    writer = ShardWriter(tmp_path, **limits)
    samples = [Sample(f"r{n}", [n] * (1 + n % 5), [-100] * (1 + n % 5), [bytes(100 + n)]) for n in range(50)]
    for sample in samples:
        writer.add(sample)
    assert writer.n_examples == 50
    found = writer.close()
    assert sum(shard.n_examples for shard in found) == 50
    assert [row["record_id"] for row in rows_of(tmp_path)] == [sample.record_id for sample in samples]
    assert [row["images"] for row in rows_of(tmp_path)] == [sample.images for sample in samples]
    assert [(tmp_path / shard.name).stat().st_size for shard in found] == [shard.n_bytes for shard in found]
    if "shard_examples" in limits:
        assert max(shard.n_examples for shard in found) == limits["shard_examples"]
    if "shard_bytes" in limits:
        assert len(found) > 3
    whole = ShardWriter(tmp_path / "whole")
    (tmp_path / "whole").mkdir()
    for sample in samples:
        whole.add(sample)
    whole.close()
    assert whole.digest == writer.digest


def test_few_samples_are_in_memory_at_a_time(images, processor, tmp_path, monkeypatch) -> None:
    """What is read ahead is a chunk of examples, and what waits to be written a row group."""
    monkeypatch.setattr(shards, "_GROUP_BYTES", 20_000)
    waiting, ahead = [], 0
    n_read = 0

    def read() -> Iterator[TrainingExample]:
        nonlocal n_read
        for example in build_many(400):
            n_read += 1
            yield example

    class Watched(ShardWriter):
        def add(self, sample: Sample) -> None:
            nonlocal ahead
            super().add(sample)
            waiting.append(self._group_bytes)
            ahead = max(ahead, n_read - self.n_examples)

    monkeypatch.setattr("training.tokens.encode.ShardWriter", Watched)
    assert encode(read(), images, processor, tmp_path).n_examples == 400
    assert max(waiting) < 20_000 and sum(found == 0 for found in waiting) > 10
    assert ahead < encoder._CHUNK
    assert pq.ParquetFile(tmp_path / "part-00000.parquet").num_row_groups > 10


def test_an_encoding_that_broke_off_is_absent_and_done_again(images, processor, tmp_path) -> None:
    encode(build_many(3), images, processor, tmp_path)

    def break_off() -> Iterator[TrainingExample]:
        yield from build_many(70)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        encode(break_off(), images, processor, tmp_path)
    with pytest.raises(EncodedDataError, match="never finished"):
        read_encoded(tmp_path)
    assert encode(build_many(5), images, processor, tmp_path).n_examples == 5
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data.json", "part-00000.parquet"]


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda folder: (folder / "part-00000.parquet").unlink(), "part-00000.parquet: expected .* there is none"),
        (lambda folder: (folder / "part-00000.parquet").write_bytes(b"x"), "expected .* bytes, 1 bytes"),
        (lambda folder: (folder / "data.json").write_text("{"), "data.json: cannot be read"),
        (lambda folder: (folder / "data.json").write_text("{}"), "KeyError"),
        (lambda folder: (folder / "data.json").unlink(), "never finished"),
    ],
)
def test_spoilt_data_are_told_and_not_trained_on(images, processor, tmp_path, spoil, told) -> None:
    encode(build_many(3), images, processor, tmp_path)
    spoil(tmp_path)
    for read in (read_encoded, open_samples):
        with pytest.raises(EncodedDataError, match=told):
            read(tmp_path)


def test_no_sample_at_all_is_told(images, processor, tmp_path) -> None:
    assert encode([build("broken", "broken.png")], images, processor, tmp_path).n_examples == 0
    with pytest.raises(EncodedDataError, match="all 1 examples were turned away"):
        open_samples(tmp_path)


def test_samples_are_mapped_from_disk_and_not_read(images, processor, tmp_path) -> None:
    encode(build_many(60), images, processor, tmp_path)
    samples = open_samples(tmp_path)
    assert len(samples) == 60 and samples.cache_files
    assert all(Path(file["filename"]).is_relative_to(tmp_path) for file in samples.cache_files)
    import pyarrow as pa

    before = pa.total_allocated_bytes()
    again = open_samples(tmp_path)
    assert pa.total_allocated_bytes() - before < 20_000 < sum(path.stat().st_size for path in tmp_path.glob("part-*"))
    assert again[7]["record_id"] == "r7" and Collator(processor)([again[7]])["sample_index"].tolist() == [7]
