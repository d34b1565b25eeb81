import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.audit.mentions import may_go_beyond_two, read_all_mentions, read_option_mentions

NAMES = ["first", "second", "third", "2nd", "3rd", "4", "one", "two", "three", "middle", "center", "12"]
WORDS = [*NAMES, "the", "a", "which", "both", "all", "image", "images", "image4", "scan", "and", "or", "of", "in"]


@settings(deadline=None, max_examples=60)
@given(st.lists(st.lists(st.sampled_from(WORDS), min_size=2, max_size=8).map(" ".join), min_size=40, max_size=40))
def test_no_text_that_names_more_than_two_images_is_passed_over(texts: list[str]):
    for text in texts:
        mentions = read_all_mentions(text)
        is_beyond = not mentions.positions <= {0, 1} or mentions.names_middle or any(count > 2 for count in mentions.counts)
        assert may_go_beyond_two(text) or not is_beyond, text


def test_lists_and_numbers_of_images_are_read():
    assert read_all_mentions("the first, second, and third images").positions == {0, 1, 2}
    assert read_all_mentions("Images 1 and 2 beside image no. 4").positions == {0, 1, 3}
    assert read_all_mentions("the 2nd chest X-ray image").positions == {1}


def test_case_does_not_matter():
    assert read_all_mentions("THE THIRD IMAGE").positions == read_all_mentions("the third image").positions == {2}


@pytest.mark.parametrize(
    ("text", "positions"),
    [
        ("Compare images 1-3", {0, 1, 2}),
        ("Images 1 to 3 show it", {0, 1, 2}),
        ("images 1,2 and 3", {0, 1, 2}),
        ("images 1, 2, 3", {0, 1, 2}),
        ("image 1 and 3 are alike", {0, 2}),
        ("In image 2, 3 nodules are seen", {1}),
        ("In images 1 and 2, 3 nodules are seen", {0, 1}),
        ("a mass in image 1 and 3 nodules in image 2", {0, 1}),
        ("Is the image 3-dimensional, or image 2D?", set()),
        ("images 3 to 5 months apart", set()),
        ("image 5% larger", set()),
    ],
)
def test_ranges_are_read_and_a_number_that_counts_something_else_is_not(text: str, positions: set[int]):
    assert read_all_mentions(text).positions == positions


@pytest.mark.parametrize(
    "stem", ["Which image is older?", "Which of these shows cancer?", "Which of the two mammograms is older?"]
)
def test_a_bare_position_is_an_image_where_the_question_asks_which_image(stem: str):
    assert read_option_mentions("The third", stem).positions == {2}


@pytest.mark.parametrize("stem", ["Which of these ribs is broken?", "Which of the findings is new?", "Which rib is broken?"])
def test_a_bare_position_is_no_image_where_the_question_asks_for_something_else(stem: str):
    assert read_option_mentions("The third", stem).positions == set()
