"""What a reader returns, and the error that ends a read.

Example:
    >>> Corpus(found={"question": 0, "image file": 0}).questions
    ()
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from pipelines.outcome import Count
from pipelines.records import Label, Rejection, SourceImage, SourceQuestion, Study

QUESTION_UNIT = "question"
IMAGE_FILE_UNIT = "image file"
ROW_PREFIX = "row "


class SourceError(ValueError):
    """A download that cannot be read at all; the message says what, where, got, expected and what to do."""


@dataclass(frozen=True)
class Corpus:
    """Everything read from one source; `found` counts the inputs by unit before any was dropped."""

    studies: tuple[Study, ...] = ()
    labels: tuple[Label, ...] = ()
    questions: tuple[SourceQuestion, ...] = ()
    images: tuple[SourceImage, ...] = ()
    rejections: tuple[Rejection, ...] = ()
    found: Mapping[str, int] = field(default_factory=dict)


Reader = Callable[[Path], Corpus]
"""Reads the download under a root folder. Raises SourceError where nothing can be read; rejects row by row otherwise."""


def mark_synthetic(corpus: Corpus) -> Corpus:
    """Return a corpus whose questions say that they come from the synthetic cohort."""
    return replace(corpus, questions=tuple(replace(question, is_synthetic=True) for question in corpus.questions))


def name_row(position: int) -> str:
    """Return what a rejection calls a row of the source's file; positions start at 0, as in SourceQuestion.row."""
    return f"{ROW_PREFIX}{position}"


def count_reading(corpus: Corpus) -> tuple[Count, ...]:
    """Return the balance of questions and of image files; a rejection concerns a row if its item names one, else a file."""
    n_rows = sum(rejection.item.startswith(ROW_PREFIX) for rejection in corpus.rejections)
    questions = Count(QUESTION_UNIT, corpus.found.get(QUESTION_UNIT, 0), len(corpus.questions), n_rows)
    n_files = len(corpus.rejections) - n_rows
    return questions, Count(IMAGE_FILE_UNIT, corpus.found.get(IMAGE_FILE_UNIT, 0), len(corpus.images), n_files)
