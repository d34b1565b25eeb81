"""The batch job as text, and what Slurm's answers mean."""

import shlex
import subprocess
from pathlib import Path, PurePath

import pytest

from assets.launchers.batch_script import BatchJob, write_script
from assets.launchers.program import PROJECT, LaunchSize
from assets.launchers.slurm_commands import JobStatus, parse_job
from pipelines.training_choices import SlurmLaunch


def describe(command: tuple[str, ...], project: PurePath = PROJECT, **environment: str) -> BatchJob:
    """Return a job."""
    return BatchJob("medmim-tiny-3f2a", command, environment, project, PurePath("/runs/50% off/stderr.log"), ("WANDB_API_KEY",))


def options(script: str) -> list[str]:
    """Return the options that sbatch reads."""
    lines = (line.removeprefix("#SBATCH ") for line in script.splitlines() if line.startswith("#SBATCH "))
    return [option for line in lines for option in shlex.split(line)]


def test_every_setting_becomes_an_option() -> None:
    slurm = SlurmLaunch(
        partition="gpu", account="lab", qos="high", time="2-00:00:00", gpu_type="a40", memory_gb=120, options=("--exclusive",)
    )
    found = options(write_script(describe(("true",)), LaunchSize(4, gpus=4), slurm))
    wanted = ["--partition=gpu", "--account=lab", "--qos=high", "--time=2-00:00:00", "--gres=gpu:a40:4", "--mem=122880M"]
    assert set(wanted) <= set(found)
    assert {"--cpus-per-task=16", "--exclusive", "--requeue", "--signal=B:USR1@300", "--dependency=singleton"} <= set(found)
    assert "--output=/runs/50%% off/stderr.log" in found and "--export=PATH,HOME,USER,LANG,WANDB_API_KEY" in found


def test_a_run_on_the_cpu_asks_for_no_gpu_and_one_that_must_not_start_again_says_so() -> None:
    found = options(write_script(describe(("true",)), LaunchSize(1, gpus=0), SlurmLaunch(requeue=False)))
    assert "--no-requeue" in found and not [option for option in found if option.startswith(("--gres", "--signal"))]


@pytest.mark.parametrize("code", [0, 4])
def test_the_script_is_sound_shell_and_ends_as_its_program_does(tmp_path: Path, code: int) -> None:
    told = tmp_path / "told it's"
    program = ("bash", "-c", f'echo "$GREETING $PWD" > {shlex.quote(str(told))}; exit {code}')
    job = describe(program, tmp_path, GREETING="it's $HOME")
    script = tmp_path / "job.sh"
    script.write_text(write_script(job, LaunchSize(1, gpus=0), SlurmLaunch(setup=("export UNUSED=1",))))
    assert subprocess.run(["bash", str(script)]).returncode == code
    assert told.read_text() == f"it's $HOME {tmp_path}\n"


def test_an_answer_of_slurm_is_over_only_in_its_last_states() -> None:
    assert parse_job("JobState=COMPLETED Reason=None ExitCode=0:0") == JobStatus("COMPLETED", "None", 0)
    assert parse_job("JobState=OUT_OF_MEMORY Reason=OutOfMemory ExitCode=0:125").code == -125
    assert [parse_job(f"JobState={state} ExitCode=0:0").is_over for state in ("PENDING", "COMPLETING", "REQUEUED")] == [
        False
    ] * 3
    assert not parse_job("").is_over


@pytest.mark.parametrize("time", ["ten", "1:2:3:4", "", "1-"])
def test_a_time_limit_that_sbatch_would_not_read_is_refused(time: str) -> None:
    with pytest.raises(ValueError, match="time"):
        SlurmLaunch(time=time)
