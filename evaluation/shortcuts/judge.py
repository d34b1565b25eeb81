"""Holds a set of our own records against every gate.

Example:
    >>> judge_records([], seed=1, max_label_excess=1.5)
    ()
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from evaluation.shortcuts.balance import judge_labels, judge_letters, judge_never_correct
from evaluation.shortcuts.blind_rules import judge_longest_option, judge_question_only, judge_text_only
from evaluation.shortcuts.gate import Gate, GateResult
from evaluation.shortcuts.scope import ALL, split_into_scopes
from pipelines.records import Record
from pipelines.vocabulary import AnswerType, Split


def judge_records(records: Sequence[Record], *, seed: int, max_label_excess: float) -> tuple[GateResult, ...]:
    """Return every gate's result on all records, on each ability and on each large sub-task, in this order.

    Args:
        records: of one source or of several, each in one version.
        seed: of the folds.
        max_label_excess: how many times an equal share an answer may have, as in `grouping.max_label_excess`.
    """
    closed = [record for record in records if record.answer_type is AnswerType.CLOSED]
    results = [*_judge_subjects(records)]
    for scope, members in split_into_scopes(closed):
        results += _judge_scope(scope, members, seed, max_label_excess)
    return tuple(results)


def _judge_scope(scope: str, closed: Sequence[Record], seed: int, max_label_excess: float) -> Iterator[GateResult]:
    yield from judge_letters(scope, closed)
    yield from judge_labels(scope, closed, max_label_excess)
    yield judge_never_correct(scope, closed)
    yield judge_longest_option(scope, closed, seed)
    learned = (judge_text_only(scope, closed, seed), judge_question_only(scope, closed, seed))
    yield from (result for result in learned if result is not None)


def _judge_subjects(records: Sequence[Record]) -> Iterator[GateResult]:
    """Count subjects that a model may learn from in one record and is judged by in another."""
    found: defaultdict[tuple[str, str], set[bool]] = defaultdict(set)
    for record in records:
        for subject in record.subject_ids:
            found[str(record.source), subject].add(record.split is Split.TRAIN)
    if found:
        n_shared = float(sum(len(sides) == 2 for sides in found.values()))
        yield GateResult(Gate.SUBJECT_OVERLAP, ALL, len(found), n_shared, n_shared, 0.0, "subjects in training and elsewhere")
