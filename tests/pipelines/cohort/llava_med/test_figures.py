import io
from functools import cache

import numpy as np
import pytest
from PIL import Image

from pipelines.cohort.phantoms.figure import (
    PIXELS_PER_CM,
    SECTION_SIZE,
    SPECIMEN_SIZE,
    Lesion,
    Specimen,
    Tissue,
    draw_gross,
    draw_histology,
)

SEEDS = range(3)


def pixels(jpeg):
    return np.asarray(Image.open(io.BytesIO(jpeg))).astype(int)


@cache
def section(seed, mitoses=False, necrosis=False, glands=False):
    return pixels(draw_histology(Tissue(mitoses, necrosis, glands), seed))


@pytest.mark.parametrize("seed", SEEDS)
def test_many_mitoses_make_many_black_plates(seed):
    few, many = (np.count_nonzero(section(seed, mitoses=m).max(axis=2) < 75) for m in (False, True))
    assert many > 2.5 * few


@pytest.mark.parametrize("seed", SEEDS)
def test_necrosis_takes_the_nuclei_from_the_lower_right_corner_alone(seed):
    corner, rest = np.s_[240:, 240:], np.s_[:110, :110]
    purple = [
        np.count_nonzero(section(seed, necrosis=n)[place][:, :, 1] < 110) for n in (False, True) for place in (corner, rest)
    ]
    alive, above, dead, above_dead = purple
    assert dead < alive / 8
    assert abs(above - above_dead) < above / 4


@pytest.mark.parametrize("seed", SEEDS)
def test_glands_have_white_lumina(seed):
    without, with_glands = (np.count_nonzero(section(seed, glands=g).min(axis=2) > 225) for g in (False, True))
    assert with_glands > 3000 > 300 > without


@pytest.mark.parametrize("lesion", [Lesion.NODULE, Lesion.HEMORRHAGE])
@pytest.mark.parametrize("size_cm", [1, 2, 4])
def test_a_lesion_is_as_wide_as_the_ruler_says(lesion, size_cm):
    image = pixels(draw_gross(Specimen(lesion, size_cm), seed=size_cm))[:250]
    red, green = image[:, :, 0], image[:, :, 1]
    inside = (green > 130) & (red > 170) if lesion is Lesion.NODULE else (red < 120) & (green < 36)
    columns = np.flatnonzero(inside.sum(axis=0) > 2)
    assert (columns[-1] - columns[0]) / PIXELS_PER_CM == pytest.approx(size_cm, rel=0.2, abs=0.2)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_ruler_has_a_long_tick_per_centimetre(seed):
    image = pixels(draw_gross(Specimen(Lesion.NONE, 0), seed))
    dark = np.flatnonzero(image[SPECIMEN_SIZE[1] - 31, 24:424].max(axis=1) < 130)  # below the short ticks
    ticks = dark[np.flatnonzero(np.diff(dark, prepend=-9) > 3)]
    assert len(ticks) == 11
    assert set(np.diff(ticks)) <= {PIXELS_PER_CM - 1, PIXELS_PER_CM, PIXELS_PER_CM + 1}


def test_the_cloth_is_blue_and_the_section_pink():
    cloth = pixels(draw_gross(Specimen(Lesion.NONE, 0), seed=1))[:20].mean(axis=(0, 1))
    assert cloth[2] > cloth[1] + 40 > cloth[0] + 40
    pink = section(1).mean(axis=(0, 1))
    assert pink[0] > pink[2] > pink[1] + 20


def test_equal_seeds_draw_equal_images_and_others_differ():
    tissue, specimen = Tissue(True, True, True), Specimen(Lesion.NODULE, 2)
    assert draw_histology(tissue, 5) == draw_histology(tissue, 5) != draw_histology(tissue, 6)
    assert draw_gross(specimen, 5) == draw_gross(specimen, 5) != draw_gross(specimen, 6)
    assert section(5).shape == (SECTION_SIZE, SECTION_SIZE, 3)
