"""A run that was killed goes on as if nothing had been, or says why it cannot: it never goes on from other weights."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from pipelines.provenance import read_provenance
from tests.training.run.small_run import (
    LORA,
    N_STEPS,
    SMALL,
    TWO_PROCESSES,
    Listener,
    finish,
    kill_at_step,
    prepare,
    read_losses,
    start,
    train,
)
from training.run import saved_state
from training.run.checkpoints import list_checkpoints
from training.run.stops import RunError
from training.run.weights import WEIGHTS_FILE, WeightsError
from training.run.whole_folder import finish_folder, name_unfinished
from training.run_folder import RunFolder

EQUAL = 1e-6


@pytest.fixture
def killed_run(whole_run: RunFolder, tmp_path: Path) -> RunFolder:
    """The whole run as it was at its newest checkpoint, step 6."""
    folder = RunFolder(tmp_path / "runs" / "tiny" / whole_run.path.name)
    shutil.copytree(whole_run.path, folder.path, ignore=shutil.ignore_patterns("result.json", "model", "tensorboard"))
    return folder


def test_sigkill_in_the_middle_changes_no_loss_of_a_full_run(whole_run: RunFolder, tmp_path: Path) -> None:
    folder = prepare(tmp_path)
    kill_at_step(folder, 5)
    assert [checkpoint.step for checkpoint in list_checkpoints(folder)] == [3]
    listener = Listener()
    result = train(folder, listener)
    assert result.resumed_from == 3 and f"going on from step 3 of {N_STEPS}" in listener.lines
    assert read_losses(folder) == pytest.approx(read_losses(whole_run), abs=EQUAL) and len(result.losses) == N_STEPS
    weights = [(each.model / "model.safetensors").read_bytes() for each in (folder, whole_run)]
    assert weights[0] == weights[1]


def test_sigkill_in_the_middle_changes_no_loss_of_a_lora_run(lora_losses: list[float], tmp_path: Path) -> None:
    folder = prepare(tmp_path, LORA)
    kill_at_step(folder, 5)
    assert train(folder).resumed_from == 3
    assert read_losses(folder) == pytest.approx(lora_losses, abs=EQUAL)


@pytest.mark.parametrize("values", [SMALL, LORA], ids=["full", "lora"])
def test_sigkill_of_torchrun_with_two_processes_and_zero_2_changes_no_loss(
    tmp_path: Path, whole_run: RunFolder, values: dict[str, Any]
) -> None:
    lock = tmp_path / "extensions" / "deepspeed_shm_comm" / "lock"  # of a build that was killed: a run must start all the same
    lock.parent.mkdir(parents=True)
    lock.touch()
    whole, killed = (prepare(tmp_path / name, values | TWO_PROCESSES) for name in ("whole", "killed"))
    code, told = finish(start(whole, 2, TORCH_EXTENSIONS_DIR=str(lock.parents[1])))
    assert code == 0, told
    assert not lock.exists() and f"removed {lock}" in told and "built successfully" not in told
    kill_at_step(killed, 5, processes=2)
    code, told = finish(start(killed, 2))
    assert code == 0 and "going on from step 3" in told, told
    assert read_losses(killed) == pytest.approx(read_losses(whole), abs=EQUAL)
    if values is SMALL:  # two processes are one, split; dropout is drawn by each
        assert read_losses(whole) == pytest.approx(read_losses(whole_run), abs=2e-5)


def test_weights_that_are_not_loaded_stop_the_run(killed_run: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saved_state, "load_weights", lambda model, folder: None)  # what plain resume does to LLaVA
    with pytest.raises(WeightsError, match="not the checkpoint's after it was loaded"):
        train(killed_run)


def test_weights_that_are_not_loaded_would_change_the_losses(
    killed_run: RunFolder, whole_run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saved_state, "load_weights", lambda model, folder: None)
    monkeypatch.setattr(saved_state, "check_bits", lambda model, path: None)
    train(killed_run)
    assert read_losses(killed_run)[6] != pytest.approx(read_losses(whole_run)[6], abs=1e-3)


def test_missing_and_unexpected_weights_stop_the_run(killed_run: RunFolder) -> None:
    from safetensors.torch import load_file, save_file

    path = list_checkpoints(killed_run)[0].path
    weights = load_file(path / WEIGHTS_FILE)
    weights["language_model.model.norm.weight"] = weights.pop("model.language_model.norm.weight")  # a legacy name
    shutil.copytree(path, name_unfinished(path))
    save_file(weights, name_unfinished(path) / WEIGHTS_FILE)
    finish_folder(path)
    with pytest.raises(WeightsError, match=r"1 missing \(model\.language_model\.norm\.weight\), 1 unexpected \(language_model"):
        train(killed_run)


def test_truncated_checkpoint_is_told_and_the_one_before_is_taken(whole_run: RunFolder, killed_run: RunFolder) -> None:
    newest = list_checkpoints(killed_run)[0].path
    before = newest.with_name("checkpoint-3")
    shutil.copytree(newest, before)  # stands for an older one; only its being chosen is looked at
    (newest / "optimizer.pt").write_bytes((newest / "optimizer.pt").read_bytes()[:-1])
    unfinished = killed_run.checkpoints / ".checkpoint-9.medmim-tmp"
    unfinished.mkdir()
    listener = Listener()
    train(killed_run, listener)
    assert any("checkpoint-6/optimizer.pt" in line and "damaged-checkpoint-6" in line for line in listener.lines)
    assert "going on from step 3 of 8" in listener.lines and not unfinished.exists()


def test_checkpoint_of_another_number_of_processes_is_refused(killed_run: RunFolder) -> None:
    path = list_checkpoints(killed_run)[0].path
    shutil.copytree(path, name_unfinished(path))
    (name_unfinished(path) / "bits-1.json").write_text("{}")
    finish_folder(path)
    with pytest.raises(RunError, match="saved by 2 processes, this run has 1; launch 2"):
        train(killed_run)


def test_checkpoint_of_other_data_is_refused(killed_run: RunFolder) -> None:
    facts = killed_run.path / "facts.json"
    facts.write_text(json.dumps({**json.loads(facts.read_text()), "data_version": "other"}))
    with pytest.raises(RunError, match="its data_version is"):
        train(killed_run)


def test_every_checkpoint_and_the_model_say_what_made_them(whole_run: RunFolder) -> None:
    checkpoint = list_checkpoints(whole_run)
    assert [each.step for each in checkpoint] == [6]  # one is kept
    assert (read_provenance(checkpoint[0].path).step, read_provenance(whole_run.model).step) == (6, N_STEPS)
    assert (whole_run.path.parent / "model" / "provenance.json").exists()
