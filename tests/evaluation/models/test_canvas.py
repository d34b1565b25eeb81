import itertools

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image

from evaluation.models.canvas import MOST_PIXELS, compose_canvas

SIDES = st.integers(1, 3000)
LABEL = 0.12


def plain(width: int, height: int, value: int = 0) -> Image.Image:
    return Image.new("L", (width, height), value)


def find_areas(canvas: Image.Image, values: list[int]) -> list[tuple[int, int, int, int]]:
    """Return left, top, right and bottom of where each value stands."""
    pixels = np.asarray(canvas)
    places = [np.argwhere(pixels == value) for value in values]
    return [(one[:, 1].min(), one[:, 0].min(), one[:, 1].max() + 1, one[:, 0].max() + 1) for one in places]


def test_images_stand_side_by_side_at_one_height_in_order_and_whole():
    canvas = compose_canvas([plain(400, 300, 10), plain(150, 150, 20), plain(200, 300, 30)])
    areas = find_areas(canvas, [10, 20, 30])
    assert [right - left for left, _, right, _ in areas] == [400, 300, 200]
    assert {(top, bottom) for _, top, _, bottom in areas} == {(36, 336)}
    assert all(left[2] < right[0] for left, right in itertools.pairwise(areas)), "a gutter between them"


def test_three_wide_images_stand_one_above_another_and_two_do_not():
    wide = [plain(600, 300, value) for value in (10, 20, 30)]
    areas = find_areas(compose_canvas(wide), [10, 20, 30])
    assert {(left, right) for left, _, right, _ in areas} == {(0, 600)}
    assert all(above[3] < below[1] for above, below in itertools.pairwise(areas))
    left, right = find_areas(compose_canvas(wide[:2]), [10, 20])
    assert left[2] < right[0] and left[1] == right[1]


def test_the_numbers_are_printed_above_each_and_differ():
    canvas = np.asarray(compose_canvas([plain(300, 300)] * 3))
    labels = [canvas[:36, left : left + 300] for left in (0, 318, 636)]
    assert all((label > 200).sum() > 30 for label in labels), "white ink on gray"
    assert not np.array_equal(labels[0], labels[1]) and not np.array_equal(labels[1], labels[2])
    for label in labels:
        columns = np.argwhere((label > 200).any(axis=0))
        assert abs(columns.mean() - 150) < 4, "in the middle"


def test_one_colour_image_makes_a_colour_canvas_and_gray_ones_stay_gray():
    colour = Image.new("RGB", (300, 300), (200, 10, 10))
    canvas = compose_canvas([plain(300, 300, 90), colour])
    assert canvas.mode == "RGB"
    assert (canvas.getpixel((10, 100)), canvas.getpixel((400, 100))) == ((90, 90, 90), (200, 10, 10))
    assert compose_canvas([plain(3, 3), plain(5, 3)]).mode == "L"


def test_it_is_the_same_every_time():
    images = [Image.fromarray(np.random.default_rng(seed).integers(0, 256, (90, 120), np.uint8)) for seed in range(3)]
    assert compose_canvas(images).tobytes() == compose_canvas([image.copy() for image in images]).tobytes()


@example([(2049, 1)])
@example([(1, 3000), (3000, 1)])
@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(SIDES, SIDES), min_size=1, max_size=4))
def test_it_is_bounded_whatever_the_shapes(sizes):
    canvas = compose_canvas([plain(*size) for size in sizes])
    assert max(canvas.size) <= MOST_PIXELS and min(canvas.size) >= 1


def test_small_images_are_enlarged_so_that_the_number_can_be_read():
    canvas = compose_canvas([plain(32, 32), plain(32, 32)])
    assert canvas.height >= 224 * (1 + LABEL)


@pytest.mark.parametrize("images", [[], [plain(3, 3), Image.new("RGBA", (3, 3))]])
def test_nothing_and_other_modes_are_refused(images):
    with pytest.raises(ValueError, match="takes images of mode L or RGB"):
        compose_canvas(images)


def test_two_real_radiographs_are_both_on_it(vqa_rad_root):
    paths = sorted((vqa_rad_root / "VQA_RAD Image Folder").glob("*.jpg"))[:2]
    images = []
    for path in paths:
        with Image.open(path) as image:
            images.append(image.convert("L"))
    canvas = compose_canvas(images)
    assert canvas.mode == "L" and max(canvas.size) <= MOST_PIXELS
    side = round(canvas.height / (1 + LABEL))
    first = canvas.crop((0, canvas.height - side, round(images[0].width * side / images[0].height), canvas.height))
    expected = images[0].resize(first.size, Image.Resampling.LANCZOS)
    assert np.abs(np.asarray(first, np.int16) - np.asarray(expected, np.int16)).mean() < 8
