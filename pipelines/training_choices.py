"""What a user may choose about training: which recipes there are, and where and how a run is launched (docs/launching.md).

Example:
    >>> Training(launcher=LauncherKind.SLURM, slurm=SlurmLaunch(partition="gpu")).slurm.time
    '24:00:00'
"""

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path, PurePosixPath
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LauncherKind(StrEnum):
    """Where the training program runs."""

    LOCAL = "local"  # on this machine
    RAY = "ray"  # as a job of a Ray cluster
    K8S = "k8s"  # as a pod
    SLURM = "slurm"  # as a batch job


class Tracker(StrEnum):
    """Where progress goes beside Dagster's log and TensorBoard's files."""

    WANDB = "wandb"
    MLFLOW = "mlflow"


class LocalLaunch(_Section):
    """On this machine."""

    devices: tuple[str, ...] = ()  # CUDA_VISIBLE_DEVICES of the run; none: as the environment has it
    pool: str = "gpu"  # of Dagster: runs of one pool share its limit, one at a time; name one for each of several devices
    grace_seconds: float = Field(default=120, ge=0, le=3600)  # for the last checkpoint of a run that is cancelled


class RayLaunch(_Section):
    """As a job of a Ray cluster; the token is read from RAY_AUTH_TOKEN or RAY_AUTH_TOKEN_PATH, never a setting."""

    address: str = "http://127.0.0.1:8265"  # of the dashboard
    require_token: bool = True  # False lets a run go to a cluster that anyone who reaches it may command
    python: str | None = None  # on the cluster; None: the path of this one
    project: PurePosixPath | None = None  # checkout of this project on the cluster; None: the path of this one
    cpus_per_process: float = Field(default=1, ge=0)
    memory_gb: float | None = Field(default=None, gt=0)  # asked of the node
    resources: Mapping[str, float] = Field(default_factory=dict)  # custom resources of the cluster
    grace_seconds: int = Field(default=120, ge=0, le=3600)  # for the last checkpoint of a job that is stopped
    poll_seconds: float = Field(default=2, gt=0)


class Toleration(_Section):
    """Which taint of a node a pod puts up with, in Kubernetes' own words."""

    key: str | None = None  # None with Exists: every taint
    operator: Literal["Equal", "Exists"] = "Exists"
    value: str | None = None
    effect: Literal["NoSchedule", "PreferNoSchedule", "NoExecute"] | None = None


class KubernetesLaunch(_Section):
    """As a pod. `image` and `claim` must be set."""

    image: str | None = None  # with this project and its training extra inside
    claim: str | None = None  # PersistentVolumeClaim that holds the storage root: data, checkpoints, models
    mount_path: PurePosixPath = PurePosixPath("/storage")  # where the pod sees the storage root
    sub_path: str | None = None  # of the storage root inside the claim
    checkpoint_claim: str | None = None  # a faster volume for checkpoints alone; None: they go to `claim`
    namespace: str = "default"
    context: str | None = None  # of the kubeconfig; None: the current one, or the cluster that Dagster runs in
    kubeconfig: Path | None = None
    python: str = "python"  # in the image
    project: PurePosixPath = PurePosixPath("/app")  # checkout of this project in the image
    gpu_resource: str = "nvidia.com/gpu"  # "amd.com/gpu"
    cpus_per_process: float = Field(default=4, gt=0)
    memory_gb: float = Field(default=64, gt=0)  # limit of the pod, shared memory included
    shared_memory_gb: float = Field(default=8, gt=0)  # /dev/shm: loader workers and NCCL need more than the usual 64 MB
    node_selector: Mapping[str, str] = Field(default_factory=dict)  # {"nvidia.com/gpu.product": "NVIDIA-A40"}
    tolerations: tuple[Toleration, ...] = (Toleration(key="nvidia.com/gpu", effect="NoSchedule"),)
    service_account: str | None = None
    image_pull_secrets: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()  # Secrets whose entries become environment variables: keys of trackers
    env: Mapping[str, str] = Field(default_factory=dict)
    grace_seconds: int = Field(default=120, ge=0, le=3600)  # for the last checkpoint of a pod that is deleted
    run_as: int | None = Field(default=None, ge=0)  # user and group id that own the storage root
    poll_seconds: float = Field(default=10, gt=0)

    @model_validator(mode="after")
    def _share_part_of_the_memory(self) -> Self:
        if self.shared_memory_gb >= self.memory_gb:
            raise ValueError(f"shared_memory_gb {self.shared_memory_gb:g} must be below memory_gb {self.memory_gb:g}")
        return self


class SlurmLaunch(_Section):
    """As a batch job on one node. Dagster runs where `sbatch` works and the storage root is the same folder as on the nodes."""

    partition: str | None = None  # None of these: the site's default
    account: str | None = None
    qos: str | None = None
    time: str = Field(default="24:00:00", pattern=r"^(\d+-)?\d+(:\d\d){0,2}$")  # limit of one start, as sbatch reads it
    gpu_type: str | None = None  # "a40": asked as --gres=gpu:a40:4
    cpus_per_process: int = Field(default=4, ge=1)
    memory_gb: float | None = Field(default=None, gt=0)  # of the node; None: the site's default
    requeue: bool = True  # queue again after pre-emption, a lost node, and just before the time limit
    requeue_before_seconds: int = Field(default=300, ge=30)  # the time limit: for the last checkpoint
    max_requeues: int = Field(default=20, ge=0)
    options: tuple[str, ...] = ()  # further options of sbatch: "--constraint=a40"
    setup: tuple[str, ...] = ()  # shell lines before the program: "module load cuda"
    python: str | None = None  # on the nodes; None: the path of this one
    project: PurePosixPath | None = None  # checkout of this project on the nodes; None: the path of this one
    poll_seconds: float = Field(default=10, gt=0, le=120)  # Slurm forgets an ended job after MinJobAge, 300 s by default


class Ablations(_Section):
    """What `make ablations` trains."""

    recipe: str = "tiny"
    seeds: int = Field(default=3, ge=2)  # of every arm; an interval over runs needs two
    arms: tuple[str, ...] = ()  # "full", "without_temporal", "data_25" ...; none: all ten
    at_once: int = Field(default=1, ge=1)  # runs, on this machine: they share its devices


class Training(_Section):
    """Fine-tuning: recipes, and where they run."""

    recipes: Mapping[str, Path] = Field(default_factory=dict)  # own recipes by name, beside the built-in ones
    launcher: LauncherKind = LauncherKind.LOCAL
    processes: int | None = Field(default=None, ge=1)  # None: one per GPU of the recipe's hardware, one on the CPU
    threads_per_process: int | None = Field(default=None, ge=1)  # OMP_NUM_THREADS; set it where an optimiser is offloaded
    pass_variables: tuple[str, ...] = ()  # names of environment variables that jobs of Ray and Slurm get: "WANDB_API_KEY"
    track: Tracker | None = None
    ablations: Ablations = Ablations()
    local: LocalLaunch = LocalLaunch()
    ray: RayLaunch = RayLaunch()
    k8s: KubernetesLaunch = KubernetesLaunch()
    slurm: SlurmLaunch = SlurmLaunch()

    @model_validator(mode="after")
    def _leave_no_jobs_behind(self) -> Self:
        """A cancelled step takes its programs on this machine with it; jobs of a cluster would go on."""
        if self.ablations.at_once > 1 and self.launcher is not LauncherKind.LOCAL:
            raise ValueError(
                f"ablations.at_once {self.ablations.at_once} is for the launcher 'local'; with {self.launcher.value!r} it is 1"
            )
        return self
