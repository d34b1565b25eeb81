import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.validation.labels.lexicon import Lexicon
from pipelines.validation.labels.placing import pair_places
from pipelines.validation.labels.sentence import read_sentence
from pipelines.validation.labels.views import find_views

_words = st.sampled_from(
    ["no", "not", "or", "nor", "and", "but", ",", ".", "worse", "better", "the", "stable", "without", "is"]
)


@pytest.mark.parametrize(
    ("text", "negated"),
    [
        ("No improvement", ["improvement"]),
        ("No improvement but worsening", ["improvement"]),
        ("No improvement or worsening", ["improvement", "or", "worsening"]),
        ("No improvement, worsening, or change", ["improvement", ",", "worsening", ",", "or", "change"]),
        ("No, it is worse", []),
        ("Not only better", []),
        ("A little better", []),
        ("Little progress", ["progress"]),
        ("It hasn't grown", ["grown"]),
        ("It can\u2019t grow", ["grow"]),
        ("Without change and worse", ["change"]),
        ("Rather than growing, it shrank", ["than", "growing"]),
    ],
)
def test_a_negation_reaches_to_the_end_of_its_clause(text: str, negated: list[str]):
    sentence = read_sentence(text)
    assert [word for word, one in zip(sentence.words, sentence.is_negated, strict=True) if one] == negated


@given(st.lists(_words, max_size=12))
def test_every_word_has_one_mark_of_each_kind(words: list[str]):
    sentence = read_sentence(" ".join(words))
    assert len(sentence.words) == len(sentence.is_negated) == len(sentence.clause) == len(sentence.sentence) == len(words)
    assert list(sentence.clause) == sorted(sentence.clause)


@given(st.text(max_size=60))
def test_any_text_can_be_read(text: str):
    sentence = read_sentence(text)
    assert all(sentence.is_denied(place, place + 1) in (True, False) for place in range(len(sentence.words)))
    assert pair_places(text, find_views(text), 3) == pair_places(text, find_views(text), 3)


def test_the_longest_phrase_counts_and_no_word_counts_twice():
    lexicon = Lexicon({1: ["highly suggestive (of) (malignan*)"], 2: ["malignan*|cancer"], 3: ["suggestive"]})
    words = ("highly", "suggestive", "of", "malignancy", "or", "cancer")
    assert [(match.tag, match.start, match.end) for match in lexicon.find(words)] == [(1, 0, 4), (2, 5, 6)]


def test_a_phrase_that_may_be_empty_is_an_error_that_names_it():
    with pytest.raises(ValueError, match="'mass'"):
        Lexicon({"mass": ["(a) (mass)"]})


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("The first image is CC and the second image is MLO.", [(1, {"CC"}), (2, {"MLO"})]),
        ("The MLO view is in the third image.", [(3, {"MLO"})]),
        ("Is the first or the second image CC or MLO?", []),
        ("Unlike the first image, the second image is MLO, not CC.", []),
        ("Which image is the CC view?", []),
        ("The fourth image is CC.", []),
    ],
)
def test_images_and_what_is_said_of_them_are_paired_in_order(text: str, pairs: list[tuple[int, set[str]]]):
    assert pair_places(text, find_views(text), 3) == pairs
