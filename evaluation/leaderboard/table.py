"""The score table: models x (benchmark, answer type), as Markdown and CSV. Pure: text out, the caller saves it.

Example:
    >>> print(render_markdown([], is_synthetic=True))
    No scores yet (synthetic cohort).
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields

from evaluation.intervals import MIN_CLUSTERS
from evaluation.scores.judging import View
from evaluation.titles import find_published_size, order_benchmarks, title_benchmark
from pipelines.score_records import Condition, Score
from pipelines.vocabulary import AnswerType

DASH = "—"
SYNTHETIC = "synthetic cohort"
CONDITIONS = tuple(Condition)
TOO_FEW = "†"


class LeaderboardError(ValueError):
    """Scores that must not stand in one table: two presets or protocols, or one cell twice."""


@dataclass(frozen=True, slots=True)
class Column:
    """One benchmark and answer type."""

    benchmark: str
    answer_type: AnswerType
    metric: str


@dataclass(frozen=True, slots=True)
class Cell:
    """A point with its 95 % interval, each 0-1."""

    score: Score
    value: float
    low: float | None
    high: float | None
    is_by_unit: bool  # cluster bootstrap; else Wilson's interval, which takes items as independent


@dataclass(frozen=True)
class Leaderboard:
    """Rows in order of first appearance, columns in the paper's order, and the cells that have a value."""

    rows: tuple[str, ...]  # a model, or a model under a control: see `name_row`
    columns: tuple[Column, ...]
    cells: dict[tuple[str, Column], Cell]
    view: View

    def column_size(self, column: Column) -> int:
        """Return the largest n in a column: the number of items where nothing is missing."""
        return max(cell.score.n for (_, place), cell in self.cells.items() if place == column)

    def column_clusters(self, column: Column) -> int:
        """Return the number of independent units in a column."""
        return max(cell.score.n_clusters for (_, place), cell in self.cells.items() if place == column)


def name_row(model: str, condition: Condition) -> str:
    """Return how a row is called: a model's name, and how its items were shown unless as they are."""
    return model if condition is Condition.SIGHTED else f"{model}, {condition.replace('_', ' ')}"


def build_leaderboard(scores: Sequence[Score], view: View = View.AS_PUBLISHED) -> Leaderboard:
    """Return the table of one view; open answers have one view only and stand in both.

    Raises:
        LeaderboardError: closed or open scores of two protocols (preset, model, library versions), or a cell twice.
    """
    check_protocols(scores)
    shown = [score for score in scores if score.answer_type is AnswerType.OPEN or score.view == view.value]
    cells: dict[tuple[str, Column], Cell] = {}
    for score in shown:
        place = (name_row(score.model, score.condition), Column(score.benchmark, score.answer_type, score.metric))
        if place in cells:
            raise LeaderboardError(
                f"{place[0]} on {score.benchmark} ({score.answer_type}) is there twice; give one score per cell"
            )
        cell = _cell_of(score)
        if cell is not None:
            cells[place] = cell
    benchmarks = order_benchmarks(score.benchmark for score in shown)
    models = list(dict.fromkeys(score.model for score in shown))
    columns = sorted(
        dict.fromkeys(column for _, column in cells),
        key=lambda column: (benchmarks.index(column.benchmark), column.answer_type is AnswerType.OPEN),
    )
    rows = sorted(shown, key=lambda score: (models.index(score.model), CONDITIONS.index(score.condition)))
    names = dict.fromkeys(name_row(score.model, score.condition) for score in rows)
    return Leaderboard(tuple(names), tuple(columns), cells, view)


def check_protocols(scores: Sequence[Score]) -> None:
    """Raise LeaderboardError unless all closed scores have one protocol and all open scores one."""
    for answer_type in AnswerType:
        found = list(dict.fromkeys((s.metric, s.protocol) for s in scores if s.answer_type is answer_type))
        if len(found) > 1:
            listed = "; ".join(f"{metric}: {protocol}" for metric, protocol in found)
            raise LeaderboardError(
                f"{answer_type} scores of {len(found)} protocols cannot stand in one table ({listed}); "
                "score all models again with one"
            )


def render_markdown(scores: Sequence[Score], *, view: View = View.AS_PUBLISHED, is_synthetic: bool = False) -> str:
    """Return the table as Markdown: values x 100 with 95 % intervals, an em dash where a model has no score."""
    board = build_leaderboard(scores, view)
    if not board.columns:
        return f"No scores yet ({SYNTHETIC})." if is_synthetic else "No scores yet."
    lines = [f"**Made from the {SYNTHETIC}: these numbers say nothing about patients.**", ""] if is_synthetic else []
    lines.append("| " + " | ".join(["model", *(_describe_column(board, column) for column in board.columns)]) + " |")
    lines.append("|" + "|".join(["---", *("---:" for _ in board.columns)]) + "|")
    for name in board.rows:
        row = [describe_cell(board, name, column) for column in board.columns]
        lines.append("| " + " | ".join([escape_markdown(name), *row]) + " |")
    return "\n".join([*lines, "", *(f"- {note}" for note in describe_notes(board)), ""])


def render_csv(scores: Sequence[Score]) -> str:
    """Return one CSV row per score, every view, all columns of `Score`; values 0-1 in full precision."""
    check_protocols(scores)
    sink = io.StringIO()
    writer = csv.DictWriter(sink, [field.name for field in fields(Score)], lineterminator="\n")
    writer.writeheader()
    writer.writerows(asdict(score) for score in scores)
    return sink.getvalue()


def _cell_of(score: Score) -> Cell | None:
    if score.value is None:
        return None
    if score.cluster_low is not None and score.cluster_high is not None:
        return Cell(score, score.value, score.cluster_low, score.cluster_high, True)
    return Cell(score, score.value, score.low, score.high, False)


def _describe_column(board: Leaderboard, column: Column) -> str:
    title = escape_markdown(title_benchmark(column.benchmark))
    return f"{title}: {column.answer_type}, {escape_markdown(column.metric)} ({describe_size(board, column)})"


def describe_size(board: Leaderboard, column: Column) -> str:
    """Return `n 293 as published, 203 units`; what was published is said of released files alone."""
    n, published = board.column_size(column), find_published_size(column.benchmark, column.answer_type)
    told = {None: "", n: " as published"}.get(published, f", published {published}")
    return f"n {n}{told}, {board.column_clusters(column)} units"


def describe_cell(board: Leaderboard, row: str, column: Column) -> str:
    """Return one cell: value x 100, its 95 % interval, a mark for too few clusters, and what is odd about its items.

    An em dash where there is no score.
    """
    cell = board.cells.get((row, column))
    if cell is None:
        return DASH
    text = f"{100 * cell.value:.2f}"
    if cell.low is not None and cell.high is not None:
        text += f" [{100 * cell.low:.1f}, {100 * cell.high:.1f}]"
    if has_too_few_clusters(cell):
        text += TOO_FEW
    size = "" if cell.score.n == board.column_size(column) else f"n {cell.score.n}"
    remarks = "; ".join(part for part in (size, count_unread(cell.score)) if part)
    return f"{text} ({remarks})" if remarks else text


def has_too_few_clusters(cell: Cell) -> bool:
    """Tell whether there are too few independent units for an interval by them."""
    return not cell.is_by_unit and cell.score.n_clusters < MIN_CLUSTERS


def count_unread(score: Score) -> str:
    """Return `undecided 4 of 293`, or `empty 4 of 73` of open answers; nothing where every answer could be read."""
    if not score.n_unparsed:
        return ""
    return f"{'undecided' if score.answer_type is AnswerType.CLOSED else 'empty'} {score.n_unparsed} of {score.n}"


def describe_notes(board: Leaderboard) -> list[str]:
    """Return what a reader must know of a table: its view, its intervals, what its marks mean, its protocols."""
    notes = [f"Closed answers: {board.view.value.replace('_', ' ')}. Values x 100; 95 % cluster bootstrap by independent unit."]
    if any(has_too_few_clusters(cell) for cell in board.cells.values()):
        notes.append(f"{TOO_FEW} too few clusters (fewer than {MIN_CLUSTERS}): Wilson interval of single items, or none.")
    if any(cell.score.n_unparsed for cell in board.cells.values()):
        notes.append("Undecided answers, from which no option could be read, and empty ones count as wrong.")
    protocols = describe_protocols([cell.score for cell in board.cells.values()])
    return [*notes, *(f"Protocol, {protocol}." for protocol in protocols)]


def describe_protocols(scores: Sequence[Score]) -> list[str]:
    """Return each protocol that scores were made by once: `closed: choice_v2; bootstrap 2000 draws seed 1`."""
    return list(dict.fromkeys(f"{score.answer_type}: {score.protocol}" for score in scores))


def escape_markdown(text: str) -> str:
    """Return a text that stands in one cell of a Markdown table as it is."""
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("\n", " ").replace("<", "&lt;")
