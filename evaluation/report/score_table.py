"""The score table in the paper's layout: a column per benchmark, closed and open side by side, the paper's own rows below.

Example:
    >>> build_score_table(Findings(), View.AS_PUBLISHED).heads
    ()
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evaluation.baselines.rules import BASELINES
from evaluation.leaderboard.controls import describe_card
from evaluation.leaderboard.table import Column, Leaderboard, build_leaderboard, describe_size, name_row
from evaluation.published import PAPER_COLUMNS, find_column, find_our_column
from evaluation.report.findings import Findings
from evaluation.report.table_cells import TableCell, format_percent, print_cell
from evaluation.scores.judging import View
from evaluation.titles import find_released_column, title_benchmark
from pipelines.score_records import Condition, ImageUse, ModelCard
from pipelines.vocabulary import AnswerType, Split


@dataclass(frozen=True, slots=True)
class Head:
    """One benchmark's heading over its columns."""

    title: str
    width: int  # columns below it
    note: str  # "held in"


@dataclass(frozen=True, slots=True)
class TableRow:
    """One model."""

    name: str
    kind: str  # "baseline", "model", "text-only", "control", "paper"
    note: str
    cells: tuple[TableCell, ...]


@dataclass(frozen=True, slots=True)
class ScoreTable:
    """Headings over headings, and rows."""

    heads: tuple[Head, ...]
    columns: tuple[str, ...]  # "closed", "open"
    metrics: tuple[str, ...]  # "accuracy", or the preset's name
    sizes: tuple[str, ...]  # "n 293 as published, 203 units"
    rows: tuple[TableRow, ...]


def build_score_table(findings: Findings, view: View) -> ScoreTable:
    """Return the table of one view; open answers have one view only and stand in both.

    The paper's rows stand below those as published alone, for its scores are of no other view.
    """
    board = build_leaderboard(findings.scores, view)
    effects = {
        (effect.model, Column(effect.benchmark, effect.answer_type, effect.metric)): effect
        for effect in findings.effects
        if effect.condition is Condition.BLIND and (effect.view == view.value or effect.answer_type is AnswerType.OPEN)
    }
    best = {column: _find_best(board, column) for column in board.columns}
    rows = [
        TableRow(
            name,
            kind,
            note,
            tuple(print_cell(board, name, column, effects.get((name, column)), best[column]) for column in board.columns),
        )
        for name, kind, note in _describe_rows(findings, board)
    ]
    return ScoreTable(
        heads=_heads(board.columns),
        columns=tuple(str(column.answer_type) for column in board.columns),
        metrics=tuple(column.metric for column in board.columns),
        sizes=tuple(describe_size(board, column) for column in board.columns),
        rows=(*rows, *(_paper_rows(board.columns) if view is View.AS_PUBLISHED else ())),
    )


def _find_best(board: Leaderboard, column: Column) -> str:
    """Return the highest sighted score as it is printed, of rules too: a rule may well be the best there is."""
    sighted = [
        cell.value for (_, place), cell in board.cells.items() if place == column and cell.score.condition is Condition.SIGHTED
    ]
    return format_percent(max(sighted)) if sighted else ""


def _describe_rows(findings: Findings, board: Leaderboard) -> list[tuple[str, str, str]]:
    """Return name, kind and note of each row; a model's note stands at its first row."""
    cards = {card.model: card for card in findings.cards}
    looking = {score.model for score in findings.scores if score.condition is Condition.SIGHTED}
    owners = {name_row(score.model, score.condition): (score.model, score.condition) for score in findings.scores}
    noted: set[str] = set()
    rows = []
    for name in board.rows:
        model, condition = owners[name]
        kind = _kind(model, condition, model in looking)
        note = "" if model in noted or kind == "baseline" else _note(cards.get(model), kind)
        noted.add(model)
        rows.append((name, kind, note))
    return rows


def _kind(model: str, condition: Condition, is_looking: bool) -> str:
    if model in BASELINES:
        return "baseline"
    if condition is Condition.SIGHTED:
        return "model"
    return "control" if is_looking or condition is not Condition.BLIND else "text-only"


def _note(card: ModelCard | None, kind: str) -> str:
    told = "" if card is None else describe_card(card)
    if kind != "text-only":
        return told
    why = "takes text alone" if card is not None and card.image_use is ImageUse.NONE else "was asked without images alone"
    return "; ".join(part for part in (told, why) if part)


def _heads(columns: Sequence[Column]) -> tuple[Head, ...]:
    names = dict.fromkeys(column.benchmark for column in columns)
    widths = {name: sum(column.benchmark == name for column in columns) for name in names}
    return tuple(Head(title_benchmark(name), width, _origin(name)) for name, width in widths.items())


def _origin(benchmark: str) -> str:
    if find_released_column(benchmark) is not None:
        return "released"
    notes: Mapping[str, str] = {Split.HELD_IN: "held in", Split.HELD_OUT: "held out"}
    return next((note for split, note in notes.items() if benchmark.startswith(split)), "released")


def _paper_rows(columns: Sequence[Column]) -> list[TableRow]:
    """Return the paper's own closed scores under the columns that stand in its columns' place."""
    papers = [find_our_column(column.benchmark) or find_column(column.benchmark) for column in columns]
    places = [paper if column.answer_type is AnswerType.CLOSED else None for paper, column in zip(papers, columns, strict=True)]
    if not any(places):
        return []
    models = dict.fromkeys(model for column in PAPER_COLUMNS for model in column.closed)
    return [
        TableRow(
            f"{model}, as the paper says",
            "paper",
            "",
            tuple(
                TableCell("") if paper is None else TableCell(f"{paper.closed[model]:.1f}", remark=f"n {paper.n_closed}")
                for paper in places
            ),
        )
        for model in models
    ]
