"""Scores and baselines as text for a terminal and as JSON for a file.

Example:
    >>> print(describe_row("longest option", 208, 293, 0.7099, 0.6553, 0.7588))
    longest option             208/293   70.99 %  [65.5, 75.9]
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields

from evaluation.baselines.rules import BaselineRow
from evaluation.intervals import MIN_CLUSTERS
from evaluation.measuring import Measured
from evaluation.scores.judging import ItemResult
from evaluation.scores.scorecard import JudgedAnswer
from evaluation.scores.scoring import ScoreReport
from evaluation.titles import write_as_words
from pipelines.score_records import Condition, ModelCard, Score
from pipelines.vocabulary import AnswerType


def describe_baselines(benchmark: str, rows: Mapping[str, BaselineRow], n_open: int) -> str:
    """Return a table of closed baselines, one line each."""
    n = max((row.n for row in rows.values()), default=0)
    lines = [f"{benchmark}: {n} closed items, {n_open} open; accuracy as published, 95 % Wilson interval", ""]
    for name, row in rows.items():
        title = write_as_words(name)
        if row.accuracy is None or row.correct is None or row.low is None or row.high is None:
            lines.append(f"{title:<22}  not measured: {row.reason}")
        else:
            lines.append(describe_row(title, row.correct, row.n, row.accuracy, row.low, row.high))
    return "\n".join(lines)


def describe_row(title: str, correct: float, n: int, value: float, low: float, high: float) -> str:
    """Return one line: title, count, share and interval in per cent."""
    count = f"{correct:.0f}" if float(correct).is_integer() else f"{correct:.1f}"
    return f"{title:<22}  {f'{count}/{n}':>10}  {100 * value:6.2f} %  [{100 * low:.1f}, {100 * high:.1f}]"


def describe_report(report: ScoreReport) -> str:
    """Return the score rows, the rules that read the closed answers, and what was left out."""
    lines: list[str] = []
    for score in report.scores:
        lines.extend(_describe_closed(score) if score.answer_type is AnswerType.CLOSED else _describe_open(score))
    if report.rules:
        lines.append("read by rule:  " + ", ".join(f"{rule} {count}" for rule, count in report.rules.items()))
    if report.exclusions:
        reasons = ", ".join(f"{reason} {count}" for reason, count in report.exclusions.items())
        lines.append(f"left out of the corrected view:  {reasons}")
    if report.n_missing:
        lines.append(f"without a prediction, counted as wrong:  {report.n_missing}")
    return "\n".join(lines) if lines else "no items to score"


def report_as_json(
    report: ScoreReport,
    measured: Measured,
    condition: Condition,
    unknown: Sequence[str] = (),
    card: ModelCard | None = None,
) -> dict[str, object]:
    """Return scores, protocols, rules fired and per-item results of one condition, and all that was measured beside them.

    Args:
        report: of the condition that the score is of.
        measured: of every condition.
        condition: how the items of the report were shown.
        unknown: predicted ids that no item has.
        card: what the model is, where a run wrote it beside its answers.
    """
    return {
        "model": None if card is None else asdict(card),
        "condition": condition,
        "scores": [asdict(score) for score in report.scores],
        "protocol": {f"{score.answer_type}/{score.view}": score.protocol for score in report.scores},
        "rules": dict(report.rules),
        "exclusions": dict(report.exclusions),
        "missing": report.n_missing,
        "unknown_ids": list(unknown),
        "items": [_result_as_json(result) for result in report.results],
        "controls": [asdict(effect) for effect in measured.effects],
        "consistency": [asdict(row) for row in measured.consistency],
        "robustness": [asdict(curve) for curve in measured.curves],
        "answers": [_list_fields(answer) for answer in measured.answers],
    }


def _list_fields(row: JudgedAnswer | ItemResult) -> dict[str, object]:
    """Return what `asdict` does without copying every value: of 83,200 answers that takes longer than judging them."""
    return {field.name: getattr(row, field.name) for field in fields(row)}


def _result_as_json(result: ItemResult) -> dict[str, object]:
    row = _list_fields(result)
    if result.open_score is not None:
        row["open_score"] = asdict(result.open_score) | {"mean": result.open_score.mean}
    return row


def _describe_closed(score: Score) -> list[str]:
    title = f"{_tell_condition(score)}closed, {score.view.replace('_', ' ')}"
    if score.value is None or score.low is None or score.high is None:
        return [f"{title}: no item can be judged"]
    row = describe_row(title, round(score.value * score.n), score.n, score.value, score.low, score.high)
    return [f"{row} Wilson; {_describe_clusters(score)}; undecided {score.n_unparsed}"]


def _describe_open(score: Score) -> list[str]:
    if score.value is None:
        return [f"{_tell_condition(score)}open: no item can be judged"]
    parts = [("BERT recall", score.bert_recall), ("BLEU", score.bleu), ("ROUGE-L recall", score.rouge_l_recall)]
    components = ", ".join(f"{name} {100 * (value or 0):.2f}" for name, value in parts)
    return [
        f"{_tell_condition(score)}open, {score.metric}  n {score.n}  {100 * score.value:.2f}  {_describe_clusters(score)}",
        f"  {components}; answer length / reference length {score.length_ratio or 0:.2f}; empty {score.n_unparsed}",
    ]


def _tell_condition(score: Score) -> str:
    """A score without images must not be read as one with them."""
    return "" if score.condition is Condition.SIGHTED else f"{score.condition.replace('_', ' ')}: "


def _describe_clusters(score: Score) -> str:
    if score.cluster_low is None or score.cluster_high is None:
        return f"too few clusters ({score.n_clusters} < {MIN_CLUSTERS}) to bootstrap"
    return f"[{100 * score.cluster_low:.1f}, {100 * score.cluster_high:.1f}] by {score.n_clusters} units"
