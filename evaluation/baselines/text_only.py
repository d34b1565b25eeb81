r"""A classifier that reads question and options but no image: what wording alone gives away.

Cross-validated, so that no independent unit is both learned from and answered. It does see the benchmark's own labels, and
is therefore an upper bound of what the text leaks, not a zero-shot score.

Example:
    >>> assign_folds([], seed=1)
    {}
"""

import hashlib
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING

from evaluation.baselines.word_counts import WordCounts
from evaluation.benchmark import BenchmarkItem

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

FOLDS = 5
MIN_UNITS = 2
_INVERSE_REGULARISATION = 10.0


class TextOnlyError(ValueError):
    """A benchmark from which no text-only classifier can be learned; says why."""


def predict_text_only(items: Sequence[BenchmarkItem], seed: int) -> dict[str, str]:
    """Return the option letter per item key that TF-IDF and logistic regression choose, each fold by the others' model.

    One row per question-option pair, labelled by whether the option is keyed; features are words and word pairs of both
    texts and the option's length relative to the item's mean. The option with the highest score is chosen, the first on ties.

    Raises:
        TextOnlyError: fewer than two independent units, or a fold whose others hold no keyed (or only keyed) options.
    """
    fold_of = assign_folds(items, seed)
    if len(fold_of) < MIN_UNITS:
        raise TextOnlyError(f"{len(fold_of)} independent unit(s); cross-validation needs at least {MIN_UNITS}")
    pairs = _Pairs(items)
    chosen: dict[str, str] = {}
    for fold in sorted(set(fold_of.values())):
        learn = [place for place, item in enumerate(items) if fold_of[item.unit] != fold]
        chosen.update(_predict_fold(pairs, learn, [place for place, item in enumerate(items) if fold_of[item.unit] == fold]))
    return {item.key: chosen[item.key] for item in items}


def assign_folds(items: Sequence[BenchmarkItem], seed: int) -> dict[str, int]:
    """Return the fold of every independent unit; at most FOLDS, as equal in units as can be, whatever the items' order."""
    units = sorted({item.unit for item in items}, key=lambda unit: _rank(unit, seed))
    return {unit: place % min(FOLDS, len(units)) for place, unit in enumerate(units)}


def _rank(unit: str, seed: int) -> str:
    return hashlib.sha256(f"{seed}\n{unit}".encode("utf-8", "surrogatepass")).hexdigest()


class _Pairs:
    """Every question with each of its options: words and relative length, in the order of the items and their options."""

    def __init__(self, items: Sequence[BenchmarkItem]) -> None:
        self.items = items
        sizes = accumulate((len(item.options) for item in items), initial=0)
        self._rows = [range(start, start + len(item.options)) for start, item in zip(sizes, items, strict=False)]
        self._words = WordCounts([f"{item.question} | {option}" for item in items for option in item.options.values()])
        self._lengths = [value for item in items for value in _relative_lengths(item)]

    def describe(self, learn: Sequence[int], answer: Sequence[int]) -> "tuple[csr_matrix, csr_matrix]":
        """Return the features of the pairs of some items, shape (pairs, words + 1), in terms of those to learn from."""
        from scipy.sparse import csr_matrix, hstack

        rows = [[row for place in places for row in self._rows[place]] for places in (learn, answer)]
        lengths = [csr_matrix([[self._lengths[row]] for row in some]) for some in rows]
        words = self._words.weigh(*rows)
        return csr_matrix(hstack([words[0], lengths[0]])), csr_matrix(hstack([words[1], lengths[1]]))


def _predict_fold(pairs: _Pairs, learn: Sequence[int], answer: Sequence[int]) -> Iterator[tuple[str, str]]:
    """Yield key and letter of the items at the places to answer, by what those at the places to learn from teach."""
    from sklearn.linear_model import LogisticRegression

    labels = [letter == pairs.items[place].letter for place in learn for letter in pairs.items[place].options]
    if len(set(labels)) < 2:
        raise TextOnlyError(
            f"{len(labels)} question-option pairs to learn from are all keyed or all not; nothing to tell apart"
        )
    known, asked = pairs.describe(learn, answer)
    model = LogisticRegression(C=_INVERSE_REGULARISATION, max_iter=1000).fit(known, labels)
    scores = iter(model.decision_function(asked).tolist())
    for item in (pairs.items[place] for place in answer):
        of_letter = {letter: next(scores) for letter in item.options}
        yield item.key, max(of_letter, key=lambda letter: of_letter[letter])  # the first on ties


def _relative_lengths(item: BenchmarkItem) -> list[float]:
    lengths = [len(option) for option in item.options.values()]
    mean = max(sum(lengths) / len(lengths), 1.0)
    return [length / mean - 1 for length in lengths]
