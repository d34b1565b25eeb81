"""A fifth set of 276 outputs, written before the rules were read, first run after they were mended for the fourth set.

First seen, of 276: 248 right, 2 a wrong letter, 10 missed, 16 a letter from an undecidable output. The wording of both sets is
picked to be hard, so that these are no rates of what models write. The rules were mended once more after that; two labels
were changed: "No doubt, yes." is a yes, and "75" among per cents is "75%". What is still missed is told below.
"""

import pytest

from evaluation.choice import ChoiceRule, parse_choice
from tests.evaluation.labelled_outputs import find_options, list_cases, read_groups

GROUPS = read_groups("fifth")
KNOWN_MISSES = {
    *("progresive disease", "Progressive dissease", "Pnemonia", "saggital", "sagital"),  # typos
    *("We can conclude that D holds.", "Ich würde D wählen."),
}
CASES = list_cases(GROUPS, KNOWN_MISSES)


@pytest.mark.parametrize(("output", "options", "letter"), CASES)
def test_the_reading_is_that_of_a_labeller_who_had_not_seen_the_rules(output, options, letter):
    assert parse_choice(output, options).letter == letter


@pytest.mark.parametrize("output", sorted(KNOWN_MISSES))
def test_a_miss_is_undecided_and_never_a_wrong_letter(output):
    assert parse_choice(output, find_options(GROUPS, output)).rule is ChoiceRule.UNDECIDED


@pytest.mark.parametrize(
    ("output", "letter"),
    [
        ("C'est B", "B"),
        ("D'après les images, B", "B"),
        ("B.A larger opacity is seen.", "B"),
        ("<response>The first film shows worsening at first sight. The answer is A.</response>", "A"),
        ("To see if the opacity has grown, we compare the films: the answer is B.", "B"),
        ("If I had to choose, I would say B.", "B"),
        ("I settle on B.", "B"),
        ("There is no significant change.", None),
        ("A chest radiograph with worsening opacity.", "B"),
        ("B\n\n" + "Question: Is there a mass?\nA. yes\nB. no\nAnswer: A\n\n" * 300, "B"),
        ("The answer is B if the films were taken on one day.", None),
        ("The opacity is likelier to show improvement or worsening", None),
    ],
)
def test_wording_that_came_up_while_rules_were_mended_is_read(output, letter):
    assert parse_choice(output, {"A": "no change", "B": "worsening", "C": "improvement"}).letter == letter


def test_of_pages_of_text_only_an_announced_answer_counts():
    options = {"A": "no change", "B": "worsening", "C": "improvement"}
    pages = "The heart is of normal size and the lungs are clear. " * 200
    assert parse_choice(f"{pages}\nThe answer is B.", options).letter == "B"
    assert parse_choice(f"{pages} Perhaps worsening. {pages}", options).letter is None
    assert parse_choice(f"B. worsening\n{pages}", options).letter == "B"


def test_more_than_a_third_of_the_outputs_has_no_right_letter():
    letters = [letter for group in GROUPS for _, letter in group["cases"]]
    assert len(letters) == 276
    assert letters.count(None) == 101
