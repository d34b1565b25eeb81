import pytest

from pipelines.choices import OutputSize, Rendering
from pipelines.rendering.file_kind import FileKind, kind_of
from pipelines.rendering.recipe import mint_image_id, recipe_of
from pipelines.vocabulary import Plane

EVERY = frozenset(FileKind)


@pytest.mark.parametrize(
    ("choice", "concerned"),
    [
        ({"size": OutputSize.SQUARE}, EVERY),
        ({"pixels": 512}, frozenset()),  # counts only where the size is not native
        ({"window": "HARDER"}, {FileKind.DICOM}),
        ({"allow_burned_in_annotation": True}, {FileKind.DICOM}),
        ({"plane": Plane.AXIAL}, {FileKind.VOLUME}),
        ({"min_tumour_area_mm2": 1.0}, frozenset()),  # decides which slices there are, not how one looks
        ({"slice_step": 3}, frozenset()),
    ],
)
def test_a_choice_changes_the_recipe_of_the_kinds_whose_pixels_it_decides(choice, concerned):
    changed = {kind for kind in FileKind if recipe_of(kind, Rendering(**choice)) != recipe_of(kind, Rendering())}
    assert changed == concerned


def test_pixels_count_once_an_image_is_scaled():
    sizes = {recipe_of(FileKind.PICTURE, Rendering(size=OutputSize.SQUARE, pixels=pixels)) for pixels in (256, 512)}
    assert len(sizes) == 2


def test_every_choice_of_rendering_is_known_to_this_test():
    known = {"size", "pixels", "window", "allow_burned_in_annotation", "plane", "min_tumour_area_mm2", "slice_step"}
    assert set(Rendering.model_fields) == known  # a new one must be entered in the recipe, or here as deciding no pixel


def test_slices_of_one_volume_have_keys_of_their_own():
    recipe = recipe_of(FileKind.VOLUME, Rendering())
    assert len({mint_image_id("source", index, recipe) for index in (None, 0, 1)}) == 3


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("a/b.DCM", FileKind.DICOM),
        ("b.nii", FileKind.VOLUME),
        ("b.NII.GZ", FileKind.VOLUME),
        ("b.jpg", FileKind.PICTURE),
        ("b.gz", FileKind.PICTURE),
        ("nii", FileKind.PICTURE),
    ],
)
def test_the_ending_tells_the_kind_of_a_file(path, kind):
    assert kind_of(path) is kind
