"""What `score` tells of one model on one benchmark: its scores under one condition, and all that was measured beside them.

Example:
    >>> report_condition(Measured((), (), (), (), (), ()), Condition.SIGHTED, ()).scores
    ()
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

from evaluation.benchmark import BenchmarkItem
from evaluation.choice import ChoiceRule
from evaluation.measuring import Measured
from evaluation.open_score import OpenScore
from evaluation.scores.judging import Exclusion, ItemResult
from evaluation.scores.scorecard import JudgedAnswer
from evaluation.scores.scoring import ScoreReport
from pipelines.score_records import Condition


def report_condition(
    measured: Measured, condition: Condition, items: Sequence[BenchmarkItem], missing: Collection[str] = ()
) -> ScoreReport:
    """Return scores and results of the items shown in one way, in the benchmark's order.

    Args:
        measured: of one model on one benchmark.
        condition: how the items were shown.
        items: of the benchmark.
        missing: keys of items that were not answered and count as wrong; their result has no output.
    """
    lacking = frozenset(missing)
    results = {
        answer.record_key: _read_result(answer, answer.record_key in lacking)
        for answer in measured.answers
        if answer.condition is condition
    }
    return ScoreReport(
        scores=tuple(score for score in measured.scores if score.condition is condition),
        results=tuple(results[item.key] for item in items if item.key in results),
        rules=_count(result.rule for result in results.values()),
        exclusions=_count(result.exclusion for result in results.values()),
        n_missing=len(lacking),
    )


def _read_result(answer: JudgedAnswer, is_missing: bool) -> ItemResult:
    parts = (answer.bert_recall, answer.bleu, answer.rouge_l_recall)
    known = [part for part in parts if part is not None]
    return ItemResult(
        key=answer.record_key,
        answer_type=answer.answer_type,
        unit=answer.unit,
        output=None if is_missing else answer.output,
        letter=answer.letter,
        rule=None if answer.rule is None else ChoiceRule(answer.rule),
        span=answer.span,
        is_correct_as_published=answer.is_correct_as_published,
        is_correct_corrected=answer.is_correct_corrected,
        exclusion=None if answer.exclusion is None else Exclusion(answer.exclusion),
        open_score=OpenScore(*known) if len(known) == len(parts) else None,
        length_ratio=answer.length_ratio,
    )


def _count(values: Iterable[object]) -> Mapping[str, int]:
    return {str(value): count for value, count in Counter(value for value in values if value is not None).most_common()}
