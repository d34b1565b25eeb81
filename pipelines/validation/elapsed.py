"""Rule about time between visits: a duration that a text names is one that the group's facts give, in round words.

Groups know how many days lie between the visits shown, and forecasts how far ahead the next visit is. "In about a year" fits
what lies 240 to 570 days ahead; "in five years" is another question than the one that was answered.

Example:
    >>> [span.days for text in ("in about three months", "a year later") for span in find_spans(text)]
    [91, 365]
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

from pipelines.reasons import Reason
from pipelines.records import ImageGroup, Record
from pipelines.validation.context import Context, Failure
from pipelines.vocabulary import SubTask

_DAYS = {"day": 1, "week": 7, "month": 30.44, "year": 365.25}
_WORDS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_NUMBERS = {word: number for number, word in enumerate(_WORDS, start=1)} | {"a": 1, "an": 1, "half a": 0.5, "a couple of": 2}
_SPAN = re.compile(
    rf"\b(\d+(?:\.\d+)?|half a|a couple of|an?|{'|'.join(_WORDS)})[ -](day|week|month|year)s?\b(?![ -](?:old|of age|survival))"
)
_ADVICE = re.compile(r"follow|recall|control|surveillance|screening|interval")  # "follow-up in six months" is advice, no claim
TOLERANCE = 1.6  # times too long or too short that a round word may be
SLACK_DAYS = 20
_WITH_VISITS = frozenset({SubTask.NEXT_ASSESSMENT, SubTask.NEXT_STATUS, SubTask.VISIT_PROGRESSION, SubTask.FINDING_PROGRESSION})


@dataclass(frozen=True, slots=True)
class Span:
    """A duration that a text names."""

    words: str
    days: int


def check_elapsed(record: Record, context: Context) -> Failure | None:
    """A duration between visits that no two visits of the group lie apart."""
    if record.subtask not in _WITH_VISITS:
        return None
    spans = [span for text in (record.question, record.answer) for span in find_spans(text)]
    if not spans:
        return None
    known = known_days(context.groups[record.group_id])
    wrong = next((span for span in spans if known and not any(_fits(span.days, days) for days in known)), None)
    if wrong is None:
        return None
    return Failure(Reason.FACT_MISMATCH, f"{wrong.words!r}: the visits lie {', '.join(map(str, sorted(known)))} days apart")


@lru_cache(maxsize=1 << 14)  # wordings repeat by the thousand
def find_spans(text: str) -> tuple[Span, ...]:
    """Return the durations that a text names, but for those of advice."""
    lowered = text.lower()
    found = []
    for match in _SPAN.finditer(lowered):
        around = lowered[max(0, match.start() - 25) : match.end() + 12]
        number = _NUMBERS.get(match[1]) or float(match[1])
        if not _ADVICE.search(around):
            found.append(Span(match[0], round(number * _DAYS[match[2]])))
    return tuple(found)


def known_days(group: ImageGroup) -> frozenset[int]:
    """Return how many days lie between visits of a group, shown or forecast; none where no time is known."""
    shown = [day for day in group.days_since_first if day is not None]
    ahead = [int(fact.value) for fact in group.facts if fact.code == "days_after_last_visit"]
    points = {*shown, *(max(shown) + days for days in ahead if shown)}
    return frozenset(abs(one - other) for one, other in combinations(sorted(points), 2)) | frozenset(ahead)


def _fits(days: int, known: int) -> bool:
    return known - SLACK_DAYS <= days * TOLERANCE and days <= known * TOLERANCE + SLACK_DAYS
