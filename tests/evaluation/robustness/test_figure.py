import io
import re
import xml.etree.ElementTree as ElementTree

import pytest
from PIL import Image

from evaluation.corruptions.kinds import LEVELS, Corruption
from evaluation.figures.drawing import PictureFormat
from evaluation.robustness.curves import RobustnessPoint
from evaluation.robustness.figure import draw_robustness
from evaluation.robustness.values import RobustnessError
from pipelines.vocabulary import AnswerType


def make_points(model="model", benchmark="rebuilt", modality="all", kinds=tuple(Corruption), has_interval=True):
    cell = (model, benchmark, AnswerType.CLOSED, "accuracy", modality)
    bounds = (0.5, 0.9) if has_interval else (None, None)
    clean = RobustnessPoint(*cell, None, 0, 0.7, *bounds, 40, 20)
    return [clean, *(RobustnessPoint(*cell, k, level, 0.7 - level / 20, *bounds, 40, 20) for k in kinds for level in LEVELS)]


def read_texts(svg: bytes) -> list[str]:
    ElementTree.fromstring(svg)
    return re.findall(r"<!-- (.*?) -->", svg.decode())


def test_there_is_a_panel_per_corruption_and_a_name_per_model():
    points = [*make_points("one"), *make_points("two")]
    texts = read_texts(draw_robustness(points, blind={"one": 0.4}, picture_format=PictureFormat.SVG))
    assert {"noise", "JPEG", "down-sampling", "rotation", "one", "two", "without images (blind)"} <= set(texts)
    assert any(text.startswith("rebuilt: closed, accuracy x 100") and "n 40, 20 units" in text for text in texts)


def test_no_legend_speaks_of_a_blind_run_that_is_not_drawn():
    assert "without images (blind)" not in read_texts(draw_robustness(make_points(), picture_format=PictureFormat.SVG))


@pytest.mark.parametrize("picture_format", PictureFormat)
def test_equal_points_give_equal_bytes(picture_format):
    points = make_points(has_interval=False, kinds=[Corruption.BLUR])
    first = draw_robustness(points, picture_format=picture_format)
    assert first == draw_robustness(points, picture_format=picture_format)


def test_the_png_is_a_picture_that_fits_a_page():
    with Image.open(io.BytesIO(draw_robustness(make_points()))) as picture:
        assert picture.format == "PNG" and 1000 < picture.width < 2000


def test_points_of_another_modality_are_left_out():
    points = [*make_points(), *make_points(modality="mri")]
    texts = read_texts(draw_robustness(points, modality="mri", picture_format=PictureFormat.SVG))
    assert any("images: mri" in text for text in texts)
    assert draw_robustness(points) == draw_robustness(make_points())


def test_a_model_name_with_a_dollar_sign_is_drawn_as_it_is():
    texts = read_texts(draw_robustness(make_points("a$b$c"), picture_format=PictureFormat.SVG))
    assert "a$b$c" in texts or r"a\$b\$c" in texts


@pytest.mark.parametrize(
    ("points", "found"),
    [([], "0"), ([*make_points(), *make_points(benchmark="released")], "2"), (make_points(modality="ct"), "0")],
)
def test_no_points_or_those_of_two_benchmarks_are_refused(points, found):
    with pytest.raises(RobustnessError, match=f"got {found} among images of modality all"):
        draw_robustness(points)
