import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from evaluation.corruptions.corrupt import corrupt
from evaluation.corruptions.kinds import LEVELS, Corruption
from pipelines.vocabulary import Modality

MODALITIES = [None, Modality.XRAY, Modality.CT, Modality.MRI, Modality.ULTRASOUND, Modality.FUNDUS]


@pytest.mark.parametrize("mode", ["L", "RGB"])
@settings(deadline=None)  # the first call imports SciPy
@given(
    width=st.integers(1, 24),
    height=st.integers(1, 24),
    corruption=st.sampled_from(Corruption),
    level=st.integers(0, 5),
    modality=st.sampled_from([None, *Modality]),
    filling=st.sampled_from(["noise", "black", "white"]),
    seed=st.integers(0, 2**63),
)
def test_mode_and_size_stay_whatever_the_picture(mode, width, height, corruption, level, modality, filling, seed):
    shape = (height, width) if mode == "L" else (height, width, 3)
    values = {
        "noise": np.random.default_rng(seed).integers(0, 256, shape),
        "black": np.zeros(shape),
        "white": np.full(shape, 255),
    }
    image = Image.fromarray(values[filling].astype(np.uint8))
    before = image.tobytes()
    worse = corrupt(image, corruption, level, modality, seed)
    assert (worse.mode, worse.size) == (mode, (width, height))
    assert image.tobytes() == before
    if level == 0:
        assert worse.tobytes() == before


@pytest.mark.parametrize("modality", MODALITIES)
@pytest.mark.parametrize("corruption", Corruption)
def test_order_and_the_global_state_of_chance_do_not_matter(chest, corruption, modality):
    orders = [[(1, 7), (3, 7), (5, 8)], [(5, 8), (1, 7), (3, 7)]]
    found = []
    for place, order in enumerate(orders):
        np.random.seed(place)
        random.seed(place)
        found.append({what: corrupt(chest, corruption, what[0], modality, what[1]).tobytes() for what in order})
    assert found[0] == found[1]


@pytest.mark.parametrize("corruption", [Corruption.NOISE, Corruption.BLUR, Corruption.CROP])
def test_seed_and_content_decide_where_chance_is(chest, corruption):
    first = corrupt(chest, corruption, 3, Modality.XRAY, 1)
    assert first != corrupt(chest, corruption, 3, Modality.XRAY, 2)
    other = chest.copy()
    other.putpixel((5, 5), 255 - int(chest.getpixel((5, 5))))
    changes = np.asarray(first, int) - np.asarray(corrupt(other, corruption, 3, Modality.XRAY, 1), int)
    assert (changes != 0).mean() > 0.1  # one other pixel, another corruption of all


def test_which_way_a_picture_turns_is_its_own():
    grid = [Image.fromarray(np.random.default_rng(n).integers(0, 256, (32, 32), np.uint8)) for n in range(60)]
    turned = [corrupt(image, Corruption.ROTATION, 5, None, 7) for image in grid]
    to_the_left = [
        image.rotate(16, Image.Resampling.BICUBIC).crop((10, 10, 22, 22)) == worse.crop((10, 10, 22, 22))
        for image, worse in zip(grid, turned, strict=True)
    ]
    to_the_right = [
        image.rotate(-16, Image.Resampling.BICUBIC).crop((10, 10, 22, 22)) == worse.crop((10, 10, 22, 22))
        for image, worse in zip(grid, turned, strict=True)
    ]
    assert all(left != right for left, right in zip(to_the_left, to_the_right, strict=True))
    assert 15 <= sum(to_the_left) <= 45


@pytest.mark.parametrize("modality", MODALITIES)
@pytest.mark.parametrize("corruption", Corruption)
def test_a_gray_picture_in_a_colour_file_is_corrupted_as_the_gray_one(chest, corruption, modality):
    plain = corrupt(chest, corruption, 4, modality, 7)
    assert corrupt(chest.convert("RGB"), corruption, 4, modality, 7) == plain.convert("RGB")


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("corruption", Corruption)
def test_every_level_changes_a_picture(chest, fundus, corruption, level):
    assert corrupt(chest, corruption, level, Modality.XRAY, 7) != chest
    assert corrupt(fundus, corruption, level, Modality.FUNDUS, 7) != fundus


@pytest.mark.parametrize("mode", ["RGBA", "P", "I;16", "1", "F"])
def test_a_picture_of_another_mode_is_refused_with_what_to_do(mode):
    with pytest.raises(ValueError, match=rf"got mode {mode} of 4 x 4; convert it first"):
        corrupt(Image.new(mode, (4, 4)), Corruption.BLUR, 1, None, 7)


@pytest.mark.parametrize("level", [-1, 6])
def test_a_level_that_there_is_not_is_refused(level):
    with pytest.raises(ValueError, match=f"0 \\(clean\\) to 5, got {level}"):
        corrupt(Image.new("L", (4, 4)), Corruption.BLUR, level, None, 7)
