"""Severity rises with the level: measured on real films and on synthetic pictures, by structural similarity and by error."""

import numpy as np
import pytest
from PIL import Image
from skimage.metrics import structural_similarity

from evaluation.corruptions.corrupt import corrupt
from evaluation.corruptions.grades import GRADES, find_ladder
from evaluation.corruptions.kinds import LEVELS, Corruption
from pipelines.vocabulary import Modality

ORGANS = {None: "CHEST", Modality.XRAY: "CHEST", Modality.MRI: "HEAD", Modality.CT: "ABD", Modality.ULTRASOUND: "ABD"}
# each ladder once: a modality without one of its own has that of None
CASES = [
    (corruption, modality)
    for corruption, ladders in GRADES.items()
    for modality in ORGANS
    if modality is None or (modality in ladders and ladders[modality] != ladders[None])
]


def measure(clean: Image.Image, worse: Image.Image) -> tuple[float, float]:
    """Return structural similarity and signal-to-noise (dB) of the luminance."""
    first, second = (np.asarray(image.convert("L"), np.float32) for image in (clean, worse))
    error = float(np.square(first - second).mean())
    return float(structural_similarity(first, second, data_range=255)), 10 * float(np.log10(255**2 / max(error, 1e-9)))


@pytest.mark.parametrize(("corruption", "modality"), CASES)
def test_on_real_films_each_level_is_worse_than_the_one_below(films, corruption, modality):
    pictures = films(ORGANS[modality])
    means = np.mean(
        [[measure(image, corrupt(image, corruption, level, modality, 7)) for level in LEVELS] for image in pictures], axis=0
    )
    similarity, signal = means[:, 0], means[:, 1]
    assert (np.diff(similarity) < 0).all(), similarity
    assert (np.diff(signal) < 0).all(), signal
    assert similarity[0] < 0.995


@pytest.mark.parametrize("corruption", Corruption)
def test_on_synthetic_pictures_each_level_is_worse_than_the_one_below(chest, fundus, corruption):
    pairs = [(chest, Modality.XRAY), (fundus, Modality.FUNDUS), (chest.transpose(Image.Transpose.ROTATE_90), Modality.MRI)]
    signal = np.mean(
        [[measure(image, corrupt(image, corruption, level, modality, 7))[1] for level in LEVELS] for image, modality in pairs],
        axis=0,
    )
    assert (np.diff(signal) < 0).all(), signal


def test_severity_is_about_the_same_for_a_small_and_a_large_file_of_one_film(chest):
    small, large = chest.resize((470, 512)), chest.resize((940, 1024), Image.Resampling.LANCZOS)
    for corruption in (Corruption.NOISE, Corruption.BLUR, Corruption.DOWN_SAMPLING):
        for level in (2, 5):
            errors = [
                255 / 10 ** (measure(image.resize((235, 256)), worse.resize((235, 256)))[1] / 20)
                for image in (small, large)
                for worse in [corrupt(image, corruption, level, Modality.XRAY, 7)]
            ]
            assert errors[0] == pytest.approx(errors[1], rel=0.35), (corruption, level)


@pytest.mark.parametrize("corruption", Corruption)
def test_every_modality_has_five_grades_of_one_effect_with_a_reason(corruption):
    for modality in (None, *Modality):
        ladder = find_ladder(corruption, modality)
        assert len(ladder.rungs) == len(LEVELS) and len(set(ladder.rungs)) == len(LEVELS)
        assert len({type(effect) for effect in ladder.rungs}) == 1 and ladder.reason


def test_an_unknown_modality_has_the_grades_of_a_photograph():
    assert all(find_ladder(kind, None) == find_ladder(kind, Modality.GROSS_PATHOLOGY) for kind in Corruption)
