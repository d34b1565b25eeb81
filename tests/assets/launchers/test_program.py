"""The command and the environment of the training program."""

from pathlib import Path, PurePosixPath

import pytest

from assets.launchers.program import LaunchSize, TrainingProgram, build_environment, pick_variables, place_in
from pipelines.training_choices import Tracker, Training
from training.recipe import load_recipe

FOLDER = PurePosixPath("/runs/tiny/3f2a")


def test_the_size_is_the_recipes_unless_the_settings_say_otherwise() -> None:
    tiny = load_recipe("tiny")
    four = load_recipe("tiny", {"hardware.gpus": 4})
    assert LaunchSize.of(tiny, Training()) == LaunchSize(1, gpus=0)
    assert LaunchSize.of(tiny, Training(processes=2)) == LaunchSize(2, gpus=0)
    assert LaunchSize.of(four, Training()) == LaunchSize(4, gpus=4)
    assert LaunchSize.of(four, Training(processes=2)) == LaunchSize(2, gpus=2)


@pytest.mark.parametrize(("processes", "gpus"), [(0, 0), (2, 1), (1, 2), (1, -1)])
def test_a_size_with_fewer_gpus_than_processes_is_refused(processes: int, gpus: int) -> None:
    with pytest.raises(ValueError, match="as many GPUs or none"):
        LaunchSize(processes, gpus)


def test_several_processes_run_the_same_program_under_torchrun() -> None:
    program = TrainingProgram("python", track=Tracker.WANDB)
    alone = program.command(FOLDER, LaunchSize(1, gpus=1))
    together = program.command(FOLDER, LaunchSize(4, gpus=4))
    assert alone == ["python", "-m", "training", "run", "/runs/tiny/3f2a", "--track", "wandb"]
    assert together[-6:] == alone[1:] and together[:3] == ["python", "-m", "torch.distributed.run"]
    assert together[together.index("--nproc-per-node") + 1] == "4"


def test_a_run_on_the_cpu_is_shown_no_gpu() -> None:
    assert build_environment(LaunchSize(1, gpus=0), Training())["CUDA_VISIBLE_DEVICES"] == ""
    assert "CUDA_VISIBLE_DEVICES" not in build_environment(LaunchSize(1, gpus=1), Training())


def test_variables_that_are_not_set_are_not_passed() -> None:
    assert pick_variables(("A", "B"), {"A": "1", "C": "2"}) == {"A": "1"}


def test_a_folder_outside_the_storage_root_has_no_place_in_a_mount() -> None:
    mount = PurePosixPath("/storage")
    assert place_in(Path("/data/runs/tiny"), Path("/data"), mount) == PurePosixPath("/storage/runs/tiny")
    with pytest.raises(ValueError, match="not in the subpath"):
        place_in(Path("/elsewhere/runs"), Path("/data"), mount)
