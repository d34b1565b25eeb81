import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rouge_score.rouge_scorer import RougeScorer
from rouge_score.tokenize import tokenize

from evaluation.open_answers.rouge_l import rouge_l_recalls, split_words

SCORER = RougeScorer(["rougeL"], use_stemmer=False)
WORDS = st.sampled_from(
    [
        "a",
        "the",
        "left",
        "kidney",
        "12",
        "1.5mm",
        "T1-w",
        "café",
        "肾",
        "ﬁ",
        "İ",
        "\u212a",
        "ß",
        "Ⅳ",
        "²",
        "_",
        "-",
        "\n",
        "\u00a0",
        "\ud83d",
    ]
)
TEXTS = st.text(max_size=40) | st.lists(WORDS, max_size=60).map(" ".join)


def ask_rouge_score(prediction: str, reference: str) -> float:
    return SCORER.score(reference, prediction)["rougeL"].recall


@given(st.lists(st.tuples(TEXTS, TEXTS), max_size=5))
@example([("\u212a İstanbul", "k i stanbul")])  # the Kelvin sign is a k in lower case, a dotted capital I is an i and a mark
@example([("a b a b a", "b a a b"), ("", "a"), ("a", ""), ("- .", "a"), ("a", "肾")])
def test_recalls_are_exactly_those_of_rouge_score(pairs: list[tuple[str, str]]) -> None:
    assert rouge_l_recalls(pairs) == [ask_rouge_score(*pair) for pair in pairs]


@given(st.text())
def test_words_are_exactly_those_of_rouge_score(text: str) -> None:
    assert [word.decode("ascii") for word in split_words(text)] == tokenize(text, None)


def test_every_character_parts_words_or_belongs_to_one_as_in_rouge_score() -> None:
    for first in range(0, 0x110000, 0x1000):
        text = "".join(f"x{chr(code)}y " for code in range(first, first + 0x1000))
        assert [word.decode("ascii") for word in split_words(text)] == tokenize(text, None)


def test_a_pair_does_not_depend_on_its_company() -> None:
    pairs = [("the left kidney", "left kidney of the first image"), ("first image", "left kidney of the first image")]
    assert rouge_l_recalls(pairs) == [rouge_l_recalls([pair])[0] for pair in pairs] == [1 / 3, 1 / 3]


@pytest.mark.parametrize(
    ("prediction", "recall"), [("left", 0.5), ("kidney left", 0.5), ("the left and the right kidney", 1.0)]
)
def test_it_is_recall_of_words_in_order(prediction: str, recall: float) -> None:
    assert rouge_l_recalls([(prediction, "left kidney")]) == [recall]
