"""Every sample is seen once an epoch, in an order that hangs on seed and sizes alone."""

from collections import Counter
from itertools import islice

from hypothesis import given
from hypothesis import strategies as st

from training.recipe_parts import Curriculum
from training.run.order import ProcessBatches, draw_curriculum, draw_steps

lengths = st.lists(st.integers(1, 50), min_size=1, max_size=40)


@given(lengths, st.integers(1, 8), st.integers(1, 30), st.integers(0, 5), st.booleans())
def test_samples_are_seen_as_often_as_any_other(
    tokens: list[int], global_size: int, n_steps: int, seed: int, by_length: bool
) -> None:
    steps = list(draw_steps(tokens, global_size, n_steps, seed, by_length))
    assert len(steps) == n_steps and {len(step) for step in steps} == {global_size}
    seen = Counter(index for step in steps for index in step)
    times = [seen[index] for index in range(len(tokens))]
    assert max(times) - min(times) <= 1
    assert len(tokens) < global_size or all(len(set(step)) == global_size for step in steps)


@given(lengths, st.integers(1, 4), st.integers(1, 3), st.integers(1, 3), st.integers(0, 5), st.booleans())
def test_processes_share_each_step_out_without_rest(
    tokens: list[int], per_device: int, accumulation: int, processes: int, seed: int, by_length: bool
) -> None:
    parts = [ProcessBatches(tokens, per_device, accumulation, processes, rank, 3, seed, by_length) for rank in range(processes)]
    batches = [list(part) for part in parts]
    assert {len(each) for each in batches} == {len(part) for part in parts} == {3 * accumulation}
    whole = draw_steps(tokens, per_device * accumulation * processes, 3, seed, by_length)
    for number, step in enumerate(whole):
        here = range(number * accumulation, (number + 1) * accumulation)
        assert Counter(step) == Counter(index for each in batches for i in here for index in each[i])


def test_order_hangs_on_the_seed_and_not_on_how_far_it_is_drawn() -> None:
    tokens = list(range(1, 500))
    first, again, other = (draw_steps(tokens, 4, 100, seed, True) for seed in (1, 1, 2))
    assert list(first)[70:] == list(islice(again, 70, None)) != list(other)[70:]


def test_grouping_by_length_saves_padding_and_puts_the_longest_first() -> None:
    tokens = [(37 * i) % 401 + 1 for i in range(1000)]

    def count_padded(by_length: bool) -> int:
        return sum(max(tokens[i] for i in step) * len(step) for step in draw_steps(tokens, 8, 125, 0, by_length))

    assert count_padded(True) < 1.1 * sum(tokens) < 1.5 * sum(tokens) < count_padded(False)
    steps = list(draw_steps(tokens, 8, 125, 0, True))
    assert max(tokens[i] for i in steps[0]) == max(tokens[i] for step in steps[:64] for i in step)


def test_data_smaller_than_a_window_do_not_put_a_sample_beside_itself() -> None:
    tokens = [(37 * i) % 401 + 1 for i in range(21)]
    assert all(len(set(step)) == 4 for step in draw_steps(tokens, 4, 300, 0, True))


@given(st.lists(st.booleans(), min_size=1, max_size=40), st.floats(0, 1), st.floats(0, 1), st.integers(0, 5))
def test_steps_hold_one_kind_of_sample_and_the_first_ones_alignment_samples(
    aligned: list[bool], share: float, replay: float, seed: int
) -> None:
    curriculum = Curriculum(alignment_share=share, replay=replay)
    lengths = list(range(1, len(aligned) + 1))
    steps = list(draw_curriculum(lengths, aligned, curriculum, 4, 20, seed, True))
    kinds = [{aligned[index] for index in step} for step in steps]
    assert all(len(kind) == 1 for kind in kinds) and len(steps) == 20
    if any(aligned):
        assert all(kind == {True} for kind in kinds[: round(share * 20)])
    if not all(aligned) and replay == 0:
        assert all(kind == {False} for kind in kinds[round(share * 20) :])


def test_replayed_steps_come_about_as_often_as_is_said_and_a_longer_run_shares_its_beginning() -> None:
    aligned = [index % 2 == 0 for index in range(200)]
    curriculum = Curriculum(replay=0.25)
    short, long = (list(draw_curriculum([1] * 200, aligned, curriculum, 4, n, 3, True)) for n in (400, 1000))
    assert long[:400] == short
    assert 0.2 < sum(aligned[step[0]] for step in long) / 1000 < 0.3


def test_without_a_curriculum_the_order_is_that_of_draw_steps() -> None:
    tokens = [(37 * i) % 401 + 1 for i in range(100)]
    plain = list(draw_steps(tokens, 4, 60, 3, True))
    assert list(draw_curriculum(tokens, [False] * 100, Curriculum(), 4, 60, 3, True)) == plain
    assert list(ProcessBatches(tokens, 4, 1, 1, 0, 60, 3, True)) == plain
