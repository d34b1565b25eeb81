"""Steps, accumulation and learning rates are those that the recipe states."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.recipe_parts import Batch, Schedule, ScheduleKind
from training.run.schedule import count_accumulation, count_steps, scale_learning_rate
from training.run.stops import RunError


@given(st.integers(1, 10_000), st.integers(1, 512), st.floats(0.01, 5))
def test_steps_cover_the_epochs_and_no_step_is_empty(n_examples: int, global_size: int, epochs: float) -> None:
    steps = count_steps(Schedule(epochs=epochs), n_examples, global_size)
    assert (steps - 1) * global_size < epochs * n_examples + 1e-5 and steps * global_size >= epochs * n_examples - 1e-5


def test_whole_number_of_batches_is_not_rounded_up() -> None:
    assert count_steps(Schedule(epochs=0.1), 30, 3) == 1  # 0.1 x 30 is 3.0000000000000004
    assert count_steps(Schedule(epochs=3), 0, 3) == 0
    assert count_steps(Schedule(epochs=3, max_steps=2), 100, 3) == 2


def test_accumulation_follows_from_the_global_size() -> None:
    assert count_accumulation(Batch(global_size=128, per_device=1), 4) == 32


@pytest.mark.parametrize(
    ("batch", "processes", "fix"),
    [
        (Batch(global_size=32, per_device=32), 2, "set batch.per_device to 16"),
        (Batch(global_size=32, per_device=5), 4, "set batch.per_device to 4"),
        (Batch(global_size=32, per_device=1), 3, "set batch.global_size to a multiple of 3"),
    ],
)
def test_global_size_that_does_not_divide_is_told_with_what_would(batch: Batch, processes: int, fix: str) -> None:
    with pytest.raises(RunError, match=fix):
        count_accumulation(batch, processes)


@given(st.sampled_from(ScheduleKind), st.integers(0, 20), st.integers(1, 100), st.floats(0, 1e-4))
def test_learning_rate_rises_to_its_peak_and_never_below_its_least(
    kind: ScheduleKind, warmup: int, n_steps: int, least: float
) -> None:
    schedule = Schedule(kind=kind, epochs=1, warmup_steps=warmup, min_learning_rate=least)
    rates = [1e-4 * scale_learning_rate(schedule, 1e-4, step, n_steps) for step in range(n_steps)]
    up, down = rates[:warmup], rates[warmup:]
    assert up == sorted(up) and down == sorted(down, reverse=True)
    assert all(0 < rate <= 1e-4 * (1 + 1e-9) for rate in rates)
    assert all(rate >= least * (1 - 1e-9) for rate in down)
    if down:
        assert down[0] == pytest.approx(1e-4)


def test_cosine_goes_from_the_paper_of_a_projector_s_peak_to_its_least() -> None:
    schedule = Schedule(epochs=1, warmup_steps=1000, min_learning_rate=1e-7)
    rates = [2e-5 * scale_learning_rate(schedule, 2e-5, step, 5001) for step in (999, 3000, 5000)]
    assert rates == pytest.approx([2e-5, (2e-5 + 1e-7) / 2, 1e-7], rel=1e-2)


def test_warm_up_may_be_a_share_of_all_steps() -> None:
    schedule = Schedule(epochs=1, warmup_share=0.03, kind=ScheduleKind.CONSTANT)
    assert [scale_learning_rate(schedule, 1.0, step, 100) for step in (0, 1, 2, 3)] == pytest.approx([1 / 3, 2 / 3, 1, 1])
