"""What a language model is told of a group: images by their place, time by spans, facts in words; no id and no date.

The texts that are shown of each image (`sources_of`) are also what a quote is looked up in, so that what a model cites
verbatim can be found verbatim.

Example:
    >>> describe_span(152), describe_span(370)
    ('about 5 months', 'about a year')
"""

from collections.abc import Mapping
from types import MappingProxyType

from pipelines.governance.fact_words import describe_fact
from pipelines.records import ImageGroup
from pipelines.vocabulary import ImageOrder, ImageRole

_DAYS_AHEAD = "days_after_last_visit"
_ROLES: Mapping[ImageRole, str] = MappingProxyType(
    {
        ImageRole.LEFT_EYE: "left eye",
        ImageRole.RIGHT_EYE: "right eye",
        ImageRole.CC_VIEW: "CC view",
        ImageRole.MLO_VIEW: "MLO view",
        ImageRole.BEFORE_SURGERY: "before surgery",
        ImageRole.AFTER_SURGERY: "after surgery",
    }
)
_DAYS_OF_WEEK, _DAYS_OF_MONTH, _DAYS_OF_YEAR = 7, 365.25 / 12, 365.25


def describe_group(group: ImageGroup) -> str:
    """Return all that a model may know of a group: a heading for each image and the unseen visit, and its texts below it."""
    headings = name_images(group)
    texts = sources_of(group)
    blocks = ["\n".join((headings[place], *(f"- {text}" for text in texts[place]))) for place in headings]
    return "\n\n".join(blocks)


def sources_of(group: ImageGroup) -> Mapping[int | None, tuple[str, ...]]:
    """Return the scrubbed texts shown of each image, by its 0-based place.

    Every image has an entry, in order; None is the visit that is not shown, where facts tell of it. Equal texts of one image
    are told once.
    """
    known = _ids_of(group)
    texts: dict[int | None, dict[str, None]] = {place: {} for place in name_images(group)}
    for fact in group.facts:
        if fact.code != _DAYS_AHEAD:  # the heading tells it, as a span
            texts[fact.image_index][describe_fact(fact, known)] = None
    return {place: tuple(lines) for place, lines in texts.items()}


def name_images(group: ImageGroup) -> Mapping[int | None, str]:
    """Return what each image is called: "Image 1 (left eye)", "Image 2 (about 5 months after image 1)".

    Of images of different people, which have no common time, only the number is told.
    """
    names: dict[int | None, str] = {}
    for place, role in enumerate(group.roles):
        details = ", ".join(filter(None, (_ROLES.get(role), _tell_time(group, place))))
        names[place] = f"Image {place + 1} ({details})" if details else f"Image {place + 1}"
    if any(fact.image_index is None for fact in group.facts):
        names[None] = f"The visit after those shown, which is not shown{_tell_time_ahead(group)}"
    return names


def describe_span(days: int) -> str:
    """Return a span of time so coarsely that it dates nothing: days, then weeks, months, years."""
    if days < 2 * _DAYS_OF_WEEK:
        return "a few days"
    if days < 2 * _DAYS_OF_MONTH:
        return f"about {round(days / _DAYS_OF_WEEK)} weeks"
    months = round(days / _DAYS_OF_MONTH)
    if months < 11:
        return f"about {months} months"
    years = round(2 * days / _DAYS_OF_YEAR) / 2
    return "about a year" if years <= 1 else f"about {years:g} years"


def _tell_time(group: ImageGroup, place: int) -> str:
    days = group.days_since_first
    known = [day for day in days if day is not None]
    day = days[place]
    if day is None or len(known) < 2:
        return ""
    first = days.index(min(known))
    if all(_is_same_visit(group, first, other) for other, its_day in enumerate(days) if its_day is not None):
        return "same visit"
    if place == first:
        return "first visit"
    if _is_same_visit(group, first, place):
        return f"same visit as image {first + 1}"
    return f"{describe_span(day - min(known))} after image {first + 1}"


def _is_same_visit(group: ImageGroup, one: int, other: int) -> bool:
    """Two visits may be of one day (LUMIERE tells weeks), so where order is time the studies decide, by who says the facts."""
    if one == other or group.days_since_first[one] != group.days_since_first[other]:
        return one == other
    said = [{fact.said_by for fact in group.facts if fact.image_index == place} for place in (one, other)]
    return group.order is not ImageOrder.CHRONOLOGICAL or not said[0].isdisjoint(said[1])


def _tell_time_ahead(group: ImageGroup) -> str:
    spans = {fact.value for fact in group.facts if fact.code == _DAYS_AHEAD and fact.value.isdecimal()}
    known = [day for day in group.days_since_first if day is not None]
    if len(spans) != 1 or not known:
        return ""
    last = group.days_since_first.index(max(known))
    return f" ({describe_span(int(spans.pop()))} after image {last + 1})"


def _ids_of(group: ImageGroup) -> tuple[str, ...]:
    """Return every id of a group; none may stand in a text by chance."""
    said_by = (fact.said_by for fact in group.facts)
    return tuple(dict.fromkeys((group.group_id, group.unit_id, *group.subject_ids, *group.image_ids, *said_by)))
