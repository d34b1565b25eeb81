"""McNemar's exact test: of the items that only one of two models has right, is either's share too large for a fair coin?

Source: McNemar, Psychometrika 12 (1947); exact form as a two-sided binomial test of the discordant pairs.
It takes items as independent, which questions about one patient are not: read it beside the sign-flip test by unit.

Example:
    >>> find_mcnemar_p(8, 1)
    0.0390625
"""


def find_mcnemar_p(n_only_a: int, n_only_b: int) -> float:
    """Return the two-sided p of so many items that only a, and so many that only b has right; 1.0 where there are none.

    Raises:
        ValueError: a count is negative.
    """
    if n_only_a < 0 or n_only_b < 0:
        raise ValueError(f"discordant items are counted from 0, got n_only_a={n_only_a}, n_only_b={n_only_b}")
    if n_only_a + n_only_b == 0:
        return 1.0
    from scipy.stats import binomtest

    return float(binomtest(n_only_a, n_only_a + n_only_b).pvalue)
