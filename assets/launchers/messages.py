"""How a program's reports come back: through a file in its run's folder, which program and Dagster both see.

A log that is followed over a network may break off in a run of days, and takes the report at its end along; a file does not.
On a network file system the last lines may be seen late, so the reader waits for them where the program ended well.

Example:
    >>> MessageFile(Path("/tmp/messages.jsonl")).expected_writer_count
    1
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
from dagster._core.pipes.context import PipesMessageHandler
from dagster_pipes import PipesParams

PATIENCE_SECONDS = 90.0  # attributes of files on NFS are kept for up to 60 s
POLL_SECONDS = 0.1


class MessageFile(dg.PipesFileMessageReader):
    """Follows the file until the program has reported a result, which every run that ends well does."""

    def __init__(self, path: Path, patience_seconds: float = 0.0) -> None:
        super().__init__(str(path))
        self._patience_seconds = patience_seconds

    @property
    def expected_writer_count(self) -> int:
        """One: rank 0. Said here because the inherited property warns, for every run, that it is a preview."""
        return 1

    @contextmanager
    def read_messages(self, handler: PipesMessageHandler) -> Iterator[PipesParams]:
        """Yield what tells the program where to write; an end without success is not waited for."""
        with super().read_messages(handler) as parameters:
            yield parameters
            deadline = time.monotonic() + self._patience_seconds
            while not handler.get_reported_results() and time.monotonic() < deadline:
                time.sleep(POLL_SECONDS)
