"""Whose images an item gets when images are shuffled: those of an item of another unit, each item's once if that can be.

Items of as many images and one ability stand in a seeded hash order, unit by unit, and each takes the images of the one some
places on; so every item gives once. Where that would be its own unit or an image of its own, two items exchange their givers.
Only what is still without a giver then takes one that gives already, the least used first, of its ability before others.

Example:
    >>> from evaluation.benchmark import BenchmarkItem
    >>> from pipelines.vocabulary import AnswerType
    >>> items = [BenchmarkItem(k, 0, k, (f"{k}.jpg",), "What?", {}, None, "A mass.", AnswerType.OPEN, k) for k in "ab"]
    >>> {key: donor.key for key, donor in find_donors(items, seed=1).items()}
    {'a': 'b', 'b': 'a'}
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Sequence

from evaluation.benchmark import BenchmarkItem

Donors = dict[str, BenchmarkItem]


def find_donors(items: Sequence[BenchmarkItem], seed: int) -> Donors:
    """Return the item whose images each item gets, by key, in the items' order; without the items that none can give to."""
    pools: defaultdict[int, list[BenchmarkItem]] = defaultdict(list)
    for item in items:
        if item.images:
            pools[len(item.images)].append(item)
    donors: Donors = {}
    for pool in pools.values():
        donors |= _find_in_pool(_in_hash_order(pool, seed))
    return {item.key: donors[item.key] for item in items if item.key in donors}


def may_give(donor: BenchmarkItem, item: BenchmarkItem) -> bool:
    """Return whether an item may be shown with a donor's images: as many, of another unit, and none of its own."""
    return len(donor.images) == len(item.images) and donor.unit != item.unit and set(donor.images).isdisjoint(item.images)


def _in_hash_order(items: Sequence[BenchmarkItem], seed: int) -> list[BenchmarkItem]:
    """Return items unit by unit, units and the items of each by a hash: in a rotation by a whole unit, none meets its own."""
    return sorted(items, key=lambda item: (_hash(seed, item.unit), item.unit, _hash(seed, item.key), item.key))


def _hash(seed: int, name: str) -> bytes:
    return hashlib.sha256(f"{seed}\n{name}".encode("utf-8", "surrogatepass")).digest()


def _find_in_pool(pool: list[BenchmarkItem]) -> Donors:
    abilities: defaultdict[str, list[BenchmarkItem]] = defaultdict(list)
    for item in pool:
        abilities[item.ability or ""].append(item)
    donors: Donors = {}
    for members in abilities.values():
        donors |= _derange(members)
    uses = Counter(donor.key for donor in donors.values())
    for item in pool:
        if item.key not in donors and (donor := _least_used(item, abilities[item.ability or ""], pool, uses)) is not None:
            donors[item.key] = donor
            uses[donor.key] += 1
    return donors


def _derange(members: list[BenchmarkItem]) -> Donors:
    """Return donors of which each gives once; items that would need a second gift are left out."""
    step = max(Counter(item.unit for item in members).values())
    given = members[step:] + members[:step] if step < len(members) else list(members)
    for place, item in enumerate(members):
        if not may_give(given[place], item):
            _exchange(place, members, given)
    return {item.key: donor for item, donor in zip(members, given, strict=True) if may_give(donor, item)}


def _exchange(place: int, members: list[BenchmarkItem], given: list[BenchmarkItem]) -> None:
    """Exchange the giver at a place with the first one further on, round the circle, that suits both; nothing if none does."""
    for offset in range(1, len(members)):
        other = (place + offset) % len(members)
        if may_give(given[other], members[place]) and may_give(given[place], members[other]):
            given[place], given[other] = given[other], given[place]
            return


def _least_used(
    item: BenchmarkItem, same_ability: list[BenchmarkItem], pool: list[BenchmarkItem], uses: Counter[str]
) -> BenchmarkItem | None:
    for candidates in (same_ability, pool):
        allowed = [donor for donor in candidates if may_give(donor, item)]
        if allowed:
            return min(allowed, key=lambda donor: uses[donor.key])  # the first of the hash order on ties
    return None
