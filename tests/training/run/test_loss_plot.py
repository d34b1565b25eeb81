import pytest

from training.run.loss_plot import draw_losses, smooth
from training.run.step_log import StepRecord

RECORDS = [StepRecord(step, 6 / step, 1e-3, 0.7, 80.0, 0.4, 0.01) for step in range(1, 40)]


def test_equal_records_give_an_equal_picture() -> None:
    assert draw_losses(RECORDS, "tiny") == draw_losses(RECORDS, "tiny")


def test_a_run_without_steps_can_be_drawn() -> None:
    assert draw_losses([], "tiny-data_0")[:4] == b"\x89PNG"


def test_the_end_of_the_alignment_stage_is_marked_where_there_is_one() -> None:
    assert draw_losses(RECORDS, "tiny", 20) != draw_losses(RECORDS, "tiny")
    assert draw_losses(RECORDS, "tiny", 0) == draw_losses(RECORDS, "tiny")


def test_smoothing_keeps_a_constant_and_the_length() -> None:
    assert smooth([2.0] * 7, 25) == pytest.approx([2.0] * 7)
