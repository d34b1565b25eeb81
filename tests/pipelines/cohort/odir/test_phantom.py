import io
from functools import cache

import numpy as np
import pytest
from PIL import Image
from scipy.ndimage import gaussian_filter, laplace

from pipelines.cohort.odir.eye import DISC, FOVEA
from pipelines.cohort.odir.signs import SIGNS
from pipelines.cohort.phantoms.fundus import SIZE, draw_fundus
from pipelines.vocabulary import Laterality

SEEDS = range(3)


@cache
def draw(*keywords, seed=0, side=Laterality.RIGHT, person=5):
    content = draw_fundus(side, keywords, seed, person)
    return np.asarray(Image.open(io.BytesIO(content)), dtype=np.float32) / 255


def around(place, radius, side=Laterality.RIGHT):
    x, y = np.meshgrid(np.linspace(-1, 1, SIZE), np.linspace(-1, 1, SIZE))
    sign = 1 if side is Laterality.RIGHT else -1
    return np.hypot(x - sign * place[0], y - place[1]) < radius


def sharpness(image):
    without_grain = gaussian_filter(image[..., 1], 1.2)
    return float(np.abs(laplace(without_grain))[around((0, 0), 0.85)].mean())


@pytest.mark.parametrize("side", Laterality)
def test_the_disc_lies_on_the_nose_side_and_the_macula_on_the_other(side):
    image = draw("normal fundus", side=side)
    brightness = image[..., 1]
    disc, mirrored = brightness[around(DISC, 0.12, side)].mean(), brightness[around((-DISC[0], DISC[1]), 0.12, side)].mean()
    assert disc > mirrored + 0.15
    fovea = brightness[around(FOVEA, 0.06, side)].mean()
    assert fovea < brightness[around((0, 0), 0.7, side)].mean() - 0.05


@pytest.mark.parametrize("seed", SEEDS)
def test_the_cup_grows_from_health_over_suspicion_to_glaucoma(seed):
    def cup(keyword):
        image = draw(keyword, seed=seed)[around(DISC, 0.2)]
        return int(((image[:, 1] > 0.85) & (image[:, 2] > 0.6)).sum())

    normal, suspected, ill = (cup(keyword) for keyword in ("normal fundus", "suspected glaucoma", "glaucoma"))
    assert 1.8 * normal < suspected
    assert 1.3 * suspected < ill


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("keyword", "place", "radius"),
    [
        ("drusen", FOVEA, 0.36),
        ("dry age-related macular degeneration", FOVEA, 0.36),
        ("macular epiretinal membrane", FOVEA, 0.40),
        ("moderate nonproliferative retinopathy", FOVEA, 0.50),
        ("hypertensive retinopathy", DISC, 0.60),  # cotton wool
        ("pathological myopia", (0.1, 0.0), 0.65),
        ("laser spot", (0.0, 0.0), 0.90),
    ],
)
def test_what_is_pale_lies_in_the_place_of_its_sign_and_a_healthy_eye_has_nothing_of_it(keyword, place, radius, seed):
    place_of_sign = around(place, radius) & ~around(DISC, 0.21)
    ill, *healthy = (draw(word, seed=seed)[..., 1] > 0.58 for word in (keyword, "normal fundus", "suspected glaucoma"))
    assert ill[place_of_sign].mean() > 0.01
    assert [float(eye[place_of_sign].mean()) for eye in healthy] == [0, 0]
    assert ill[place_of_sign].sum() > 0.7 * ill[around((0, 0), 0.9) & ~around(DISC, 0.21)].sum()


@pytest.mark.parametrize("seed", SEEDS)
def test_retinopathy_grows_with_its_grade(seed):
    normal = draw("normal fundus", seed=seed)

    def changed(keyword):
        image = draw(keyword, seed=seed)  # signs above the vessels leave the rest of the picture as it is
        return int((np.abs(image - normal).max(axis=2) > 0.2).sum())

    mild, moderate = changed("mild nonproliferative retinopathy"), changed("moderate nonproliferative retinopathy")
    assert 60 < mild < moderate / 3


def test_laser_scars_spare_the_macula():
    scars, normal = (
        np.mean([draw(word, seed=seed)[..., 1] for seed in SEEDS], axis=0) for word in ("laser spot", "normal fundus")
    )
    rim = around((0, 0), 0.85) & ~around(FOVEA, 0.5) & ~around(DISC, 0.3)
    assert np.abs(scars - normal)[rim].mean() > 4 * np.abs(scars - normal)[around(FOVEA, 0.12)].mean()


@pytest.mark.parametrize("seed", SEEDS)
def test_a_clouded_lens_and_a_bad_photograph_blur_and_the_latter_is_dark(seed):
    normal, clouded, bad = (draw(word, seed=seed) for word in ("normal fundus", "cataract", "low image quality"))
    assert sharpness(clouded) < 0.6 * sharpness(normal)
    assert sharpness(bad) < 0.5 * sharpness(normal)
    assert bad.mean() < 0.5 * normal.mean() < clouded.mean()


@pytest.mark.parametrize("side", Laterality)
def test_an_invisible_disc_is_out_of_the_picture(side):
    seen, unseen = (draw(word, side=side) for word in ("normal fundus", "optic disk photographically invisible"))
    assert (seen[..., 1] > 0.6).sum() > 300 > 20 > (unseen[..., 1] > 0.6).sum()
    fields = [(image.max(axis=2) > 0.1).mean() for image in (seen, unseen)]
    assert fields[0] == pytest.approx(fields[1], abs=0.02)  # the field itself is where it was


def test_an_offset_moves_the_field_out_of_the_frame_and_dust_covers_a_little_of_it():
    normal, moved, dusty = (draw(word) for word in ("normal fundus", "image offset", "lens dust"))
    assert (moved.max(axis=2) > 0.1).mean() < 0.9 * (normal.max(axis=2) > 0.1).mean()
    assert 0.01 < (np.abs(dusty - normal).max(axis=2) > 0.15).mean() < 0.15


def test_the_front_of_the_eye_is_no_fundus():
    image = draw("anterior segment image", "no fundus image")
    assert image[0, 0].max() > 0.3  # skin, where a fundus photograph is black
    assert image[SIZE // 2, SIZE // 2].max() < 0.15  # the pupil


def test_both_eyes_of_a_person_have_one_complexion_and_another_person_another():
    def complexion(side, person):
        return draw("normal fundus", seed=person + len(side), side=side, person=person)[around((0, -0.5), 0.2)].mean(axis=0)

    same = np.abs(complexion(Laterality.LEFT, 1) - complexion(Laterality.RIGHT, 1)).max()
    people = [complexion(Laterality.LEFT, person) for person in range(6)]
    assert same < np.ptp(people, axis=0).max()


def test_equal_seeds_give_equal_bytes_for_every_sign_and_other_seeds_others():
    for keyword in SIGNS:
        first, again, other = (draw_fundus(Laterality.LEFT, (keyword,), seed, 1) for seed in (1, 1, 2))
        assert first == again != other
