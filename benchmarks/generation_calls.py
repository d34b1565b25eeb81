"""Live calls of a model against the ideal: a server of 200 ms a call and 32 at once can answer 160 calls a second.

The server is a process of its own on loopback. Everything else is as in a run: the openai client, the guarded transport, the
budget, and the ledger on the disk with each attempt committed before its place is free. The figure is calls a second over 160.

Example:
    >>> IDEAL_PER_S
    160.0
"""

import asyncio
import json
import multiprocessing
import time
from collections.abc import Mapping
from multiprocessing.connection import Connection
from pathlib import Path

from benchmarks.rounds import Figure
from pipelines.calls.executors import open_ask
from pipelines.calls.kinds import Executor
from pipelines.calls.ledger import open_call_ledger
from pipelines.calls.prices import load_prices
from pipelines.calls.request import CallRequest, Purpose, canonical_body
from pipelines.choices import Budget, Endpoint
from pipelines.governance.policy import load_policy

LATENCY_S = 0.2
IN_FLIGHT = 32
IDEAL_PER_S = IN_FLIGHT / LATENCY_S
CALLS = 1280  # 8 s at the ideal
PROMPT = "Two chest films of one subject, 5 months apart. " * 100  # about 1,200 tokens
ANSWER = json.dumps(
    {
        "model": "mock-1",
        "system_fingerprint": "fp",
        "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "Stable. " * 150}}],
        "usage": {"prompt_tokens": 1200, "completion_tokens": 300, "total_tokens": 1500},
    }
).encode()


def build_benchmarks(scratch: Path) -> Mapping[str, Figure]:
    """Return the figure by benchmark name; policy and ledger are written under a scratch folder."""
    return {"generation_ideal": Figure(lambda: measure_share_of_ideal(scratch))}


def measure_share_of_ideal(scratch: Path) -> float:
    """Return calls a second over the ideal; 1 is as fast as the server allows."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    server = context.Process(target=serve, args=(there,), daemon=True)
    server.start()
    try:
        return _ask_all(scratch, port=here.recv()) / IDEAL_PER_S
    finally:
        server.terminate()
        server.join()
        here.close()


def _ask_all(scratch: Path, port: int) -> float:
    url = f"http://127.0.0.1:{port}"
    (scratch / "policy.toml").write_text(f'endpoints.mock = {{url = "{url}", place = "local"}}\n', encoding="utf-8")
    endpoint = Endpoint(base_url=f"{url}/v1", model="mock", max_in_flight=IN_FLIGHT)
    policy, prices = load_policy(scratch / "policy.toml"), load_prices()
    with (
        open_call_ledger(scratch / "ledger.sqlite") as ledger,
        open_ask("mock", endpoint, Executor.LIVE, policy, ledger, prices, Budget(), scratch / "calls", None) as ask,
    ):
        ask(_make_requests("warm-up", IN_FLIGHT))  # imports and connections
        requests = _make_requests("measured", CALLS)
        started = time.perf_counter()
        answers = ask(requests)
        seconds = time.perf_counter() - started
        assert len(answers) == CALLS, f"{len(answers)} of {CALLS} answered"
        return CALLS / seconds


def _make_requests(name: str, count: int) -> list[CallRequest]:
    bodies = (
        canonical_body({"model": "mock", "messages": [{"role": "user", "content": f"{name} {number}. {PROMPT}"}]})
        for number in range(count)
    )
    return [CallRequest((), Purpose.WRITE, f"{name}-{number}", "0" * 64, body) for number, body in enumerate(bodies)]


def serve(pipe: Connection) -> None:
    """Serve on a free port of loopback, told through the pipe, until killed."""
    asyncio.run(_serve(pipe))


async def _serve(pipe: Connection) -> None:
    n_in_flight = 0

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal n_in_flight
        while head := await _read_head(reader):
            await reader.readexactly(head)
            n_in_flight += 1
            if n_in_flight > IN_FLIGHT:
                writer.write(b"HTTP/1.1 429 Too Many Requests\r\nContent-Length: 0\r\n\r\n")
            else:
                await asyncio.sleep(LATENCY_S)
                head_lines = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(ANSWER)}\r\n\r\n"
                writer.write(head_lines.encode() + ANSWER)
            n_in_flight -= 1
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    pipe.send(server.sockets[0].getsockname()[1])
    await server.serve_forever()


async def _read_head(reader: asyncio.StreamReader) -> int:
    """Return the length of the next request's body, 0 where the client has gone."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return 0
    lines = head.decode("ascii").lower().split("\r\n")
    return next(int(line.removeprefix("content-length:")) for line in lines if line.startswith("content-length:"))
