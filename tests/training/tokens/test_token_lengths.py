"""The summary counts every sample once and states lengths that occur."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from training.tokens.token_lengths import summarise_tokens


@given(st.lists(st.integers(1, 5000), max_size=60))
def test_summary_is_of_lengths_that_occur_and_bins_hold_each_once(lengths) -> None:
    found = summarise_tokens(lengths, image_tokens=0)
    assert (found.n, found.total, found.maximum) == (len(lengths), sum(lengths), max(lengths, default=0))
    bounds = [0, *(1 << power for power in range(14))]
    expected = {high: count for low, high in pairwise(bounds) if (count := sum(low < length <= high for length in lengths))}
    assert dict(found.histogram) == expected
    for quantile, share in ((found.median, 0.5), (found.p95, 0.95)):
        assert quantile in (lengths or [0])
        assert sum(length <= quantile for length in lengths) >= share * len(lengths)
