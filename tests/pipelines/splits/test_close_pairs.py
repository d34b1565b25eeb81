import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from pipelines.splits import close_pairs
from pipelines.splits.close_pairs import find_close_pairs, gather_pairs

MAX_DISTANCE = 20


def compare_all(hashes, tags, max_distance):
    apart = np.bitwise_count(hashes[:, None] ^ hashes[None])
    distance = np.maximum(apart[..., :4].sum(axis=2), apart[..., 4:].sum(axis=2))
    first, second = np.nonzero(np.triu(distance <= max_distance, 1) & (tags[:, None] != tags[None]))
    return {(int(i), int(j), int(distance[i, j])) for i, j in zip(first, second, strict=True)}


def find_all(hashes, tags, max_distance):
    pairs = gather_pairs(find_close_pairs(hashes, tags, max_distance), len(hashes))
    found = [tuple(int(one) for one in row) for row in zip(*pairs, strict=True)]
    assert found == sorted(set(found))
    return set(found)


@st.composite
def clustered_hashes(draw):
    """Some random hashes, and copies of them of which a few bits are flipped; often next to the greatest distance."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    n_centres, n_copies = draw(st.integers(1, 4)), draw(st.integers(1, 12))
    bits = np.repeat(rng.integers(0, 2, (n_centres, 512), dtype=np.uint8), n_copies, axis=0)
    for row in bits:
        for half in (slice(0, 256), slice(256, 512)):
            flipped = rng.choice(256, draw(st.sampled_from([0, 1, 5, 9, 10, 11, 20, 21])), replace=False)
            row[half][flipped] ^= 1
    hashes = np.unique(np.packbits(bits, axis=1).view(np.uint64), axis=0)
    return hashes, rng.integers(0, draw(st.integers(1, 5)), len(hashes))


@settings(deadline=None, max_examples=60)
@given(clustered_hashes(), st.sampled_from([0, 1, 2, 3, 10, 19, 20, 21, 41]))
def test_the_same_pairs_are_found_as_by_comparing_all_with_all(case, max_distance):
    hashes, tags = case
    assert find_all(hashes, tags, max_distance) == compare_all(hashes, tags, max_distance)


@settings(deadline=None, max_examples=30)
@given(arrays.arrays(np.uint64, st.tuples(st.integers(1, 20), st.just(8)), elements=st.integers(0, 3), unique=False))
def test_hashes_that_share_nearly_all_bits_are_found(hashes):
    hashes = np.unique(hashes, axis=0)
    tags = np.arange(len(hashes))
    assert find_all(hashes, tags, MAX_DISTANCE) == compare_all(hashes, tags, MAX_DISTANCE)


@pytest.mark.parametrize("half", [0, 1])
def test_the_greatest_distance_counts_wherever_the_bits_lie(half):
    for seed in range(40):
        rng = np.random.default_rng(seed)
        bits = np.zeros((3, 512), np.uint8)
        places = rng.permutation(256) + 256 * half
        bits[1, places[:MAX_DISTANCE]], bits[2, places[: MAX_DISTANCE + 1]] = 1, 1
        hashes = np.packbits(bits, axis=1).view(np.uint64)
        assert find_all(hashes, np.arange(3), MAX_DISTANCE) == {(0, 1, MAX_DISTANCE), (1, 2, 1)}


def test_no_hashes_and_one_hash_give_no_pairs():
    for n_hashes in (0, 1):
        assert find_all(np.zeros((n_hashes, 8), np.uint64), np.arange(n_hashes), MAX_DISTANCE) == set()


def test_small_portions_change_nothing(monkeypatch):
    hashes = np.unique(np.random.default_rng(1).integers(0, 4, (60, 8)).astype(np.uint64), axis=0)
    tags = np.arange(len(hashes)) % 7
    whole = find_all(hashes, tags, MAX_DISTANCE)
    monkeypatch.setattr(close_pairs, "_CANDIDATES_AT_ONCE", 3)
    assert find_all(hashes, tags, MAX_DISTANCE) == whole and len(whole) > 1000


def test_where_pairs_are_too_many_a_tree_of_them_joins_the_same_hashes(monkeypatch):
    hashes = np.unique(np.random.default_rng(1).integers(0, 4, (60, 8)).astype(np.uint64), axis=0)
    hashes = np.concatenate([hashes, ~hashes])  # two clusters, far apart
    tags = np.arange(len(hashes))
    whole = find_all(hashes, tags, MAX_DISTANCE)
    monkeypatch.setattr(close_pairs, "_PAIRS_AT_ONCE", 500)
    monkeypatch.setattr(close_pairs, "_CANDIDATES_AT_ONCE", 200)
    thinned = find_all(hashes, tags, MAX_DISTANCE)
    assert thinned <= whole and len(thinned) < len(whole)
    assert join(thinned, len(hashes)) == join(whole, len(hashes))
    assert len(set(join(whole, len(hashes)))) == 2


def join(pairs, n_hashes):
    person = list(range(n_hashes))
    for _ in range(n_hashes):
        for first, second, _ in pairs:
            person[first] = person[second] = min(person[first], person[second])
    return person
