"""What is known of an endpoint's batches, beside their request files: the next run finds its batch and does not pay twice.

Example:
    >>> BatchState("0" * 64, "batch_1").is_collected
    False
"""

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path

from pipelines.calls.batch_file import BatchFileError
from pipelines.calls.private_file import write_private


class BatchStateError(BatchFileError):
    """A file on a batch that was changed or cut off; the message says what to do."""


@dataclass(frozen=True)
class BatchState:
    """One batch. It is written before the batch is made, then with its id, then when its answers are in the ledger."""

    digest: str  # sha256 of the request file
    batch_id: str | None = None  # None: the run ended while the batch was being made; the endpoint is asked for it
    is_collected: bool = False

    def requests_path(self, folder: Path) -> Path:
        """Return where the request file is."""
        return folder / f"batch-{self.digest[:16]}.jsonl"

    def save(self, folder: Path) -> None:
        """Write the state, whole or not at all."""
        write_private(_path(folder, self.digest), json.dumps(dataclasses.asdict(self), indent=2).encode())


def load_states(folder: Path) -> list[BatchState]:
    """Return what is known of all batches of a folder that are not collected.

    Raises:
        BatchStateError: a file is not what was written; a batch that is forgotten would be paid for twice.
    """
    states = [_load(path) for path in sorted(folder.glob("batch-*.json"))]
    return [state for state in states if not state.is_collected]


def _load(path: Path) -> BatchState:
    try:
        state = BatchState(**json.loads(path.read_bytes()))
        if path == _path(path.parent, state.digest) and isinstance(state.batch_id, str | None):
            return state
    except (ValueError, TypeError, RecursionError):
        pass  # told below, like a state that stands under another one's name
    raise BatchStateError(
        f"{path}: not what is known of a batch, expected digest, batch_id and is_collected as they were written; put back a"
        " backup, or delete it once that batch has ended or was cancelled at the endpoint: its requests are then asked again"
    )


def _path(folder: Path, digest: str) -> Path:
    return folder / f"batch-{digest[:16]}.json"
