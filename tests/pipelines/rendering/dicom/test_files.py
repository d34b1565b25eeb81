"""Every file that pydicom ships with it: rendered as pydicom itself would, or rejected for a reason that is written here."""

import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pydicom.data
import pytest
from pydicom import Dataset, dcmread
from pydicom.pixels.decoders.base import get_decoder
from pydicom.pixels.processing import apply_modality_lut, apply_voi_lut
from pydicom.uid import UID

from pipelines.choices import Rendering
from pipelines.reasons import Reason
from pipelines.rendering.dicom.file import read_file
from pipelines.rendering.dicom.frame import decode_first_frame
from pipelines.rendering.dicom.header import read_header
from pipelines.rendering.dicom.render import pydicom_warnings, render_dicom
from pipelines.rendering.problem import ImageProblem

FOLDER = Path(pydicom.data.__file__).parent / "test_files"
FILES = sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*") if path.is_file())
NO_IMAGE = "without an image"
NO_DICOM = "no DICOM file"
REJECTED = {
    "MR_truncated.dcm": (Reason.IMAGE_TRUNCATED, "8130 bytes of 8192"),
    "JPEG2000-embedded-sequence-delimiter.dcm": (Reason.IMAGE_UNREADABLE, "in its compressed frame"),  # made-up codestream
    "dicomdirtests/77654033/CT2/17166": (Reason.IMAGE_CONSTANT, "255"),  # its window ends below every pixel
    "dicomdirtests/77654033/CT2/17196": (Reason.IMAGE_CONSTANT, "255"),
    "meta_missing_tsyntax.dcm": (Reason.IMAGE_UNREADABLE, "Rows (0028,0010) is missing"),  # two bytes of pixel data, no more
    "nested_priv_SQ.dcm": (Reason.IMAGE_UNREADABLE, "Rows (0028,0010) is missing"),
    **dict.fromkeys(
        [
            "ExplVR_BigEndNoMeta.dcm",
            "ExplVR_LitEndNoMeta.dcm",
            "UN_sequence.dcm",
            "empty_charset_LEI.dcm",
            "no_meta_group_length.dcm",
            "priv_SQ.dcm",
            "reportsi.dcm",
            "reportsi_with_empty_number_tags.dcm",
            "rtplan.dcm",
            "rtplan_truncated.dcm",
            "rtstruct.dcm",
            "test-SR.dcm",
            "waveform_ecg.dcm",
        ],
        (Reason.IMAGE_UNREADABLE, NO_IMAGE),
    ),
    **dict.fromkeys(
        [
            "README.txt",
            "crayons.icc",
            "dicomdirtests/README.txt",
            "dicomdirtests/TINY_ALPHA/README",
            "no_meta.dcm",
            "rtplan.dump",
            "rtstruct.dump",
            "test1.json",
            "test_PN.json",
            "zipMR.gz",
        ],
        (Reason.IMAGE_UNREADABLE, NO_DICOM),
    ),
}
# Directories of files, and a study whose files are headers alone.
REJECTED_FOLDERS = ("dicomdirtests/DICOMDIR", "dicomdirtests/TINY_ALPHA/DICOMDIR", "dicomdirtests/TINY_ALPHA/PT000000/")
# Lossy JPEG is the one family whose decoders may differ, by a rounding: T.81 leaves it to them.
LOSSY_JPEG = {"1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51"}


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    with pydicom_warnings():
        yield


def expected_rejection(name: str) -> tuple[Reason, str] | None:
    return (Reason.IMAGE_UNREADABLE, NO_IMAGE) if name.startswith(REJECTED_FOLDERS) else REJECTED.get(name)


def read_headers() -> dict[str, Dataset]:
    with pydicom_warnings():
        return {name: dcmread(FOLDER / name, force=True) for name in FILES if expected_rejection(name) is None}


RENDERED = read_headers()
COMPRESSED = [name for name, file in RENDERED.items() if UID(file.file_meta.TransferSyntaxUID).is_encapsulated]
WINDOWED = [name for name, file in RENDERED.items() if "WindowWidth" in file]
COLOUR = [name for name, file in RENDERED.items() if file.SamplesPerPixel == 3]


def first_frame(file: Dataset, plugin: str = "") -> np.ndarray:
    return get_decoder(file.file_meta.TransferSyntaxUID).as_array(file, index=0, raw=True, decoding_plugin=plugin)[0]


def test_the_expected_rejections_are_of_files_that_are_there() -> None:
    assert set(REJECTED) <= set(FILES)
    assert len(RENDERED) > 70


@pytest.mark.parametrize("name", FILES)
def test_every_file_is_rendered_or_rejected_for_the_expected_reason(name: str) -> None:
    content, expected = (FOLDER / name).read_bytes(), expected_rejection(name)
    if expected is None:
        raster = render_dicom(content, Rendering())
        header = dcmread(FOLDER / name, force=True)
        assert raster.pixels.dtype == np.uint8
        assert raster.pixels.shape[:2] == (header.Rows, header.Columns)
        assert raster.pixels.shape[2:] == (() if header.PhotometricInterpretation.startswith("MONO") else (3,))
        assert raster.pixels.flags.c_contiguous
    else:
        with pytest.raises(ImageProblem) as caught:
            render_dicom(content, Rendering())
        assert caught.value.reason is expected[0]
        assert expected[1] in caught.value.detail


@pytest.mark.parametrize("name", COMPRESSED)
def test_compressed_frames_decode_to_what_each_plugin_of_pydicom_gives(name: str) -> None:
    file = dcmread(FOLDER / name)
    ours = read_file((FOLDER / name).read_bytes())
    header = read_header(ours)
    frame = decode_first_frame(ours, header)
    values = frame.values(header.is_signed and header.is_gray)
    compared = 0
    for plugin in get_decoder(header.transfer_syntax).available_plugins:
        try:
            theirs = first_frame(file, plugin)
        except RuntimeError:  # GDCM and Pillow know no 12-bit JPEG, Pillow no three-component JPEG 2000 of GDCM's making
            continue
        allowed = 1 if header.transfer_syntax in LOSSY_JPEG else 0
        assert np.abs(values - theirs.astype(np.int64)).max() <= allowed, plugin
        compared += 1
    assert compared or name == "JPEG-lossy.dcm"  # no plug-in of pydicom reads that one


@pytest.mark.parametrize("name", WINDOWED)
def test_gray_files_are_shown_as_pydicom_windows_them(name: str) -> None:
    file = dcmread(FOLDER / name)
    stored = first_frame(file)
    shown = apply_voi_lut(apply_modality_lut(stored, file), file).astype(np.float64)
    if file.PixelRepresentation:
        low, high = -(2 ** (file.BitsStored - 1)), 2 ** (file.BitsStored - 1) - 1
    else:
        low, high = 0, 2**file.BitsStored - 1
    slope, intercept = file.get("RescaleSlope", 1), file.get("RescaleIntercept", 0)
    low, high = low * slope + intercept, high * slope + intercept
    expected = np.rint((shown - low) / (high - low) * 255).astype(np.uint8)
    if file.PhotometricInterpretation == "MONOCHROME1":
        expected = 255 - expected
    if "PixelPaddingValue" in file:
        expected[stored == file.PixelPaddingValue] = 0
    assert np.array_equal(render_dicom((FOLDER / name).read_bytes(), Rendering()).pixels, expected)


@pytest.mark.parametrize("name", COLOUR)
def test_colour_files_of_8_bits_are_shown_as_pydicom_converts_them(name: str) -> None:
    file = dcmread(FOLDER / name)
    pixels = render_dicom((FOLDER / name).read_bytes(), Rendering()).pixels
    theirs = get_decoder(file.file_meta.TransferSyntaxUID).as_array(file, index=0)[0]
    scale = 255 / (2**file.BitsStored - 1)
    allowed = 2 if file.file_meta.TransferSyntaxUID in LOSSY_JPEG else 0
    assert np.abs(pixels.astype(np.int64) - np.rint(theirs * scale)).max() <= allowed


def test_the_multi_frame_file_gives_its_first_frame_and_says_so() -> None:
    raster = render_dicom((FOLDER / "SC_rgb_rle_2frame.dcm").read_bytes(), Rendering())
    assert raster.steps == ("first_frame", "decode_rle")
    one = render_dicom((FOLDER / "SC_rgb_rle.dcm").read_bytes(), Rendering())
    assert np.array_equal(raster.pixels, one.pixels)


def test_one_image_in_five_encodings_gives_the_same_pixels() -> None:
    names = ["MR_small.dcm", "MR_small_implicit.dcm", "MR_small_bigendian.dcm", "MR_small_RLE.dcm"]
    names += ["MR_small_jp2klossless.dcm", "MR_small_jpeg_ls_lossless.dcm"]
    first, *others = (render_dicom((FOLDER / name).read_bytes(), Rendering()).pixels for name in names)
    assert all(np.array_equal(first, other) for other in others)


def test_headers_that_pydicom_warns_about_give_neither_warning_nor_error() -> None:
    content = (FOLDER / "badVR.dcm").read_bytes()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        with pydicom_warnings():
            raster = render_dicom(content, Rendering())
    assert raster.steps == ("broken_frame_count_ignored", "range_to_8_bit")
    assert caught == []
