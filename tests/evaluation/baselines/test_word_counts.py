"""Counting once gives what scikit-learn's own vectoriser gives for each fold."""

from random import Random

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer

from evaluation.baselines.word_counts import WordCounts

WORDS = ["Which", "image", "shows", "the", "a", "mass", "T1", "effusion", "no", "3", "Ödem"]
TEXTS = st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=8).map(" ".join), min_size=1, max_size=8)


@given(TEXTS, TEXTS, st.randoms(use_true_random=False))
def test_features_are_those_of_a_vectoriser_fitted_on_the_fold(learn: list[str], answer: list[str], random: Random) -> None:
    places = list(range(len(learn) + len(answer)))
    random.shuffle(places)
    texts = dict(zip(places, [*learn, *answer], strict=True))
    found = WordCounts([texts[place] for place in sorted(texts)]).weigh(places[: len(learn)], places[len(learn) :])
    vectoriser = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=r"(?u)\w+").fit(learn)
    for features, text in zip(found, (learn, answer), strict=True):
        assert np.array_equal(features.toarray(), csr_matrix(vectoriser.transform(text)).toarray())
