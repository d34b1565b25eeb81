"""Pictures come back as they were, and a table gives the very tensors of the processor."""

from pathlib import Path

import numpy as np
import pytest
import transformers
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from tests.training.models.families import TEXTS
from training.models.new import make_processor
from training.tokens.encoded import RejectionReason
from training.tokens.picture_form import find_table, fit, look_up
from training.tokens.picture_store import Picture, PictureProblem, PictureStore
from training.tokens.pictures import pack_picture, unpack_picture

FITTED = {
    "SigLIP": lambda: transformers.SiglipImageProcessorPil(size={"height": 32, "width": 32}),
    "SigLIP, not scaled": lambda: transformers.SiglipImageProcessorPil(size={"height": 32, "width": 32}, do_normalize=False),
    "CLIP, cropped": lambda: transformers.CLIPImageProcessorPil(
        size={"shortest_edge": 32}, crop_size={"height": 32, "width": 32}
    ),
    "CLIP, padded": lambda: transformers.LlavaImageProcessorPil(
        size={"shortest_edge": 32}, crop_size={"height": 32, "width": 32}, do_pad=True
    ),
    "Gemma 3": lambda: transformers.Gemma3ImageProcessorPil(size={"height": 32, "width": 32}, do_pan_and_scan=False),
}
SIZES = [(32, 32), (64, 48), (20, 90), (31, 7), (300, 200)]


def build(image_processor):
    processor = make_processor("tiny", "tiny", TEXTS)
    processor.image_processor = image_processor
    return processor


@given(arrays(np.uint8, st.tuples(st.sampled_from([1, 3]), st.integers(1, 9), st.integers(1, 9))))
def test_pixels_come_back_as_they_were(pixels) -> None:
    found = unpack_picture(pack_picture(pixels))
    assert np.array_equal(np.broadcast_to(found, pixels.shape), pixels)
    is_gray = bool((pixels == pixels[:1]).all())
    assert len(found) == (1 if is_gray else 3)


@pytest.mark.parametrize("pixels", [np.zeros((2, 3, 3), np.uint8), np.zeros((3, 3), np.uint8), np.zeros((1, 3, 3), np.float32)])
def test_what_is_no_picture_is_refused(pixels) -> None:
    with pytest.raises(ValueError, match="expected uint8 pixels"):
        pack_picture(pixels)
    with pytest.raises(ValueError, match="encode the data again"):
        unpack_picture(b"\x89PNG....")


@pytest.mark.parametrize("name", FITTED)
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_tensors_are_the_processors_own_to_the_bit(name, size, mode) -> None:
    processor = build(FITTED[name]())
    table = find_table(processor)
    assert table is not None
    shape = (size[1], size[0]) if mode == "L" else (size[1], size[0], 3)
    picture = Image.fromarray(np.random.default_rng(4).integers(0, 256, shape, dtype=np.uint8)).convert("RGB")
    kept = unpack_picture(pack_picture(fit(processor.image_processor, picture, {})))
    is_gray = mode == "L" and (name != "CLIP, padded" or size[0] == size[1])  # what is padded with has a colour
    assert kept.shape == (1 if is_gray else 3, 32, 32)
    expected = processor.image_processor(picture, return_tensors="np")["pixel_values"][0]
    found = look_up(table, kept)
    assert found.dtype == expected.dtype == np.float32 and np.array_equal(found, expected)


def test_a_processor_whose_pictures_have_many_sizes_or_parts_has_no_table() -> None:
    by_edge = transformers.CLIPImageProcessorPil(size={"shortest_edge": 32}, do_center_crop=False)
    assert find_table(build(by_edge)) is None
    tiled = transformers.Idefics3ImageProcessorPil(size={"longest_edge": 64}, max_image_size={"longest_edge": 32})
    assert find_table(build(tiled)) is None


def test_a_processor_that_looks_at_the_whole_picture_has_no_table() -> None:
    class Stretched(transformers.SiglipImageProcessorPil):
        def normalize(self, image, mean, std, **kwargs):
            return (image - image.min()) / (image.max() - image.min() + 1e-6)

    assert find_table(build(Stretched(size={"height": 32, "width": 32}))) is None


@pytest.fixture
def store(tmp_path: Path) -> PictureStore:
    noise = np.random.default_rng(1).integers(0, 256, (40, 50), dtype=np.uint8)
    for name in ("a.png", "b.png", "c.png"):
        Image.fromarray(noise).save(tmp_path / name)
    (tmp_path / "cut.png").write_bytes((tmp_path / "a.png").read_bytes()[:700])
    (tmp_path / "empty.png").touch()
    (tmp_path / "text.png").write_text("no picture")
    (tmp_path / "folder.png").mkdir()
    return PictureStore(tmp_path, make_processor("tiny", "tiny", TEXTS))


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("nowhere.png", RejectionReason.IMAGE_MISSING),
        ("../outside.png", RejectionReason.IMAGE_MISSING),
        ("folder.png", RejectionReason.IMAGE_MISSING),
        ("nul\0.png", RejectionReason.IMAGE_MISSING),
        ("x" * 5000, RejectionReason.IMAGE_MISSING),
        ("cut.png", RejectionReason.IMAGE_UNREADABLE),
        ("empty.png", RejectionReason.IMAGE_UNREADABLE),
        ("text.png", RejectionReason.IMAGE_UNREADABLE),
    ],
)
def test_a_broken_picture_is_told_and_its_neighbours_stay(store, name, reason) -> None:
    found = store.take(["a.png", name, "b.png"])
    assert isinstance(found["a.png"], Picture) and isinstance(found["b.png"], Picture)
    problem = found[name]
    assert isinstance(problem, PictureProblem) and problem.reason is reason and problem.detail


def test_a_picture_outside_of_the_folder_is_not_read(tmp_path) -> None:
    root = tmp_path / "images"
    root.mkdir()
    Image.new("L", (9, 9)).save(tmp_path / "secret.png")
    (root / "link.png").symlink_to(tmp_path / "secret.png")
    store = PictureStore(root, make_processor("tiny", "tiny", TEXTS))
    assert all(isinstance(each, PictureProblem) for each in store.take(["../secret.png", "link.png"]).values())


def test_a_remembered_picture_is_not_read_again_and_memory_is_bounded(store, tmp_path) -> None:
    first = store.take(["a.png", "b.png"])
    (tmp_path / "a.png").unlink()
    assert store.take(["a.png"]) == {"a.png": first["a.png"]}
    small = PictureStore(tmp_path, make_processor("tiny", "tiny", TEXTS), remembered_bytes=1500)
    small.take(["b.png"])
    small.take(["c.png"])  # forgets b
    (tmp_path / "b.png").unlink()
    found = small.take(["b.png", "c.png"])
    assert isinstance(found["b.png"], PictureProblem) and isinstance(found["c.png"], Picture)


def test_gray_wide_and_transparent_files_are_kept_as_evaluation_shows_them(tmp_path) -> None:
    from evaluation.models.model import ShownImage
    from evaluation.models.transformers_model.pictures import show_pictures
    from pipelines.rendering.png import hash_bytes
    from pipelines.score_records import ImageUse

    noise = np.random.default_rng(2).integers(0, 60_000, (33, 47))
    Image.fromarray(noise.astype(np.uint16)).save(tmp_path / "wide.png")
    Image.fromarray(noise.astype(np.uint8)).convert("RGBA").save(tmp_path / "clear.png")
    Image.fromarray(noise.astype(np.uint8)).convert("P").save(tmp_path / "palette.png")
    processor = make_processor("tiny", "tiny", TEXTS)
    names = ["wide.png", "clear.png", "palette.png"]
    found = PictureStore(tmp_path, processor).take(names)
    for name in names:
        shown = ShownImage(tmp_path / name, hash_bytes((tmp_path / name).read_bytes()))
        (picture,) = show_pictures([shown], ImageUse.MANY, seed=1)
        kept = found[name]
        assert isinstance(kept, Picture)
        assert np.array_equal(
            np.broadcast_to(unpack_picture(kept.content), (3, 48, 48)), fit(processor.image_processor, picture, {})
        )
