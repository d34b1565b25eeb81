import pytest

from evaluation.choice import ChoiceRule
from evaluation.scores.judging import Exclusion, JudgingError, judge_closed, judge_open, judge_text, read_repeated

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


@pytest.mark.parametrize(
    ("output", "letter"),
    [("It is a normal fundus.", "A"), ("It is either A or C.", "A"), ("It is either B or C.", None), ("B and C", None),
     ("A: wrong\nB: correct\nC: correct", None), ("normal fundus or glaucoma", None)],
)  # fmt: skip
def test_an_answer_without_a_letter_names_a_repeated_text_only_where_it_names_no_other(output, letter):
    assert read_repeated(None, output, REPEATED) == letter


def test_a_hedge_between_the_key_and_a_copy_of_another_text_is_wrong_in_both_views(make_item):
    result = judge_closed(make_item("r", options=REPEATED, letter="B"), "It is either B or C.")
    assert (result.letter, result.is_correct_as_published, result.is_correct_corrected) == (None, False, False)


def test_of_two_repeated_texts_either_copy_of_each_counts_as_named():
    options = {"A": "drusen", "B": "drusen", "C": "cataract", "D": "cataract"}
    read = {output: read_repeated(None, output, options) for output in ("B or D", "B or C", "A or D", "A or B", "C or D")}
    assert read == {"B or D": None, "B or C": None, "A or D": None, "A or B": "A", "C or D": "C"}


@pytest.mark.parametrize(
    ("other", "key"),
    [("< 2 cm", "> 2 cm"), ("HER2+", "HER2-"), ("5", "-5"), (".5 cm", "5 cm"), ("+", "-"), ("1+", "1"), ("↑", "↓"),
     ("CDR 1/2", "CDR 1 2"), ("T2 > T1", "T2 < T1"), ("FLAIR (-)", "FLAIR (+)"), ("50 %", "50 ‰")],
)  # fmt: skip
def test_texts_that_differ_in_a_sign_alone_are_two_answers(make_item, other, key):
    item = make_item("r", options={"A": other, "B": key}, letter="B")
    assert [judge_closed(item, letter).is_correct_corrected for letter in "AB"] == [False, True]
    assert read_repeated(None, other, item.options) is None


def test_case_and_punctuation_of_the_reference_do_not_count():
    assert judge_text("A", {"A": "Left lung.", "B": "right"}, "left  lung")


def test_an_open_item_with_an_empty_reference_is_named(make_item):
    items = [make_item("good", answer="a mass"), make_item("bad", answer=" ")]
    with pytest.raises(JudgingError, match=r"1 open item.* bad; "):
        judge_open(items, ["x", "y"], "ci_offline", None)


def test_a_letter_that_contradicts_its_text_is_wrong_in_both_views(make_item):
    result = judge_closed(make_item("r", options={"A": "left lung", "B": "right lung"}, letter="A"), "A: right lung")
    assert (result.letter, result.is_correct_as_published, result.is_correct_corrected) == (None, False, False)


@pytest.mark.parametrize("output", ["C", "normal fundus", "normal fundus.", "cataract", "It is either B or C.", "no idea", ""])
def test_the_corrected_view_is_what_the_text_alone_is_judged_to_be(make_item, output):
    item = make_item("r", options=REPEATED, letter="C")
    assert judge_closed(item, output).is_correct_corrected is judge_text(output, item.options, item.answer)
