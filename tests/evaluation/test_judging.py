import pytest

from evaluation.choice import ChoiceRule
from evaluation.judging import Exclusion, JudgingError, judge_closed, judge_open, judge_text, merge_repeated_options

REPEATED = {"A": "normal fundus", "B": "glaucoma", "C": "Normal  fundus."}


@pytest.mark.parametrize(("output", "published", "corrected"), [("A", False, True), ("C", True, True), ("B", False, False)])
def test_a_text_printed_twice_is_right_under_both_letters_in_the_corrected_view(make_item, output, published, corrected):
    result = judge_closed(make_item("r", options=REPEATED, letter="C"), output)
    assert (result.is_correct_as_published, result.is_correct_corrected) == (published, corrected)


def test_naming_a_repeated_text_is_undecided_by_letter_and_right_by_text(make_item):
    result = judge_closed(make_item("r", options=REPEATED, letter="C"), "It is a normal fundus.")
    assert (result.letter, result.rule) == (None, ChoiceRule.UNDECIDED)
    assert result.is_correct_as_published is False and result.is_correct_corrected is True


def test_a_repeated_wrong_text_is_wrong_in_both_views(make_item):
    result = judge_closed(make_item("r", options=REPEATED, letter="B"), "normal fundus")
    assert (result.is_correct_as_published, result.is_correct_corrected) == (False, False)


@pytest.mark.parametrize(
    ("letter", "answer", "exclusion"),
    [("B", "right", None), ("D", "right", Exclusion.KEY_NOT_AN_OPTION), (None, "x", Exclusion.KEY_NOT_AN_OPTION),
     ("B", "upper", Exclusion.REFERENCE_NOT_AN_OPTION)],
)  # fmt: skip
def test_an_item_whose_key_is_no_option_is_excluded_from_the_corrected_view_only(make_item, letter, answer, exclusion):
    result = judge_closed(make_item("r", options={"A": "left", "B": "right"}, letter=letter, answer=answer), "B")
    assert result.exclusion == exclusion
    assert result.is_correct_as_published is (letter == "B")
    assert (result.is_correct_corrected is None) == (exclusion is not None)


def test_a_missing_output_is_wrong_and_kept_apart_from_an_empty_one(make_item):
    item = make_item("r", options={"A": "left", "B": "right"}, letter="B")
    assert judge_closed(item, None).output is None and judge_closed(item, "").output == ""
    assert judge_closed(item, None).is_correct_as_published is False


def test_an_item_without_a_key_is_never_right_by_an_undecided_answer(make_item):
    # None == None must not count as agreement
    assert judge_closed(make_item("r", options={"A": "x", "B": "y"}, letter=None), "no idea").is_correct_as_published is False


def test_merging_keeps_the_first_letter_of_a_text():
    assert merge_repeated_options(REPEATED) == {"A": "normal fundus", "B": "glaucoma"}


def test_case_and_punctuation_of_the_reference_do_not_count():
    assert judge_text("A", {"A": "Left lung.", "B": "right"}, "left  lung")


def test_an_open_item_with_an_empty_reference_is_named(make_item):
    items = [make_item("good", answer="a mass"), make_item("bad", answer=" ")]
    with pytest.raises(JudgingError, match=r"1 open item.* bad; "):
        judge_open(items, ["x", "y"], "ci_offline", None)


def test_a_letter_that_contradicts_its_text_is_wrong_in_both_views(make_item):
    result = judge_closed(make_item("r", options={"A": "left lung", "B": "right lung"}, letter="A"), "A: right lung")
    assert (result.letter, result.is_correct_as_published, result.is_correct_corrected) == (None, False, False)
