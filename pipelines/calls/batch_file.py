"""Request files in OpenAI's Batch form, and the answer files that OpenAI, Azure and `vllm run-batch` give back.

One line is one request: custom_id (its key), method, url and body. A file that lay on a disk is not trusted: before it goes
anywhere each line must be a request of the ledger, unchanged, and the sources of all lines must be allowed there, or nothing
goes. An answer file is read line by line: a line that cannot be used is a named problem, and its neighbours count.
Form: https://platform.openai.com/docs/api-reference/batch/request-input and vllm/entrypoints/openai/run_batch.py.

Example:
    >>> from pipelines.calls.request import Purpose
    >>> request = CallRequest((), Purpose.WRITE, "group-1", "0" * 64, '{"messages":[],"model":"m"}')
    >>> content = format_requests([request])
    >>> check_requests(content, {request.key: request}, "requests.jsonl") == [request]
    True
"""

import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipelines.calls.attempt import Attempt, Outcome
from pipelines.calls.desk import Desk
from pipelines.calls.echo import tell_name
from pipelines.calls.images_in_bodies import names_images, put_images_in, take_images_out
from pipelines.calls.kinds import ApiKind, Executor
from pipelines.calls.request import CHAT_COMPLETIONS, CallRequest
from pipelines.calls.response import Reply, Sending, fail, read_reply
from pipelines.governance.egress import check_egress

AZURE_CHAT_COMPLETIONS = "/chat/completions"  # https://learn.microsoft.com/azure/ai-foundry/openai/how-to/batch
_URLS = (CHAT_COMPLETIONS, AZURE_CHAT_COMPLETIONS)
MAX_LINES = 50_000  # of one batch, as are the bytes: https://platform.openai.com/docs/api-reference/batch/create
MAX_BYTES = 200_000_000
NAMED_PROBLEMS = 3  # in messages; all are counted


class BatchFileError(RuntimeError):
    """A request file that is not what was written; nothing of it was sent. The message names file and line, never a prompt."""


@dataclass(frozen=True, slots=True)
class LineProblem:
    """A line of an answer file that could not be used."""

    line: int  # from 1
    what: str


@dataclass(frozen=True)
class Answers:
    """What an answer file holds: one attempt for each usable line, and the other lines."""

    attempts: tuple[Attempt, ...]
    problems: tuple[LineProblem, ...]

    def describe_problems(self) -> str:
        """Return how many lines could not be used, and the first few by number."""
        named = "; ".join(f"line {problem.line}: {problem.what}" for problem in self.problems[:NAMED_PROBLEMS])
        return f"{len(self.problems):,} lines could not be used ({named})"


def format_requests(requests: Iterable[CallRequest], url: str = CHAT_COMPLETIONS) -> bytes:
    """Return requests as a Batch file; letters beyond ASCII are escaped, since some of them end lines for some readers."""
    return b"".join(_render_line(request, url) for request in requests)


def batch_url(api: ApiKind) -> str:
    """Return how an API's Batch names chat completions."""
    return AZURE_CHAT_COMPLETIONS if api is ApiKind.AZURE else CHAT_COMPLETIONS


def split_requests(
    requests: Sequence[CallRequest], max_lines: int = MAX_LINES, max_bytes: int = MAX_BYTES
) -> Iterator[list[CallRequest]]:
    """Divide requests, in their order, into parts of which each makes a file within the limits."""
    part: list[CallRequest] = []
    size = 0
    for request in requests:
        n_bytes = len(_render_line(request))
        if part and (len(part) == max_lines or size + n_bytes > max_bytes):
            yield part
            part, size = [], 0
        part.append(request)
        size += n_bytes
    if part:
        yield part


def vet_file(desk: Desk, path: Path, executor: Executor) -> tuple[bytes, list[CallRequest]]:
    """Return a request file's bytes, which may be sent as they are, and its requests.

    Raises:
        BatchFileError: a line is no request of the ledger, or was changed.
        pipelines.governance.egress.EgressError: the sources of a line may not go to the endpoint; then no line may.
    """
    content = path.read_bytes()
    keys = [str(row.get("custom_id")) for _, row in _read_rows(content, path.name)]
    requests = check_requests(content, desk.ledger.requests(keys), path.name)
    check_egress((request.sources for request in requests), desk.name, desk.endpoint, desk.policy, desk.day, executor)
    return content, requests


def check_requests(content: bytes, known: Mapping[str, CallRequest], name: str) -> list[CallRequest]:
    """Return the requests of a file's lines, each of which must be one of the known, word for word.

    Raises:
        BatchFileError: it is not; the message names the first such line.
    """
    requests: list[CallRequest] = []
    for number, (line, row) in enumerate(_read_rows(content, name), start=1):
        request = known.get(str(row.get("custom_id")))
        if request is None:
            raise _refuse(name, number, "is no request that was planned")
        # Byte by byte: what reads equal here may read otherwise there, as a line does that names its body twice.
        # Images are compared by their hashes: the ledger holds no pixels.
        is_whole = not names_images(line) and take_images_out(line) in {_format_line(request, url) for url in _URLS}
        if request.key != row["custom_id"] or not is_whole:
            raise _refuse(name, number, f"is not request {request.key} as it was written")
        requests.append(request)
    if len({request.key for request in requests}) != len(requests):
        raise BatchFileError(f"{name}: a request stands there twice; nothing of it was sent; delete the file and run again")
    return requests


def read_answers(content: bytes, known: Mapping[str, CallRequest], endpoint: str, executor: Executor) -> Answers:
    """Return what an answer or error file says of the known requests. Of two lines for one request the first counts."""
    sending = Sending(endpoint, executor, datetime.now(UTC).isoformat(timespec="milliseconds"), 0.0)
    attempts: dict[str, Attempt] = {}
    problems: list[LineProblem] = []
    for number, line in enumerate(content.split(b"\n"), start=1):
        if not line.strip():
            continue
        try:
            attempt = _read_line(line, known, sending)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            problems.append(LineProblem(number, f"not an answer line ({type(error).__name__})"))
            continue
        if attempt is None:
            problems.append(LineProblem(number, "answers no request of this file"))
        elif attempt.key in attempts:
            problems.append(LineProblem(number, "answers a request that an earlier line answers"))
        else:
            attempts[attempt.key] = attempt
    return Answers(tuple(attempts.values()), tuple(problems))


def _read_line(line: bytes, known: Mapping[str, CallRequest], sending: Sending) -> Attempt | None:
    row = json.loads(line)
    request = known.get(str(row["custom_id"]))
    if request is None:
        return None
    response, error = row.get("response"), row.get("error")
    if response is None:  # never run: the batch expired or was cancelled
        code = str(error["code"])
        outcome = Outcome.TIMED_OUT if code == "batch_expired" else Outcome.SERVER_ERROR
        return fail(request, sending, outcome, f"code {tell_name(code)}")
    status, body = response.get("status_code", 200), response.get("body")
    if not isinstance(status, int) or not 100 <= status <= 599:
        raise ValueError("status_code is no HTTP status")
    reply = Reply(status, json.dumps({"error": error} if body is None else body).encode(), response.get("request_id"))
    if body is None and isinstance(error, str):  # vLLM gives 400 to whatever its engine stumbled over, so that is not final
        return fail(request, sending, Outcome.SERVER_ERROR, read_reply(request, sending, reply).detail or "", reply)
    return read_reply(request, sending, reply)


def _read_rows(content: bytes, name: str) -> Iterator[tuple[bytes, dict[str, Any]]]:
    """Give each line, its end included, and what it holds."""
    for number, line in enumerate(io.BytesIO(content), start=1):
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            row = None
        if not isinstance(row, dict):
            raise _refuse(name, number, "is no JSON object")
        yield line, row


def _refuse(name: str, line: int, problem: str) -> BatchFileError:
    return BatchFileError(
        f"{name}: line {line} {problem}; nothing of the file was sent, and its answers are not taken; delete it and run again"
    )


def _render_line(request: CallRequest, url: str = CHAT_COMPLETIONS) -> bytes:
    line = _format_line(request, url)
    return put_images_in(line, request.images) if request.images else line


def _format_line(request: CallRequest, url: str = CHAT_COMPLETIONS) -> bytes:
    row = {"custom_id": request.key, "method": "POST", "url": url, "body": json.loads(request.body)}
    return (json.dumps(row, separators=(",", ":")) + "\n").encode("ascii")
