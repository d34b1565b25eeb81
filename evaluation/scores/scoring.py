r"""Score rows of one model on one benchmark, and every item's result behind them.

Example:
    >>> from evaluation.benchmark import items_from_mantis
    >>> from pipelines.formats.mantis import build_record
    >>> from pipelines.records import Turn
    >>> from pipelines.vocabulary import Role
    >>> turns = (Turn(Role.USER, "<image>Which?\nA: left\nB: right\n"), Turn(Role.ASSISTANT, "B: right"))
    >>> items = items_from_mantis([build_record("r1", ("a.jpg",), turns, None)])
    >>> report = score_benchmark(items, {"r1": "The answer is B."}, model="m", benchmark="demo")
    >>> [(str(score.view), score.value, score.n) for score in report.scores]
    [('as_published', 1.0, 1), ('corrected', 1.0, 1)]
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean

from evaluation.benchmark import BenchmarkItem, items_of_type
from evaluation.choice import CHOICE_PROTOCOL, Choice, ChoiceRule
from evaluation.intervals import DEFAULT_SEED, DRAWS, ClusterInterval, bootstrap_bounded, wilson_interval
from evaluation.open_answers.presets import DEFAULT_PRESET
from evaluation.open_score import open_metric, open_protocol
from evaluation.scores.judging import ItemResult, View, judge_closed, judge_open
from pipelines.score_records import Score
from pipelines.vocabulary import AnswerType

ACCURACY = "accuracy"
_SHOWN = 5


class ScoringError(ValueError):
    """Predictions that do not cover the benchmark; says how many are missing and which."""


@dataclass(frozen=True)
class ScoreReport:
    """Rows of the score table with what they rest on."""

    scores: tuple[Score, ...]
    results: tuple[ItemResult, ...]  # one per item, in the benchmark's order
    rules: Mapping[str, int]  # how many closed answers each rule decided, "undecided" among them
    exclusions: Mapping[str, int]  # closed items left out of the corrected view, by reason
    n_missing: int  # items without a prediction; they count as wrong


@dataclass(frozen=True, slots=True)
class Reading:
    """Who reads closed answers beside the rules, and what was read, by item key."""

    judge: str | None = None  # named in the protocol; None for the rules alone
    choices: Mapping[str, Choice] = field(default_factory=dict)


RULES_ALONE = Reading()


@dataclass(frozen=True, slots=True)
class _Run:
    model: str
    benchmark: str
    seed: int
    draws: int
    judge: str | None


def score_benchmark(
    items: Sequence[BenchmarkItem],
    outputs: Mapping[str, str],
    *,
    model: str,
    benchmark: str,
    preset: str = DEFAULT_PRESET,
    bert_model: str | None = None,
    seed: int = DEFAULT_SEED,
    draws: int = DRAWS,
    allow_missing: bool = False,
    reading: Reading = RULES_ALONE,
) -> ScoreReport:
    """Return scores of raw outputs (item key -> text): two rows for closed items, one for open ones.

    An undecided closed answer is wrong and counted in n_unparsed. To score one answer type, pass only its items. `reading` has
    what a model judge read from answers that no rule can decide.

    Raises:
        ScoringError: items without a prediction, unless `allow_missing`; then they count as wrong and n stays.
        PresetError: open items, and the preset's model is not on this machine.
    """
    missing = [item.key for item in items if item.key not in outputs]
    if missing and not allow_missing:
        more = f" and {len(missing) - _SHOWN} more" if len(missing) > _SHOWN else ""
        raise ScoringError(
            f"{benchmark}: {len(missing)} of {len(items)} items have no prediction: {', '.join(missing[:_SHOWN])}{more}; "
            "add them, or allow missing ones (--allow-missing), which then count as wrong"
        )
    run = _Run(model, benchmark, seed, draws, reading.judge)
    closed = [
        judge_closed(item, outputs.get(item.key), reading.choices.get(item.key))
        for item in items_of_type(items, AnswerType.CLOSED)
    ]
    open_items = items_of_type(items, AnswerType.OPEN)
    opened = judge_open(open_items, [outputs.get(item.key) for item in open_items], preset, bert_model) if open_items else []
    scores = [_score_closed(run, closed, view) for view in View] if closed else []
    if opened:
        scores.append(_score_open(run, opened, open_metric(preset, bert_model), open_protocol(preset, bert_model)))
    by_key = {result.key: result for result in [*closed, *opened]}
    return ScoreReport(
        scores=tuple(scores),
        results=tuple(by_key[item.key] for item in items),
        rules=_count([result.rule for result in closed]),
        exclusions=_count([result.exclusion for result in closed if result.exclusion]),
        n_missing=len(missing),
    )


def closed_protocol(seed: int, draws: int, judge: str | None = None) -> str:
    """Return what was run for a closed score: version of the answer parser, the judge of the undecided, and the bootstrap."""
    judged = "" if judge is None else f"; undecided answers read by {judge}"
    return f"{CHOICE_PROTOCOL}{judged}; bootstrap {draws} draws seed {seed}"


def _score_closed(run: _Run, results: Sequence[ItemResult], view: View) -> Score:
    is_published = view is View.AS_PUBLISHED
    judged = [
        (result, verdict)
        for result in results
        if (verdict := result.is_correct_as_published if is_published else result.is_correct_corrected) is not None
    ]
    n, correct = len(judged), sum(verdict for _, verdict in judged)
    wilson = wilson_interval(correct, n) if n else None
    clusters = bootstrap_bounded(
        [float(verdict) for _, verdict in judged], [result.unit for result, _ in judged], seed=run.seed, draws=run.draws
    )
    # an output that names a text printed under two letters has no letter, and is still read in the corrected view
    undecided = [result for result, verdict in judged if result.rule is ChoiceRule.UNDECIDED and (is_published or not verdict)]
    return Score(
        model=run.model,
        benchmark=run.benchmark,
        answer_type=AnswerType.CLOSED,
        metric=ACCURACY,
        view=view.value,
        value=correct / n if n else None,
        low=wilson.low if wilson else None,
        high=wilson.high if wilson else None,
        cluster_low=_low(clusters),
        cluster_high=_high(clusters),
        n=n,
        n_clusters=clusters.n_clusters,
        n_unparsed=len(undecided),
        bert_recall=None,
        bleu=None,
        rouge_l_recall=None,
        length_ratio=None,
        protocol=closed_protocol(run.seed, run.draws, run.judge),
    )


def _score_open(run: _Run, results: Sequence[ItemResult], metric: str, protocol: str) -> Score:
    scores = [result.open_score for result in results if result.open_score is not None]
    clusters = bootstrap_bounded(
        [score.mean for score in scores], [result.unit for result in results], seed=run.seed, draws=run.draws
    )
    return Score(
        model=run.model,
        benchmark=run.benchmark,
        answer_type=AnswerType.OPEN,
        metric=metric,
        view=View.AS_PUBLISHED.value,
        value=fmean(score.mean for score in scores),
        low=None,
        high=None,
        cluster_low=_low(clusters),
        cluster_high=_high(clusters),
        n=len(scores),
        n_clusters=clusters.n_clusters,
        n_unparsed=sum(not result.length_ratio for result in results),
        bert_recall=fmean(score.bert_recall for score in scores),
        bleu=fmean(score.bleu for score in scores),
        rouge_l_recall=fmean(score.rouge_l_recall for score in scores),
        length_ratio=fmean(result.length_ratio or 0.0 for result in results),
        protocol=f"{protocol}; bootstrap {run.draws} draws seed {run.seed}",
    )


def _low(clusters: ClusterInterval) -> float | None:
    return clusters.interval.low if clusters.interval else None


def _high(clusters: ClusterInterval) -> float | None:
    return clusters.interval.high if clusters.interval else None


def _count(values: Sequence[object]) -> dict[str, int]:
    return {str(value): count for value, count in Counter(values).most_common()}
