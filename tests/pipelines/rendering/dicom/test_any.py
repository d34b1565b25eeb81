"""Whatever a file holds: pixels of its size, or an ImageProblem; never another exception, never a warning."""

import io
from collections.abc import Iterator
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom import dcmread, dcmwrite
from pydicom.data import get_testdata_file
from pydicom.datadict import dictionary_VR
from pydicom.dataelem import RawDataElement
from pydicom.encaps import encapsulate
from pydicom.tag import Tag
from pydicom.uid import UID

from pipelines.choices import Rendering
from pipelines.rendering.dicom.render import pydicom_warnings, render_dicom
from pipelines.rendering.problem import ImageProblem
from pipelines.rendering.raster import Raster

NAMES = [
    "MR_small.dcm",
    "MR_small_implicit.dcm",
    "MR_small_bigendian.dcm",
    "MR_small_RLE.dcm",
    "MR_small_jp2klossless.dcm",
    "MR_small_jpeg_ls_lossless.dcm",
    "SC_rgb_jpeg_gdcm.dcm",
    "SC_rgb_dcmtk_+eb+cy+s4.dcm",
    "SC_ybr_full_422_uncompressed.dcm",
    "SC_rgb_small_odd_big_endian.dcm",
    "rtdose_rle_1frame.dcm",
    "liver_1frame.dcm",
    "image_dfl.dcm",
]


@pytest.fixture(autouse=True, scope="module")
def _quiet() -> Iterator[None]:
    with pydicom_warnings():
        yield


def read(name: str) -> bytes:
    return Path(str(get_testdata_file(name))).read_bytes()


CONTENTS = {name: read(name) for name in NAMES}
numbers = st.one_of(
    st.sampled_from(["0", "1", "-1", "nan", "inf", "1e308", "-1e308", "junk", "", "2\\3", "1e-320", "400", "0.5"]),
    st.integers(-(2**40), 2**40).map(str),
    st.floats(width=32).map(lambda value: f"{value:.6g}"),
)
words = st.sampled_from(
    ["P", "P\\F", "A\\L", "\\", "", "YES", "MG", "R", "L", "MLO", "CC", "é", "LINEAR_EXACT", "SIGMOID", "first"]
)
HEADER = {
    (0x0028, 0x1050): numbers,
    (0x0028, 0x1051): numbers,
    (0x0028, 0x1052): numbers,
    (0x0028, 0x1053): numbers,
    (0x0028, 0x0120): numbers,
    (0x0028, 0x0008): numbers,
    (0x0028, 0x1056): words,
    (0x0028, 0x1055): words,
    (0x0020, 0x0020): words,
    (0x0020, 0x0062): words,
    (0x0008, 0x0060): words,
    (0x0028, 0x0301): words,
}
SHAPE = {
    "Rows": st.sampled_from([0, 1, 3, 63, 64, 65, 4096, 65535]),
    "Columns": st.sampled_from([0, 1, 3, 63, 64, 65, 4096, 65535]),
    "BitsAllocated": st.sampled_from([0, 1, 8, 12, 16, 24, 32, 64]),
    "BitsStored": st.sampled_from([0, 1, 7, 8, 12, 15, 16, 17, 32]),
    "HighBit": st.sampled_from([0, 7, 11, 15, 31, 200]),
    "PixelRepresentation": st.sampled_from([0, 1, 2]),
    "SamplesPerPixel": st.sampled_from([0, 1, 2, 3, 4]),
    "PlanarConfiguration": st.sampled_from([0, 1, 7]),
    "PhotometricInterpretation": st.sampled_from(
        ["MONOCHROME1", "MONOCHROME2", "PALETTE COLOR", "RGB", "YBR_FULL", "YBR_FULL_422", "YBR_ICT", "HSV", ""]
    ),
}


def render_or_refuse(content: bytes, **options: object) -> Raster | None:
    try:
        raster = render_dicom(content, Rendering(**options))
    except ImageProblem as problem:
        assert problem.detail
        return None
    assert raster.pixels.dtype == np.uint8
    assert raster.pixels.shape[2:] in ((), (3,))
    return raster


@settings(max_examples=300, deadline=None)
@given(name=st.sampled_from(NAMES[:3]), texts=st.fixed_dictionaries({}, optional=HEADER), window=words)
def test_any_text_in_the_header_gives_pixels_of_the_size_or_a_problem(name: str, texts: dict, window: str) -> None:
    file = dcmread(io.BytesIO(CONTENTS[name]))
    for tag, text in texts.items():
        raw = (text + " " * (len(text.encode()) % 2)).encode()
        vr = dictionary_VR(tag).split(" ")[0]
        file[tag] = RawDataElement(Tag(tag), vr, len(raw), raw, 0, name == NAMES[1], name != NAMES[2])  # written as it is
    sink = io.BytesIO()
    dcmwrite(sink, file)
    raster = render_or_refuse(sink.getvalue(), window=window)
    assert raster is None or raster.pixels.shape == (64, 64)


@settings(max_examples=300, deadline=None)
@given(
    name=st.sampled_from(NAMES),
    values=st.lists(st.sampled_from(sorted(SHAPE)).flatmap(lambda key: st.tuples(st.just(key), SHAPE[key])), max_size=3).map(
        dict
    ),
)
def test_any_pixel_encoding_gives_pixels_of_the_size_or_a_problem(name: str, values: dict) -> None:
    file = dcmread(io.BytesIO(CONTENTS[name]))
    for keyword, value in values.items():
        setattr(file, keyword, value)
    sink = io.BytesIO()
    dcmwrite(sink, file)
    raster = render_or_refuse(sink.getvalue())
    assert raster is None or raster.pixels.shape[:2] == (file.Rows, file.Columns)


@settings(max_examples=300, deadline=None)
@given(name=st.sampled_from(NAMES), share=st.floats(0, 1), data=st.data())
def test_a_file_cut_or_changed_anywhere_gives_pixels_or_a_problem(name: str, share: float, data: st.DataObject) -> None:
    content = bytearray(CONTENTS[name])
    n_flips = data.draw(st.integers(0, 8))
    # Most of a file is pixels; what is before them is what a reader trips over.
    places = st.one_of(st.integers(0, len(content) - 1), st.integers(0, min(2500, len(content) - 1)))
    for place in data.draw(st.lists(places, min_size=n_flips, max_size=n_flips)):
        content[place] = data.draw(st.integers(0, 255))
    render_or_refuse(bytes(content[: max(1, int(len(content) * share))]) if n_flips < 4 else bytes(content))


@settings(max_examples=150, deadline=None)
@given(
    changes=st.lists(st.tuples(st.integers(0, 200), st.integers(0, 255)), max_size=4),
    syntax=st.sampled_from(["80", "90", "201", "70"]),
)
def test_a_compressed_frame_changed_anywhere_gives_pixels_or_a_problem(changes: list[tuple[int, int]], syntax: str) -> None:
    pixels = (np.arange(40 * 30, dtype=np.uint16) * 3).reshape(40, 30)
    encoders = {"80": imagecodecs.jpegls_encode, "90": imagecodecs.jpeg2k_encode, "201": imagecodecs.htj2k_encode}
    encode = encoders.get(syntax, lambda frame: imagecodecs.jpeg8_encode(frame, lossless=True, bitspersample=12))
    frame = bytearray(encode(pixels))
    for place, value in changes:
        frame[place % len(frame)] = value
    file = dcmread(io.BytesIO(CONTENTS["MR_small.dcm"]))
    file.file_meta.TransferSyntaxUID = UID(f"1.2.840.10008.1.2.4.{syntax}")
    file.Rows, file.Columns, file.PixelRepresentation = 40, 30, 0
    file.PixelData = encapsulate([bytes(frame)])
    file["PixelData"].VR = "OB"
    sink = io.BytesIO()
    dcmwrite(sink, file)
    raster = render_or_refuse(sink.getvalue())
    assert raster is not None or changes
    assert raster is None or raster.pixels.shape == (40, 30)


@settings(max_examples=100, deadline=None)
@given(content=st.binary(max_size=400), prefix=st.sampled_from([b"", bytes(128) + b"DICM", b"\x08\x00\x60\x00CS\x02\x00MG"]))
def test_any_bytes_at_all_are_refused(content: bytes, prefix: bytes) -> None:
    assert render_or_refuse(prefix + content) is None
