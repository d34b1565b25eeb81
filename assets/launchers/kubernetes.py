"""On Kubernetes: a pod, started and followed by dagster-k8s's Pipes client, and deleted with the run.

Example:
    >>> KubernetesLauncher(Training(), Path("/data/medmim")).tell()
    "Kubernetes (namespace 'default')"
"""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dagster as dg
from dagster import PipesClientCompletedInvocation
from dagster_pipes import PipesExtras

from assets.launchers.endings import LAST_LINES, LaunchError
from assets.launchers.launcher import ProgramEndedError, TrainingLauncher
from assets.launchers.pod import PodJob, build_pod_spec
from assets.launchers.program import LaunchSize, TrainingProgram, build_environment, place_in
from pipelines.training_choices import Training
from training.run_folder import RunFolder

if TYPE_CHECKING:
    from dagster_k8s import PipesK8sClient

RUN_LABEL = "medmim/run"
SPARE_SECONDS = 60.0  # of Kubernetes, beyond what a pod is granted


class KubernetesLauncher(TrainingLauncher):
    """Starts the program as a pod; the storage root here and the claim's folder are the same."""

    def __init__(self, training: Training, storage_root: Path, program: TrainingProgram | None = None) -> None:
        self._training = training
        self._storage_root = storage_root.absolute()
        self._program = program or TrainingProgram(training.k8s.python, training.k8s.project, track=training.track)

    def tell(self) -> str:
        """Return where programs run, for messages."""
        return f"Kubernetes (namespace {self._training.k8s.namespace!r})"

    def run(
        self,
        *,
        context: dg.OpExecutionContext,
        folder: RunFolder,
        size: LaunchSize,
        extras: PipesExtras | None = None,
    ) -> PipesClientCompletedInvocation:
        """Start the pod, wait for its end and return what it reported.

        Raises:
            LaunchError: the extra `k8s` is not installed, or the cluster refuses the pod.
            ProgramEndedError: the pod failed.
        """
        spec = self.describe(folder, size)
        client = self._connect()
        import kubernetes
        from dagster_k8s.client import DagsterK8sError, DagsterK8sUnrecoverableAPIError

        label = folder.path.name
        k8s = self._training.k8s
        pods = Pods(kubernetes.client.CoreV1Api(), k8s.namespace, f"{RUN_LABEL}={label}")
        try:
            pods.end_stragglers(k8s.grace_seconds)
            return client.run(
                context=context,
                extras=extras,
                namespace=k8s.namespace,
                base_pod_meta={"labels": {RUN_LABEL: label}},
                base_pod_spec=spec,
                pod_wait_timeout=0,  # for as long as it takes; the default ends a pod after a day
                delete_pod_on_completion=False,  # a failed pod is asked for its exit code first
            )
        except kubernetes.client.ApiException as error:
            raise LaunchError(f"{self.tell()}: {error.status} {error.reason}: {error.body}; mend training.k8s") from None
        except (DagsterK8sError, DagsterK8sUnrecoverableAPIError) as error:
            raise ProgramEndedError(pods.read_exit_code(), "\n".join(str(error).splitlines()[-LAST_LINES:])) from None
        finally:
            pods.delete()

    def describe(self, folder: RunFolder, size: LaunchSize) -> dict[str, Any]:
        """Return the PodSpec of a run; LaunchError where the settings lack what a pod needs."""
        k8s = self._training.k8s
        placed = place_in(folder.path, self._storage_root, k8s.mount_path)
        variables = build_environment(size, self._training)
        command = tuple(self._program.command(placed, size))
        return build_pod_spec(PodJob(command, variables, placed, str(placed.relative_to(k8s.mount_path))), size, k8s)

    def _connect(self) -> "PipesK8sClient":
        try:
            from dagster_k8s import PipesK8sClient
            from kubernetes.config import ConfigException

            from assets.launchers.pod_log import PodLog
        except ImportError as error:
            raise LaunchError(f"{error}; install the extra: pip install -e '.[k8s]'") from None
        k8s = self._training.k8s
        client = PipesK8sClient(
            kubeconfig_file=str(k8s.kubeconfig.expanduser()) if k8s.kubeconfig else None,
            kube_context=k8s.context,
            poll_interval=k8s.poll_seconds,
            message_reader=PodLog(),
        )
        try:
            client._load_k8s_config()  # as its `run` does; the only way to look for stragglers by the same choice of cluster
        except ConfigException as error:
            raise LaunchError(f"{self.tell()}: {error}; set training.k8s.kubeconfig and training.k8s.context") from None
        return client


@dataclass(frozen=True)
class Pods:
    """The pods of one run."""

    api: Any  # kubernetes.client.CoreV1Api, whose annotations say of each answer that it may be anything
    namespace: str
    selector: str

    def delete(self) -> list[str]:
        """Ask for the end of every pod of the run and return the names of those that were there."""
        left = self._list()
        for pod in left:
            if pod.metadata.deletion_timestamp is None:
                self.api.delete_namespaced_pod(pod.metadata.name, self.namespace)
        return [pod.metadata.name for pod in left]

    def end_stragglers(self, grace_seconds: float) -> None:
        """End pods of an earlier launch, as when Dagster itself was killed: two must not write to one folder."""
        deadline = time.monotonic() + grace_seconds + SPARE_SECONDS
        while left := self.delete():
            if time.monotonic() > deadline:
                told = ", ".join(left)
                raise LaunchError(f"pods of an earlier launch do not end: {told}; delete them: kubectl delete pod NAME")
            time.sleep(1)

    def read_exit_code(self) -> int | None:
        """Return what the program of a pod that has ended gave, None where it has not."""
        for pod in self._list():
            for status in pod.status.container_statuses or []:
                if status.state.terminated is not None:
                    return status.state.terminated.exit_code
        return None

    def _list(self) -> list[Any]:
        return list(self.api.list_namespaced_pod(self.namespace, label_selector=self.selector).items)
