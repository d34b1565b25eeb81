"""Each step stands once in the log, also where a killed run wrote further than its checkpoint."""

from pathlib import Path

import pytest

from training.run.step_log import StepLog, StepRecord, read_log
from training.run.stops import RunError
from training.run.tracking import Track, open_trackers
from training.run_folder import RunFolder


def step(number: int, loss: float = 1.0) -> StepRecord:
    return StepRecord(number, loss, 1e-3, 0.5, samples_per_second=10.0, step_seconds=2.0, loader_seconds=0.0)


class Plot:
    def __init__(self) -> None:
        self.seen: list[int] = []

    def note(self, record: StepRecord) -> None:
        self.seen.append(record.step)

    def close(self) -> None:
        self.seen.append(-1)


def test_lines_after_the_checkpoint_are_made_again(tmp_path: Path) -> None:
    folder, plot = RunFolder(tmp_path), Plot()
    with StepLog(folder, 1, [plot]) as log:
        for number in (1, 2, 3, 4):
            log.note(step(number))
    with folder.log.open("a") as killed:
        killed.write('{"step": 5, "loss": 1.')  # cut short by a kill
    with StepLog(folder, 3, [plot]) as log:
        log.note(step(3, loss=0.5))
        log.sync()
    assert read_log(folder) == [step(1), step(2), step(3, loss=0.5)]
    assert plot.seen == [1, 2, 3, 4, -1, 3, -1]


def test_log_that_is_not_there_has_no_steps(tmp_path: Path) -> None:
    assert read_log(RunFolder(tmp_path)) == []


@pytest.mark.parametrize("track", list(Track))
def test_tracker_that_is_not_installed_is_told_with_what_to_do(
    tmp_path: Path, track: Track, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, track.value, None)  # as if it were not installed
    with pytest.raises(RunError, match=f"--track {track.value}: it is not installed here; pip install {track.value}"):
        open_trackers(RunFolder(tmp_path), "tiny", {}, 1, track)
