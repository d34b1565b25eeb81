"""All scores of one model over several benchmarks and conditions, and each judged answer behind them.

Example:
    >>> score_model("nobody", {}, [], preset="ci_offline").scores
    ()
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from evaluation.baselines.rules import CHANCE, score_chance
from evaluation.benchmark import BenchmarkItem, items_of_type
from evaluation.conditions.pose import pose_items
from evaluation.conditions.posed import PosedItem, show_as_is
from evaluation.intervals import DEFAULT_SEED, DRAWS
from evaluation.scores.judging import ItemResult, read_repeated
from evaluation.scores.scoring import ScoreReport, score_benchmark
from evaluation.scores.undecided import UndecidedReader, read_undecided
from pipelines.score_records import IMAGE_CONTROLS, ORDER_CONTROLS, Condition, Prediction, Score
from pipelines.vocabulary import AnswerType

# What a cell of the table is made of; the other conditions are summed up as consistency and as curves.
SCORED = (Condition.SIGHTED, *IMAGE_CONTROLS)


@dataclass(frozen=True, slots=True)
class JudgedAnswer:
    """One answer of one model: what it said, what was read from it by which rule, and what that is worth."""

    model: str
    benchmark: str
    record_key: str
    condition: Condition
    variant: str
    answer_type: AnswerType
    metric: str
    unit: str
    output: str | None
    letter: str | None  # as printed
    # the published letter of it, of two that print one text the first; also of an answer that names such a text and no letter
    meant: str | None
    place: int | None  # 0-based place of the letter as printed
    keyed_place: int | None
    n_options: int
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


@dataclass(frozen=True)
class _Protocol:
    model: str
    preset: str
    bert_model: str | None
    seed: int
    draws: int
    reader: UndecidedReader | None


def score_model(
    model: str,
    benchmarks: Mapping[str, Sequence[BenchmarkItem]],
    predictions: Iterable[Prediction],
    *,
    preset: str,
    bert_model: str | None = None,
    seed: int = DEFAULT_SEED,
    draws: int = DRAWS,
    reader: UndecidedReader | None = None,
) -> Scorecard:
    """Score a model's answers to each benchmark under each condition, for each answer type of which it answered anything.

    `seed` is that of the conditions too, under which the items were shown.

    Raises:
        ScoringError: some items of an answer type have an answer made elsewhere and others none.
        PresetError: the preset's model is not on this machine.
    """
    run = _Protocol(model, preset, bert_model, seed, draws, reader)
    if model == CHANCE:
        judge = None if reader is None else reader.label
        rows = [
            score
            for name, items in benchmarks.items()
            for score in score_chance(items, name, seed=seed, draws=draws, judge=judge)
        ]
        return Scorecard(tuple(rows), ())
    scores: list[Score] = []
    answers: list[JudgedAnswer] = []
    for (name, condition, variant), given in _group(predictions).items():
        posed = _pose(benchmarks[name], condition, variant, seed)
        for answer_type in AnswerType:
            asked = _find_asked(posed, given, answer_type, condition)
            if not asked:
                continue
            report = _score(run, name, asked, {row.record_key: row.output for row in given})
            if condition in SCORED:
                scores.extend(replace(score, condition=condition, variant=variant) for score in report.scores)
            answers.extend(
                _describe(run.model, name, one, result, report.scores[0].metric)
                for one, result in zip(asked, report.results, strict=True)
            )
    return Scorecard(tuple(scores), tuple(answers))


def _group(predictions: Iterable[Prediction]) -> dict[tuple[str, Condition, str], list[Prediction]]:
    grouped: dict[tuple[str, Condition, str], list[Prediction]] = {}
    for row in predictions:
        grouped.setdefault((row.benchmark, row.condition, row.variant), []).append(row)
    return grouped


def _pose(items: Sequence[BenchmarkItem], condition: Condition, variant: str, seed: int) -> list[PosedItem]:
    """Return the items with their options as they were shown; they are posed anew, since a file of answers tells only how."""
    if condition not in ORDER_CONTROLS:  # others leave the text as it is
        return [replace(show_as_is(item), condition=condition, variant=variant) for item in items]
    return [one for one in pose_items(items, condition, seed).posed if one.variant == variant]


def _find_asked(
    posed: Sequence[PosedItem], given: Sequence[Prediction], answer_type: AnswerType, condition: Condition
) -> list[PosedItem]:
    """Return the items to score: all of a type that a file answers anything of, and of a run those that it showed."""
    answered = {row.record_key for row in given}
    of_type = items_of_type([one.item for one in posed], answer_type)
    keys = {item.key for item in of_type}
    if not keys & answered:
        return []
    is_run = all(row.answer_key is not None for row in given)
    wanted = keys if condition is Condition.SIGHTED and not is_run else keys & answered
    return [one for one in posed if one.item.key in wanted]


def _score(run: _Protocol, benchmark: str, asked: Sequence[PosedItem], outputs: Mapping[str, str]) -> ScoreReport:
    return score_benchmark(
        [one.shown for one in asked],
        outputs,
        model=run.model,
        benchmark=benchmark,
        preset=run.preset,
        bert_model=run.bert_model,
        seed=run.seed,
        draws=run.draws,
        reading=read_undecided(run.reader, f"{run.model} {benchmark}", asked, outputs),
    )


def _describe(model: str, benchmark: str, posed: PosedItem, result: ItemResult, metric: str) -> JudgedAnswer:
    components = result.open_score
    letters = list(posed.shown.options)
    named = read_repeated(result.letter, result.output or "", posed.shown.options)
    return JudgedAnswer(
        model=model,
        benchmark=benchmark,
        record_key=result.key,
        condition=posed.condition,
        variant=posed.variant,
        answer_type=result.answer_type,
        metric=metric,
        unit=result.unit,
        output=result.output,
        letter=result.letter,
        meant=None if named is None else posed.meant.get(named),
        place=None if result.letter is None else letters.index(result.letter),
        keyed_place=letters.index(posed.shown.letter) if posed.shown.letter in letters else None,
        n_options=len(letters),
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
