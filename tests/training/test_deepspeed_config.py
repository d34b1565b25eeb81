"""Each stage and offload has its file, DeepSpeed itself accepts it, and nothing in it takes the optimiser from the run."""

import json
import os
import subprocess
import sys
from itertools import product
from pathlib import Path

import pytest
from pydantic import ValidationError

from training.deepspeed_config import DEEPSPEED_FOLDER, DeepSpeedConfigError, name_file, read_deepspeed
from training.recipe_parts import Distribution, Offload

ROOT = Path(__file__).parents[2]


def list_distributions() -> list[Distribution]:
    found = []
    for stage, offload in product((0, 1, 2, 3), Offload):
        try:
            found.append(Distribution(zero_stage=stage, offload=offload))
        except ValidationError:
            continue
    return found


def test_each_distribution_has_a_file_and_each_file_a_distribution() -> None:
    named = sorted(name_file(distribution) for distribution in list_distributions())
    assert named == sorted(path.stem for path in DEEPSPEED_FOLDER.glob("*.json")) and len(named) == 8


@pytest.mark.parametrize("on_cpu", [True, False])
@pytest.mark.parametrize("distribution", list_distributions(), ids=name_file)
def test_file_says_what_the_distribution_says(distribution: Distribution, on_cpu: bool) -> None:
    config = read_deepspeed(distribution, on_cpu=on_cpu)
    zero = config["zero_optimization"]
    assert zero["stage"] == distribution.zero_stage
    assert ("offload_optimizer" in zero) == (distribution.offload is not Offload.NONE)
    assert ("offload_param" in zero) == (distribution.offload is Offload.ALL)
    assert "optimizer" not in config and "scheduler" not in config  # the run's own hold with every stage
    pinned = {zero[part]["pin_memory"] for part in ("offload_optimizer", "offload_param") if part in zero}
    assert pinned <= {not on_cpu}
    assert config["zero_force_ds_cpu_optimizer"] is not on_cpu  # on a CPU DeepSpeed's AdamW would be compiled first


def test_what_the_trainer_fills_in_stands_as_auto() -> None:
    config = read_deepspeed(Distribution(zero_stage=2), on_cpu=False)
    assert {key for key, value in config.items() if value == "auto"} == {
        "train_batch_size",
        "train_micro_batch_size_per_gpu",
        "gradient_accumulation_steps",
        "gradient_clipping",
    }
    assert config["bf16"] == {"enabled": "auto"}


def test_changing_what_was_read_changes_no_later_reading() -> None:
    read_deepspeed(Distribution(zero_stage=2), on_cpu=False)["zero_optimization"]["stage"] = 3
    assert read_deepspeed(Distribution(zero_stage=2), on_cpu=False)["zero_optimization"]["stage"] == 2


def test_no_stage_is_an_error_that_says_what_to_set() -> None:
    with pytest.raises(DeepSpeedConfigError, match="zero_stage is not set"):
        read_deepspeed(Distribution(), on_cpu=True)


def test_spoilt_file_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "zero_1.json").write_text("{")
    monkeypatch.setattr("training.deepspeed_config.DEEPSPEED_FOLDER", tmp_path)
    for stage in (1, 2):
        with pytest.raises(DeepSpeedConfigError, match=rf"zero_{stage}\.json: cannot be read"):
            read_deepspeed(Distribution(zero_stage=stage), on_cpu=True)


def test_deepspeed_knows_every_key_and_its_estimators_agree_with_the_plan() -> None:
    """In a process of its own: importing DeepSpeed takes seconds and sets up logging and warnings for the whole process."""
    code = """
import json
from deepspeed.runtime.zero.config import DeepSpeedZeroConfig
from deepspeed.runtime.zero.stage3 import estimate_zero3_model_states_mem_needs as stage_3
from deepspeed.runtime.zero.stage_1_and_2 import estimate_zero2_model_states_mem_needs as stage_2
from tests.training.test_deepspeed_config import list_distributions
from training.deepspeed_config import name_file, read_deepspeed

unknown = {}
for distribution in list_distributions():
    zero = read_deepspeed(distribution, on_cpu=True)["zero_optimization"]
    known = set(DeepSpeedZeroConfig.model_fields) | {f.alias for f in DeepSpeedZeroConfig.model_fields.values()}
    unknown[name_file(distribution)] = sorted(set(zero) - known)
    DeepSpeedZeroConfig(**zero)
total, largest = int(8.48e9), 128256 * 4096
print("RESULT" + json.dumps({
    "unknown": unknown,
    "3": stage_3(total, largest, 4, cpu_offload=False)[1],
    "3_optimiser": stage_3(total, largest, 4, cpu_offload=True, cpu_offload_params=False)[1],
    "3_all": stage_3(total, largest, 4, cpu_offload=True, cpu_offload_params=True)[1],
    "2": stage_2(total, 4, cpu_offload=False)[1],
    "2_optimiser": stage_2(total, 4, cpu_offload=True)[1],
}))
"""
    environment = {**os.environ, "DS_ACCELERATOR": "cpu", "PYTHONPATH": str(ROOT)}
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, env=environment, timeout=110)
    assert ran.returncode == 0, ran.stderr
    found = json.loads(ran.stdout.split("RESULT")[1])
    assert [key for keys in found.pop("unknown").values() for key in keys] == []
    assert {key: round(value / 2**30, 2) for key, value in found.items()} == {
        "3": 37.50,
        "3_optimiser": 5.91,
        "3_all": 1.96,
        "2": 51.33,
        "2_optimiser": 15.80,
    }  # tests/training/plan/test_memory.py holds the plan to these
