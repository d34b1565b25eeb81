"""Texts that name the view or the sequence of images: which image they point at, and whether what they say of each is so.

Example:
    >>> from pipelines.validation.labels.views import find_views
    >>> find_wrong_name("The MLO view", "view", find_views, ("CC", "ML"))
    'names a view that is not shown, expected CC, ML'
"""

from collections.abc import Callable, Sequence

from pipelines.validation.labels.places import read_place
from pipelines.validation.labels.placing import Named, find_false_place, pair_places

Find = Callable[[str], Sequence[Named]]


def read_place_of(text: str, find: Find, shown: Sequence[str | None], asked: str | None) -> str | None:
    """Return the 1-based place that a text points at; of several that it names, the one that it calls by the asked name."""
    place = read_place(text, len(shown))
    if place is None:
        pairs = pair_places(text, find(text), len(shown))
        present = frozenset(one for one in shown if one is not None)
        fitting = {one for one, named in pairs if (named & present) == {asked}}
        place = fitting.pop() if len(fitting) == 1 and len(pairs) > 1 else None
    return None if place is None else str(place)


def find_wrong_name(text: str, kind: str, find: Find, shown: Sequence[str | None]) -> str | None:
    """Return what is wrong: a view or sequence that no image is of, or one that another image than the named one is of."""
    named = find(text)
    present = frozenset(one for one in shown if one is not None)
    if not named or not present:
        return None
    if any(not possible & present for _, possible in named):
        return f"names a {kind} that is not shown, expected {', '.join(sorted(present))}"
    place = find_false_place(pair_places(text, named, len(shown)), shown)
    return None if place is None else f"calls image {place} by another {kind}, expected {shown[place - 1]}"
