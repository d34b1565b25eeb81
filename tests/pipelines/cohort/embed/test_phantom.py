"""The phantom breast shows what its labels say: view, density, lesion and size can be told from the picture."""

import itertools

import numpy as np
import pytest

from pipelines.cohort.phantoms.breast import GLAND_SHARES, OUTLINES, Breast, draw_breast
from pipelines.cohort.phantoms.breast_lesion import Lesion, LesionShape, add_lesion, bound_lesion, locate_lesion
from pipelines.vocabulary import View

WIDTH, HEIGHT = 160, 208
SEEDS = range(4)


def draw(view, density=2, seed=1, reach=1.4):
    return draw_breast(Breast(density, reach, seed), view, WIDTH, HEIGHT)


def make(shape=LesionShape.SPICULATED, radius=0.1, **place):
    return Lesion(shape, radius, **({"depth": 0.5, "lateral": -0.35, "height": 0.25, "seed": 5} | place))


@pytest.mark.parametrize("view", OUTLINES)
def test_air_is_black_and_the_chest_wall_lies_at_the_left(view):
    picture = draw(view)
    assert picture.shape == (HEIGHT, WIDTH) and picture.min() == 0 and picture.max() <= 1
    assert (picture[:, -8:] == 0).all()
    assert (picture[HEIGHT // 2, :8] > 0.1).all()


@pytest.mark.parametrize(("density", "seed"), list(itertools.product(GLAND_SHARES, SEEDS)))
def test_mlo_has_muscle_in_its_upper_corner_and_cc_has_air_there(density, seed):
    corner = slice(0, 16), slice(0, 16)
    assert draw(View.MLO, density, seed)[corner].mean() > 0.5
    assert draw(View.CC, density, seed)[corner].mean() < 0.05


@pytest.mark.parametrize("seed", SEEDS)
def test_a_denser_breast_is_a_brighter_one_in_either_view(seed):
    for view in (View.CC, View.MLO):
        means = [picture[picture > 0.02].mean() for picture in (draw(view, density, seed) for density in sorted(GLAND_SHARES))]
        assert all(later - earlier > 0.02 for earlier, later in itertools.pairwise(means))


@pytest.mark.parametrize("view", OUTLINES)
@pytest.mark.parametrize("shape", LesionShape)
def test_a_lesion_changes_the_picture_where_its_box_is_and_nowhere_far(view, shape):
    plain, lesion = draw(view), make(shape)
    change = np.abs(add_lesion(plain, lesion, view, 1.4) - plain)
    ymin, xmin, ymax, xmax = bound_lesion(lesion, view, 1.4, WIDTH, HEIGHT)
    assert change[ymin:ymax, xmin:xmax].max() > 0.25
    y, x = np.nonzero(change > 0.02)
    middle = (ymin + ymax) / 2, (xmin + xmax) / 2
    assert np.hypot(y - middle[0], x - middle[1]).max() < 2.8 * lesion.radius * WIDTH / 2


def test_a_lesion_lies_at_the_same_depth_in_each_view_and_moves_as_it_does_in_the_breast():
    outer, inner = make(lateral=-0.4), make(lateral=0.4)
    assert locate_lesion(outer, View.CC, 1.4)[1] < locate_lesion(inner, View.CC, 1.4)[1]
    assert locate_lesion(outer, View.MLO, 1.4) == locate_lesion(inner, View.MLO, 1.4)
    high, low = make(height=-0.4), make(height=0.4)
    assert locate_lesion(high, View.MLO, 1.4)[1] < locate_lesion(low, View.MLO, 1.4)[1]
    assert locate_lesion(high, View.CC, 1.4) == locate_lesion(low, View.CC, 1.4)


@pytest.mark.parametrize("density", GLAND_SHARES)
def test_every_stage_of_growth_shows_more_white_than_the_one_before(density):
    plain = draw(View.CC, density)
    white = [(add_lesion(plain, make(radius=radius), View.CC, 1.4) > 0.8).sum() for radius in (0.062, 0.092, 0.13, 0.165)]
    assert (plain > 0.8).sum() < white[0] - 10
    assert all(later > 1.4 * earlier for earlier, later in itertools.pairwise(white))


def test_a_benign_mass_has_a_smoother_edge_than_a_spiculated_one():
    plain = draw(View.CC, density=1)

    def compactness(shape):
        mask = np.abs(add_lesion(plain, make(shape, radius=0.13), View.CC, 1.4) - plain) > 0.15
        edge = (mask[1:] != mask[:-1]).sum() + (mask[:, 1:] != mask[:, :-1]).sum()
        return edge**2 / mask.sum()

    assert compactness(LesionShape.SPICULATED) > 2 * compactness(LesionShape.OVAL)


def test_the_same_breast_can_be_drawn_larger_with_the_same_outline():
    small, large = (draw_breast(Breast(2, 1.4, 1), View.MLO, WIDTH * n, HEIGHT * n) for n in (1, 2))
    assert abs((small > 0).mean() - (large > 0).mean()) < 0.01
