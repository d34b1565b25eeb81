"""Words and word pairs of texts, counted once for all folds: counting is most of what a text classifier costs.

The features of a fold are those of scikit-learn's `TfidfVectorizer` fitted on the fold's texts: counts do not depend on folds,
only which words are known and how rare each of them is.

Example:
    >>> counts = WordCounts(["a mass", "no mass", "an effusion"])
    >>> learn, answer = counts.weigh([0, 1], [2])
    >>> learn.shape, answer.nnz
    ((2, 5), 0)
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

_WORD = r"(?u)\w+"  # one-letter words count: "T1", "a"


class WordCounts:
    """How often each word and word pair stands in each text."""

    def __init__(self, texts: Sequence[str]) -> None:
        """Count; texts of templates recur by the thousand, and each one is read once."""
        from scipy.sparse import csr_matrix
        from sklearn.feature_extraction.text import CountVectorizer

        place_of = {text: place for place, text in enumerate(dict.fromkeys(texts))}
        counts = CountVectorizer(ngram_range=(1, 2), token_pattern=_WORD).fit_transform(place_of)
        self._counts = csr_matrix(counts)[[place_of[text] for text in texts]]

    def weigh(self, learn: Sequence[int], answer: Sequence[int]) -> "tuple[csr_matrix, csr_matrix]":
        """Return TF-IDF features, shape (texts, words), of the texts at two lists of places; words are those of the first."""
        from scipy.sparse import csr_matrix
        from sklearn.feature_extraction.text import TfidfTransformer

        seen = self._counts[learn].getnnz(axis=0).nonzero()[0]
        weights = TfidfTransformer(sublinear_tf=True)
        learned = weights.fit_transform(self._counts[learn][:, seen])
        return csr_matrix(learned), csr_matrix(weights.transform(self._counts[answer][:, seen]))
