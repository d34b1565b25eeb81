r"""Predictions files: JSON Lines, one `{"id": ..., "output": ...}` per line, from any engine; other kits' files as they are.

Example:
    >>> rows = parse_predictions('{"id": "r1", "output": "B"}\n{"question_id": "r2", "text": "A"}\n', "p.jsonl")
    >>> [(row.id, row.output) for row in rows]
    [('r1', 'B'), ('r2', 'A')]
"""

import contextlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evaluation.benchmark import BenchmarkItem
from evaluation.imports.json_list import load_elements
from evaluation.imports.lmms_eval import is_sample, translate_sample
from evaluation.imports.problem import ForeignFileError
from evaluation.imports.vlmevalkit import is_table, is_workbook, read_answer_workbook, read_table
from pipelines.score_records import Condition
from pipelines.storage import write_bytes

ID_KEYS = ("id", "key", "record_key", "record_id", "question_id", "uid")
OUTPUT_KEYS = ("output", "prediction", "response", "text", "answer", "pred")
INDEX_KEYS = ("index", "position")
_LFS_POINTER = "version https://git-lfs.github.com/spec/"
_SHOWN = 5


class PredictionError(ValueError):
    """A predictions file that cannot be used; names each bad line and what was expected."""


@dataclass(frozen=True, slots=True)
class RawPrediction:
    """One line as read; of a table or a JSON list one row."""

    line: int  # 1-based; rows of a table count from 1 below its header
    id: str | None
    index: int | None  # 0-based position in the benchmark
    output: str
    condition: str = Condition.SIGHTED  # how the item was shown
    variant: str = ""  # which form of the condition


def read_predictions(path: Path) -> tuple[RawPrediction, ...]:
    """Return the predictions of a file, its form told by its content: see `parse_predictions`, or a workbook of VLMEvalKit.

    Raises:
        PredictionError: no file, not UTF-8, a git-LFS pointer, or broken lines, each named by its number.
    """
    try:
        if is_workbook(path):
            with _named(str(path)):
                return _parse_values(read_answer_workbook(path), str(path))
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise PredictionError(f"{path}: cannot be read: {error.strerror}; give the path of a predictions file") from error
    except UnicodeDecodeError as error:
        raise PredictionError(f"{path}: not UTF-8 at byte {error.start}; save it as UTF-8 JSON Lines") from error
    return parse_predictions(text, str(path))


def parse_predictions(text: str, name: str) -> tuple[RawPrediction, ...]:
    """Return the predictions of a text; `name` is used in messages.

    The text is JSON Lines of ours or of lmms-eval (its samples files), one JSON list of such objects, or a TSV table of
    VLMEvalKit. PredictionError as in `read_predictions`.
    """
    if text.startswith(_LFS_POINTER):
        raise PredictionError(f"{name}: is a git-LFS pointer, not the file itself; run `git lfs pull` where it came from")
    with _named(name):
        if is_table(text):
            return _parse_values(read_table(text), name)
        if text.lstrip().startswith("["):
            return _parse_values(load_elements(text, (*ID_KEYS, *INDEX_KEYS, "doc_id")), name)
    lines = enumerate(text.split("\n"), start=1)  # not splitlines(): answers may hold U+2028
    return _collect(((number, _parse_line(number, line)) for number, line in lines if line.strip()), name)


def match_predictions(
    rows: Sequence[RawPrediction],
    items: Sequence[BenchmarkItem],
    *,
    condition: str = Condition.SIGHTED,
    variant: str = "",
) -> tuple[dict[str, str], tuple[str, ...]]:
    """Return the output by item key, and the ids that no item has, in order of first occurrence, of one condition's lines.

    A line is matched by its index where it has one, else by key, else by id. An id that several items share needs as many
    lines, taken in order, or an index. Lines with neither id nor index are matched by order if there is one per item.

    Raises:
        PredictionError: two different outputs for one item, an index that does not fit, or an id that stays ambiguous.
    """
    rows = [row for row in rows if (row.condition, row.variant) == (condition, variant)]
    if not rows:
        return {}, ()
    if all(row.id is None and row.index is None for row in rows):
        return _match_by_order(rows, items), ()
    finder = _Finder(items, rows)
    outputs: dict[str, str] = {}
    lines: dict[str, int] = {}
    unknown: list[str] = []
    for row in rows:
        key = finder.find(row)
        if key is None:
            unknown.append(str(row.id))
        elif outputs.setdefault(key, row.output) != row.output:
            # Messages name lines: an id may tell who a patient is, and a failed run's message is kept by Dagster.
            raise PredictionError(f"lines {lines[key]} and {row.line} give one item different outputs; keep one of them")
        else:
            lines.setdefault(key, row.line)
    return outputs, tuple(dict.fromkeys(unknown))


def write_predictions(path: Path, items: Sequence[BenchmarkItem], outputs: Mapping[str, str]) -> None:
    """Write the outputs of items as JSON Lines, atomically, in the items' order, with key, index and id."""
    rows = [{"id": item.key, "index": item.position, "output": outputs[item.key]} for item in items if item.key in outputs]
    # ASCII escapes keep lone surrogates and U+2028 from breaking the file
    text = "".join(f"{json.dumps(row)}\n" for row in rows)
    write_bytes(str(path), text.encode("ascii"))


class _Finder:
    """Finds the item that a line speaks of."""

    def __init__(self, items: Sequence[BenchmarkItem], rows: Sequence[RawPrediction]) -> None:
        self._by_key = {item.key: item for item in items}
        self._by_position = {item.position: item for item in items}
        self._by_id: dict[str, list[str]] = {}
        for item in items:
            self._by_id.setdefault(item.id, []).append(item.key)
        self._lines_of: dict[str | None, list[int]] = {}
        for row in rows:
            if row.index is None:
                self._lines_of.setdefault(row.id, []).append(row.line)

    def find(self, row: RawPrediction) -> str | None:
        if row.index is not None:
            return self._find_by_index(row)
        if row.id is None:
            raise PredictionError(f'line {row.line}: has neither "id" nor "index", but other lines have; give it one')
        if row.id in self._by_key:
            return row.id
        keys, lines = self._by_id.get(row.id, []), self._lines_of[row.id]
        if len(keys) > 1 and len(keys) != len(lines):
            raise PredictionError(
                f"line {row.line}: its id belongs to {len(keys)} items and {len(lines)} line(s) have it; "
                'add "index" (0-based position in the benchmark), or write ids as "<id>#<position>"'
            )
        return keys[lines.index(row.line)] if len(keys) > 1 else (keys[0] if keys else None)

    def _find_by_index(self, row: RawPrediction) -> str:
        item = self._by_position.get(row.index if row.index is not None else -1)
        if item is None:
            raise PredictionError(
                f"line {row.line}: index {row.index} is no position of the benchmark's {len(self._by_key)} items"
            )
        if row.id is not None and row.id not in (item.id, item.key):
            raise PredictionError(f"line {row.line}: index {row.index} is one item, but its id says another; correct one")
        return item.key


def _match_by_order(rows: Sequence[RawPrediction], items: Sequence[BenchmarkItem]) -> dict[str, str]:
    if len(rows) != len(items):
        raise PredictionError(
            f'no line has "id" or "index", and {len(rows)} lines cannot be matched in order to {len(items)} items; add ids'
        )
    return {item.key: row.output for item, row in zip(items, rows, strict=True)}


@contextlib.contextmanager
def _named(name: str) -> Iterator[None]:
    """Tell of which file another kit's reader speaks."""
    try:
        yield
    except ForeignFileError as error:
        raise PredictionError(f"{name}: {error}") from error


def _parse_values(values: Sequence[Any], name: str) -> tuple[RawPrediction, ...]:
    return _collect(((number, _parse_value(number, value)) for number, value in enumerate(values, start=1)), name)


def _collect(parsed: Iterable[tuple[int, RawPrediction | str]], name: str) -> tuple[RawPrediction, ...]:
    """Return the predictions; PredictionError where a line is none, or there is no line."""
    rows: list[RawPrediction] = []
    problems: list[str] = []
    for number, made in parsed:
        if isinstance(made, RawPrediction):
            rows.append(made)
        else:
            problems.append(f"line {number}: {made}")
    if problems:
        raise PredictionError(f"{name}: {len(problems)} broken line(s): {_shorten(problems)}; mend or remove them")
    if not rows:
        raise PredictionError(f'{name}: holds no predictions; expected lines of the form {{"id": "...", "output": "..."}}')
    return tuple(rows)


def _parse_line(number: int, line: str) -> RawPrediction | str:
    """Return the line's prediction, or what is wrong with it."""
    try:
        return _parse_value(number, json.loads(line))
    except json.JSONDecodeError as error:
        return f"not JSON ({error.msg})"
    except (ValueError, RecursionError):
        return "not JSON (nested too deeply, or a number of thousands of digits)"


def _parse_value(number: int, value: Any) -> RawPrediction | str:
    if not isinstance(value, dict):
        return f"expected an object, got {type(value).__name__}"
    if is_sample(value):
        value = translate_sample(value)
        if isinstance(value, str):
            return value
    output, name, index = _first(value, OUTPUT_KEYS), _first(value, ID_KEYS), _first(value, INDEX_KEYS)
    if output is None and any(key in value for key in OUTPUT_KEYS):
        output = ""  # null is what engines write where a model gave nothing: an answer that is wrong, not a broken line
    if not isinstance(output, str):
        got = "none of them" if output is None else type(output).__name__
        return f'expected a text under one of {", ".join(OUTPUT_KEYS)} ("" for no answer), got {got}'
    if index is not None and (not isinstance(index, int) or isinstance(index, bool)):
        return f"expected a whole number as index, got {type(index).__name__}"
    if name is not None and (not isinstance(name, str | int) or isinstance(name, bool)):
        return f"expected a text as id, got {type(name).__name__}"
    condition, variant = value.get("condition") or Condition.SIGHTED, value.get("variant") or ""
    if condition not in tuple(Condition) or not isinstance(variant, str):
        return f"expected a condition ({', '.join(Condition)}) and a text as variant, got others"
    return RawPrediction(number, None if name is None else str(name), index, output, condition, variant)


def _first(value: Mapping[str, Any], keys: Sequence[str]) -> Any:
    return next((value[key] for key in keys if value.get(key) is not None), None)


def _shorten(problems: Sequence[str]) -> str:
    more = f"; and {len(problems) - _SHOWN} more" if len(problems) > _SHOWN else ""
    return "; ".join(problems[:_SHOWN]) + more
