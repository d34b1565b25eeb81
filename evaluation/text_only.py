r"""A classifier that reads question and options but no image: what wording alone gives away.

Cross-validated, so that no independent unit is both learned from and answered. It does see the benchmark's own labels, and
is therefore an upper bound of what the text leaks, not a zero-shot score.

Example:
    >>> assign_folds([], seed=1)
    {}
"""

import hashlib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from evaluation.benchmark import BenchmarkItem

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

FOLDS = 5
MIN_UNITS = 2
_WORD = r"(?u)\w+"  # one-letter words count: "T1", "a"
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
    chosen: dict[str, str] = {}
    for fold in sorted(set(fold_of.values())):
        held_out = [item for item in items if fold_of[item.unit] == fold]
        chosen.update(_predict_fold([item for item in items if fold_of[item.unit] != fold], held_out))
    return {item.key: chosen[item.key] for item in items}


def assign_folds(items: Sequence[BenchmarkItem], seed: int) -> dict[str, int]:
    """Return the fold of every independent unit; at most FOLDS, as equal in units as can be, whatever the items' order."""
    units = sorted({item.unit for item in items}, key=lambda unit: _rank(unit, seed))
    return {unit: place % min(FOLDS, len(units)) for place, unit in enumerate(units)}


def _rank(unit: str, seed: int) -> str:
    return hashlib.sha256(f"{seed}\n{unit}".encode("utf-8", "surrogatepass")).hexdigest()


def _predict_fold(learn: Sequence[BenchmarkItem], answer: Sequence[BenchmarkItem]) -> Iterator[tuple[str, str]]:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    labels = [letter == item.letter for item in learn for letter in item.options]
    if len(set(labels)) < 2:
        raise TextOnlyError(
            f"{len(labels)} question-option pairs to learn from are all keyed or all not; nothing to tell apart"
        )
    vectoriser = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=_WORD)
    vectoriser.fit(_pair_texts(learn))
    model = LogisticRegression(C=_INVERSE_REGULARISATION, max_iter=1000).fit(_features(vectoriser, learn), labels)
    for item in answer:
        scores = model.decision_function(_features(vectoriser, [item])).tolist()
        letters = list(item.options)
        yield item.key, letters[scores.index(max(scores))]


def _features(vectoriser: Any, items: Sequence[BenchmarkItem]) -> "csr_matrix":
    """Return features of every question-option pair, shape (pairs, words + 1)."""
    from scipy.sparse import csr_matrix, hstack

    lengths = [[value] for item in items for value in _relative_lengths(item)]
    return csr_matrix(hstack([vectoriser.transform(_pair_texts(items)), csr_matrix(lengths)]))


def _pair_texts(items: Sequence[BenchmarkItem]) -> list[str]:
    return [f"{item.question} | {option}" for item in items for option in item.options.values()]


def _relative_lengths(item: BenchmarkItem) -> list[float]:
    lengths = [len(option) for option in item.options.values()]
    mean = max(sum(lengths) / len(lengths), 1.0)
    return [length / mean - 1 for length in lengths]
