"""Whether a model keeps to its answer when only the order changes: of the options, or of the images and the question's words.

Options are moved on in a circle, so that every text stands at every place once. A model that reads them names the same text
each time; one that prefers a place names that place (position bias: Zheng et al., arXiv 2309.03882).

Example:
    >>> measure_distance([1.0, 0.0], [0.5, 0.5])
    0.5
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from evaluation.comparisons.judged import Judged, JudgedError
from evaluation.intervals import DEFAULT_SEED, DRAWS, bootstrap_bounded
from evaluation.scores.judging import View
from pipelines.score_records import ORDER_CONTROLS, Condition, Consistency
from pipelines.vocabulary import AnswerType

_Answers = Mapping[tuple[Condition, str], Judged]  # of one item, by condition and variant
_Variants = tuple[Judged, ...]  # of one item, every way in which it was to be shown


def measure_consistency(judged: Iterable[Judged], *, seed: int = DEFAULT_SEED, draws: int = DRAWS) -> tuple[Consistency, ...]:
    """Return one row per model, benchmark and kind of order, over closed items of which every variant was answered.

    The sighted answer is the variant in which nothing is moved. Permuted options have one more for each number of places from
    1 to one less than there are options, a swapped order has one more. Published letters (`meant`) are compared: where a text
    is printed twice, both its letters count as one only if they were merged, as `Judged` asks. Answers of the view as published
    alone are looked at, as it is the one that compares letters.

    `accuracy` is the mean over items of the mean over variants, so that items with many options do not weigh more. `places`
    and `keyed_places` are shares of the same answers: those of a known place, to items whose key has one. Where there is no
    such answer all of them are 0, and so is the bias.

    Raises:
        JudgedError: an answer is there twice, or a variant is no number of places that options can be moved by.
    """
    rows = []
    for (model, benchmark), items in _group_by_item(judged).items():
        for order in ORDER_CONTROLS:
            found = [_find_variants(items[key], order) for key in sorted(items)]
            whole = [variants for variants in found if variants]
            if whole:
                rows.append(_describe(model, benchmark, order, whole, seed, draws))
    return tuple(rows)


def measure_distance(shares: Sequence[float], others: Sequence[float]) -> float:
    """Return the total variation distance of two distributions over the same places: 0 where equal, 1 where they never meet."""
    return math.fsum(abs(share - other) for share, other in zip(shares, others, strict=True)) / 2


def _group_by_item(judged: Iterable[Judged]) -> dict[tuple[str, str], dict[str, _Answers]]:
    """Return the answers of each model and benchmark by item."""
    items: dict[tuple[str, str], dict[str, dict[tuple[Condition, str], Judged]]] = defaultdict(lambda: defaultdict(dict))
    for answer in judged:
        if answer.answer_type is not AnswerType.CLOSED or answer.view is not View.AS_PUBLISHED:
            continue
        answers = items[answer.model, answer.benchmark][answer.record_key]
        if (answer.condition, answer.variant) in answers:
            raise JudgedError(f"{answer} is there twice; give each answer once")
        answers[answer.condition, answer.variant] = answer
    return {place: dict(by_key) for place, by_key in items.items()}


def _find_variants(answers: _Answers, order: Condition) -> _Variants:
    """Return an item's answers in every variant of an order, the sighted one first; none where any is missing."""
    unmoved = [answer for (condition, _), answer in answers.items() if condition is Condition.SIGHTED]
    moved = {variant: answer for (condition, variant), answer in answers.items() if condition is order}
    if not unmoved or not moved:
        return ()
    if order is Condition.PERMUTED_OPTIONS:
        shifts = {str(shift) for shift in range(1, unmoved[0].n_options)}
        for variant in sorted(moved.keys() - shifts):
            raise JudgedError(f"{moved[variant]} has variant {variant!r}; expected one of {sorted(shifts)}: places moved on")
        if len(moved) < len(shifts):
            return ()
    return (*unmoved, *(moved[variant] for variant in sorted(moved)))


def _describe(model: str, benchmark: str, order: Condition, items: Sequence[_Variants], seed: int, draws: int) -> Consistency:
    consistent = [float(variants[0].meant is not None and len({v.meant for v in variants}) == 1) for variants in items]
    clusters = bootstrap_bounded(consistent, [variants[0].unit for variants in items], seed=seed, draws=draws)
    placed = [v for variants in items for v in variants if v.place is not None and v.keyed_place is not None]
    n_places = max(v.n_options for variants in items for v in variants)
    places = _share_out([v.place for v in placed], n_places)
    keyed_places = _share_out([v.keyed_place for v in placed], n_places)
    return Consistency(
        model=model,
        benchmark=benchmark,
        condition=order,
        n=len(items),
        n_clusters=clusters.n_clusters,
        consistent=sum(consistent) / len(items),
        low=clusters.interval.low if clusters.interval else None,
        high=clusters.interval.high if clusters.interval else None,
        accuracy=math.fsum(math.fsum(v.value for v in variants) / len(variants) for variants in items) / len(items),
        always_right=sum(all(v.value == 1 for v in variants) for variants in items) / len(items),
        places=places,
        keyed_places=keyed_places,
        position_bias=measure_distance(places, keyed_places),
    )


def _share_out(places: Sequence[int | None], n_places: int) -> tuple[float, ...]:
    counts = Counter(places)
    return tuple(counts[place] / len(places) if places else 0.0 for place in range(n_places))
