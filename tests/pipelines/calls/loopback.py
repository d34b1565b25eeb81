"""A chat completion server on loopback that answers as it is told and remembers what it was sent; and what asks it."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from pipelines.calls.executors import DeskAsk, open_ask
from pipelines.calls.kinds import Executor
from pipelines.calls.ledger import open_call_ledger
from pipelines.calls.pacing import Waits
from pipelines.calls.prices import PriceTable, load_prices
from pipelines.calls.request import CallRequest, Purpose, canonical_body
from pipelines.choices import Budget, Endpoint
from pipelines.governance.policy import load_policy
from pipelines.vocabulary import Source

FAST = Waits(first_s=0.01, longest_s=0.02, longest_retry_after_s=0.4, patience_s=5.0, probe_s=0.05, grace_s=5.0)
PROMPT = "Two chest films of Mrs Roe, 5 months apart: the effusion on the left"
Script = Callable[[int, dict], Response]  # (how many times this body came before, the body)


def complete(text: str | None, finish_reason: str = "stop", usage: tuple[int, int] = (100, 20), **message: object) -> Response:
    choice = {"index": 0, "finish_reason": finish_reason, "message": {"role": "assistant", "content": text, **message}}
    counted = {"prompt_tokens": usage[0], "completion_tokens": usage[1], "total_tokens": sum(usage)}
    body = {"id": "c-1", "model": "mock-2026", "system_fingerprint": "fp_1", "choices": [choice], "usage": counted}
    return Response(json.dumps(body), content_type="application/json", headers={"x-request-id": "req-1"})


def fail(
    status: int, code: str = "some_code", message: str = "No.", headers: dict[str, str] | None = None, **error
) -> Response:
    body = {"error": {"type": "some_error", "code": code, "message": message, **error}}
    return Response(json.dumps(body), status=status, content_type="application/json", headers=headers)


class MockEndpoint:
    """Answers `/v1/chat/completions` by a script; within `with` the shared server does it, for a server takes long to stop."""

    shared: HTTPServer  # set by conftest.py

    def __init__(self, script: Script = lambda n_before, body: complete("Stable."), server: HTTPServer | None = None) -> None:
        self.script = script
        self.bodies: list[bytes] = []
        self.headers: list[dict[str, str]] = []
        self.n_in_flight = self.most_in_flight = 0
        self._lock = threading.Lock()
        self.server = server or self.shared

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.port}"

    def _answer(self, request: Request) -> Response:
        content = request.get_data()
        with self._lock:
            n_before = self.bodies.count(content)
            self.bodies.append(content)
            self.headers.append(dict(request.headers))
            self.n_in_flight += 1
            self.most_in_flight = max(self.most_in_flight, self.n_in_flight)
        try:
            return self.script(n_before, json.loads(content))
        finally:
            with self._lock:
                self.n_in_flight -= 1

    def __enter__(self) -> "MockEndpoint":
        self.server.expect_request("/v1/chat/completions", method="POST").respond_with_handler(self._answer)
        return self

    def __exit__(self, *_: object) -> None:
        self.server.clear()


@contextmanager
def own_server(port: int = 0) -> Iterator[HTTPServer]:
    server = HTTPServer(host="127.0.0.1", port=port, threaded=True)
    server.start()
    try:
        yield server
    finally:
        server.clear()
        server.stop()


def make_requests(count: int, sources: tuple[Source, ...] = (Source.ODIR,), name: str = "group") -> list[CallRequest]:
    bodies = (
        canonical_body(
            {"model": "m", "messages": [{"role": "user", "content": f"{PROMPT} {number}"}], "max_completion_tokens": 50}
        )
        for number in range(count)
    )
    return [CallRequest(sources, Purpose.WRITE, f"{name}-{number}", "0" * 64, body) for number, body in enumerate(bodies)]


def write_policy(folder: Path, url: str, sources: tuple[Source, ...] = (Source.ODIR,)) -> Path:
    rules = "".join(f'[sources.{source}]\nendpoints = ["mock"]\n' for source in sources)
    path = folder / "policy.toml"
    path.write_text(f'endpoints.mock = {{url = "{url}", place = "local"}}\n{rules}', encoding="utf-8")
    return path


@contextmanager
def asking(
    folder: Path,
    url: str,
    executor: Executor = Executor.LIVE,
    *,
    waits: Waits = FAST,
    budget: Budget | None = None,
    prices: PriceTable | None = None,
    said: list[str] | None = None,
    **settings: object,
) -> Iterator[DeskAsk]:
    """Give an ask of the endpoint at `url`, approved for ODIR; policy, ledger and files lie in the folder."""
    endpoint = Endpoint.model_validate(
        {"base_url": f"{url}/v1", "model": "m", "max_in_flight": 4, "max_attempts": 3, **settings}
    )
    policy = load_policy(write_policy(folder, url))
    with (
        open_call_ledger(folder / "ledger.sqlite") as ledger,
        open_ask(
            "mock",
            endpoint,
            executor,
            policy,
            ledger,
            prices or load_prices(),
            budget or Budget(),
            folder / "calls",
            None if said is None else said.append,
            waits=waits,
        ) as ask,
    ):
        yield ask
