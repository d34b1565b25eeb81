"""A model's answers from files, brought to the benchmarks that they are of.

Example:
    >>> find_answers("mine", [], {}).unknown
    ()
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from evaluation.answer_files.predictions import PredictionError, RawPrediction, match_predictions, read_predictions
from evaluation.benchmark import BenchmarkItem
from pipelines.score_records import Condition, Prediction

_GZIP = b"\x1f\x8b"


@dataclass(frozen=True)
class FoundAnswers:
    """One model's answers to several benchmarks, and the ids in its files that are of none."""

    predictions: tuple[Prediction, ...]
    unknown: tuple[str, ...]

    def of(self, benchmark: str) -> tuple[Prediction, ...]:
        """Return the answers to one benchmark."""
        return tuple(row for row in self.predictions if row.benchmark == benchmark)


def find_answers(model: str, files: Sequence[Path], benchmarks: Mapping[str, Sequence[BenchmarkItem]]) -> FoundAnswers:
    """Return the answers of a model's files; several benchmarks may share one file, or have one each.

    Raises:
        PredictionError: a file that cannot be read, contradicts itself, fits no benchmark, or answers what another did.
    """
    predictions: dict[tuple[str, str, str, str], Prediction] = {}
    unknown: list[str] = []
    for path in files:
        found = _find_in_file(model, path, benchmarks)
        for row in found.predictions:
            place = (row.benchmark, row.record_key, row.condition, row.variant)
            if predictions.setdefault(place, row).output != row.output:
                raise PredictionError(
                    f"{path}: answers {row.record_key!r} of {row.benchmark} ({row.condition}) otherwise than another file of "
                    f"{model}; give each model its own name: --predictions NAME={path}"
                )
        unknown.extend(found.unknown)
    return FoundAnswers(tuple(predictions.values()), tuple(dict.fromkeys(unknown)))


def _find_in_file(model: str, path: Path, benchmarks: Mapping[str, Sequence[BenchmarkItem]]) -> FoundAnswers:
    _refuse_compressed(path)
    rows = read_predictions(path)
    shown = dict.fromkeys((row.condition, row.variant) for row in rows)
    found: list[Prediction] = []
    unknown: list[set[str]] = []
    divided = _divide(path, rows, benchmarks)
    for name, items in benchmarks.items():
        own = divided[name]
        strangers = {str(row.id) for row in rows} - {str(row.id) for row in own}
        for condition, variant in shown:
            try:
                outputs, others = match_predictions(own, items, condition=condition, variant=variant)
            except PredictionError as error:
                raise PredictionError(f"{path}, {name}: {error}") from error
            found += [Prediction(model, name, key, out, Condition(condition), variant) for key, out in outputs.items()]
            strangers.update(others)
        unknown.append(strangers)
    if not found:
        raise PredictionError(
            f"{path}: none of {len(rows):,} lines is of a record of {', '.join(benchmarks)}; the first id is {rows[0].id!r}, "
            f"expected such as {_name_first(benchmarks)}; give the benchmark that was answered"
        )
    nowhere = set.intersection(*unknown)
    return FoundAnswers(tuple(found), tuple(dict.fromkeys(str(row.id) for row in rows if str(row.id) in nowhere)))


def _refuse_compressed(path: Path) -> None:
    if path.is_file():
        with path.open("rb") as stream:
            start = stream.read(len(_GZIP))
        if start == _GZIP:
            raise PredictionError(f"{path}: is compressed with gzip; unpack it first (gunzip {path})")


def _divide(
    path: Path, rows: Sequence[RawPrediction], benchmarks: Mapping[str, Sequence[BenchmarkItem]]
) -> dict[str, Sequence[RawPrediction]]:
    """Return the lines of each benchmark; PredictionError where a line may be of two, for it must not count in both."""
    fitting = {name: _take_own(rows, items) for name, items in benchmarks.items()}
    if len(benchmarks) == 1 and (any(fitting.values()) or all(row.id is None for row in rows)):
        return dict.fromkeys(benchmarks, rows)  # every line counts, and what is wrong with one is told
    whole = [name for name, own in fitting.items() if len(own) == len(rows)]
    if len(whole) == 1:  # its own file, though another benchmark has some of its ids
        return {name: own if name in whole else [] for name, own in fitting.items()}
    takers = Counter(row.line for own in fitting.values() for row in own)
    shared = [row for row in rows if takers[row.line] > 1]
    if shared:
        named = " and ".join(name for name, own in fitting.items() if shared[0] in own)
        raise PredictionError(
            f"{path}, line {shared[0].line}: record {shared[0].id!r} is in {named} ({len(shared):,} such lines); give each "
            "benchmark a file of its own, or report them apart"
        )
    return dict(fitting)


def _take_own(rows: Sequence[RawPrediction], items: Sequence[BenchmarkItem]) -> list[RawPrediction]:
    """Return the lines that one benchmark of several has the record of: by id, and by place where a line tells it too."""
    names = {name for item in items for name in (item.key, item.id)}
    at = {item.position: (item.key, item.id) for item in items}
    named = (row for row in rows if row.id is not None)
    return [row for row in named if row.id in (names if row.index is None else at.get(row.index, ()))]


def _name_first(benchmarks: Mapping[str, Sequence[BenchmarkItem]]) -> str:
    return ", ".join(repr(items[0].key) for items in benchmarks.values() if items)
