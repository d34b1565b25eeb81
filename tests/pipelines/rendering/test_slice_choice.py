import nibabel as nib
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.reasons import Reason
from pipelines.rendering.nifti.render import TumourArea, measure_tumour
from pipelines.rendering.problem import ImageProblem
from pipelines.rendering.slice_choice import choose_slices
from pipelines.vocabulary import Plane


def visit(*area_mm2: float) -> TumourArea:
    return TumourArea((3, len(area_mm2), 2), area_mm2)


def test_a_slice_counts_by_the_visit_where_the_tumour_is_largest() -> None:
    assert choose_slices([visit(0, 1300, 0), visit(1100, 100, 1100)], 1200, step=1) == (1,)


def test_an_area_that_only_reaches_the_limit_is_not_enough() -> None:
    assert choose_slices([visit(1199, 1200, 1200.5)], 1200, step=1) == (2,)
    assert choose_slices([visit(0, 0.1, 0)], 0, step=1) == (1,)


def test_every_step_th_of_the_slices_that_qualify_is_taken() -> None:
    areas = [visit(9, 0, 9, 9, 0, 9, 9)]
    assert choose_slices(areas, 1, step=2) == (0, 3, 6)
    assert choose_slices(areas, 1, step=9) == (0,)


def test_nothing_is_chosen_from_nothing() -> None:
    assert choose_slices([], 1200, step=1) == ()
    assert choose_slices([visit(0, 0)], 1200, step=1) == ()


def test_masks_on_different_grids_are_refused_with_their_shapes() -> None:
    with pytest.raises(ImageProblem, match=r"\(3, 2, 2\) and \(3, 4, 2\)") as caught:
        choose_slices([visit(1, 2, 3, 4), visit(1, 2)], 1, step=1)
    assert caught.value.reason is Reason.GRID_MISMATCH


def test_a_step_below_one_is_refused() -> None:
    with pytest.raises(ValueError, match="step: expected 1 or more, got 0"):
        choose_slices([visit(1)], 1, step=0)


@given(st.lists(st.lists(st.floats(0, 2000), min_size=5, max_size=5), min_size=1, max_size=4), st.floats(0, 2000))
def test_the_choice_is_the_published_rule_and_knows_no_order_of_visits(visits: list[list[float]], limit: float) -> None:
    areas = [visit(*areas) for areas in visits]
    chosen = choose_slices(areas, limit, step=1)
    assert chosen == tuple(np.flatnonzero(np.max(visits, axis=0) > limit))
    assert choose_slices(areas[::-1], limit, step=1) == chosen


def test_on_the_atlas_square_millimetres_are_the_published_pixels() -> None:
    atlas = (182, 218, 182)
    masks = [np.zeros(atlas, np.float32) for _ in range(2)]
    masks[0][20:60, 100:140, 20:50] = 1  # 40 x 30 = 1,200 pixels in a coronal slice: not more than 1,200
    masks[1][20:60, 120:160, 20:51] = 2  # 1,240
    masks[1][0:90, 0:50, 0:90] = 3  # edema
    areas = [measure_tumour(nib.Nifti1Image(mask, np.eye(4)).to_bytes(), Plane.CORONAL, frozenset({1, 2})) for mask in masks]
    assert choose_slices(areas, 1200, step=1) == tuple(range(120, 160))
