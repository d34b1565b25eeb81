"""What stands below the score table: what is left of each score without the images, and what each model is.

Example:
    >>> render_controls([], []), render_controls_text([], [])
    ('', '')
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from evaluation.baselines.rules import BASELINES
from evaluation.controls.headline import describe_effect, describe_headline
from evaluation.leaderboard.table import DASH, escape_markdown, name_row
from evaluation.leaderboard.text import align_rows
from evaluation.scores.judging import View
from evaluation.scores.main_scores import pick_main
from evaluation.titles import order_benchmarks, title_benchmark
from pipelines.score_records import Condition, ControlEffect, ModelCard, Score
from pipelines.vocabulary import AnswerType

TITLE = "What is left without the images"
_HEADS = ("model", "benchmark", "score, and what is left of it", "against the images of others")

_Cell = tuple[str, str, AnswerType, str, str, Condition]


def render_controls(effects: Sequence[ControlEffect], scores: Sequence[Score], cards: Sequence[ModelCard] = ()) -> str:
    """Return, as Markdown, a row per model and column of the table as published, and a line per model's card.

    Baselines have no such row, for a rule has no images to lose. Empty where there is nothing to tell.
    """
    rows = _list_rows(effects, scores)
    lines = [f"### {TITLE}", ""] if rows else []
    if rows:
        lines += [f"| {' | '.join(_HEADS)} |", "|---|---|---|---|"]
        lines += [f"| {' | '.join(escape_markdown(text) for text in row)} |" for row in rows]
        lines.append("")
    told = [f"- **{escape_markdown(model)}**: {escape_markdown(text)}" for model, text in _describe_cards(cards)]
    return "\n".join([*lines, *(["### What stands behind each name", "", *told, ""] if told else [])])


def render_controls_text(effects: Sequence[ControlEffect], scores: Sequence[Score], cards: Sequence[ModelCard] = ()) -> str:
    """Return the same for a terminal: aligned columns."""
    rows = _list_rows(effects, scores)
    parts = [f"{TITLE}\n{align_rows([_HEADS, *rows]).replace(DASH, '-')}"] if rows else []
    parts += ["\n".join(f"{model}: {text}" for model, text in _describe_cards(cards))] if cards else []
    return "\n\n".join(parts)


def describe_card(card: ModelCard) -> str:
    """Return what a model is and what a reader of its scores must know: its label and its remarks."""
    label = "" if card.label == card.model else card.label
    return "; ".join(dict.fromkeys(text for text in (label, *card.remarks) if text))


def _list_rows(effects: Iterable[ControlEffect], scores: Sequence[Score]) -> list[tuple[str, str, str, str]]:
    by_cell = {_cell_of(effect, effect.condition): effect for effect in effects}
    shown = [score for score in _pick_shown(scores) if score.model not in BASELINES and score.value is not None]
    models, benchmarks = list(dict.fromkeys(score.model for score in shown)), order_benchmarks(s.benchmark for s in shown)
    shown.sort(key=lambda one: (models.index(one.model), benchmarks.index(one.benchmark), one.answer_type is AnswerType.OPEN))
    return [_write_row(score, by_cell) for score in shown]


def _write_row(score: Score, effects: Mapping[_Cell, ControlEffect]) -> tuple[str, str, str, str]:
    found = effects if _is_sighted(score) else {}
    shuffled = found.get(_cell_of(score, Condition.SHUFFLED_IMAGES))
    return (
        name_row(score.model, score.condition),
        f"{title_benchmark(score.benchmark)}, {score.answer_type}",
        describe_headline(score, found.get(_cell_of(score, Condition.BLIND))),
        DASH if shuffled is None else describe_effect(shuffled),
    )


def _is_sighted(score: Score) -> bool:
    return score.condition is Condition.SIGHTED


def _pick_shown(scores: Sequence[Score]) -> Iterator[Score]:
    """Yield the scores that stand for a model, as published."""
    for score in pick_main(scores):
        if score.view == View.AS_PUBLISHED or score.answer_type is AnswerType.OPEN:
            yield score


def _cell_of(row: Score | ControlEffect, condition: Condition) -> _Cell:
    return row.model, row.benchmark, row.answer_type, row.metric, row.view, condition


def _describe_cards(cards: Iterable[ModelCard]) -> list[tuple[str, str]]:
    return [(card.model, describe_card(card)) for card in cards]
