"""A run stops at once where going on makes no sense, everywhere, and says why in words, file and exit code."""

import json
import signal
from pathlib import Path

import pytest

from tests.training.run.small_run import N_STEPS, SMALL, TWO_PROCESSES, Listener, finish, prepare, read_losses, start, train
from training.run.checkpoints import list_checkpoints
from training.run.hold import hold_folder
from training.run.stops import ExitCode, NotFiniteError, PreemptedError, RunError
from training.run.trainer import RunSteps
from training.run_folder import RunFolder
from training.tokens.batches import Collator, open_samples


def test_pixel_that_is_no_number_stops_the_run_and_names_its_batch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, collate = prepare(tmp_path), Collator.__call__

    def poison(self: Collator, samples: list[dict[str, object]]) -> dict[str, object]:
        batch = collate(self, samples)
        if 7 in batch["sample_index"].tolist():
            batch["pixel_values"][0, 0, 0, 0] = float("nan")
        return batch

    monkeypatch.setattr(Collator, "__call__", poison)
    with pytest.raises(NotFiniteError, match=r"the loss is nan; failure\.json names the 2 records"):
        train(folder)
    told = json.loads(folder.failure.read_text())
    assert open_samples(folder.data)[7]["record_id"] in told["record_ids"] and len(told["record_ids"]) == 2
    assert told["exit_code"] == 3 and told["value"] == "nan" and told["step"] == len(read_losses(folder)) + 1
    assert not folder.model.exists()
    monkeypatch.setattr(Collator, "__call__", collate)
    assert train(folder).n_steps == N_STEPS and not folder.failure.exists()


def test_gradients_that_are_no_numbers_stop_the_run_before_they_touch_a_weight(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from transformers import Trainer

    folder, measure = prepare(tmp_path), Trainer._clip_grad_norm

    def overflow(self: Trainer, model: object) -> object:
        return measure(self, model) * (float("inf") if self.state.global_step == 4 else 1.0)

    monkeypatch.setattr(Trainer, "_clip_grad_norm", overflow)
    with pytest.raises(NotFiniteError, match="step 5: the norm of the gradients is inf"):
        train(folder)
    told = json.loads(folder.failure.read_text())
    assert len(told["record_ids"]) == 4 and told["last_checkpoint"] == "checkpoint-3"  # the whole batch of the step


def test_two_processes_stop_together_where_one_has_a_pixel_that_is_no_number(tmp_path: Path) -> None:
    folder = prepare(tmp_path, SMALL | TWO_PROCESSES)
    code, told = finish(start(folder, 2, POISONED="7"))  # ends: no process waits for another
    assert code != 0 and told.count("the loss is nan") == 1, told
    assert "exitcode  : 3" in told  # of the processes; torchrun's own is 1
    found = json.loads(folder.failure.read_text())
    assert found["record_ids"] == ["record-7"] and found["exit_code"] == ExitCode.NOT_FINITE


def test_sigterm_saves_the_step_and_the_run_goes_on_later(
    whole_run: RunFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, log = prepare(tmp_path), RunSteps.log

    def terminate(self: RunSteps, logs: dict[str, float], start_time: float | None = None) -> None:
        log(self, logs, start_time)
        if self.state.global_step == 4:
            signal.raise_signal(signal.SIGTERM)

    monkeypatch.setattr(RunSteps, "log", terminate)
    with pytest.raises(PreemptedError, match="told to stop: step 5 of 8 is saved") as caught:
        train(folder)
    assert ExitCode.of(caught.value) == 75 and list_checkpoints(folder)[0].step == 5
    monkeypatch.setattr(RunSteps, "log", log)
    assert train(folder).resumed_from == 5
    assert read_losses(folder) == pytest.approx(read_losses(whole_run), abs=1e-6)


def test_lack_of_memory_is_told_with_what_takes_less(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    def overflow(*_: object, **__: object) -> None:
        raise torch.OutOfMemoryError("tried to allocate 2 GiB")

    monkeypatch.setattr(RunSteps, "compute_loss", overflow)
    with pytest.raises(RunError, match=r"step 1: the GPU has no memory left .* lower batch\.per_device"):
        train(prepare(tmp_path))


def test_second_run_in_the_same_folder_is_refused(tmp_path: Path) -> None:
    folder = prepare(tmp_path)
    with hold_folder(folder.path), pytest.raises(RunError, match="another process trains in this folder"):
        train(folder)


def test_finished_run_is_not_made_again(whole_run: RunFolder) -> None:
    listener, before = Listener(), whole_run.log.stat().st_mtime_ns
    result = train(whole_run, listener)
    assert listener.lines == [f"{whole_run.path.name}: finished already, in 8 steps"] and result.n_steps == N_STEPS
    assert whole_run.log.stat().st_mtime_ns == before and len(result.losses) == N_STEPS


def test_no_data_saves_the_base_model_as_it_is(tmp_path: Path) -> None:
    import torch
    from transformers import AutoModelForImageTextToText

    from training.run.finish import load_base
    from training.run.prepared import read_recipe

    folder = prepare(tmp_path, SMALL | {"data.share": 0.0}, "tiny-data_0")
    result = train(folder)
    assert (result.n_steps, result.n_examples, result.losses, result.startup_seconds) == (0, 0, (), None)
    saved = AutoModelForImageTextToText.from_pretrained(folder.model).state_dict()
    base = load_base(folder, read_recipe(folder)).state_dict()
    assert saved.keys() == base.keys() and all(torch.equal(saved[name], base[name]) for name in base)
