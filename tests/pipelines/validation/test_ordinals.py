import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.generation.ordinals import ORDINALS
from pipelines.validation.ordinals import read_mentions


@pytest.mark.parametrize(
    ("text", "positions"),
    [
        ("Is it in the first image?", {0}),
        ("Compare the Second image with image 3.", {1, 2}),
        ("Which one? The third one", {2}),
        ("Is the first rib broken?", set()),
        ("The first chest film and the second film", {0, 1}),
        ("The first and second images", {0, 1}),
        ("The first, second and third images", {0, 1, 2}),
        ("Compare images 1 and 2.", {0, 1}),
        ("Images 1, 2 and 3 show it.", {0, 1, 2}),
        ("In image 2, 3 nodules are seen.", {1}),
        ("Is it in image one?", {0}),
        ("The image 3-dimensional view is clear.", set()),
        ("Is the image 3 mm thick?", set()),
        ("The image 2.5 cm below", set()),
        ("The image 2 months later", set()),
        ("The former shows a mass.", {0}),
        ("The left image shows a mass.", {0}),
        ("The image on the left is darker.", {0}),
        ("The left eye image shows a mass.", set()),
        ("The left mammogram shows a mass.", set()),
        ("The first two images show a mass.", {0, 1}),
        ("At first, the second image is normal.", {1}),
        ("Second opinion on the images", set()),
        ("The third ventricle of the first image", {0}),
        ("A one-third resection in the second image", {1}),
    ],
)
def test_positions_are_read(text: str, positions: set[int]):
    assert read_mentions(text).positions == positions


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("both images", {2}),
        ("Neither image shows it", {2}),
        ("one of the three images", {3}),
        ("two chest images", {2}),
        ("all three images", {3}),
        ("the two films", {2}),
        ("the three contrast-enhanced brain scans", {3}),
        ("Both of the images show it", {2}),
        ("this pair of images", {2}),
        ("the other two images", set()),
        ("the two other images", set()),
        ("the first two images", set()),
        ("two masses in the first image", set()),
        ("both eyes", set()),
        ("both lungs of the first image", set()),
        ("two views", set()),
        ("three nodules", set()),
    ],
)
def test_claimed_numbers_of_images_are_read(text: str, counts: set[int]):
    assert read_mentions(text).counts == counts


@pytest.mark.parametrize(
    "text",
    [
        "Which image shows it?",
        "Which of the images is older?",
        "In each image, is it there?",
        "None of the images shows it.",
        "What do the images show?",
        "Compare the first image with the other images.",
        "The second image differs from the others.",
        "Which one is normal?",
        "What do these chest films show?",
    ],
)
def test_questions_about_all_images_cover_all(text: str):
    assert read_mentions(text).covered(3) == {0, 1, 2}


@pytest.mark.parametrize(
    ("text", "covered"),
    [
        ("Is the middle one normal?", {1}),
        ("Is the last image normal?", {2}),
        ("Is the right image normal?", {2}),
        ("The latter shows a mass.", {2}),
        ("From the first image to the last image", {0, 2}),
        ("The right one is to be chosen.", set()),
        ("The right lung is clear.", set()),
    ],
)
def test_the_middle_and_the_last_of_three_are_found(text: str, covered: set[int]):
    assert read_mentions(text).covered(3) == covered


@given(st.sets(st.integers(0, 6), min_size=1), st.randoms(use_true_random=False))
def test_whatever_images_are_named_are_read(places: set[int], rng):
    forms = (
        lambda place: f"the {ORDINALS[place]} image",
        lambda place: f"image {place + 1}",
        lambda place: f"THE {ORDINALS[place].upper()} FILM",
    )
    text = " beside ".join(rng.choice(forms)(place) for place in sorted(places))
    assert read_mentions(f"Is the mass seen in {text}?").positions == places
