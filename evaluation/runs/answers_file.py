r"""Answers kept as they come: JSON Lines that are only ever appended to, so that a killed run goes on where it stopped.

A line is one answer under its key. It has the fields of a predictions file too
(`evaluation.answer_files.predictions`), so a file of one model and one benchmark can be scored as it is. The last line of a
killed run may be cut off; it is taken away on opening.

Example:
    >>> from tempfile import TemporaryDirectory
    >>> kept = KeptAnswer("answer-1", "r1", 0, "blind", "", "B", "stop", 1, "model-digest", "greedy", "prompt-digest")
    >>> with TemporaryDirectory() as folder, open_answers(Path(folder) / "p.jsonl") as answers:
    ...     answers.append(kept)
    ...     answers.get("answer-1").output
    'B'
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from io import FileIO
from pathlib import Path

from pipelines.score_records import Condition, Finish
from pipelines.storage import explain_write_failure


class AnswersError(ValueError):
    """A file of answers that cannot be used or is being written by another run; says what to do."""


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """One line."""

    key: str  # of model, record, what was shown, decoding
    id: str  # the record's key
    index: int  # 0-based position in the benchmark
    condition: str
    variant: str
    output: str
    finish: str
    n_output_tokens: int | None
    model: str  # the card's digest
    decoding: str
    prompt: str  # digest of what was shown


_FIELDS = tuple(field.name for field in fields(KeptAnswer))


_BEGINNING = b'{"key": "answer-'


class AnswersFile:
    """An open file of answers; only this process writes to it."""

    def __init__(self, path: Path, sink: FileIO) -> None:
        self._path, self._sink = path, sink
        self._by_key: dict[str, KeptAnswer] = {}
        self._read()

    def get(self, key: str) -> KeptAnswer | None:
        """Return the answer of a key, None where it was not answered yet."""
        return self._by_key.get(key)

    def __iter__(self) -> Iterator[KeptAnswer]:
        return iter(self._by_key.values())

    def append(self, kept: KeptAnswer) -> None:
        """Add an answer; it is on its way to the disk before this returns, and a second one under its key is not taken."""
        if kept.key in self._by_key:
            return
        try:
            # ASCII escapes keep lone surrogates and U+2028 from breaking the file
            _write_whole(self._sink, f"{json.dumps(asdict(kept))}\n".encode("ascii"))
        except OSError as error:
            raise explain_write_failure(self._path, error) from error
        self._by_key[kept.key] = kept

    def sync(self) -> None:
        """Wait until what was appended is on the disk."""
        try:
            os.fsync(self._sink.fileno())
        except OSError as error:
            raise explain_write_failure(self._path, error) from error

    def _read(self) -> None:
        self._sink.seek(0)
        content = self._sink.read()
        whole = content.rfind(b"\n") + 1
        for number, line in enumerate(content[:whole].split(b"\n")[:-1], start=1):
            kept = self._parse(number, line)
            self._by_key.setdefault(kept.key, kept)
        if whole < len(content):  # the last line of a killed run
            self._check_own(content[whole:])
            self._sink.truncate(whole)
        self._sink.seek(whole)

    def _check_own(self, rest: bytes) -> None:
        """Raise AnswersError where what is about to be cut off does not begin as a line of ours: it is somebody's file."""
        if not rest.startswith(_BEGINNING[: len(rest)]):
            raise AnswersError(f"{self._path}: is no file of answers and is left as it is; choose a path that is not there yet")

    def _parse(self, number: int, line: bytes) -> KeptAnswer:
        try:
            value = json.loads(line)
            kept = KeptAnswer(**{name: value[name] for name in _FIELDS})
            _check_types(kept)
        except (ValueError, KeyError, TypeError) as error:
            raise AnswersError(
                f"{self._path}, line {number}: is no answer of a run ({_explain(error)}); expected JSON with the fields "
                f"{', '.join(_FIELDS)}. Mend or remove that line, or move the file away: what is in neither is asked again"
            ) from error
        return kept


def _write_whole(sink: FileIO, line: bytes) -> None:
    rest = memoryview(line)
    while rest:
        rest = rest[sink.write(rest) :]


def _check_types(kept: KeptAnswer) -> None:
    """Raise ValueError or TypeError unless a line that somebody has edited can still stand in a table."""
    Condition(kept.condition)
    Finish(kept.finish)
    texts = {name: getattr(kept, name) for name in _FIELDS if name not in ("index", "n_output_tokens")}
    if strangers := [name for name, value in texts.items() if not isinstance(value, str)]:
        raise TypeError(f"{strangers[0]!r} is no text")
    if not isinstance(kept.index, int) or not isinstance(kept.n_output_tokens, int | None):
        raise TypeError("'index' or 'n_output_tokens' is no whole number")


def _explain(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError | UnicodeDecodeError):
        return "not valid JSON"
    return f"no field {error}" if isinstance(error, KeyError) else str(error)


def _open_private(path: str, flags: int) -> int:
    """Open a file that its owner alone can read: answers are text about patients, as are the prompts of the call ledger."""
    descriptor = os.open(path, flags, 0o600)
    if os.fstat(descriptor).st_mode & 0o077:  # it was there, or was copied with common permissions
        os.fchmod(descriptor, 0o600)
    return descriptor


@contextmanager
def open_answers(path: Path) -> Iterator[AnswersFile]:
    """Give the answers of a file, made where it is not there.

    Raises:
        AnswersError: another run writes to it, or a line of it is no answer.
        StorageError: it cannot be written.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # not buffered: what a full disk left behind would be written again on closing
        sink = FileIO(path, "a+", opener=_open_private)
    except OSError as error:
        raise explain_write_failure(path, error) from error
    with sink:
        try:
            fcntl.flock(sink, fcntl.LOCK_EX | fcntl.LOCK_NB)  # let go by the system when the process ends, however it does
        except OSError as error:
            raise AnswersError(
                f"{path}: another run is writing its answers there; wait for it, or choose another path"
            ) from error
        answers = AnswersFile(path, sink)
        yield answers
        answers.sync()
