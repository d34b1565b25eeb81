"""Which launcher the settings ask for, and the pool that keeps two runs from one device.

Example:
    >>> choose_launcher(Training(launcher=LauncherKind.RAY), "/data/medmim").tell()
    'Ray (http://127.0.0.1:8265)'
    >>> choose_pool(Training()), choose_pool(Training(launcher=LauncherKind.RAY))
    ('gpu', None)
"""

from pathlib import Path

from assets.launchers.kubernetes import KubernetesLauncher
from assets.launchers.launcher import TrainingLauncher
from assets.launchers.local import LocalLauncher
from assets.launchers.ray_job import RayLauncher
from assets.launchers.slurm import SlurmLauncher
from pipelines.training_choices import LauncherKind, Training

# Of Dagster's dagster.yaml. One run at a time in each pool; a step waits for its turn with nothing but the event log, and a run
# that was killed gives its place back.
POOL_LIMITS = """\
concurrency:
  pools:
    granularity: op
    default_limit: 1
run_monitoring:
  enabled: true
  free_slots_after_run_end_seconds: 60
"""


def choose_launcher(training: Training, storage_root: str) -> TrainingLauncher:
    """Return the launcher that the settings name; nothing is started, and no optional library is loaded."""
    match training.launcher:
        case LauncherKind.LOCAL:
            return LocalLauncher(training)
        case LauncherKind.RAY:
            return RayLauncher(training)
        case LauncherKind.K8S:
            return KubernetesLauncher(training, Path(storage_root))
        case LauncherKind.SLURM:
            return SlurmLauncher(training)


def choose_pool(training: Training) -> str | None:
    """Return the pool of the training asset: of this machine's devices; clusters give out their own."""
    return training.local.pool if training.launcher is LauncherKind.LOCAL else None
