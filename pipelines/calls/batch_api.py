"""OpenAI's and Azure's Batch: a request file goes up, answers come down within a day, at half the price.

A run collects the batches that have ended, makes new ones of what is open, and ends by saying what is under way; the next run
goes on from there. Each file goes up once: its state is written before its batch is made, and the batch carries the file's
hash, so that a run killed in between finds it again. What lies at the endpoint is removed once the answers are recorded.
Reference: https://platform.openai.com/docs/api-reference/batch

Example:
    >>> "expired" in ENDED, "finalizing" in ENDED
    (True, False)
"""

import contextlib
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Literal, cast

from pipelines.calls.attempt import CallsPendingError, Outcome
from pipelines.calls.batch_file import batch_url, format_requests, read_answers, split_requests, vet_file
from pipelines.calls.batch_state import BatchState, load_states
from pipelines.calls.client import EndpointError, explain_misconfiguration, open_batch_client, read_api_key
from pipelines.calls.desk import Desk
from pipelines.calls.echo import hide_key, tell_name
from pipelines.calls.failure import tell_failure
from pipelines.calls.kinds import Executor
from pipelines.calls.private_file import write_private
from pipelines.calls.request import CallRequest
from pipelines.governance.transport import find_egress_error, open_sync_http_client

if TYPE_CHECKING:
    from openai import OpenAI
    from openai.types import Batch

ENDED = frozenset({"completed", "failed", "expired", "cancelled"})
HASH_FIELD = "medmim_requests_sha256"  # of the batch's metadata


def ask_batch(desk: Desk, requests: Sequence[CallRequest]) -> None:
    """Collect the batches that have ended, and make batches of what is open.

    Raises:
        CallsPendingError: batches are under way; the message says how far.
        BatchFileError: a request file was changed.
        BudgetSpentError: not one further request fits into the budget.
        EndpointError: the endpoint does not do what a batch needs, or refused a file; the message says what to mend.
        pipelines.governance.egress.EgressError: a line of a file may not go to the endpoint.
    """
    desk.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _open_client(desk) as client:
        states = load_states(desk.folder)
        pending, told = _collect_all(desk, client, states)
        left = [request for request in desk.ledger.open_requests(requests) if request.key not in pending]
        left = desk.drop_worn_out(left) if states else left
        if left:
            affordable = desk.take_within_budget(left, list(pending.values()), Executor.BATCH)
            told += [_submit(desk, client, part) for part in split_requests(affordable)]
    if left or any(request.key in pending for request in desk.ledger.open_requests(requests)):
        listed = "".join(f"\n  {line}" for line in told)
        raise CallsPendingError(
            f"endpoints.{desk.name}: batches are under way, for a day at the most; run again to take their answers:{listed}"
        )


@contextlib.contextmanager
def _open_client(desk: Desk) -> Iterator["OpenAI"]:
    """Give the client; what the endpoint turns down becomes one message without any prompt."""
    from openai import APIConnectionError, APIStatusError

    http_client = open_sync_http_client(desk.name, desk.endpoint, desk.policy, max_connections=1)
    try:
        with http_client, open_batch_client(desk.name, desk.endpoint, http_client) as client:
            yield client
    except APIStatusError as error:
        names = tell_failure("", error.status_code, error.response.content).names
        told = hide_key(names, read_api_key(desk.name, desk.endpoint))
        raise EndpointError(
            f"endpoints.{desk.name}: Batch: {told}; check key, base_url {desk.endpoint.base_url} and that it offers files and"
            " batches (vLLM and llama.cpp do not: use executor file or live); batches that were made are known, run again"
        ) from None  # the library's message may repeat what was sent
    except APIConnectionError as error:
        if (denied := find_egress_error(error)) is not None:
            raise denied from None
        raise EndpointError(
            f"endpoints.{desk.name}: {desk.endpoint.base_url} was not reached ({type(error.__cause__).__name__}); run again"
        ) from None


def _collect_all(desk: Desk, client: "OpenAI", states: Sequence[BatchState]) -> tuple[dict[str, CallRequest], list[str]]:
    """Take the answers of ended batches; return the requests of the others, and how far those are."""
    pending: dict[str, CallRequest] = {}
    told: list[str] = []
    for state in states:
        content, asked = vet_file(desk, state.requests_path(desk.folder), Executor.BATCH)
        batch = _find(desk, client, state, content)
        if batch.status in ENDED:
            _collect(desk, client, replace(state, batch_id=batch.id), batch, asked)
        else:
            pending |= {request.key: request for request in asked}
            told.append(_tell(batch, len(asked)))
    return pending, told


def _submit(desk: Desk, client: "OpenAI", requests: Sequence[CallRequest]) -> str:
    content = format_requests(requests, batch_url(desk.endpoint.api))
    state = BatchState(hashlib.sha256(content).hexdigest())
    path = state.requests_path(desk.folder)
    write_private(path, content)
    content, asked = vet_file(desk, path, Executor.BATCH)
    state.save(desk.folder)
    return _tell(_create(desk, client, state, content), len(asked))


def _create(desk: Desk, client: "OpenAI", state: BatchState, content: bytes) -> "Batch":
    name = state.requests_path(desk.folder).name
    uploaded = client.files.create(file=(name, content, "application/jsonl"), purpose="batch")
    batch = client.batches.create(
        input_file_id=uploaded.id,
        endpoint=cast("Literal['/v1/chat/completions']", batch_url(desk.endpoint.api)),  # Azure has its own word
        completion_window="24h",
        metadata={HASH_FIELD: state.digest},
    )
    replace(state, batch_id=batch.id).save(desk.folder)
    return batch


def _find(desk: Desk, client: "OpenAI", state: BatchState, content: bytes) -> "Batch":
    """Return the batch of a file: by its id, else by the hash that it carries; where there is none it is made now."""
    if state.batch_id is not None:
        return client.batches.retrieve(state.batch_id)
    made = (batch for batch in client.batches.list(limit=100) if (batch.metadata or {}).get(HASH_FIELD) == state.digest)
    return next(made, None) or _create(desk, client, state, content)


def _collect(desk: Desk, client: "OpenAI", state: BatchState, batch: "Batch", asked: Sequence[CallRequest]) -> None:
    """Record what an ended batch brought; what it did not answer stays open for the next one."""
    known = {request.key: request for request in asked}
    still_open = {request.key for request in desk.ledger.open_requests(asked)}
    n_taken = 0
    misconfigured = None
    for file_id in (batch.output_file_id, batch.error_file_id):
        if file_id is None:
            continue
        answers = read_answers(client.files.content(file_id).content, known, desk.name, Executor.BATCH)
        new = [desk.price(attempt, known[attempt.key]) for attempt in answers.attempts if attempt.key in still_open]
        desk.ledger.append(new)
        n_taken += len(new)
        misconfigured = next((one for one in new if one.outcome is Outcome.MISCONFIGURED), misconfigured)
        if answers.problems:
            desk.tell(f"batch {tell_name(batch.id)}: {answers.describe_problems()}")
    replace(state, is_collected=True).save(desk.folder)
    desk.tell(f"batch {tell_name(batch.id)} {tell_name(batch.status)}: {n_taken:,} answers taken to {len(asked):,} requests")
    _remove_files(desk, client, batch)
    if batch.status == "failed":
        raise _explain_refused_file(desk, batch)
    if misconfigured is not None:
        raise explain_misconfiguration(desk.name, desk.endpoint, misconfigured)


def _remove_files(desk: Desk, client: "OpenAI", batch: "Batch") -> None:
    """Prompts and answers lie at the endpoint for no longer than they must."""
    from openai import OpenAIError

    for file_id in (batch.input_file_id, batch.output_file_id, batch.error_file_id):
        if file_id is not None:
            try:
                client.files.delete(file_id)
            except OpenAIError as error:
                told = f"file {tell_name(file_id)} could not be removed ({type(error).__name__}); remove it yourself"
                desk.tell(f"batch {tell_name(batch.id)}: {told}")


def _explain_refused_file(desk: Desk, batch: "Batch") -> EndpointError:
    errors = (batch.errors.data if batch.errors is not None else None) or []
    listed = ", ".join(
        tell_name(error.code) + (f" in line {tell_name(error.line)}" if error.line else "") for error in errors[:3]
    )
    return EndpointError(
        f"endpoints.{desk.name}: batch {tell_name(batch.id)} was refused as a whole ({listed or 'no reason given'}), and"
        " nothing was billed; token_limit_exceeded asks to wait for earlier batches; mend what it names and run again: a new"
        " batch will be made"
    )


def _tell(batch: "Batch", n_requests: int) -> str:
    counts = batch.request_counts
    done = f", {counts.completed:,} done, {counts.failed:,} failed" if counts is not None else ""
    return f"{tell_name(batch.id)}: {tell_name(batch.status)}, {n_requests:,} requests{done}"
