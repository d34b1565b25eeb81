"""Rule about the side of a chest finding: a text may name one only where a source of the films names it.

Example:
    >>> sorted(name_sides("An increase on the left, but no bilateral effusion"))
    ['bilateral', 'left']
"""

import re
from functools import lru_cache

from pipelines.reasons import Reason
from pipelines.records import Record
from pipelines.validation.context import Context, Failure
from pipelines.validation.text import texts_of
from pipelines.vocabulary import SubTask

_LEFT = re.compile(r"\b(?:left(?![ -](?:over|behind|image|film|panel|picture))|left-sided)\b")
_RIGHT = re.compile(r"\bright(?:-sided)?\b(?! (?:answer|option|statement|choice|image|film|panel|picture))")
_BOTH = re.compile(r"\bbilateral(?:ly)?\b|\bboth (?:lungs|sides|hemithora\w+|bases|pleural)\b")
_NAMES = (("left", _LEFT), ("right", _RIGHT), ("bilateral", _BOTH))


def check_side_told(record: Record, context: Context) -> Failure | None:
    """A side of the asked finding in a text, of which no source of the films tells."""
    if record.subtask is not SubTask.FINDING_PROGRESSION:
        return None
    named = frozenset().union(*(name_sides(text) for text in texts_of(record)))
    if not named:
        return None
    finding = (record.asked or "").rpartition("_")[2]
    told = frozenset[str]()
    for texts in context.sources_of(record.group_id).values():
        for sentence in re.split(r"(?<=[.;])\s+|\n", " ".join(texts).lower()):
            told |= name_sides(sentence) if finding in sentence.replace("oedema", "edema") else frozenset()
    told |= {"bilateral"} if {"left", "right"} <= told else {"left", "right"} if "bilateral" in told else set()
    invented = sorted(named - told)
    return None if not invented else Failure(Reason.FACT_MISMATCH, f"names the side {invented[0]}, of which no source tells")


@lru_cache(maxsize=1 << 14)  # options and wordings repeat by the thousand
def name_sides(text: str) -> frozenset[str]:
    """Return the sides that a text names: left, right, bilateral."""
    lowered = text.lower()
    return frozenset(name for name, pattern in _NAMES if pattern.search(lowered))
