"""What a reader returns, and the error that ends a read.

Example:
    >>> Corpus(found={"question": 0, "image file": 0}).questions
    ()
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.records import Label, Rejection, SourceImage, SourceQuestion, Study


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
