import pytest

from pipelines.validation.ordinals import read_mentions


@pytest.mark.parametrize(
    ("text", "positions"),
    [
        ("Is it in the first image?", {0}),
        ("Compare the Second image with image 3.", {1, 2}),
        ("Which one? The third one", {2}),
        ("Is the first rib broken?", set()),
    ],
)
def test_positions_are_read(text: str, positions: set[int]):
    assert read_mentions(text).positions == positions


@pytest.mark.parametrize(
    ("text", "count"),
    [("both images", 2), ("Neither image shows it", 2), ("one of the three images", 3), ("two chest images", 2)],
)
def test_claimed_numbers_of_images_are_read(text: str, count: int):
    assert read_mentions(text).counts == {count}


@pytest.mark.parametrize("text", ["Which image shows it?", "Which of the images is older?", "In each image, is it there?"])
def test_questions_about_all_images_cover_all(text: str):
    assert read_mentions(text).covered(3) == {0, 1, 2}


def test_the_middle_one_of_three_is_the_second():
    assert read_mentions("Is the middle one normal?").covered(3) == {1}
