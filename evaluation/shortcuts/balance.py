"""Letters and labels: none is right more often than it may be, and none is offered that is never right.

Example:
    >>> judge_never_correct("all", []).value
    0.0
"""

from collections import Counter, defaultdict
from collections.abc import Sequence

from evaluation.intervals import wilson_interval
from evaluation.shortcuts.blind_rules import MARGIN
from evaluation.shortcuts.gate import Gate, GateResult
from pipelines.generation.letters import LETTERS
from pipelines.records import Record
from pipelines.vocabulary import Origin

MAX_NEVER_CORRECT = 0.05  # of all options; 25 % in the released ODIR benchmark
SIGNIFICANCE = 0.05  # of a class that is offered so often that its never being right cannot be chance


def judge_letters(scope: str, closed: Sequence[Record]) -> list[GateResult]:
    """Return, for each number of options, the share of the letter keyed most often, against an equal share plus 5 points."""
    of_size: defaultdict[int, Counter[str]] = defaultdict(Counter)
    for record in closed:
        of_size[len(record.options)][record.letter or ""] += 1
    results = []
    for size, counts in sorted(of_size.items()):
        letter = max(LETTERS[:size], key=lambda name: counts[name])
        note = f"{size} options, {letter} most often"
        results.append(_judge_share(Gate.LETTER_BALANCE, scope, counts[letter], counts.total(), 1 / size, note))
    return results


def judge_labels(scope: str, closed: Sequence[Record], max_excess: float) -> list[GateResult]:
    """Return the most preferred answer of all that is asked: its share, against `max_excess` / k of k answers plus 5 points.

    Judged apart is what is asked of an inherent group (each finding, view or eye, and each number of options); of composed
    groups, whose questions are of many kinds, each set of answers that is offered. `max_excess` is what grouping promises.
    """
    strata: defaultdict[tuple[str, ...], list[Record]] = defaultdict(list)
    for record in closed:
        strata[_what_is_asked(record)].append(record)
    results = []
    for (subtask, asked, *_), members in sorted(strata.items()):
        counts = Counter(record.answer_class for record in members)
        label, n = max(counts.items(), key=lambda item: (item[1], item[0]))
        n_classes = len({one for record in members for one in record.option_classes})
        note = f"{subtask}{f' {asked}' if asked else ''}: {label} of {n_classes}"
        bound = min(1.0, max_excess / n_classes)
        results.append(_judge_share(Gate.LABEL_BALANCE, scope, n, len(members), bound, note))
    return [max(results, key=lambda result: result.low - result.bound)] if results else []


def judge_never_correct(scope: str, closed: Sequence[Record]) -> GateResult:
    """Return the share of options whose class is never right in its sub-task, though offered too often to be so by chance."""
    offered: Counter[tuple[str, str]] = Counter()
    expected: defaultdict[tuple[str, str], float] = defaultdict(float)
    right = {(str(record.subtask), record.answer_class) for record in closed}
    for record in closed:
        for one in record.option_classes:
            offered[str(record.subtask), one] += 1
            expected[str(record.subtask), one] += 1 / len(record.options)
    dead = [key for key in offered if key not in right and _is_no_accident(offered[key], expected[key])]
    share = sum(offered[key] for key in dead) / max(1, offered.total())
    names = ", ".join(sorted(one for _, one in dead)[:3])
    return GateResult(Gate.NEVER_CORRECT, scope, offered.total(), share, share, MAX_NEVER_CORRECT, names)


def _what_is_asked(record: Record) -> tuple[str, ...]:
    if record.origin is Origin.COMPOSED:
        return (str(record.subtask), "", *sorted(record.option_classes))
    return str(record.subtask), record.asked or "", str(len(record.options))


def _is_no_accident(n_offered: int, n_expected: float) -> bool:
    return (1 - min(1.0, n_expected / n_offered)) ** n_offered < SIGNIFICANCE


def _judge_share(gate: Gate, scope: str, n_of: int, n: int, bound: float, note: str) -> GateResult:
    return GateResult(gate, scope, n, n_of / n, wilson_interval(n_of, n).low, bound + MARGIN, note)
