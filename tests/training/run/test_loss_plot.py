import pytest

from training.run.loss_plot import draw_losses, smooth, smooth_by_stage
from training.run.step_log import StepRecord

RECORDS = [StepRecord(step, 6 / step, 1e-3, 0.7, 80.0, 0.4, 0.01) for step in range(1, 40)]


def test_equal_records_give_an_equal_picture() -> None:
    assert draw_losses(RECORDS, "tiny") == draw_losses(RECORDS, "tiny")


def test_a_run_without_steps_can_be_drawn() -> None:
    assert draw_losses([], "tiny-data_0")[:4] == b"\x89PNG"


def test_the_end_of_the_alignment_stage_is_marked_where_there_is_one() -> None:
    assert draw_losses(RECORDS, "tiny", 20) != draw_losses(RECORDS, "tiny")
    assert draw_losses(RECORDS, "tiny", 0) == draw_losses(RECORDS, "tiny")


def test_the_mean_of_one_stage_holds_nothing_of_the_other() -> None:
    records = [StepRecord(step, 1.0 if step <= 30 else 7.0, 1e-3, 0.7, 80.0, 0.4, 0.01) for step in range(1, 50)]
    (first, before), (second, after) = smooth_by_stage(records, 30)
    assert first + second == list(range(1, 50)) and set(before) == {1.0} and set(after) == {7.0}
    assert smooth_by_stage(records, 0) == [(list(range(1, 50)), smooth([record.loss for record in records], 25))]


def test_smoothing_keeps_a_constant_and_the_length() -> None:
    assert smooth([2.0] * 7, 25) == pytest.approx([2.0] * 7)
