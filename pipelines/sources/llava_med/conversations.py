"""Turns the records of a LLaVA-Med question file into questions, one per pair of turns, and says why a pair is left out.

Example:
    >>> read_conversations([], {}).n_found
    0
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pipelines.keys import mint_id
from pipelines.reasons import Reason, Stage
from pipelines.records import Rejection
from pipelines.source_records import SourceQuestion
from pipelines.sources.corpus import QUESTION_UNIT, name_row
from pipelines.sources.llava_med.figures import SOURCE, Figure
from pipelines.sources.llava_med.records import RawRecord
from pipelines.sources.llava_med.turns import Pair, TurnProblem, pair_turns
from pipelines.vocabulary import AnswerType


@dataclass(frozen=True)
class Conversations:
    """The questions in file order, the pairs that were left out in the same order, and how many pairs there were in all."""

    questions: tuple[SourceQuestion, ...]
    rejections: tuple[Rejection, ...]
    n_found: int
    used_names: tuple[str, ...]  # image names that a question asks about


@dataclass
class _Seen:
    """What earlier records hold: where each question was asked, and how often an id was used."""

    rows_of_question: dict[tuple[str, str, str], str] = field(default_factory=dict)
    n_of_id: dict[str, int] = field(default_factory=dict)

    def count(self, record_id: str) -> int:
        """Return which record of this id it is, from 1."""
        self.n_of_id[record_id] = self.n_of_id.get(record_id, 0) + 1
        return self.n_of_id[record_id]


def read_conversations(records: Sequence[RawRecord], figures: Mapping[str, Figure]) -> Conversations:
    """Return the questions of the records, whose image names must all be among the figures."""
    seen = _Seen()
    questions: list[SourceQuestion] = []
    rejections: list[Rejection] = []
    used: dict[str, None] = {}
    for record in records:
        for result in _read_record(record, figures[record.image_name], seen):
            if isinstance(result, Rejection):
                rejections.append(result)
            else:
                questions.append(result)
                used[record.image_name] = None
    return Conversations(tuple(questions), tuple(rejections), len(questions) + len(rejections), tuple(used))


def name_turn(row: int, turn: int) -> str:
    """Return what a rejection calls a pair: the record's position and its first turn's, both from 0."""
    return f"{name_row(row)} turn {turn}"


def _read_record(record: RawRecord, figure: Figure, seen: _Seen) -> Iterator[SourceQuestion | Rejection]:
    """Yield what becomes of each pair, in the order of the conversation."""
    pairs, problems = pair_turns(record.turns)
    nth = seen.count(record.record_id)
    for pair in sorted([*pairs, *problems], key=lambda one: one.turn):
        problem = pair if isinstance(pair, TurnProblem) else _find_problem(record, pair, figure, seen)
        if problem is not None:
            item = name_turn(record.row, problem.turn)
            yield Rejection(SOURCE, Stage.READ, item, problem.reason, problem.detail, QUESTION_UNIT)
        elif isinstance(pair, Pair):
            yield _build_question(record, pair, figure, nth)


def _find_problem(record: RawRecord, pair: Pair, figure: Figure, seen: _Seen) -> TurnProblem | None:
    """Return what a pair alone cannot know: whether its figure is there, and whether it was asked before."""
    problem = figure.file.problem
    if problem is not None:
        is_missing = problem.reason is Reason.IMAGE_MISSING
        reason = Reason.IMAGE_MISSING if is_missing else Reason.IMAGE_NOT_USABLE
        return TurnProblem(pair.turn, reason, f"{record.image_name}: {'not on disk' if is_missing else problem.reason}")
    asked = (figure.key, pair.question.casefold(), pair.answer.casefold())
    here = name_turn(record.row, pair.turn)
    holder = seen.rows_of_question.setdefault(asked, here)
    if holder == here:
        return None
    return TurnProblem(pair.turn, Reason.DUPLICATE_QUESTION, f"same figure, question and answer as {holder}, which is kept")


def _build_question(record: RawRecord, pair: Pair, figure: Figure, nth: int) -> SourceQuestion:
    repairs = [*record.repairs, *pair.repairs]
    if nth > 1:
        repairs.append("id_repeated")
    return SourceQuestion(
        source=SOURCE,
        # Texts are part of the key, for the release may give one id to several conversations.
        question_id=mint_id(
            "question", SOURCE, record.record_id, record.image_name, pair.turn, pair.question_as_found, pair.answer_as_found
        ),
        row=record.row,
        subject_id=figure.subject_id,
        study_id=figure.study_id,
        image_path=figure.key,
        organ=figure.organ,
        question=pair.question,
        answer=pair.answer,
        answer_type=AnswerType.OPEN,
        question_types=(),
        linked_id=record.record_id if nth == 1 else f"{record.record_id}#{nth}",
        question_as_found=pair.question_as_found,
        answer_as_found=pair.answer_as_found,
        repairs=tuple(repairs),
    )
