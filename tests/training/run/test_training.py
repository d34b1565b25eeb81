"""A run of a few steps leaves a model that loads, a log of every step, and figures that add up."""

import dataclasses
import json
import warnings
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.training.run.small_run import LORA, N_STEPS, SMALL, Listener, prepare, read_losses, train
from training.models.frozen import ModelPart, find_part
from training.recipe import Recipe
from training.run.finish import load_base
from training.run.machine import find_machine
from training.run.prepared import read_recipe
from training.run.result import read_result
from training.run.schedule import scale_learning_rate
from training.run.step_log import read_log
from training.run_folder import RunFolder


def test_every_step_is_logged_once_with_its_learning_rate(whole_run: RunFolder) -> None:
    records, recipe = read_log(whole_run), read_recipe(whole_run)
    assert [record.step for record in records] == list(range(1, N_STEPS + 1))
    peak = recipe.optimiser.learning_rate
    wanted = [peak * scale_learning_rate(recipe.schedule, peak, step, N_STEPS) for step in range(N_STEPS)]
    assert [record.learning_rate for record in records] == pytest.approx(wanted)
    assert all(record.gradient_norm > 0 and 0 <= record.loader_seconds < record.step_seconds for record in records)
    assert "record-" not in whole_run.log.read_text()


def test_result_states_what_the_log_holds(whole_run: RunFolder) -> None:
    result = read_result(whole_run)
    assert result is not None and list(result.losses) == read_losses(whole_run) and result.n_examples == 10
    assert result.startup_seconds is not None and result.startup_seconds > 0
    assert result.loader_share is not None and 0 < result.loader_share < 0.5
    assert result.metadata["losses"][-1] == (N_STEPS, result.losses[-1])
    json.dumps(result.metadata)


def test_saved_model_is_the_trained_one(whole_run: RunFolder) -> None:
    import torch
    from safetensors.torch import load_file
    from transformers import AutoModelForImageTextToText, AutoProcessor

    from training.run.checkpoints import list_checkpoints
    from training.tokens.batches import Collator, open_samples

    processor = AutoProcessor.from_pretrained(whole_run.model)
    model = AutoModelForImageTextToText.from_pretrained(whole_run.model).eval()
    samples = open_samples(whole_run.data)
    batch = Collator(processor)([samples[0], samples[1]])
    del batch["sample_index"]
    with torch.no_grad():
        assert float(model(**batch).loss) < read_losses(whole_run)[0]
    trained = load_file(list_checkpoints(whole_run)[0].path / "trained.safetensors")
    assert trained.keys() == dict(model.named_parameters()).keys()


def test_accumulation_changes_no_loss(whole_run: RunFolder, tmp_path: Path) -> None:
    folder = prepare(tmp_path, SMALL | {"batch.per_device": 1})
    train(folder)
    assert read_losses(folder) == pytest.approx(read_losses(whole_run), abs=2e-5)


def test_reading_ahead_in_another_process_changes_no_loss(
    whole_run: RunFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = dataclasses.replace(find_machine(), loader_workers=1)
    monkeypatch.setattr("training.run.training.find_machine", lambda: machine)
    folder = prepare(tmp_path)
    train(folder)
    assert read_losses(folder) == read_losses(whole_run)


def test_activation_checkpointing_and_bf16_train(tmp_path: Path, whole_run: RunFolder) -> None:
    folder = prepare(tmp_path, SMALL | {"batch.gradient_checkpointing": True, "base.dtype": "bf16"})
    train(folder)
    assert read_losses(folder)[0] == pytest.approx(read_losses(whole_run)[0], abs=0.05)
    from safetensors import safe_open

    with safe_open(folder.model / "model.safetensors", framework="pt") as saved:
        assert {str(saved.get_tensor(name).dtype) for name in list(saved.keys())} == {"torch.bfloat16"}


@pytest.mark.parametrize("kind", [SMALL, LORA], ids=["full", "lora"])
def test_layers_are_computed_again_but_a_frozen_tower_is_not(
    kind: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: Counter[str] = Counter()

    def watch(folder: RunFolder, recipe: Recipe) -> Any:
        model = load_base(folder, recipe)
        for name, module in model.named_modules():
            if name.endswith(".layers.0.mlp"):  # within what is computed again; hooks of the layer itself are outside
                module.register_forward_pre_hook(partial(lambda part, *_: calls.update([part]), find_part(name)))
        return model

    monkeypatch.setattr("training.run.training.load_base", watch)
    frozen = kind | {"frozen.vision_tower": True, "frozen.projector": kind is LORA, "adapter.dropout": 0.0}
    plain, again = (prepare(tmp_path, frozen | {"batch.gradient_checkpointing": recomputed}) for recomputed in (False, True))
    train(plain)
    once = calls.copy()
    train(again)
    assert once[ModelPart.VISION_TOWER] == once[ModelPart.LANGUAGE_MODEL] > 0
    assert (calls - once)[ModelPart.VISION_TOWER] == once[ModelPart.VISION_TOWER]
    assert (calls - once)[ModelPart.LANGUAGE_MODEL] == 2 * once[ModelPart.LANGUAGE_MODEL]
    assert read_losses(again) == pytest.approx(read_losses(plain), abs=2e-5)


def test_nothing_but_the_loss_is_computed_from_the_head(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from trl.trainer.utils import _ChunkedLogProbFunction

    asked, apply = [], _ChunkedLogProbFunction.apply
    monkeypatch.setattr(_ChunkedLogProbFunction, "apply", lambda *values: (asked.append(values[-1]), apply(*values))[1])
    folder = prepare(tmp_path, SMALL | {"schedule.max_steps": 1, "schedule.warmup_steps": 0})
    train(folder)
    assert asked and set(asked) == {("log_probs",)}


def test_tensorboard_holds_every_step(whole_run: RunFolder) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    events = EventAccumulator(str(whole_run.tensorboard))
    events.Reload()
    assert [event.step for event in events.Scalars("train/loss")] == list(range(1, N_STEPS + 1))


def test_listener_hears_the_first_and_the_last_step(tmp_path: Path) -> None:
    listener = Listener()
    train(prepare(tmp_path, SMALL | {"schedule.max_steps": 3}), listener)
    assert [line.split(":")[0] for line in listener.lines] == ["step 1 of 3", "step 3 of 3"]
