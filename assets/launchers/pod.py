"""The pod that Kubernetes is given, as data.

One container on one node with all GPUs of the run. The storage root is a claim; /dev/shm is memory of the pod, since loader
workers and NCCL exchange tensors there and a container has 64 MB of it. A pod is never restarted by Kubernetes: Dagster's
run-level retry does that, and the training goes on from its last checkpoint.

Example:
    >>> pod = PodJob(("python",), {}, PurePosixPath("/storage/runs/tiny/3f2a"), "runs/tiny/3f2a")
    >>> spec = build_pod_spec(pod, LaunchSize(4, gpus=4), KubernetesLaunch(image="medmim:1", claim="medmim"))
    >>> spec["containers"][0]["resources"]["limits"]["nvidia.com/gpu"]
    '4'
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from assets.launchers.endings import LaunchError
from assets.launchers.program import LaunchSize
from pipelines.training_choices import KubernetesLaunch, Toleration

CONTAINER = "training"


@dataclass(frozen=True)
class PodJob:
    """What one pod runs."""

    command: tuple[str, ...]
    environment: Mapping[str, str]
    folder: PurePosixPath  # of the run, as the pod sees it
    sub_path: str  # of the run below the storage root, which tells runs apart on a volume of checkpoints


def build_pod_spec(job: PodJob, size: LaunchSize, k8s: KubernetesLaunch) -> dict[str, Any]:
    """Return the PodSpec (core/v1); LaunchError where the settings name no image or claim."""
    if not (k8s.image and k8s.claim):
        missing = "training.k8s.image" if not k8s.image else "training.k8s.claim"
        raise LaunchError(f"{missing} is not set; docs/launching.md says what a pod needs")
    spec: dict[str, Any] = {
        "restartPolicy": "Never",
        "automountServiceAccountToken": False,  # the program never talks to Kubernetes
        "terminationGracePeriodSeconds": k8s.grace_seconds,
        "containers": [_build_container(job, size, k8s)],
        "volumes": _list_volumes(k8s),
        "nodeSelector": dict(k8s.node_selector),
        "tolerations": [_build_toleration(one) for one in k8s.tolerations],
        "imagePullSecrets": [{"name": name} for name in k8s.image_pull_secrets],
        "serviceAccountName": k8s.service_account,
    }
    if k8s.run_as is not None:
        spec["securityContext"] = {"runAsUser": k8s.run_as, "runAsGroup": k8s.run_as, "fsGroup": k8s.run_as}
    return {key: value for key, value in spec.items() if value not in (None, {}, [])}


def _build_container(job: PodJob, size: LaunchSize, k8s: KubernetesLaunch) -> dict[str, Any]:
    environment = {**job.environment, **k8s.env}
    asked = {"cpu": f"{round(k8s.cpus_per_process * size.processes * 1000)}m", "memory": _in_mebibytes(k8s.memory_gb)}
    devices = {k8s.gpu_resource: str(size.gpus)} if size.gpus else {}
    return {
        "name": CONTAINER,
        "image": k8s.image,
        "command": list(job.command),
        "workingDir": str(k8s.project),
        "env": [{"name": name, "value": value} for name, value in sorted(environment.items())],
        "envFrom": [{"secretRef": {"name": name}} for name in k8s.secrets],
        "resources": {"requests": {**asked, **devices}, "limits": {"memory": asked["memory"], **devices}},
        "volumeMounts": _list_mounts(job, k8s),
    }


def _list_mounts(job: PodJob, k8s: KubernetesLaunch) -> list[dict[str, Any]]:
    storage: dict[str, Any] = {"name": "storage", "mountPath": str(k8s.mount_path)}
    if k8s.sub_path:
        storage["subPath"] = k8s.sub_path
    mounts = [storage, {"name": "shared-memory", "mountPath": "/dev/shm"}]  # noqa: S108  # what Linux calls shared memory
    if k8s.checkpoint_claim:
        mounts.append({"name": "checkpoints", "mountPath": str(job.folder / "checkpoints"), "subPath": job.sub_path})
    return mounts


def _list_volumes(k8s: KubernetesLaunch) -> list[dict[str, Any]]:
    volumes: list[dict[str, Any]] = [
        {"name": "storage", "persistentVolumeClaim": {"claimName": k8s.claim}},
        {"name": "shared-memory", "emptyDir": {"medium": "Memory", "sizeLimit": _in_mebibytes(k8s.shared_memory_gb)}},
    ]
    if k8s.checkpoint_claim:
        volumes.append({"name": "checkpoints", "persistentVolumeClaim": {"claimName": k8s.checkpoint_claim}})
    return volumes


def _build_toleration(toleration: Toleration) -> dict[str, str]:
    return {key: value for key, value in toleration.model_dump().items() if value is not None}


def _in_mebibytes(gigabytes: float) -> str:
    return f"{round(gigabytes * 1024)}Mi"
