from dataclasses import replace

import nibabel as nib
import numpy as np
import pytest

from pipelines.choices import Rendering
from pipelines.reasons import Reason
from pipelines.rendering.plan import IMAGE_UNIT, MASK_UNIT, plan_rendering
from pipelines.source_records import SourceImage
from pipelines.vocabulary import ImageType, Modality, Organ, Plane, Sequence, Source

SHAPE = (22, 26, 24)
OPTIONS = Rendering(min_tumour_area_mm2=20)


def mask_bytes(first: int, last: int, side: int = 5, label: int = 1, shape=SHAPE, zoom: float = 1.0) -> bytes:
    """A tumour that is a square of side x side voxels in the coronal slices first..last."""
    values = np.zeros(shape, np.uint8)
    values[3 : 3 + side, first : last + 1, 4 : 4 + side] = label
    return nib.Nifti1Image(values, np.diag([zoom, zoom, zoom, 1])).to_bytes()


def image(path: str, subject: str = "s", study: str = "visit 1", kind=ImageType.VOLUME, sequence=Sequence.CT1) -> SourceImage:
    tool = "DeepBraTumIA" if kind is ImageType.SEGMENTATION else None
    found = SourceImage(
        Source.LUMIERE, path, subject, study, tool, path, Modality.MRI, Organ.HEAD, None, None, sequence, 1, True, kind
    )
    return replace(found, sequence=None) if kind is ImageType.SEGMENTATION and sequence is None else found


def mask(path: str, subject: str = "s", study: str = "visit 1", sequence=None) -> SourceImage:
    return image(path, subject, study, ImageType.SEGMENTATION, sequence)


def plan(images, contents, options=OPTIONS):
    return plan_rendering(images, lambda one: contents[one.path], options)


def test_all_sequences_and_visits_of_a_subject_get_the_same_slices():
    images = [
        image("1/ct1.nii.gz"),
        image("1/t2.nii.gz", sequence=Sequence.T2),
        image("2/ct1.nii.gz", study="visit 2"),
        mask("1/mask.nii.gz"),
        mask("2/mask.nii.gz", study="visit 2"),
    ]
    made = plan(images, {"1/mask.nii.gz": mask_bytes(5, 7), "2/mask.nii.gz": mask_bytes(7, 9)})
    assert {task.slices for task in made.tasks} == {(5, 6, 7, 8, 9)}  # the largest area over the visits decides
    assert {task.shape for task in made.tasks} == {SHAPE}
    assert (len(made.tasks), made.rejections, made.n_masks_used) == (3, (), 2)


def test_the_area_is_in_square_millimetres():
    images, contents = [image("v.nii.gz"), mask("m.nii.gz")], {"m.nii.gz": mask_bytes(5, 7, side=3, zoom=2.0)}
    assert plan(images, contents).tasks[0].slices == (5, 6, 7)  # 9 voxels of 4 mm2 are more than 20 mm2


def test_oedema_is_no_tumour():
    made = plan([image("v.nii.gz"), mask("m.nii.gz")], {"m.nii.gz": mask_bytes(5, 7, label=3)})
    assert [rejection.reason for rejection in made.rejections] == [Reason.NO_TUMOUR_SLICE]
    assert "0 mm2" in made.rejections[0].detail and made.n_masks_used == 1


@pytest.mark.parametrize(
    ("plane", "slices"), [(Plane.SAGITTAL, (3, 4, 5, 6, 7)), (Plane.CORONAL, (5, 6, 7, 8, 9)), (Plane.AXIAL, (4, 5, 6, 7, 8))]
)
def test_the_plane_decides_which_axis_is_cut(plane, slices):
    options = OPTIONS.model_copy(update={"plane": plane})
    assert plan([image("v.nii.gz"), mask("m.nii.gz")], {"m.nii.gz": mask_bytes(5, 9)}, options).tasks[0].slices == slices


def test_a_step_thins_the_slices_that_qualify():
    options = OPTIONS.model_copy(update={"slice_step": 2})
    assert plan([image("v.nii.gz"), mask("m.nii.gz")], {"m.nii.gz": mask_bytes(5, 9)}, options).tasks[0].slices == (5, 7, 9)


def test_a_native_volume_without_its_own_mask_is_not_told_that_its_subject_has_none():
    images = [image("ct1.nii.gz"), image("t2.nii.gz", sequence=Sequence.T2), mask("ct1_mask.nii.gz", sequence=Sequence.CT1)]
    (rejection,) = plan(images, {"ct1_mask.nii.gz": mask_bytes(5, 6)}).rejections
    assert (rejection.item, rejection.reason) == ("t2.nii.gz", Reason.MASK_MISSING)
    assert "T2 volume" in rejection.detail and "shared" in rejection.detail


def test_subjects_do_not_share_masks():
    made = plan([image("a.nii.gz"), image("b.nii.gz", subject="other"), mask("m.nii.gz")], {"m.nii.gz": mask_bytes(5, 7)})
    assert [task.image.path for task in made.tasks] == ["a.nii.gz"]
    assert [(row.item, row.reason, row.unit) for row in made.rejections] == [("b.nii.gz", Reason.MASK_MISSING, IMAGE_UNIT)]


def test_a_mask_that_cannot_be_read_is_rejected_and_the_other_visits_still_choose():
    images = [image("v.nii.gz"), mask("bad.nii.gz"), mask("good.nii.gz", study="visit 2")]
    made = plan(images, {"bad.nii.gz": mask_bytes(5, 7)[:400], "good.nii.gz": mask_bytes(5, 7)})
    assert [task.slices for task in made.tasks] == [(5, 6, 7)]
    assert [(row.item, row.unit) for row in made.rejections] == [("bad.nii.gz", MASK_UNIT)]
    assert made.n_masks_used == 1


def test_a_mask_on_another_grid_is_rejected_and_the_commonest_grid_stays():
    images = [image("v.nii.gz"), *(mask(f"{name}.nii.gz", study=name) for name in ("one", "two", "odd"))]
    contents = {
        "one.nii.gz": mask_bytes(5, 6),
        "two.nii.gz": mask_bytes(6, 7),
        "odd.nii.gz": mask_bytes(1, 9, shape=(30, 30, 30)),
    }
    made = plan(images, contents)
    assert [(row.item, row.reason) for row in made.rejections] == [("odd.nii.gz", Reason.GRID_MISMATCH)]
    assert (made.tasks[0].slices, made.tasks[0].shape, made.n_masks_used) == ((5, 6, 7), SHAPE, 2)


def test_a_native_volume_is_cut_where_its_own_mask_says():
    images = [
        image("ct1.nii.gz"),
        image("t2.nii.gz", sequence=Sequence.T2),
        mask("ct1_mask.nii.gz", sequence=Sequence.CT1),
        mask("t2_mask.nii.gz", sequence=Sequence.T2),
    ]
    made = plan(images, {"ct1_mask.nii.gz": mask_bytes(5, 6), "t2_mask.nii.gz": mask_bytes(1, 2, shape=(40, 8, 40))})
    assert {task.image.path: (task.slices, task.shape) for task in made.tasks} == {
        "ct1.nii.gz": ((5, 6), SHAPE),
        "t2.nii.gz": ((1, 2), (40, 8, 40)),
    }
