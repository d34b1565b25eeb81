r"""A scored run as a log of Inspect (`.eval` or `.json`), for its viewer: `inspect view --log-dir FOLDER`.

Needs the optional package inspect-ai (extra `inspect`), which is loaded only here. Images are named by path and not embedded:
a log is passed on more easily than it is remembered what is in it.

Example:
    >>> sorted(suffix for suffix in SUFFIXES)
    ['.eval', '.json']
"""

import importlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from evaluation.benchmark import BenchmarkItem
from evaluation.scores.judging import ItemResult, View
from evaluation.scores.scoring import ScoreReport
from pipelines.formats.closed_question import IMAGE_MARK
from pipelines.score_records import Score
from pipelines.vocabulary import AnswerType

SUFFIXES = (".eval", ".json")
_CORRECT = {True: "C", False: "I", None: "N"}  # Inspect's letters: correct, incorrect, no answer; here: cannot be judged


class InspectLogError(ValueError):
    """A log that cannot be written; says what is missing."""


def write_inspect_log(path: Path, items: Sequence[BenchmarkItem], report: ScoreReport, *, created: str) -> None:
    """Write items, answers and scores of one model on one benchmark.

    Args:
        path: `.eval` or `.json`; its folder is made.
        items: those of the report, in its order.
        report: scores and results of one model.
        created: time of the run, ISO 8601 with offset; an argument, so that equal runs give equal logs but for Inspect's ids.

    Raises:
        InspectLogError: inspect-ai is not installed, the suffix is another, or the report holds no scores.
    """
    if path.suffix not in SUFFIXES:
        raise InspectLogError(f"{path}: expected a name that ends in {' or '.join(SUFFIXES)}")
    if not report.scores:
        raise InspectLogError(f"{path}: there are no scores to write; score at least one item")
    log = _load("inspect_ai.log")
    path.parent.mkdir(parents=True, exist_ok=True)
    log.write_eval_log(_build_log(log, items, report, created), str(path.absolute()), format=path.suffix.removeprefix("."))


def _load(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise InspectLogError("inspect-ai is not installed; install the extra: pip install -e '.[inspect]'") from error


def _build_log(log: Any, items: Sequence[BenchmarkItem], report: ScoreReport, created: str) -> Any:
    first = report.scores[0]
    samples = [_build_sample(log, item, result, first.model) for item, result in zip(items, report.results, strict=True)]
    spec = log.EvalSpec(
        created=created,
        task=first.benchmark,
        model=first.model,
        dataset=log.EvalDataset(name=first.benchmark, samples=len(items), sample_ids=[item.key for item in items]),
        config=log.EvalConfig(),
        metadata={"condition": str(first.condition), "variant": first.variant, "rules": dict(report.rules)},
    )
    n_answered = len(items) - report.n_missing
    results = log.EvalResults(
        total_samples=len(items), completed_samples=n_answered, scores=[_build_score(log, score) for score in report.scores]
    )
    stats = log.EvalStats(started_at=created, completed_at=created)  # how long it took is not known here
    return log.EvalLog(status="success", eval=spec, results=results, stats=stats, samples=samples)


def _build_sample(log: Any, item: BenchmarkItem, result: ItemResult, model: str) -> Any:
    kinds = _load("inspect_ai.model")
    printed = "".join(f"{letter}: {text}\n" for letter, text in item.options.items())
    question = f"{IMAGE_MARK * len(item.images)}{item.question}" + (f"\n{printed}" if printed else "")
    output = kinds.ModelOutput() if result.output is None else kinds.ModelOutput.from_content(model, result.output)
    answered = [] if result.output is None else [output.message]
    return log.EvalSample(
        id=item.key,
        epoch=1,
        input=question,
        choices=list(item.options.values()) or None,
        target=item.letter or item.answer,
        messages=[kinds.ChatMessageUser(content=question), *answered],
        output=output,
        scores=_build_sample_scores(result),
        metadata={"position": item.position, "images": list(item.images), "unit": item.unit, "letters": list(item.options)},
    )


def _build_sample_scores(result: ItemResult) -> dict[str, Any]:
    score = _load("inspect_ai.scorer").Score
    if result.open_score is not None:
        parts = result.open_score
        value = {
            "mean": parts.mean,
            "bert_recall": parts.bert_recall,
            "bleu": parts.bleu,
            "rouge_l_recall": parts.rouge_l_recall,
        }
        return {"open": score(value=value, answer=result.output, metadata={"length_ratio": result.length_ratio})}
    verdicts = {View.AS_PUBLISHED: result.is_correct_as_published, View.CORRECTED: result.is_correct_corrected}
    told = f"rule {result.rule}, read from {result.span!r}" + (f"; {result.exclusion}" if result.exclusion else "")
    return {str(view): score(value=_CORRECT[v], answer=result.letter, explanation=told) for view, v in verdicts.items()}


def _build_score(log: Any, score: Score) -> Any:
    """Return one row of the score table under the name that its samples' scores have."""
    is_open = score.answer_type is AnswerType.OPEN
    numbers = ("value", "low", "high", "cluster_low", "cluster_high", "n", "n_clusters", "n_unparsed")
    metrics = {name: getattr(score, name) for name in numbers if getattr(score, name) is not None}
    return log.EvalScore(
        name="open" if is_open else str(score.view),
        scorer=score.metric,
        metrics={name: log.EvalMetric(name=name, value=value) for name, value in metrics.items()},
        metadata={"protocol": score.protocol},
    )
