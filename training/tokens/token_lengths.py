"""How many tokens the samples have, images included: known before a run, since memory and time follow from it.

Example:
    >>> lengths = summarise_tokens([100, 60, 130], image_tokens=96)
    >>> (lengths.n, lengths.total, lengths.median, lengths.maximum, lengths.histogram)
    (3, 290, 100, 130, ((64, 1), (128, 1), (256, 1)))
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TokenLengths:
    """Lengths of all samples, in tokens."""

    n: int
    total: int
    median: int
    p95: int  # by nearest rank: a length that occurs
    maximum: int
    image_tokens: int  # of the total: what the images take
    histogram: tuple[tuple[int, int], ...]  # samples of each bin, by its largest length: 64, 128, 256, ...


def summarise_tokens(lengths: Sequence[int], image_tokens: int) -> TokenLengths:
    """Return the summary; zeros where there are no samples."""
    ordered = sorted(lengths)
    counts = Counter(1 << max(length - 1, 0).bit_length() for length in ordered)
    return TokenLengths(
        n=len(ordered),
        total=sum(ordered),
        median=_nearest_rank(ordered, 0.5),
        p95=_nearest_rank(ordered, 0.95),
        maximum=_nearest_rank(ordered, 1.0),
        image_tokens=image_tokens,
        histogram=tuple(sorted(counts.items())),
    )


def _nearest_rank(ordered: Sequence[int], share: float) -> int:
    return ordered[max(math.ceil(share * len(ordered)), 1) - 1] if ordered else 0
