"""Finds all pairs of perceptual hashes that are near, without comparing all with all; exact, in bounded memory.

Pigeonhole: hashes that differ in at most d bits of the fine detail agree but for one bit in at least one of d // 2 + 1 bands,
for if each band had two differences there would be more than d. Bits are dealt to bands in turn. So hashes are sorted by a
band, and only those are compared whose band is the same or has one bit flipped. The fine detail is searched since its bits are
nearly independent; layouts of one class of images have most bits in common.

Example:
    >>> hashes = np.zeros((3, 8), np.uint64)
    >>> hashes[1, 7], hashes[2] = 3, 2**64 - 1
    >>> [(int(i), int(j), int(d)) for i, j, d in zip(*gather_pairs(find_close_pairs(hashes, np.arange(3), 20), 3), strict=True)]
    [(0, 1, 2)]
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Numbers: TypeAlias = NDArray[np.int64]
ClosePairs: TypeAlias = tuple[Numbers, Numbers, Numbers]
"""Rows i and j, i < j, and their distance: bits of 256, in the half of the hash where they differ more."""

_CANDIDATES_AT_ONCE = 1 << 21
_PAIRS_AT_ONCE = 1 << 22
_FEWEST_BANDS = 5  # of 52 bits at most, so that a band is one number


def find_close_pairs(hashes: NDArray[np.uint64], tags: Numbers, max_distance: int) -> Iterator[ClosePairs]:
    """Yield all pairs of rows with different tags that are at most `max_distance` apart; a pair may come several times.

    Args:
        hashes: Distinct hashes, shape (hashes, 8): four words of layout, four of fine detail.
        tags: Rows with equal tags are not compared, shape (hashes,).
        max_distance: In bits of 256; each half may differ by that much.
    """
    n_bands = max(max_distance // 2 + 1, _FEWEST_BANDS)
    for band in range(n_bands):
        n_bits, values = _read_band(hashes, band, n_bands)
        order = np.argsort(values, kind="stable")
        for left, right in _list_candidates(values[order], n_bits):
            yield from _keep_close(hashes, tags, order[left], order[right], max_distance)


def gather_pairs(found: Iterable[ClosePairs], n_hashes: int) -> ClosePairs:
    """Return each pair once, ordered by rows; where there are millions, a spanning tree of nearest pairs stands for them.

    What a chain of pairs joins stays joined, so that memory is bounded where very many images look the same.
    """
    pairs, waiting = _no_pairs(), list[ClosePairs]()
    for chunk in found:
        waiting.append(chunk)
        if sum(len(part[0]) for part in waiting) > _PAIRS_AT_ONCE:
            pairs, waiting = _merge([pairs, *waiting], n_hashes), []
            pairs = _span(pairs, n_hashes) if len(pairs[0]) > _PAIRS_AT_ONCE else pairs
    return _merge([pairs, *waiting], n_hashes)


def _no_pairs() -> ClosePairs:
    return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.int64)


def _read_band(hashes: NDArray[np.uint64], band: int, n_bands: int) -> tuple[int, Numbers]:
    """Return how many bits a band has, and its value in each hash; bit `band`, `band + n_bands`, ... of the fine detail."""
    detail = np.ascontiguousarray(hashes[:, hashes.shape[1] // 2 :]).view(np.uint8)
    bits = range(band, detail.shape[1] * 8, n_bands)
    values = np.zeros(len(hashes), np.int64)
    for place, bit in enumerate(bits):
        values |= (detail[:, bit // 8] >> (7 - bit % 8) & 1).astype(np.int64) << place
    return len(bits), values


def _list_candidates(values: Numbers, n_bits: int) -> Iterator[tuple[Numbers, Numbers]]:
    """Yield places of sorted band values that are equal, or the same but for one bit; each pair of places once."""
    runs, starts = np.unique(values, return_index=True)
    ends = np.append(starts[1:], len(values))
    run_of = np.repeat(np.arange(len(runs)), ends - starts)
    places = np.arange(len(values))
    yield from _expand(places, places + 1, ends[run_of])
    for bit in range(n_bits):
        low = np.flatnonzero(runs >> bit & 1 == 0)
        partner = np.searchsorted(runs, runs[low] | 1 << bit)
        met = partner < len(runs)
        met[met] = runs[partner[met]] == runs[low[met]] | 1 << bit
        mine, its = low[met], partner[met]
        sizes = ends[mine] - starts[mine]
        yield from _expand(_count_up(starts[mine], sizes), np.repeat(starts[its], sizes), np.repeat(ends[its], sizes))


def _expand(places: Numbers, starts: Numbers, ends: Numbers) -> Iterator[tuple[Numbers, Numbers]]:
    """Yield each place with every one from its start to before its end, a bounded number of pairs at once."""
    sizes = np.maximum(ends - starts, 0)
    some = sizes > 0
    places, starts, sizes = places[some], starts[some], sizes[some]
    reached = np.cumsum(sizes)
    done = 0
    while done < len(places):
        before = reached[done] - sizes[done]
        stop = max(done + 1, int(np.searchsorted(reached, before + _CANDIDATES_AT_ONCE, side="right")))
        part = slice(done, stop)
        yield np.repeat(places[part], sizes[part]), _count_up(starts[part], sizes[part])
        done = stop


def _count_up(starts: Numbers, sizes: Numbers) -> Numbers:
    """Return starts[0], starts[0] + 1, ... (sizes[0] numbers), then the same of the next."""
    if not len(sizes):
        return np.empty(0, np.int64)
    firsts = np.cumsum(sizes) - sizes
    return np.arange(int(sizes.sum())) + np.repeat(starts - firsts, sizes)


def _keep_close(
    hashes: NDArray[np.uint64], tags: Numbers, left: Numbers, right: Numbers, max_distance: int
) -> Iterator[ClosePairs]:
    half = hashes.shape[1] // 2
    keep = np.flatnonzero(tags[left] != tags[right])
    left, right = left[keep], right[keep]
    for word in range(hashes.shape[1]):  # most candidates fall away at the first words
        near = np.bitwise_count(hashes[left, word] ^ hashes[right, word]) <= max_distance
        left, right = left[near], right[near]
    apart = np.bitwise_count(hashes[left] ^ hashes[right])
    distance = np.maximum(apart[:, :half].sum(axis=1), apart[:, half:].sum(axis=1)).astype(np.int64)
    near = distance <= max_distance
    if near.any():
        yield np.minimum(left, right)[near], np.maximum(left, right)[near], distance[near]


def _merge(parts: Sequence[ClosePairs], n_hashes: int) -> ClosePairs:
    """Return the pairs of all parts, each once, ordered by rows."""
    left, right, distance = (np.concatenate(column) for column in zip(*parts, strict=True))
    _, first = np.unique(left * n_hashes + right, return_index=True)
    return left[first], right[first], distance[first]


def _span(pairs: ClosePairs, n_hashes: int) -> ClosePairs:
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import minimum_spanning_tree

    left, right, distance = pairs
    tree = minimum_spanning_tree(coo_array((distance, (left, right)), shape=(n_hashes, n_hashes))).tocoo()
    return _merge([(tree.row.astype(np.int64), tree.col.astype(np.int64), tree.data.astype(np.int64))], n_hashes)
