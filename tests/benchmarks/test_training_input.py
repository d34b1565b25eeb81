"""The two ways to a training batch that are compared give equal tensors, and a difference stops the benchmark."""

from pathlib import Path

import pytest

from benchmarks.training_input import InputBenchmark, build_benchmarks


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> InputBenchmark:
    return InputBenchmark(tmp_path_factory.mktemp("small"), side=32, patch=8, n_examples=5, batch=2)


def test_batches_of_both_ways_are_equal_and_hold_every_example_once(small) -> None:
    small.check()
    ours, theirs = small.collate(), small.process()
    assert [len(batch["labels"]) for batch in ours] == [len(batch["labels"]) for batch in theirs] == [2, 2, 1]
    assert ours[0]["pixel_values"].shape == (4, 3, 32, 32)
    assert ours[0].keys() - theirs[0].keys() == {"sample_index"}
    assert [int(index) for batch in ours for index in batch["sample_index"]] == list(range(5))
    assert len(small.unpack()) == 10 and {pixels.shape[0] for pixels in small.unpack()} == {1, 3}


def test_a_difference_between_the_two_is_an_error(small, monkeypatch) -> None:
    batches = small.collate()
    batches[1]["labels"][0, 0] = 5
    monkeypatch.setattr(InputBenchmark, "collate", lambda self: batches)
    with pytest.raises(RuntimeError, match="labels differs from the processor's own"):
        small.check()


def test_both_sizes_are_measured(tmp_path: Path) -> None:
    assert set(build_benchmarks(tmp_path)) == {"training_input", "training_input_tiny"}
