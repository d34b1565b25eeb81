"""A model answers closed items without any source: what it gets right beyond chance, the words give away.

Over a set of records its accuracy must not lie above chance, or above what the priors of a sub-task's labels give; the gate
that says so is a check of the data set, not of a record, since one letter is often right by luck.

Example:
    >>> BlindResult({"record-1": "A", "record-2": None}, n_correct=1, n_answered=1, chance=0.5).accuracy
    1.0
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipelines.calls.attempt import Ask
from pipelines.calls.question import Question
from pipelines.calls.request import Purpose
from pipelines.calls.structured import ask_structured
from pipelines.choices import Endpoint
from pipelines.generation.model.answer import Choice
from pipelines.generation.model.budget_stop import StoppedAsk
from pipelines.generation.model.letter_choice import read_letter
from pipelines.generation.model.prompt import build_blind_messages
from pipelines.generation.model.prompt_texts import load_blind_prompt
from pipelines.records import Record


@dataclass(frozen=True)
class BlindResult:
    """What a blind solver chose, and how often that was right."""

    letters: Mapping[str, str | None]  # by record_id; None where it refused, or named no option
    n_correct: int
    n_answered: int
    chance: float | None  # 0-1, the mean of 1 / options over the answered ones; None where none is

    @property
    def accuracy(self) -> float | None:
        """The share (0-1) of answered items that is right; None where none is answered."""
        return self.n_correct / self.n_answered if self.n_answered else None


def solve_blind(records: Sequence[Record], endpoint: Endpoint, ask: Ask) -> BlindResult:
    """Return the letters that a model chooses for the closed ones of the records, each given once.

    The questions were worded from a source's facts, so the same policy holds as for the source itself.

    Raises:
        As `ask`.
    """
    closed = [record for record in records if record.letter is not None]
    prompt = load_blind_prompt()
    questions = [
        Question(
            () if record.is_synthetic else (record.source,),
            Purpose.SOLVE_BLIND,
            record.record_id,
            prompt.hash,
            build_blind_messages(record, prompt),
        )
        for record in closed
    ]
    answers = ask_structured(questions, Choice, endpoint, StoppedAsk(ask))
    letters: dict[str, str | None] = {}
    for record in closed:
        value = answers[record.record_id].value
        letters[record.record_id] = None if value is None else read_letter(value.letter, len(record.options))
    answered = [record for record in closed if letters[record.record_id] is not None]
    return BlindResult(
        letters=letters,
        n_correct=sum(letters[record.record_id] == record.letter for record in answered),
        n_answered=len(answered),
        chance=sum(1 / len(record.options) for record in answered) / len(answered) if answered else None,
    )
