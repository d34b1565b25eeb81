import io

import numpy as np
import pytest
from PIL import Image

from pipelines.rendering.decode import load
from pipelines.rendering.problem import ImageProblem
from pipelines.rendering.to_rgb import refuse_constant, to_rgb
from pipelines.vocabulary import Reason


def through_file(image, kind, **options):
    sink = io.BytesIO()
    image.save(sink, kind, **options)
    return to_rgb(load(sink.getvalue()))


def values(image):
    assert image.mode == "RGB"
    return np.asarray(image)


def test_16_bit_values_are_scaled_from_their_own_range():
    wide = Image.fromarray(np.array([[1000, 2000], [3000, 5000]], dtype=np.uint16))
    for kind in ("PNG", "TIFF"):
        image, steps = through_file(wide, kind)
        assert values(image)[..., 0].tolist() == [[0, 64], [128, 255]]  # (v - 1000) * 255 / 4000, rounded half to even
        assert steps == ("range_to_8_bit", "gray_to_rgb")


@pytest.mark.parametrize("dtype", [np.int32, np.float32])
def test_32_bit_values_are_scaled_too_and_below_zero(dtype):
    image, steps = through_file(Image.fromarray(np.array([[-10, 0], [10, 30]], dtype=dtype)), "TIFF")
    assert values(image)[..., 0].tolist() == [[0, 64], [128, 255]]
    assert steps[0] == "range_to_8_bit"


def test_values_that_are_not_finite_are_refused():
    with pytest.raises(ImageProblem, match="not finite"):
        through_file(Image.fromarray(np.array([[np.nan, 1.0]], dtype=np.float32)), "TIFF")


def test_a_palette_becomes_its_colours():
    image = Image.new("P", (2, 1))
    image.putpalette([255, 0, 0, 0, 255, 0])
    image.putpixel((1, 0), 1)
    rendered, steps = through_file(image, "PNG")
    assert values(rendered).tolist() == [[[255, 0, 0], [0, 255, 0]]]
    assert steps == ("palette_to_rgb",)


def test_cmyk_jpeg_becomes_rgb_and_not_its_negative():
    rendered, steps = through_file(Image.new("CMYK", (8, 8), (0, 0, 0, 0)), "JPEG")
    assert values(rendered).min() > 250
    assert steps == ("cmyk_to_rgb",)


def test_bilevel_and_gray_become_rgb():
    assert through_file(Image.new("1", (2, 2), 1), "PNG")[1] == ("bilevel_to_rgb",)
    image, steps = through_file(Image.new("L", (2, 2), 9), "PNG")
    assert values(image).tolist() == [[[9, 9, 9]] * 2] * 2
    assert steps == ("gray_to_rgb",)


@pytest.mark.parametrize(
    ("image", "options"),
    [
        (Image.new("RGBA", (1, 1), (200, 100, 50, 0)), {}),
        (Image.new("LA", (1, 1), (200, 0)), {}),
        (Image.new("RGB", (1, 1), (200, 100, 50)), {"transparency": (200, 100, 50)}),
        (Image.new("L", (1, 1), 200), {"transparency": 200}),
    ],
)
def test_what_is_transparent_becomes_black(image, options):
    rendered, steps = through_file(image, "PNG", **options)
    assert values(rendered).tolist() == [[[0, 0, 0]]]
    assert steps == ("alpha_over_black",)


def test_half_transparent_is_half_as_bright():
    rendered, _ = through_file(Image.new("RGBA", (1, 1), (200, 100, 50, 128)), "PNG")
    assert values(rendered).tolist() == [[[100, 50, 25]]]


@pytest.mark.parametrize(("orientation", "corner"), [(1, (0, 0)), (3, (1, 2)), (6, (2, 0)), (8, (0, 1))])
def test_the_exif_orientation_is_applied(orientation, corner):
    """The upper left pixel of the file is white; where it must go follows from the EXIF standard (2.32, tag 0x0112)."""
    image = Image.new("RGB", (2, 3))
    image.putpixel((0, 0), (255, 255, 255))
    exif = Image.Exif()
    exif[0x0112] = orientation
    rendered, steps = through_file(image, "PNG", exif=exif.tobytes())
    white = [(x, y) for x in range(rendered.width) for y in range(rendered.height) if rendered.getpixel((x, y))[0]]
    assert white == [corner]
    assert steps == (() if orientation == 1 else ("exif_orientation",))


@pytest.mark.parametrize("orientation", [0, 9, 77])
def test_an_orientation_that_does_not_exist_is_ignored(orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    rendered, steps = through_file(Image.new("RGB", (2, 3), (1, 2, 3)), "PNG", exif=exif.tobytes())
    assert (rendered.size, steps) == ((2, 3), ())


def test_upright_rgb_passes_unchanged():
    pixels = np.arange(60, dtype=np.uint8).reshape(4, 5, 3)
    rendered, steps = through_file(Image.fromarray(pixels), "PNG")
    assert np.array_equal(values(rendered), pixels)
    assert steps == ()


@pytest.mark.parametrize("mode", ["RGB", "L", "I;16"])
def test_a_constant_image_is_refused_in_every_depth(mode):
    image, _ = to_rgb(Image.new(mode, (5, 4)))
    with pytest.raises(ImageProblem, match="5 x 4 pixels") as caught:
        refuse_constant(image)
    assert caught.value.reason is Reason.IMAGE_CONSTANT


def test_an_image_that_differs_in_one_pixel_of_one_channel_is_not_constant():
    image = Image.new("RGB", (5, 4), (7, 7, 7))
    image.putpixel((2, 2), (7, 7, 8))
    refuse_constant(image)
