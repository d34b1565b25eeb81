"""What is read in texts about mammograms of one breast.

Example:
    >>> TWO_VIEW_ASSESSMENT.read is NEXT_ASSESSMENT.read
    True
"""

from pipelines.validation.labels import questions
from pipelines.validation.labels.birads import MALIGNANT, find_assessments, read_birads
from pipelines.validation.labels.laterality import find_breasts
from pipelines.validation.labels.places import SEVERAL, find_places, read_place
from pipelines.validation.labels.placing import pair_places
from pipelines.validation.labels.sentence import read_sentence
from pipelines.validation.labels.task import Item, Task, find_first
from pipelines.validation.labels.things_shown import find_wrong_name, read_place_of
from pipelines.validation.labels.views import find_views


def _check_breast(text: str, item: Item) -> str | None:
    """Another breast than the one shown."""
    mentions = find_breasts(text)
    shown = frozenset(side for side in item.scene.sides if side is not None)
    if not mentions or not shown:
        return None
    named = frozenset().union(*(mention.sides for mention in mentions))
    return None if named <= shown else f"names breast {', '.join(sorted(named))}, expected {', '.join(sorted(shown))}"


def _check_views(text: str, item: Item) -> str | None:
    return find_wrong_name(text, "view", find_views, item.scene.views)


def _check_view_asked(text: str, item: Item) -> str | None:
    return questions.check_thing(text, find_views, item.scene.views, item.scene.asked)


def _check_suspicion(text: str, item: Item) -> str | None:
    return questions.check_suspicion(text)


def _check_called_suspicious(text: str, item: Item) -> str | None:
    """The image that is called malignant must be the one of the facts, and no other may be."""
    for place, possible in pair_places(text, find_assessments(text), item.scene.n_images):
        is_called = bool(possible) and possible <= MALIGNANT
        is_so = str(place) == item.group.label
        if (is_called and not is_so) or (is_so and possible and not possible & MALIGNANT):
            return f"calls image {place} {'malignant' if is_called else 'not malignant'}, which the facts deny"
    return None


def _read_category(text: str, item: Item) -> str | None:
    return read_birads(text)


def _read_pointed(text: str, item: Item) -> str | None:
    place = read_place(text, item.scene.n_images) or _find_not_cleared(text, item.scene.n_images)
    if place is None:
        pairs = pair_places(text, find_assessments(text), item.scene.n_images)
        called = {one for one, possible in pairs if possible and possible <= MALIGNANT}
        place = called.pop() if len(called) == 1 and len(pairs) > 1 else None
    return None if place is None else str(place)


def _find_not_cleared(text: str, n_images: int) -> int | None:
    """Return the one image named that no clause calls benign: "The first does, whereas the second is unremarkable"."""
    clause = read_sentence(text).clause
    named = {one.resolve(n_images): clause[one.start] for one in find_places(text) if one.image != SEVERAL}
    cleared = {clause[place] for place, possible in find_assessments(text) if not possible & MALIGNANT}
    left = [place for place, number in named.items() if number not in cleared]
    return left[0] if len(named) > 1 and len(left) == 1 else None


def _read_view(text: str, item: Item) -> str | None:
    return read_place_of(text, find_views, item.scene.views, item.scene.asked)


_CHECK = find_first(_check_breast, _check_views)
SUSPICIOUS_IMAGE = Task(_read_pointed, find_first(_CHECK, _check_suspicion), find_first(_CHECK, _check_called_suspicious))
VIEW_IDENTIFICATION = Task(_read_view, find_first(_CHECK, _check_view_asked), _CHECK)
TWO_VIEW_ASSESSMENT = Task(_read_category, _CHECK, _CHECK)
NEXT_ASSESSMENT = Task(_read_category, _CHECK, _CHECK)
