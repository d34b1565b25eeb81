"""Which answers stand as options beside the right one: by class, before any wording.

Places: every image of the group. Classes: those of the rule that are the answer of some group of this split and sub-task, so
that no option is never right. Where there are more than an item prints (`MAX_OPTIONS`), wrong ones are drawn, and two things
are kept: no wrong option may be true as well (`eye_signs`), and what stands together must not tell which of it is right. All
closed items of a split and sub-task have equally many options: one with fewer would tell of the findings that ruled them out,
so that a group which cannot have as many wrong ones as the others is asked openly alone.

For the latter a set of wrong options is drawn with a chance proportional to the product of its classes' weights (conditional
Poisson sampling; Chen, Dempster and Liu, Biometrika 81(3), 1994). With weights such that every class of label share p is
offered in n_options * p of the items, each class is right in the same share of the items that offer it, and within one set of
options each is equally likely to be right. The weights are found by iterative scaling over the groups themselves. The draw is
systematic: groups of one label and one choice stand in hash order and divide the sets among themselves as evenly as possible.

Example:
    >>> choose_options([], seed=1)
    {}
"""

import itertools
import math
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from pipelines.generation.key_facts import find_key_places
from pipelines.generation.template.classes import PLACE, classes_of
from pipelines.generation.template.eye_signs import OTHER, signs_of
from pipelines.grouping.ordering import hash_share, in_hash_order
from pipelines.records import ImageGroup
from pipelines.vocabulary import SubTask

MAX_OPTIONS: Mapping[SubTask, int] = {SubTask.EYE_DIAGNOSIS: 4}
"""Options of one item where there are more classes; seven, the most that letters allow, elsewhere."""
_MOST = 7
_ROUNDS = 200  # of iterative scaling; the weights of ODIR's eight classes settle in about 30
_LEAST_WEIGHT = 1e-6

Choice = tuple[str, tuple[str, ...]]
"""A group's label and the classes that may stand as wrong options beside it."""


def choose_options(groups: Iterable[ImageGroup], seed: int) -> dict[str, tuple[str, ...]]:
    """Return by group_id the classes of the wrong options, in no telling order; none where a closed item cannot be."""
    strata: defaultdict[tuple[str, str], list[ImageGroup]] = defaultdict(list)
    chosen: dict[str, tuple[str, ...]] = {}
    for group in groups:
        if classes_of(group.subtask) == (PLACE,):
            places = (str(place) for place in range(1, len(group.image_ids) + 1))
            chosen[group.group_id] = tuple(place for place in places if place != group.label)
        else:
            strata[str(group.split), str(group.subtask)].append(group)
    for _, members in sorted(strata.items()):
        chosen |= _choose_classes(members, seed)
    return chosen


def refuted_classes(group: ImageGroup, classes: Iterable[str]) -> tuple[str, ...]:
    """Return those of the classes that the facts show to be wrong for this group."""
    others = (one for one in classes if one != group.label)
    if group.subtask is not SubTask.EYE_DIAGNOSIS:
        return tuple(others)  # exclusive categories: one holds
    [eye] = find_key_places(group)
    keywords = [fact.value for fact in group.facts if fact.code == "keyword" and fact.image_index == eye]
    # Without keywords nothing tells what else the eye shows.
    possible = frozenset().union(*map(signs_of, keywords)) if keywords else frozenset({OTHER})
    return tuple(one for one in others if one not in possible)


def _choose_classes(groups: Sequence[ImageGroup], seed: int) -> dict[str, tuple[str, ...]]:
    """Choose within one split and sub-task, whose groups may differ in what they ask about."""
    live, n_wrong = _find_live_classes(groups)
    allowed = {group.group_id: refuted_classes(group, live) if group.label in live else () for group in groups}
    chosen = {group_id: names if len(names) == n_wrong else () for group_id, names in allowed.items()}
    for asked in sorted({group.asked or "" for group in groups}):
        members = [group for group in groups if (group.asked or "") == asked and len(allowed[group.group_id]) >= n_wrong]
        choices = {one.group_id: (one.label, allowed[one.group_id]) for one in members if not chosen[one.group_id]}
        if choices and n_wrong:
            settled = Counter(name for one in members for name in chosen[one.group_id])
            weights = _fit_weights(Counter(choices.values()), n_wrong, Counter(one.label for one in members), settled)
            chosen |= _draw(choices, weights, n_wrong, seed)
    return chosen


def _find_live_classes(groups: Sequence[ImageGroup]) -> tuple[tuple[str, ...], int]:
    """Return the classes that are the answer of some closed item, and how many wrong options each such item has."""
    subtask = groups[0].subtask
    present, former = {group.label for group in groups}, set[str]()
    live, n_wrong = (), 0
    while present != former:  # a class falls away where none of its groups has wrong options enough; then others may
        live = tuple(name for name in classes_of(subtask) if name in present)
        n_wrong = max(0, min(MAX_OPTIONS.get(subtask, _MOST), len(live)) - 1)
        able = (one for one in groups if one.label in present and len(refuted_classes(one, live)) >= n_wrong)
        former, present = present, {group.label for group in able}
    return live, n_wrong


def _fit_weights(
    choices: Mapping[Choice, int], n_wrong: int, labels: Mapping[str, int], offered: Mapping[str, int]
) -> dict[str, float]:
    """Return weights with which every class is expected as a wrong option n_wrong times as often as it is right.

    `offered` counts the wrong options of items that have no choice. A class that is never the label here has weight 0; where
    one is too frequent to be outweighed, or can hardly be offered, what can be reached is.
    """
    names = sorted({name for _, allowed in choices for name in allowed})
    targets = {name: max(0, n_wrong * labels.get(name, 0) - offered.get(name, 0)) for name in names}
    weights = {name: float(targets[name] > 0) for name in names}
    for _ in range(_ROUNDS):
        expected = dict.fromkeys(names, 0.0)
        for (_, allowed), count in choices.items():
            for names_of_set, chance in _sets_of(allowed, weights, n_wrong):
                for name in names_of_set:
                    expected[name] += count * chance
        for name in names:
            if weights[name] and expected[name]:
                weights[name] *= targets[name] / expected[name]
        largest = max(weights.values()) or 1.0
        weights = {name: max(weight / largest, _LEAST_WEIGHT) if targets[name] else 0.0 for name, weight in weights.items()}
    return weights


def _sets_of(allowed: Sequence[str], weights: Mapping[str, float], size: int) -> list[tuple[tuple[str, ...], float]]:
    """Return the sets of wrong options with their chances; classes without weight fill up where the others are too few."""
    weighty = [name for name in allowed if weights[name] > 0]
    if len(weighty) < size:
        fillers = [name for name in allowed if weights[name] <= 0][: size - len(weighty)]
        return [((*weighty, *fillers), 1.0)]
    sets = list(itertools.combinations(weighty, size))
    products = [math.prod(weights[name] for name in one) for one in sets]
    total = sum(products)
    return [(one, product / total) for one, product in zip(sets, products, strict=True)]


def _draw(choices: Mapping[str, Choice], weights: Mapping[str, float], n_wrong: int, seed: int) -> dict[str, tuple[str, ...]]:
    alike: defaultdict[Choice, list[str]] = defaultdict(list)
    for group_id, choice in choices.items():
        alike[choice].append(group_id)
    drawn: dict[str, tuple[str, ...]] = {}
    for (label, allowed), members in sorted(alike.items()):
        sets = _sets_of(allowed, weights, n_wrong)
        bounds = list(itertools.accumulate(chance for _, chance in sets))
        start = hash_share(seed, "options", label, *allowed)
        for number, group_id in enumerate(in_hash_order(members, seed, lambda one: f"options|{one}")):
            point = (number + start) / len(members)
            drawn[group_id] = sets[min(bisect_right(bounds, point), len(sets) - 1)][0]
    return drawn
