"""A server on loopback that plays Kubernetes' API for pods, and a kubelet: it really runs a pod's command.

It knows what dagster-k8s asks: create, list by label or name, follow a log, delete. It is no Kubernetes: nothing is scheduled,
mounted or limited.
"""

import json
import os
import subprocess
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

GRACE_SECONDS = 5.0


@dataclass
class Pod:
    """A pod and the process that it is."""

    body: dict[str, Any]
    process: "subprocess.Popen[bytes]"
    log: bytearray = field(default_factory=bytearray)

    def __post_init__(self) -> None:
        self._copying = threading.Thread(target=self.copy_log, daemon=True)
        self._copying.start()

    def end(self) -> None:
        """Stop the process, as a kubelet does with a pod that is deleted: it asks, and after a while it kills."""
        self.process.terminate()
        try:
            self.process.wait(timeout=GRACE_SECONDS)
        except subprocess.TimeoutExpired:  # a program may be started where SIGTERM is ignored
            self.process.kill()
            self.process.wait()
        self._copying.join()

    @property
    def is_over(self) -> bool:
        """Whether the process has ended and all that it wrote is in the log."""
        return self.process.poll() is not None and not self._copying.is_alive()

    def copy_log(self) -> None:
        """Keep what the process writes, each line with its time, as a kubelet does."""
        assert self.process.stdout is not None
        with self.process.stdout as lines:
            for number, line in enumerate(lines):
                self.log.extend(f"2026-01-01T00:00:00.{number:06d}000Z ".encode() + line)

    def describe(self) -> dict[str, Any]:
        """Return the pod with its status."""
        code = self.process.poll()
        state = {"running": {}} if code is None else {"terminated": {"exitCode": code if code >= 0 else 128 - code}}
        (container,) = self.body["spec"]["containers"]
        status = {"name": container["name"], "image": "", "imageID": "", "restartCount": 0, "ready": True, "state": state}
        return {**self.body, "status": {"phase": "Running", "containerStatuses": [status]}}


class Cluster(ThreadingHTTPServer):
    """The server; `pods` are those that are there, `bodies` all that ever were asked for."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.pods: dict[str, Pod] = {}
        self.bodies: list[dict[str, Any]] = []
        self.refusal: str | None = None
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def write_kubeconfig(self, path: Path) -> Path:
        """Write what leads a client here."""
        cluster = {"name": "c", "cluster": {"server": f"http://127.0.0.1:{self.server_port}"}}
        context = {"name": "here", "context": {"cluster": "c", "user": "u"}}
        user = {"name": "u", "user": {}}
        tree = {"clusters": [cluster], "contexts": [context], "users": [user], "current-context": "here"}
        path.write_text(json.dumps({"apiVersion": "v1", "kind": "Config", **tree}))  # JSON is YAML
        return path

    def start(self, body: dict[str, Any]) -> None:
        """Run a pod's container."""
        (container,) = body["spec"]["containers"]
        environment = {**os.environ, **{one["name"]: one["value"] for one in container["env"]}}
        process = subprocess.Popen(
            container["command"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=container["workingDir"]
        )
        self.pods[body["metadata"]["name"]] = Pod(body, process)
        self.bodies.append(body)

    def close(self) -> None:
        """End every pod and the server."""
        for pod in self.pods.values():
            pod.end()
        self.shutdown()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: Cluster

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.server.refusal:
            return self._answer({"kind": "Status", "message": self.server.refusal}, 403)
        self.server.start(body)
        self._answer(body, 201)

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        if url.path.endswith("/log"):
            return self._follow_log(self.server.pods[url.path.split("/")[-2]], "follow=True" in url.query)
        query = parse_qs(url.query)
        found = [pod for pod in list(self.server.pods.values()) if _is_meant(pod.body["metadata"], query)]
        kind = "PodList" if url.path.endswith("/pods") else "EventList"
        self._answer({"kind": kind, "items": [pod.describe() for pod in found] if kind == "PodList" else []})

    def do_DELETE(self) -> None:
        pod = self.server.pods.pop(urlsplit(self.path).path.split("/")[-1])
        pod.end()
        self._answer(pod.body)

    def _follow_log(self, pod: Pod, is_followed: bool) -> None:
        self.send_response(200)
        self.end_headers()
        sent = 0
        while True:
            is_over = pod.is_over or not is_followed
            self.wfile.write(bytes(pod.log[sent:]))
            sent = len(pod.log)
            if is_over:
                return
            time.sleep(0.02)

    def _answer(self, tree: dict[str, Any], status: int = 200) -> None:
        content = json.dumps(tree).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing of each request."""


def _is_meant(metadata: dict[str, Any], query: dict[str, list[str]]) -> bool:
    name = query.get("fieldSelector", ["metadata.name=" + metadata["name"]])[0].removeprefix("metadata.name=")
    key, _, value = query.get("labelSelector", ["="])[0].partition("=")
    return metadata["name"] == name and (not key or metadata.get("labels", {}).get(key) == value)
