"""What stands for `{asked}`, `{side}`, `{interval}` ... in a wording, of one group.

| placeholder | says | can be filled |
|---|---|---|
| `{asked}` | what is asked about, in the file's `words` | where the group asks about something |
| `{count}` | two, three: how many images are shown | always |
| `{side}` | left, right: the breast or eye | where the facts, or what is asked, tell one |
| `{place}`, `{number}` | first and 1, ...: the place of an image | in answers of which-image sub-tasks |
| `{visits}` | one visit, two visits, ... at which the images were taken | where every image has a fact said by its study |
| `{interval}` | about 3 months, from the first visit shown to the last | where both days are known and differ |
| `{ahead}` | about a year, from the last visit shown to the hidden one | where a fact tells the days, above 0 |

Example:
    >>> fields_of("How has the {asked} changed over {interval}?")
    ('asked', 'interval')
    >>> describe_days(91), describe_days(366), describe_days(1500)
    ('about 3 months', 'about a year', 'about 4 years')
"""

import string
from collections.abc import Mapping
from functools import lru_cache

from pipelines.generation.ordinals import ORDINALS
from pipelines.records import ImageGroup
from pipelines.vocabulary import Laterality

OPTIONAL = frozenset({"visits", "interval", "ahead"})
"""What some groups of a sub-task cannot fill; stems that need none of these serve every group."""
OF_PLACES = frozenset({"place", "number"})
PLACEHOLDERS = frozenset({"asked", "count", "side"}) | OPTIONAL | OF_PLACES

DAYS_AHEAD = "days_after_last_visit"
_NUMBER_WORDS = ("no", "one", "two", "three")
_SIDES: Mapping[str, str] = {Laterality.LEFT: "left", Laterality.RIGHT: "right"}
_DAYS_OF_MONTH = 365.25 / 12


@lru_cache(maxsize=4096)  # some hundred wordings, each read for every group
def fields_of(text: str) -> tuple[str, ...]:
    """Return the placeholders of a wording in their order; ValueError where its braces do not match."""
    return tuple(field for _, field, _, _ in string.Formatter().parse(text) if field is not None)


def can_fill(text: str, values: Mapping[str, str]) -> bool:
    """Return whether every placeholder of a wording has a value."""
    return all(field in values for field in fields_of(text))


def fill(text: str, values: Mapping[str, str]) -> str:
    """Return a wording with its placeholders filled, beginning with a capital."""
    filled = text.format_map(values)
    return filled[:1].upper() + filled[1:]


def values_of(group: ImageGroup, words: Mapping[str, str]) -> dict[str, str]:
    """Return what fills the placeholders of a group, without those that nothing fills."""
    days = [day for day in group.days_since_first if day is not None]
    found = {
        "asked": words.get(group.asked or ""),
        "count": _NUMBER_WORDS[len(group.image_ids)],
        "side": _side_of(group),
        "visits": _count_visits(group),
        "interval": describe_days(max(days) - min(days)) if len(days) == len(group.image_ids) else None,
        "ahead": _describe_ahead(group),
    }
    return {name: value for name, value in found.items() if value is not None}


def values_of_place(place: int) -> dict[str, str]:
    """Return what says the place (1-based) of an image in an answer."""
    return {"place": ORDINALS[place - 1], "number": str(place)}


def describe_days(days: int) -> str | None:
    """Return a span in the unit that a physician would give it in, None for 0 days and less."""
    months = round(days / _DAYS_OF_MONTH)
    if days <= 0:
        return None
    if days == 1:
        return "one day"
    if days < 14:
        return f"{days} days"
    if days < 60:
        return f"about {round(days / 7)} weeks"
    if months % 12 and months < 36:
        return f"about {months} months"
    years = round(months / 12)
    return "about a year" if years == 1 else f"about {years} years"


def _side_of(group: ImageGroup) -> str | None:
    sides = {fact.value for fact in group.facts if fact.code == "laterality"} or {group.asked or ""}
    return _SIDES.get(sides.pop()) if len(sides) == 1 else None


def _count_visits(group: ImageGroup) -> str | None:
    """Count the studies of the images shown; days do not tell, for two visits may be of one day."""
    study_of = {fact.image_index: fact.said_by for fact in group.facts if fact.image_index is not None}
    if len(study_of) < len(group.image_ids):
        return None
    n_visits = len(set(study_of.values()))
    return f"{_NUMBER_WORDS[n_visits]} visit{'s' if n_visits > 1 else ''}"


def _describe_ahead(group: ImageGroup) -> str | None:
    hidden = [fact.value for fact in group.facts if fact.image_index is None and fact.code == DAYS_AHEAD]
    return describe_days(int(hidden[0])) if hidden else None
