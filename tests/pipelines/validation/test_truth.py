"""What statements about one or two images claim."""

import pytest

from pipelines.validation.truth import read_polarity, read_truth


@pytest.mark.parametrize(
    ("statement", "claimed"),
    [
        ("Both images show a mass.", (True, True)),
        ("A mass in each of the two images", (True, True)),
        ("A mass is seen in both the first and the second image.", (True, True)),
        ("A mass is absent from both images.", (False, False)),
        ("No mass in either image.", (False, False)),
        ("Neither shows a mass", (False, False)),
        ("In the first alone", (True, False)),
        ("Only the second shows a mass", (False, True)),
        ("Present in the first image but not in the second.", (True, False)),
        ("The second image shows a mass; the first does not.", (False, True)),
        ("The first shows none, while the second shows a mass.", (False, True)),
    ],
)
def test_a_statement_claims_something_of_both_images(statement: str, claimed: tuple[bool, bool]):
    assert read_truth(statement) == claimed


@pytest.mark.parametrize(
    "statement",
    [
        "The first image shows a mass.",
        "Not both images show a mass.",
        "Not only the first image shows a mass.",
        "Either the first or the second image shows a mass.",
        "Possibly both images show a mass.",
        "Not only in the second",
        "A mass",
    ],
)
def test_a_statement_that_leaves_an_image_open_claims_nothing(statement: str):
    assert read_truth(statement) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Yes", "yes"),
        ("No.", "no"),
        ("Present", "yes"),
        ("Not seen", "no"),
        ("Yes, a mass is seen.", "yes"),
        ("No, there is no mass.", "no"),
        ("No mass is seen.", "no"),
        ("The second image shows a mass.", "yes"),
        ("Yes, there is no mass.", None),
        ("No, a mass is seen.", None),
        ("A mass cannot be excluded.", None),
        ("There may be a mass.", None),
    ],
)
def test_a_text_affirms_or_denies_or_does_neither(text: str, said: str | None):
    assert read_polarity(text) == said
