"""How far reviewers agree about the records that two or more of them decided.

Where nearly everything is approved, Cohen's kappa falls although reviewers agree; Gwet's AC1 does not (K. L. Gwet,
"Computing inter-rater reliability and its variance in the presence of high agreement", Br J Math Stat Psychol 61, 2008).

Example:
    >>> approve, reject = Verdict.APPROVE, Verdict.REJECT
    >>> measure_agreement([(approve, approve), (approve, approve), (approve, approve), (approve, reject)])
    Agreement(n_items=4, raw=0.75, gwet_ac1=0.68)
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipelines.review.standing import Standing
from pipelines.vocabulary import Verdict


@dataclass(frozen=True, slots=True)
class Agreement:
    """Agreement over n_items records; None where no record has two reviewers.

    `raw` is the share of agreeing pairs of reviewers, 0-1; `gwet_ac1` is corrected for chance, -1 to 1.
    """

    n_items: int
    raw: float | None
    gwet_ac1: float | None


def measure_agreement(items: Iterable[Sequence[Verdict]]) -> Agreement:
    """Return the agreement over items, each given by the verdicts of its reviewers; items with fewer than two are left out.

    For two verdicts and approval share q, the chance agreement of AC1 is 2 q (1 - q); with more than two reviewers an
    item's raw agreement is the share of its pairs that agree (Gwet 2008, equations for multiple raters).
    """
    rated = [verdicts for verdicts in items if len(verdicts) >= 2]
    if not rated:
        return Agreement(0, None, None)
    raw = sum(map(_agreeing_pairs, rated)) / len(rated)
    approving = sum(_n_approvals(verdicts) / len(verdicts) for verdicts in rated) / len(rated)
    by_chance = 2 * approving * (1 - approving)  # at most 0.5, so that 1 - by_chance is never 0
    return Agreement(len(rated), raw, (raw - by_chance) / (1 - by_chance))


def verdicts_of(standings: Iterable[Standing]) -> list[tuple[Verdict, ...]]:
    """Return the verdicts that count for each item, as `measure_agreement` takes them."""
    return [tuple(decision.verdict for decision in standing.decisions) for standing in standings]


def _n_approvals(verdicts: Sequence[Verdict]) -> int:
    return sum(verdict is Verdict.APPROVE for verdict in verdicts)


def _agreeing_pairs(verdicts: Sequence[Verdict]) -> float:
    n, n_approve = len(verdicts), _n_approvals(verdicts)
    n_reject = n - n_approve
    return (n_approve * (n_approve - 1) + n_reject * (n_reject - 1)) / (n * (n - 1))
