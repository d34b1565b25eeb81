"""The longest option and a text-only classifier, held to chance or to the label prior, whichever is higher, plus 5 points.

The label prior is what the rule "take the answer that was most often right for what is asked" reaches on subjects that it has
not seen. A sub-task whose classes are unequally frequent by nature has one, and no wording can take it away; how unequal they
may be is `balance`'s matter. Compared is the lower end of the 95 % Wilson interval, so that a small set fails on evidence only.

Example:
    >>> MARGIN
    0.05
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from evaluation.baselines.rules import measure_chance, predict_longest_option
from evaluation.baselines.text_only import TextOnlyError, assign_folds, predict_text_only
from evaluation.benchmark import BenchmarkItem
from evaluation.intervals import wilson_interval
from evaluation.shortcuts.gate import Gate, GateResult
from evaluation.shortcuts.question_only import name_answers
from evaluation.shortcuts.scope import ALL, as_item, independent_subject
from pipelines.grouping.ordering import in_hash_order
from pipelines.records import Record
from pipelines.vocabulary import Origin

MARGIN = 0.05
MAX_LEARNED = 12_000  # records of whole subjects; more make the classifier slower, not the verdict surer


def judge_longest_option(scope: str, closed: Sequence[Record], seed: int) -> GateResult:
    """Return how often the longest option is right; of equally long ones the first counts."""
    items = _items(closed)
    prior, floor = measure_prior(closed, seed), measure_chance(items).accuracy or 0.0
    return _judge(Gate.LONGEST_OPTION, scope, items, predict_longest_option(items), floor, prior)


def judge_text_only(scope: str, closed: Sequence[Record], seed: int) -> GateResult | None:
    """Return how often a classifier of the words is right on subjects unknown to it; None where nothing can be learned."""
    learned = _take_subjects(closed, seed)
    items = _items(learned)
    try:
        chosen = predict_text_only(items, seed)
    except TextOnlyError:
        return None
    return _judge(Gate.TEXT_ONLY, scope, items, chosen, measure_chance(items).accuracy or 0.0, measure_prior(learned, seed))


def judge_question_only(scope: str, closed: Sequence[Record], seed: int) -> GateResult | None:
    """Return how often the class that the question suggests is right, likewise on unknown subjects; None likewise."""
    learned = _take_subjects(closed, seed)
    chosen = name_answers(learned, seed)
    judged = [record for record in learned if record.record_id in chosen]
    if not judged:
        return None
    items = _items(judged)
    chance, prior = measure_chance(items).accuracy or 0.0, measure_prior(judged, seed)
    return _judge(Gate.QUESTION_ONLY, scope, items, chosen, chance, prior)


def judge_blind_solver(closed: Sequence[Record], letters: Mapping[str, str | None], seed: int) -> list[GateResult]:
    """Return how often a language model that saw no source was right on what it answered; nothing where it answered nothing.

    Args:
        closed: the records that it was asked.
        letters: its choice by record_id, None where it made none.
        seed: of the folds that measure the label prior.
    """
    answered = [record for record in closed if letters.get(record.record_id)]
    if not answered:
        return []
    items = _items(answered)
    chosen = {record.record_id: str(letters[record.record_id]) for record in answered}
    chance, prior = measure_chance(items).accuracy or 0.0, measure_prior(answered, seed)
    return [_judge(Gate.BLIND_SOLVER, ALL, items, chosen, chance, prior)]


def measure_prior(closed: Sequence[Record], seed: int) -> float:
    """Return the accuracy (0-1) of taking, of the options, the class most often right in the other folds for what is asked."""
    fold_of = assign_folds(_items(closed), seed)
    counts = _count_classes(closed, fold_of)
    total: defaultdict[tuple[object, ...], Counter[str]] = defaultdict(Counter)
    for (stratum, _fold), found in counts.items():
        total[stratum] += found
    elsewhere = {(stratum, fold): total[stratum] - found for (stratum, fold), found in counts.items()}
    n_right = 0.0
    for record in closed:
        seen = elsewhere[_stratum(record), fold_of[independent_subject(record)]]
        most = max(seen[one] for one in record.option_classes)
        best = {one for one in record.option_classes if seen[one] == most}
        n_right += (record.answer_class in best) / len(best)
    return n_right / len(closed)


def _count_classes(
    closed: Sequence[Record], fold_of: Mapping[str, int]
) -> defaultdict[tuple[tuple[object, ...], int], Counter[str]]:
    counts: defaultdict[tuple[tuple[object, ...], int], Counter[str]] = defaultdict(Counter)
    for record in closed:
        counts[_stratum(record), fold_of[independent_subject(record)]][record.answer_class] += 1
    return counts


def _stratum(record: Record) -> tuple[object, ...]:
    """What is asked; of a composed record, whose questions are of many kinds, the set of answers offered."""
    return record.subtask, record.asked, tuple(sorted(record.option_classes)) if record.origin is Origin.COMPOSED else ()


def _judge(
    gate: Gate, scope: str, items: Sequence[BenchmarkItem], chosen: Mapping[str, str], chance: float, prior: float
) -> GateResult:
    n_right = sum(chosen[item.key] == item.letter for item in items)
    low = wilson_interval(n_right, len(items)).low
    against = f"chance {chance:.3f}, label prior {prior:.3f}"
    return GateResult(gate, scope, len(items), n_right / len(items), low, max(chance, prior) + MARGIN, against)


def _items(closed: Sequence[Record]) -> list[BenchmarkItem]:
    return [as_item(position, record) for position, record in enumerate(closed)]


def _take_subjects(closed: Sequence[Record], seed: int) -> list[Record]:
    """Return the records of as many whole subjects, in hash order, as fit."""
    of_subject: defaultdict[str, list[Record]] = defaultdict(list)
    for record in closed:
        of_subject[independent_subject(record)].append(record)
    taken: list[Record] = []
    for subject in in_hash_order(sorted(of_subject), seed, str):
        if len(taken) >= MAX_LEARNED:
            break
        taken += of_subject[subject]
    return taken
