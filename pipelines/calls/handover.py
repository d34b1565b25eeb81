"""Hands requests over as files and takes the answers back: for `vllm run-batch`, or whatever else reads and writes Batch files.

`requests-001.jsonl` is written, and a run ends by saying what to do with it. Once `answers-001.jsonl` lies beside it the next
run takes that; what it leaves open goes into `requests-002.jsonl`. The folder is its owner's alone: the files hold prompts.

Example:
    >>> name_command(Path("calls/requests-001.jsonl"), Path("calls/answers-001.jsonl"), "my-model")
    'vllm run-batch -i calls/requests-001.jsonl -o calls/answers-001.jsonl --model my-model'
"""

import hashlib
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipelines.calls.attempt import CallsPendingError, Outcome
from pipelines.calls.batch_file import format_requests, read_answers, split_requests, vet_file
from pipelines.calls.client import explain_misconfiguration
from pipelines.calls.desk import Desk
from pipelines.calls.kinds import Executor
from pipelines.calls.private_file import write_private
from pipelines.calls.request import CallRequest


@dataclass(frozen=True)
class Handover:
    """One request file, where its answers are expected, and what of those was taken already."""

    folder: Path
    number: int

    @property
    def requests(self) -> Path:
        """What is handed over."""
        return self.folder / f"requests-{self.number:03}.jsonl"

    @property
    def answers(self) -> Path:
        """What comes back."""
        return self.folder / f"answers-{self.number:03}.jsonl"

    @property
    def taken(self) -> Path:
        """The hash of the answers that were taken: the same file is not taken twice, one that has grown is."""
        return self.folder / f"taken-{self.number:03}.txt"


def ask_by_file(desk: Desk, requests: Sequence[CallRequest]) -> None:
    """Take the answers that have come, and hand over what is open.

    Raises:
        CallsPendingError: files wait for their answers; the message names them and the command.
        BatchFileError: a request file was changed.
        EndpointError: the answers say that the model is another one, or the like.
        BudgetSpentError: not one further request fits into the budget.
        pipelines.governance.egress.EgressError: a line of a file may not go to the endpoint.
    """
    desk.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    waiting: list[Handover] = []
    handed_over: dict[str, CallRequest] = {}
    past = _list_handovers(desk.folder)
    for handover in past:
        _, asked = vet_file(desk, handover.requests, Executor.FILE)
        if handover.answers.is_file():
            _take(desk, handover, asked)
        else:
            waiting.append(handover)
            handed_over |= {request.key: request for request in asked}
    left = [request for request in desk.ledger.open_requests(requests) if request.key not in handed_over]
    left = desk.drop_worn_out(left) if past else left
    affordable = desk.take_within_budget(left, list(handed_over.values()), Executor.FILE) if left else []
    for number, part in enumerate(split_requests(affordable), start=past[-1].number + 1 if past else 1):
        handover = Handover(desk.folder, number)
        write_private(handover.requests, format_requests(part))
        waiting.append(handover)
    if any(request.key in handed_over for request in desk.ledger.open_requests(requests)) or left:
        raise CallsPendingError(_tell_waiting(desk, waiting))


def name_command(requests: Path, answers: Path, model: str) -> str:
    """Return the command that answers a file; it runs the model itself and needs no server."""
    return shlex.join(["vllm", "run-batch", "-i", str(requests), "-o", str(answers), "--model", model])


def _list_handovers(folder: Path) -> list[Handover]:
    numbers = (path.stem.removeprefix("requests-") for path in folder.glob("requests-*.jsonl"))
    return [Handover(folder, number) for number in sorted(int(number) for number in numbers if number.isdecimal())]


def _take(desk: Desk, handover: Handover, asked: Sequence[CallRequest]) -> None:
    """Record the answers of a file; of requests that have a final attempt by now, none."""
    content = handover.answers.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    if handover.taken.is_file() and handover.taken.read_text(encoding="ascii").strip() == digest:
        return
    still_open = {request.key: request for request in desk.ledger.open_requests(asked)}
    answers = read_answers(content, {request.key: request for request in asked}, desk.name, Executor.FILE)
    new = [desk.price(attempt, still_open[attempt.key]) for attempt in answers.attempts if attempt.key in still_open]
    desk.ledger.append(new)
    write_private(handover.taken, digest.encode())
    desk.tell(f"{handover.answers.name}: {len(new):,} answers taken to {len(asked):,} requests")
    if answers.problems:
        desk.tell(f"{handover.answers.name}: {answers.describe_problems()}")
    misconfigured = next((attempt for attempt in new if attempt.outcome is Outcome.MISCONFIGURED), None)
    if misconfigured is not None:
        raise explain_misconfiguration(desk.name, desk.endpoint, misconfigured)


def _tell_waiting(desk: Desk, waiting: Sequence[Handover]) -> str:
    commands = "".join(f"\n  {name_command(one.requests, one.answers, desk.endpoint.model)}" for one in waiting)
    places = ", ".join(f"{one.requests} (its answers are expected at {one.answers})" for one in waiting)
    return (
        f"endpoints.{desk.name}: {len(waiting)} file(s) of requests wait for their answers: {places}; where an answer file is"
        f" not whole yet, wait for it, else run this where the model is, then run again:{commands}"
    )
