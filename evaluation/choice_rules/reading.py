"""What one rule made of an output.

A rule returns None where it does not apply, so that the next one is asked. A `Reading` ends the search, also where its
letter is None: the wording was recognised and is undecidable ("The answer is A or B").

Example:
    >>> Reading("B", "the answer is B").letter
    'B'
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reading:
    """A rule's verdict and the text that it rests on."""

    letter: str | None
    span: str


Rule = Callable[[str, Mapping[str, str]], Reading | None]
"""Reads a cleaned output against the options (letter -> text)."""
