"""Writes files that hold prompts: whole or not at all, and readable by their owner alone from their first byte on.

Example:
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     write_private(Path(folder) / "calls" / "requests.jsonl", b"...")
    ...     oct((Path(folder) / "calls" / "requests.jsonl").stat().st_mode & 0o777)
    '0o600'
"""

import os
import tempfile
from pathlib import Path

from pipelines.storage import TEMPORARY_SUFFIX, explain_write_failure


def write_private(path: Path, content: bytes) -> None:
    """Write a file with mode 0600; a folder made for it gets 0700.

    Whatever lay at the path is replaced, a link itself rather than what it leads to.

    Raises:
        StorageError: it cannot be written; nothing of it is left.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # mkstemp makes a file that did not exist, under a name that nobody can foresee, with mode 0600.
        descriptor, temporary = tempfile.mkstemp(f".{os.getpid()}{TEMPORARY_SUFFIX}", f".{path.name}.", path.parent)
        try:
            with os.fdopen(descriptor, "wb") as sink:
                sink.write(content)
                sink.flush()
                os.fsync(sink.fileno())
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise explain_write_failure(path, error) from error
