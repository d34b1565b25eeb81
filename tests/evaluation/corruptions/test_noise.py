import numpy as np
import pytest
from PIL import Image

from evaluation.corruptions.draws import Draws
from evaluation.corruptions.noise import QuantumNoise, ReconstructionNoise, RicianNoise, SensorNoise, SpeckleNoise

DRAWS = Draws("picture", "noise", 3, seed=7)
SIDE = 256


def flat(level: int) -> Image.Image:
    return Image.new("L", (SIDE, SIDE), level)


def spread(effect, level: int) -> float:
    return float(np.asarray(effect.apply(flat(level), DRAWS), float).std())


def test_fewer_quanta_pass_what_is_white_so_it_is_noisier_than_what_is_dark():
    assert spread(QuantumNoise(16), 200) > 2 * spread(QuantumNoise(16), 60) > 0


def test_quantum_noise_has_the_deviation_that_counting_gives():
    # brightness is -log(quanta) / log(20): its deviation is 1 / (sqrt(quanta) log 20)
    quanta = 100 * 20 ** (1 - 128 / 255)
    assert spread(QuantumNoise(100), 128) == pytest.approx(255 / (np.sqrt(quanta) * np.log(20)), rel=0.03)


def test_quantum_noise_leaves_the_mean_brightness():
    assert np.asarray(QuantumNoise(40).apply(flat(128), DRAWS), float).mean() == pytest.approx(128, abs=1.5)


def test_the_background_of_a_magnitude_rises_by_1_25_sigma_and_tissue_keeps_its_level():
    background = np.asarray(RicianNoise(0.06).apply(flat(0), DRAWS), float)
    assert background.mean() == pytest.approx(255 * 0.06 * np.sqrt(np.pi / 2), rel=0.03)
    assert np.asarray(RicianNoise(0.06).apply(flat(180), DRAWS), float).mean() == pytest.approx(180, abs=1.5)


@pytest.mark.parametrize("level", [0, 255])
def test_what_a_ct_window_clips_shows_no_noise(level):
    assert ReconstructionNoise(0.2).apply(flat(level), DRAWS) == flat(level)
    assert spread(ReconstructionNoise(0.1), 128) == pytest.approx(25.5, rel=0.03)


def test_speckle_is_in_proportion_to_the_echo():
    assert SpeckleNoise(0.45).apply(flat(0), DRAWS) == flat(0)
    assert spread(SpeckleNoise(0.2), 120) == pytest.approx(2 * spread(SpeckleNoise(0.2), 60), rel=0.03)


@pytest.mark.parametrize("effect", [QuantumNoise(16), RicianNoise(0.1), ReconstructionNoise(0.1), SpeckleNoise(0.2)])
def test_a_coloured_mark_on_a_film_does_not_make_its_noise_coloured(effect):
    film = Image.new("RGB", (64, 64), (120, 120, 120))
    film.putpixel((3, 3), (200, 40, 40))
    noisy = np.asarray(effect.apply(film, DRAWS), int)
    noisy[3, 3] = 0
    assert (noisy == noisy[..., :1]).all() and noisy.std() > 0


def test_a_camera_has_noise_of_its_own_in_each_colour():
    photograph = Image.new("RGB", (SIDE, SIDE), (120, 120, 121))
    noise = np.asarray(SensorNoise(0.1).apply(photograph, DRAWS), float).reshape(-1, 3)
    correlation = np.corrcoef(noise.T)
    assert noise.std(axis=0) == pytest.approx([25.5] * 3, rel=0.03)
    assert abs(correlation[0, 1]) < 0.02 and abs(correlation[1, 2]) < 0.02


@pytest.mark.parametrize("effect", [QuantumNoise(16), RicianNoise(0.1), SensorNoise(0.1)])
def test_noise_of_a_large_picture_is_still_there_when_a_model_has_shrunk_it(effect):
    small, large = Image.new("L", (512, 512), 120), Image.new("L", (2048, 2048), 120)
    seen = [
        np.asarray(effect.apply(image, DRAWS).resize((336, 336), Image.Resampling.BOX), float).std() for image in (small, large)
    ]
    assert seen[1] > 0.7 * seen[0]
