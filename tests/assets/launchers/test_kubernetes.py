"""The pod against Kubernetes' own schema, and the launcher against a server that plays the API and runs what pods say."""

import copy
import sys
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any

import dagster as dg
import pytest

from assets.launchers.kubernetes import RUN_LABEL, KubernetesLauncher
from assets.launchers.launcher import MAX_RETRIES_TAG
from assets.launchers.program import PROJECT, LaunchSize
from pipelines.training_choices import KubernetesLaunch, Toleration, Training
from tests.assets.launchers.cluster import Cluster
from tests.assets.launchers.runs import ONE, PROGRAM, failure_of, loss_of, prepare, train
from training.run_folder import place_run

FOUR = LaunchSize(4, gpus=4)
SMALL = KubernetesLaunch(image="medmim:1", claim="medmim")
FULL = KubernetesLaunch(
    image="registry.example/medmim:1",
    claim="medmim",
    sub_path="group/medmim",
    checkpoint_claim="fast",
    node_selector={"nvidia.com/gpu.product": "NVIDIA-A40"},
    tolerations=(Toleration(key="nvidia.com/gpu", effect="NoSchedule"), Toleration(operator="Equal", key="a", value="b")),
    service_account="trainer",
    image_pull_secrets=("registry",),
    secrets=("trackers",),
    env={"NCCL_DEBUG": "WARN"},
    run_as=1000,
)


def describe(root: Path, k8s: KubernetesLaunch, size: LaunchSize = FOUR) -> dict[str, Any]:
    """Return the pod of a run in this storage root."""
    launcher = KubernetesLauncher(Training(launcher="k8s", k8s=k8s), root)
    spec = launcher.describe(place_run(root, "tiny", "0123456789abcdef"), size)
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "training"}, "spec": spec}


def check_schema(pod: dict[str, Any]) -> None:
    """Raise where Kubernetes 1.33's strict schema does not know what the pod says."""
    kubernetes_validate = pytest.importorskip("kubernetes_validate")
    kubernetes_validate.validate(pod, "1.33", strict=True)


@pytest.mark.parametrize("k8s", [SMALL, FULL])
@pytest.mark.parametrize("size", [ONE, FOUR])
def test_the_pod_is_valid_by_the_schema_of_kubernetes(tmp_path: Path, k8s: KubernetesLaunch, size: LaunchSize) -> None:
    check_schema(describe(tmp_path, k8s, size))


def _misspell(pod: dict[str, Any]) -> None:
    pod["spec"]["nodeSelectors"] = pod["spec"].pop("nodeSelector")


def _number_the_gpus(pod: dict[str, Any]) -> None:
    pod["spec"]["containers"][0]["resources"]["limits"]["nvidia.com/gpu"] = [4]


def _unname_the_claim(pod: dict[str, Any]) -> None:
    del pod["spec"]["volumes"][0]["persistentVolumeClaim"]["claimName"]


@pytest.mark.parametrize("spoil", [_misspell, _number_the_gpus, _unname_the_claim])
def test_a_spoilt_pod_is_not_valid(tmp_path: Path, spoil: Callable[[dict[str, Any]], None]) -> None:
    pod = copy.deepcopy(describe(tmp_path, FULL))
    spoil(pod)
    with pytest.raises(Exception, match=r"nodeSelectors|claimName|\[4\]"):
        check_schema(pod)


def test_the_pod_asks_for_what_the_run_needs(tmp_path: Path) -> None:
    spec = describe(tmp_path, FULL)["spec"]
    (container,) = spec["containers"]
    assert container["resources"]["limits"] == {"memory": "65536Mi", "nvidia.com/gpu": "4"}
    assert spec["restartPolicy"] == "Never" and spec["nodeSelector"] == {"nvidia.com/gpu.product": "NVIDIA-A40"}
    assert container["command"][-1] == "/storage/runs/tiny/0123456789ab" and "--nproc-per-node" in container["command"]
    mounts = {one["mountPath"]: one for one in container["volumeMounts"]}
    assert mounts["/storage"]["subPath"] == "group/medmim"
    assert mounts["/storage/runs/tiny/0123456789ab/checkpoints"]["subPath"] == "runs/tiny/0123456789ab"
    volumes = {one["name"]: one for one in spec["volumes"]}
    assert volumes[mounts["/dev/shm"]["name"]]["emptyDir"] == {"medium": "Memory", "sizeLimit": "8192Mi"}
    assert {"name": "NCCL_DEBUG", "value": "WARN"} in container["env"] and spec["terminationGracePeriodSeconds"] == 120


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    """A server that plays Kubernetes."""
    made = Cluster()
    yield made
    made.close()


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    """An instance of the test's own."""
    with dg.DagsterInstance.ephemeral() as made:
        yield made


@pytest.fixture
def launcher(tmp_path: Path, cluster: Cluster) -> KubernetesLauncher:
    """The launcher of the program that stands in for training; the 'claim' is seen by the pod where it is seen here."""
    k8s = SMALL.model_copy(
        update={
            "kubeconfig": cluster.write_kubeconfig(tmp_path / "kubeconfig"),
            "mount_path": PurePosixPath(tmp_path),
            "python": sys.executable,
            "project": PurePosixPath(PROJECT),
            "poll_seconds": 0.05,
        }
    )
    return KubernetesLauncher(Training(k8s=k8s), tmp_path, PROGRAM)


def test_what_a_pod_reports_is_the_materialization_and_the_pod_is_gone(
    tmp_path: Path, launcher: KubernetesLauncher, cluster: Cluster, instance: dg.DagsterInstance
) -> None:
    result = train(launcher, prepare(tmp_path, does="reports", loss=0.25), ONE, instance)
    assert result.success and loss_of(result) == 0.25
    assert not cluster.pods and len(cluster.bodies) == 1
    check_schema({"apiVersion": "v1", "kind": "Pod", **cluster.bodies[0]})


def test_a_pod_that_fails_is_told_with_its_log(
    tmp_path: Path, launcher: KubernetesLauncher, cluster: Cluster, instance: dg.DagsterInstance
) -> None:
    told = failure_of(train(launcher, prepare(tmp_path, does="exits", code=4, says="no weights"), ONE, instance))
    assert "The training program ended with exit code 4" in told and "no weights" in told
    assert not cluster.pods


def test_a_pod_that_the_cluster_refuses_is_not_tried_again(
    tmp_path: Path, launcher: KubernetesLauncher, cluster: Cluster, instance: dg.DagsterInstance
) -> None:
    cluster.refusal = "exceeded quota: gpus"
    result = train(launcher, prepare(tmp_path, does="reports"), ONE, instance, **{MAX_RETRIES_TAG: "3"})
    assert "could not be started" in failure_of(result) and "exceeded quota: gpus" in failure_of(result)
    run = instance.get_run_by_id(result.run_id)
    assert run is not None and run.tags[MAX_RETRIES_TAG] == "0"


def test_a_pod_of_an_earlier_launch_is_ended_first(
    tmp_path: Path, launcher: KubernetesLauncher, cluster: Cluster, instance: dg.DagsterInstance
) -> None:
    folder = prepare(tmp_path, does="reports")
    container = {"name": "training", "command": ["sleep", "600"], "env": [], "workingDir": "/"}
    cluster.start({"metadata": {"name": "left", "labels": {RUN_LABEL: folder.path.name}}, "spec": {"containers": [container]}})
    left = cluster.pods["left"].process
    assert train(launcher, folder, ONE, instance).success
    assert left.poll() is not None


def test_a_pod_that_says_nothing_fails_the_run(
    tmp_path: Path, launcher: KubernetesLauncher, instance: dg.DagsterInstance
) -> None:
    told = failure_of(train(launcher, prepare(tmp_path, does="ends well"), ONE, instance))
    assert "no materialization with metadata came back" in told


@pytest.mark.parametrize("missing", ["image", "claim"])
def test_a_pod_without_image_or_claim_is_told_before_anything_starts(
    tmp_path: Path, missing: str, instance: dg.DagsterInstance
) -> None:
    launcher = KubernetesLauncher(Training(k8s=SMALL.model_copy(update={missing: None})), tmp_path)
    told = failure_of(train(launcher, prepare(tmp_path, does="reports"), ONE, instance))
    assert f"could not be started: training.k8s.{missing} is not set" in told
