"""All scores of one model over several benchmarks, and each judged answer behind them.

Example:
    >>> score_model("nobody", {}, [], preset="ci_offline").scores
    ()
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from evaluation.baselines import CHANCE, score_chance
from evaluation.benchmark import BenchmarkItem, items_of_type
from evaluation.intervals import DEFAULT_SEED, DRAWS
from evaluation.judging import ItemResult
from evaluation.scoring import score_benchmark
from pipelines.score_records import Prediction, Score
from pipelines.vocabulary import AnswerType


@dataclass(frozen=True, slots=True)
class JudgedAnswer:
    """One answer of one model: what it said, what was read from it by which rule, and what that is worth."""

    model: str
    benchmark: str
    record_key: str
    answer_type: AnswerType
    unit: str
    output: str | None
    letter: str | None
    rule: str | None
    span: str | None
    is_correct_as_published: bool | None
    is_correct_corrected: bool | None
    exclusion: str | None
    bert_recall: float | None
    bleu: float | None
    rouge_l_recall: float | None
    length_ratio: float | None


@dataclass(frozen=True)
class Scorecard:
    """Rows of the score table and of the answers behind them."""

    scores: tuple[Score, ...]
    answers: tuple[JudgedAnswer, ...]


def score_model(
    model: str,
    benchmarks: Mapping[str, Sequence[BenchmarkItem]],
    predictions: Iterable[Prediction],
    *,
    preset: str,
    bert_model: str | None = None,
    seed: int = DEFAULT_SEED,
    draws: int = DRAWS,
) -> Scorecard:
    """Score a model's answers to each benchmark, for each answer type of which it answered anything.

    Raises:
        ScoringError: some items of an answer type have an answer and others none.
        PresetError: the preset's model is not on this machine.
    """
    scores: list[Score] = []
    answers: list[JudgedAnswer] = []
    outputs = {(row.benchmark, row.record_key): row.output for row in predictions}
    for name, items in benchmarks.items():
        if model == CHANCE:
            scores.extend(score_chance(items, name, seed=seed, draws=draws))
            continue
        for answer_type in AnswerType:
            asked = items_of_type(items, answer_type)
            said = {item.key: outputs[name, item.key] for item in asked if (name, item.key) in outputs}
            if not said:
                continue
            report = score_benchmark(
                asked, said, model=model, benchmark=name, preset=preset, bert_model=bert_model, seed=seed, draws=draws
            )
            scores.extend(report.scores)
            answers.extend(_describe(model, name, result) for result in report.results)
    return Scorecard(tuple(scores), tuple(answers))


def _describe(model: str, benchmark: str, result: ItemResult) -> JudgedAnswer:
    components = result.open_score
    return JudgedAnswer(
        model=model,
        benchmark=benchmark,
        record_key=result.key,
        answer_type=result.answer_type,
        unit=result.unit,
        output=result.output,
        letter=result.letter,
        rule=result.rule,
        span=result.span,
        is_correct_as_published=result.is_correct_as_published,
        is_correct_corrected=result.is_correct_corrected,
        exclusion=result.exclusion,
        bert_recall=components.bert_recall if components else None,
        bleu=components.bleu if components else None,
        rouge_l_recall=components.rouge_l_recall if components else None,
        length_ratio=result.length_ratio,
    )
