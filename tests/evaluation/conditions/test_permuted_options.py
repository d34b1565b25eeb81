from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.benchmark import BenchmarkItem
from evaluation.conditions.left_out import CannotPoseError, LeftOut
from evaluation.conditions.meant import merge_meant
from evaluation.conditions.option_references import names_options
from evaluation.conditions.permuted_options import pose_permuted
from evaluation.conditions.pose import pose_items
from evaluation.scores.judging import find_exclusion, judge_closed
from pipelines.score_records import Condition
from pipelines.vocabulary import AnswerType

TEXTS = ["a mass", "no mass", "ascites", "a fracture", "pneumonia", "gallstones", "an infarct"]


@st.composite
def closed_items(draw):
    texts = draw(st.lists(st.sampled_from(TEXTS), min_size=2, max_size=7))
    letters = sorted(draw(st.permutations("ABCDEFGH"))[: len(texts)])
    place = draw(st.integers(0, len(texts) - 1))
    options = dict(zip(letters, texts, strict=True))
    return BenchmarkItem(
        "r1", 0, "r1", ("a.jpg",), "What is seen?", options, letters[place], texts[place], AnswerType.CLOSED, "r1"
    )


@given(closed_items())
def test_every_text_stands_once_under_every_letter_and_the_key_follows_its_text(item):
    shown = [item, *(posed.shown for posed in pose_permuted(item))]
    assert len(shown) == len(item.options)
    for letter in item.options:
        assert Counter(one.options[letter] for one in shown) == Counter(item.options.values())
    assert sorted(one.letter for one in shown) == sorted(item.options)
    for one in shown:
        assert list(one.options) == list(item.options)
        assert one.options[one.letter] == item.answer


@given(closed_items())
def test_a_printed_letter_means_a_published_one_with_its_text(item):
    for posed in pose_permuted(item):
        for letter, text in posed.shown.options.items():
            assert item.options[posed.meant[letter]] == text
        assert set(posed.meant.values()) == set(merge_meant(item.options).values())


@given(closed_items())
def test_the_item_stays_as_published(item):
    before = dict(item.options)
    for posed in pose_permuted(item):
        assert posed.item is item and item.options == before
        assert (posed.shown.key, posed.shown.images, posed.shown.question) == (item.key, item.images, item.question)


def test_a_gap_in_the_letters_stays_where_it_is(odir):
    item = next(item for item in odir if item.id == "VQA_RAD-77")
    assert [list(posed.shown.options) for posed in pose_permuted(item)] == [["A", "B", "D"]] * 2
    assert [posed.shown.letter for posed in pose_permuted(item)] == ["A", "B"]


@pytest.mark.parametrize("name", ["rad", "odir"])
def test_every_released_closed_item_is_moved_and_its_key_is_judged_right(name, request):
    items = request.getfixturevalue(name)
    posing = pose_items(items, Condition.PERMUTED_OPTIONS, seed=1)
    assert posing.left_out == {"open": {"rad": 73, "odir": 300}[name]}
    assert len(posing.posed) == {"rad": 293 * 2, "odir": 292 * 3 + 8 * 2}[name]
    for posed in posing.posed:
        result = judge_closed(posed.shown, f"{posed.shown.letter}: {posed.shown.options[posed.shown.letter]}")
        assert result.is_correct_as_published
        assert result.is_correct_corrected is (None if find_exclusion(posed.item) else True)


@pytest.mark.parametrize(
    ("text", "is_reference"),
    [
        ("Both A and B", True),
        ("A and C", True),
        ("A, B and C", True),
        ("B & C", True),
        ("Neither A nor B", True),
        ("A or (C)", True),
        ("AB", True),
        ("Only (a)", True),
        ("Option b.", True),
        ("None of the above", True),
        ("All of the above", True),
        ("Any of the above.", True),
        ("More than one of the above", True),
        ("Both of the above", True),
        ("The first two options", True),
        ("The previous answer is right", True),
        ("以上都不是", True),
        ("A mass above the diaphragm", False),
        ("None above the diaphragm", False),
        ("Hepatitis B", False),
        ("A mass and a fracture", False),
        ("BI-RADS category B", False),
        ("Both images", False),
        ("None of these images", False),
        ("Neither image shows a mass", False),
        ("A condition that is not listed here", False),
        ("The first image", False),
        ("Image 2", False),
        ("Type A", False),
    ],
)
def test_what_an_option_says_of_the_others_is_read(text, is_reference):
    assert names_options(text, "ABCD") is is_reference


def test_letters_that_are_not_printed_are_no_reference():
    assert names_options("Hepatitis B and C", "ABC") and not names_options("Hepatitis B and C", "DE")


def test_an_option_that_names_others_leaves_its_item_out(make_shown):
    item = make_shown("What is seen?", ["a mass", "a cyst", "Both A and B"])
    with pytest.raises(CannotPoseError) as raised:
        pose_permuted(item)
    assert raised.value.reason is LeftOut.OPTION_NAMES_OPTIONS


def test_a_question_that_names_letters_leaves_its_item_out(make_shown):
    with pytest.raises(CannotPoseError):
        pose_permuted(make_shown("Is option A likelier than option B?", ["yes", "no"]))


def test_a_single_option_cannot_move(make_shown):
    with pytest.raises(CannotPoseError) as raised:
        pose_permuted(make_shown("What is seen?", ["a mass"]))
    assert raised.value.reason is LeftOut.ONE_OPTION
