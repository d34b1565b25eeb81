from hypothesis import given
from hypothesis import strategies as st

from evaluation.choice_rules.text import normalise_text
from evaluation.conditions.meant import merge_meant, move_meant

OPTIONS = st.lists(st.sampled_from(["a mass", "A mass.", "no mass", "both", "-", "+", ""]), min_size=2, max_size=7).map(
    lambda texts: dict(zip("ABDEFGH", texts, strict=False))
)


def test_a_repeated_text_means_its_first_letter():
    assert merge_meant({"A": "drusen", "B": "glaucoma", "C": "Drusen."}) == {"A": "A", "B": "B", "C": "A"}


def test_texts_without_a_word_are_told_apart_by_their_signs():
    assert merge_meant({"A": "+", "B": "-", "C": "+"}) == {"A": "A", "B": "B", "C": "A"}


@given(OPTIONS)
def test_a_letter_means_one_with_its_own_text(options):
    for letter, meant in merge_meant(options).items():
        assert normalise_text(options[letter]) == normalise_text(options[meant])


@given(OPTIONS, st.integers(0, 6))
def test_moved_texts_keep_what_they_mean(options, shift):
    letters, texts = list(options), list(options.values())
    printed = {letters[(place + shift) % len(letters)]: text for place, text in enumerate(texts)}
    merged = merge_meant(options)
    for letter, meant in move_meant(options, shift).items():
        assert options[meant] == printed[letter] or normalise_text(options[meant]) == normalise_text(printed[letter])
        assert merged[meant] == meant
