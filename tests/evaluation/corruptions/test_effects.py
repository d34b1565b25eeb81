import numpy as np
import pytest
from PIL import Image, ImageDraw

from evaluation.corruptions.blur import Defocus, MotionBlur, SoftBlur
from evaluation.corruptions.contrast import Fade, Haze, Shade
from evaluation.corruptions.corrupt import corrupt
from evaluation.corruptions.draws import Draws
from evaluation.corruptions.geometry import Crop, Rotation
from evaluation.corruptions.grades import find_ladder
from evaluation.corruptions.kinds import LEVELS, Corruption
from evaluation.corruptions.resolution import Jpeg, ShortKSpace, Thumbnail
from pipelines.vocabulary import Modality

DRAWS = Draws("picture", "kind", 3, seed=7)


def ramp(width: int = 256, height: int = 256) -> Image.Image:
    """Each pixel says where it is: red its column, green its row."""
    x, y = np.meshgrid(np.linspace(0, 255, width), np.linspace(0, 255, height))
    return Image.fromarray(np.stack([x, y, np.full_like(x, 80)], axis=-1).round().astype(np.uint8))


def point(side: int) -> Image.Image:
    image = Image.new("L", (side, side))
    ImageDraw.Draw(image).rectangle((side // 2 - 2, side // 2 - 2, side // 2 + 2, side // 2 + 2), fill=255)
    return image


@pytest.mark.parametrize("effect", [MotionBlur(16), SoftBlur(3.5), Defocus(5.5)])
def test_blur_spreads_light_and_loses_none(effect):
    before, after = (np.asarray(image, float) for image in (point(512), effect.apply(point(512), DRAWS)))
    assert after.sum() == pytest.approx(before.sum(), rel=0.08)  # rounding to levels
    assert (after > 0).sum() > 2 * (before > 0).sum()


@pytest.mark.parametrize("effect", [MotionBlur(22), SoftBlur(4.5), Defocus(7.5)])
@pytest.mark.parametrize("level", [0, 90, 255])
def test_blur_leaves_what_is_even_as_it_is_up_to_the_edges(effect, level):
    even = Image.new("L", (60, 40), level)
    assert effect.apply(even, DRAWS) == even


def test_motion_goes_one_way_and_is_as_long_as_it_says():
    rows, columns = np.nonzero(np.asarray(MotionBlur(22).apply(point(512), DRAWS)))
    spans = np.hypot(np.ptp(rows), np.ptp(columns))
    directions = np.linalg.svd(np.stack([rows - rows.mean(), columns - columns.mean()]), compute_uv=False)
    assert 22 <= spans <= 22 + 8
    assert directions[0] > 3 * directions[1]


def test_a_picture_moves_in_one_direction_at_all_levels():
    angles = [Draws("picture", "blur", level, seed=7).start_pose().uniform(0, np.pi) for level in LEVELS]
    assert len(set(angles)) == 1


def test_fading_keeps_the_mean_and_the_stated_share_of_differences():
    faded = np.asarray(Fade(0.35).apply(ramp(), DRAWS), float)
    clean = np.asarray(ramp(), float)
    assert faded.mean(axis=(0, 1)) == pytest.approx(clean.mean(axis=(0, 1)), abs=0.5)
    assert faded[..., 0].std() == pytest.approx(0.35 * clean[..., 0].std(), rel=0.02)


def test_shading_never_brightens_and_loses_the_stated_share_at_most():
    shaded = np.asarray(Shade(0.6).apply(Image.new("L", (200, 200), 200), DRAWS), float) / 200
    assert shaded.max() <= 1 and 0.4 <= shaded.min() < 0.7


@pytest.mark.parametrize("effect", [Haze(0.4, 0.72), Shade(0.88)])
def test_black_around_a_fundus_and_around_a_head_stays_black(fundus, effect):
    black = np.asarray(fundus).max(axis=-1) == 0
    assert black.mean() > 0.05
    assert (np.asarray(effect.apply(fundus, DRAWS))[black] == 0).all()


def test_haze_of_a_picture_without_an_aperture_changes_nothing():
    assert Haze(0.4, 0.7).apply(Image.new("RGB", (20, 20)), DRAWS) == Image.new("RGB", (20, 20))


def test_a_coarser_jpeg_has_a_smaller_file_behind_it(fundus):
    steps = [np.asarray(Jpeg(quality).apply(fundus, DRAWS), float) for quality in (50, 7)]
    errors = [np.abs(step - np.asarray(fundus, float)).mean() for step in steps]
    assert 0 < errors[0] < errors[1]


def test_what_is_finer_than_a_thumbnail_is_gone_and_what_is_coarser_stays():
    fine = Image.fromarray(np.tile([[0, 255], [255, 0]], (128, 128)).astype(np.uint8))
    coarse = Image.fromarray(np.kron([[0, 255], [255, 0]], np.ones((128, 128))).astype(np.uint8))
    for effect in (Thumbnail(0.25), ShortKSpace(0.25)):
        assert np.asarray(effect.apply(fine, DRAWS), float).std() < 3
        assert np.asarray(effect.apply(coarse, DRAWS), float).std() > 115


def test_a_short_k_space_rings_far_from_an_edge_and_a_thumbnail_does_not():
    edge = Image.fromarray(np.repeat([[60] * 128 + [180] * 128], 64, axis=0).astype(np.uint8))
    far = [np.asarray(effect.apply(edge, DRAWS), float)[:, 160:224] for effect in (ShortKSpace(0.15), Thumbnail(0.15))]
    assert far[0].std() > 1.5 and far[0].mean() == pytest.approx(180, abs=0.5)
    assert (far[1] == 180).all()


def test_a_large_picture_is_shrunk_to_as_few_pixels_as_a_middling_one():
    lines = Image.fromarray(np.tile(np.repeat([0, 255], 8), (1024, 64)).astype(np.uint8))
    assert np.asarray(Thumbnail(0.1).apply(lines, DRAWS), float).std() < 60 < np.asarray(lines, float).std()


def test_what_a_crop_keeps_lies_inside_what_the_level_below_keeps():
    boxes = []
    for level in LEVELS:
        cropped = np.asarray(corrupt(ramp(), Corruption.CROP, level, None, 7), int)
        boxes.append((cropped[..., 0].min(), cropped[..., 1].min(), 255 - cropped[..., 0].max(), 255 - cropped[..., 1].max()))
    assert all(all(inner >= outer for inner, outer in zip(boxes[i + 1], boxes[i], strict=True)) for i in range(4))
    assert sum(boxes[-1]) == pytest.approx(2 * 0.3 * 255, abs=8)


@pytest.mark.parametrize("kind", [Corruption.CROP, Corruption.ROTATION])
@pytest.mark.parametrize("level", LEVELS)
def test_left_stays_left_and_up_stays_up(kind, level):
    for seed in range(5):
        moved = np.asarray(corrupt(ramp(), kind, level, Modality.XRAY, seed), int)
        assert moved[128, 40, 0] < moved[128, 215, 0] and moved[40, 128, 1] < moved[215, 128, 1]


def test_corners_that_come_in_have_the_colour_of_the_border_black_or_white():
    for border in (0, 255):
        film = Image.new("L", (100, 100), border)
        film.paste(128, (10, 10, 90, 90))
        assert Rotation(16).apply(film, DRAWS).getpixel((0, 0)) == border


def test_a_crop_of_everything_is_the_picture():
    assert Crop(1.0).apply(ramp(), DRAWS) == ramp()


def test_films_move_slices_soften_and_photographs_defocus():
    kinds = {modality: type(find_ladder(Corruption.BLUR, modality).rungs[0]) for modality in (None, *Modality)}
    assert (kinds[Modality.MAMMOGRAPHY], kinds[Modality.MRI], kinds[Modality.FUNDUS]) == (MotionBlur, SoftBlur, Defocus)
    assert kinds[None] is Defocus
