"""Compressed frames, written by imagecodecs: exact where lossless, refused where a part is missing or the size differs."""

import io
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import imagecodecs
import numpy as np
import pytest
from pydicom import Dataset, dcmread, dcmwrite
from pydicom.data import get_testdata_file
from pydicom.encaps import encapsulate, encapsulate_extended
from pydicom.uid import UID

from pipelines.choices import Rendering
from pipelines.reasons import Reason
from pipelines.rendering.dicom.file import read_file
from pipelines.rendering.dicom.frame import decode_first_frame
from pipelines.rendering.dicom.header import read_header
from pipelines.rendering.dicom.render import pydicom_warnings, render_dicom
from pipelines.rendering.problem import ImageProblem

JPEG, JPEG_12, LOSSLESS, LOSSLESS_SV1, JPEG_LS, NEAR, J2K, J2K_LOSSY = (
    f"1.2.840.10008.1.2.4.{number}" for number in (50, 51, 57, 70, 80, 81, 90, 91)
)
HTJ2K, HTJ2K_RPCL, HTJ2K_LOSSY = (f"1.2.840.10008.1.2.4.{number}" for number in (201, 202, 203))


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    with pydicom_warnings():
        yield


def draw(height: int = 50, width: int = 61) -> np.ndarray:
    """Return a 12-bit picture of odd width: a slope with noise."""
    slope = np.linspace(0, 4000, height * width).reshape(height, width)
    return (slope + np.random.default_rng(0).normal(0, 12, slope.shape)).clip(0, 4095).astype(np.uint16)


def encode_j2k(pixels: np.ndarray) -> bytes:
    return bytes(imagecodecs.jpeg2k_encode(pixels, level=0, codecformat="j2k", reversible=True))


def encode_lossless(pixels: np.ndarray, predictor: int = 1) -> bytes:
    bits = 12 if pixels.itemsize == 2 else 8
    return bytes(imagecodecs.jpeg8_encode(pixels, lossless=True, predictor=predictor, bitspersample=bits))


LOSSLESS_ENCODERS: dict[str, Callable[[np.ndarray], bytes]] = {
    LOSSLESS: lambda pixels: encode_lossless(pixels, 6),
    LOSSLESS_SV1: encode_lossless,
    JPEG_LS: imagecodecs.jpegls_encode,
    J2K: encode_j2k,
    HTJ2K: imagecodecs.htj2k_encode,
    HTJ2K_RPCL: imagecodecs.htj2k_encode,
    HTJ2K_LOSSY: imagecodecs.htj2k_encode,
}


def wrap(syntax: str, data: bytes, pixels: np.ndarray, bits: int = 12, **attributes: object) -> bytes:
    """Return pydicom's small MR with other pixel data; attributes None are deleted."""
    file = dcmread(get_testdata_file("MR_small.dcm"))
    file.file_meta.TransferSyntaxUID = UID(syntax)
    del file.DataSetTrailingPadding
    plain: dict[str, object] = {"Rows": pixels.shape[0], "Columns": pixels.shape[1], "PixelRepresentation": 0}
    plain |= {"BitsAllocated": 8 * pixels.itemsize, "BitsStored": bits, "HighBit": bits - 1}
    plain |= {"WindowCenter": 2000, "WindowWidth": 4000, "SamplesPerPixel": 1 if pixels.ndim == 2 else 3}
    for keyword, value in (plain | attributes).items():
        setattr(file, keyword, value)
    file.PixelData = data
    file["PixelData"].VR = "OB"
    sink = io.BytesIO()
    dcmwrite(sink, file)
    return sink.getvalue()


def decode(content: bytes) -> np.ndarray:
    file = read_file(content)
    header = read_header(file)
    return decode_first_frame(file, header).values(header.is_signed)


@pytest.mark.parametrize("syntax", LOSSLESS_ENCODERS)
def test_lossless_frames_come_out_as_they_went_in(syntax: str) -> None:
    pixels = draw()
    content = wrap(syntax, encapsulate([bytes(LOSSLESS_ENCODERS[syntax](pixels))]), pixels)
    assert np.array_equal(decode(content), pixels)
    shades = np.array([render_dicom(content, Rendering()).pixels])
    assert shades.dtype == np.uint8


@pytest.mark.parametrize("syntax", LOSSLESS_ENCODERS)
def test_signed_values_of_16_bits_keep_their_sign(syntax: str) -> None:
    if syntax in (LOSSLESS, LOSSLESS_SV1):
        pixels = (draw().astype(np.int16) - 2048) & 0xFFF  # the writer knows unsigned values of 12 bits only
        encoded, bits = LOSSLESS_ENCODERS[syntax](pixels.astype(np.uint16)), 12
    else:
        pixels = draw().astype(np.int16) - 2048
        source = pixels.view(np.uint16) if syntax == JPEG_LS else pixels
        encoded, bits = LOSSLESS_ENCODERS[syntax](source), 16
    content = wrap(syntax, encapsulate([bytes(encoded)]), pixels, bits, PixelRepresentation=1)
    assert np.array_equal(decode(content), draw().astype(int) - 2048)


@pytest.mark.parametrize("syntax", LOSSLESS_ENCODERS)
def test_colour_frames_come_out_as_they_went_in(syntax: str) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (20, 31, 3), np.uint8)
    encoded = bytes(LOSSLESS_ENCODERS[syntax](pixels))
    about = {"PhotometricInterpretation": "RGB", "PlanarConfiguration": 0}
    if syntax in (LOSSLESS, LOSSLESS_SV1):
        encoded = bytes(imagecodecs.ljpeg_encode(pixels.reshape(20, -1), bitspersample=8))
        with pytest.raises(ImageProblem, match="in its compressed frame"):  # three times as wide, and gray
            render_dicom(wrap(syntax, encapsulate([encoded]), pixels, 8, **about), Rendering())
        return
    assert np.array_equal(render_dicom(wrap(syntax, encapsulate([encoded]), pixels, 8, **about), Rendering()).pixels, pixels)


@pytest.mark.parametrize(("syntax", "bits"), [(JPEG, 8), (JPEG_12, 12)])
def test_lossy_jpeg_is_near_what_went_in(syntax: str, bits: int) -> None:
    pixels = (np.linspace(0, 2**bits - 1, 64 * 64).reshape(64, 64)).astype(np.uint8 if bits == 8 else np.uint16)
    encoded = bytes(imagecodecs.jpeg8_encode(pixels, level=98, bitspersample=bits))
    assert np.abs(decode(wrap(syntax, encapsulate([encoded]), pixels, bits)) - pixels.astype(int)).max() <= 2 ** (bits - 5)


@pytest.mark.parametrize("syntax", [*LOSSLESS_ENCODERS, JPEG])
@pytest.mark.parametrize("share", [0.5, 0.98])
def test_a_codestream_that_ends_early_is_refused_not_filled_with_gray(syntax: str, share: float) -> None:
    pixels = draw()
    if syntax == JPEG:
        pixels = (pixels >> 4).astype(np.uint8)
        encoded = bytes(imagecodecs.jpeg8_encode(pixels))
    else:
        encoded = bytes(LOSSLESS_ENCODERS[syntax](pixels))
    cut = encoded[: int(len(encoded) * share)]
    with pytest.raises(ImageProblem) as caught:
        render_dicom(wrap(syntax, encapsulate([cut]), pixels, 8 * pixels.itemsize - 4 * (pixels.itemsize - 1)), Rendering())
    assert caught.value.reason is Reason.IMAGE_TRUNCATED


@pytest.mark.parametrize("syntax", [JPEG_LS, J2K, HTJ2K])
def test_a_codestream_without_its_middle_is_refused(syntax: str) -> None:
    pixels = draw()
    encoded = bytes(LOSSLESS_ENCODERS[syntax](pixels))
    gap = encoded[: len(encoded) // 2] + encoded[-2:]
    with pytest.raises(ImageProblem):
        render_dicom(wrap(syntax, encapsulate([gap]), pixels), Rendering())


@pytest.mark.parametrize("share", [0.3, 0.7, 0.98])
def test_a_compressed_file_cut_anywhere_is_truncated(share: float) -> None:
    pixels = draw()
    content = wrap(JPEG_LS, encapsulate([bytes(imagecodecs.jpegls_encode(pixels))]), pixels)
    start = content.index(b"\xe0\x7f\x10\x00")
    with pytest.raises(ImageProblem) as caught:
        render_dicom(content[: start + int((len(content) - start) * share)], Rendering())
    assert caught.value.reason is Reason.IMAGE_TRUNCATED


def test_run_lengths_that_give_too_little_are_refused() -> None:
    file = dcmread(get_testdata_file("MR_small_RLE.dcm"))
    file.Rows = 2 * file.Rows
    sink = io.BytesIO()
    dcmwrite(sink, file)
    with pytest.raises(ImageProblem) as caught:
        render_dicom(sink.getvalue(), Rendering())
    assert caught.value.reason is Reason.IMAGE_UNREADABLE


@pytest.mark.parametrize("syntax", LOSSLESS_ENCODERS)
def test_a_codestream_of_another_size_than_its_header_is_refused_undecoded(
    syntax: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pixels = draw()
    content = wrap(syntax, encapsulate([bytes(LOSSLESS_ENCODERS[syntax](pixels))]), pixels[:-1])
    for name in ("jpeg8_decode", "jpegls_decode", "jpeg2k_decode"):
        monkeypatch.setattr(imagecodecs, name, None)
    with pytest.raises(ImageProblem, match="in its compressed frame and") as caught:
        render_dicom(content, Rendering())
    assert caught.value.reason is Reason.IMAGE_UNREADABLE


def test_a_frame_in_fragments_with_padding_after_its_end_is_put_together() -> None:
    pixels = draw()
    encoded = bytes(imagecodecs.jpegls_encode(pixels))
    whole = encapsulate([encoded + b"\x00\x00\xff"], fragments_per_frame=4, has_bot=False)
    assert np.array_equal(decode(wrap(JPEG_LS, whole, pixels)), pixels)


@pytest.mark.parametrize("has_bot", [True, False])
def test_of_many_compressed_frames_only_the_first_is_decoded(has_bot: bool) -> None:
    pixels = draw()
    frames = [bytes(imagecodecs.jpegls_encode(pixels)), b"no codestream"]
    content = wrap(JPEG_LS, encapsulate(frames, has_bot=has_bot), pixels, NumberOfFrames=2)
    assert np.array_equal(decode(content), pixels)
    assert render_dicom(content, Rendering()).steps == ("first_frame", "decode_jpeg_ls", "window_first")


def test_an_extended_offset_table_is_followed() -> None:
    pixels = draw()
    data, offsets, lengths = encapsulate_extended([bytes(imagecodecs.jpegls_encode(pixels)), b"no codestream"])
    tables = {"ExtendedOffsetTable": offsets, "ExtendedOffsetTableLengths": lengths}
    assert np.array_equal(decode(wrap(JPEG_LS, data, pixels, NumberOfFrames=2, **tables)), pixels)


@pytest.mark.parametrize("syntax", [LOSSLESS_SV1, JPEG_LS, J2K, HTJ2K])
def test_where_imagecodecs_lacks_a_codec_pydicom_gives_the_same_pixels(syntax: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def lack(*_: object) -> None:
        raise ImportError("codec not in this build")

    pixels = draw()
    content = wrap(syntax, encapsulate([bytes(LOSSLESS_ENCODERS[syntax](pixels))]), pixels)
    for name in ("jpeg8_decode", "jpegls_decode", "jpeg2k_decode"):
        monkeypatch.setattr(imagecodecs, name, lack)
    raster = render_dicom(content, Rendering())
    assert raster.steps[0].endswith("_by_pydicom")
    assert np.array_equal(decode(content), pixels)


def test_an_unknown_transfer_syntax_is_named() -> None:
    pixels = draw()
    with pytest.raises(ImageProblem, match=r"1\.2\.840\.10008\.1\.2\.4\.100 is not one that can be decoded"):
        render_dicom(wrap("1.2.840.10008.1.2.4.100", encapsulate([b"mpeg"]), pixels), Rendering())


@pytest.mark.parametrize("depth", [8, 16])
def test_a_palette_gives_its_colours_from_the_high_byte(depth: int) -> None:
    indices = np.arange(64, dtype=np.uint8).reshape(8, 8)
    colours = np.random.default_rng(0).integers(0, 256, (64, 3), np.uint8)
    about: dict[str, object] = {"PhotometricInterpretation": "PALETTE COLOR"}
    content = dcmread(io.BytesIO(wrap("1.2.840.10008.1.2.1", indices.tobytes(), indices, 8, **about)))
    for channel, name in enumerate(("Red", "Green", "Blue")):
        entries = colours[:, channel] if depth == 8 else colours[:, channel].astype("<u2") << 8
        content.add_new(f"{name}PaletteColorLookupTableDescriptor", "US", [64, 0, depth])
        content.add_new(f"{name}PaletteColorLookupTableData", "OW", entries.tobytes())
    sink = io.BytesIO()
    dcmwrite(sink, content)
    raster = render_dicom(sink.getvalue(), Rendering())
    assert raster.steps == ("palette_to_rgb",)
    assert np.array_equal(raster.pixels, colours[indices])


def test_planes_and_16_bits_of_colour_become_8_bit_pixels() -> None:
    pixels = np.random.default_rng(0).integers(0, 4096, (3, 10, 12), np.uint16)
    about = {"PhotometricInterpretation": "RGB", "PlanarConfiguration": 1, "Rows": 10, "Columns": 12}
    raster = render_dicom(wrap("1.2.840.10008.1.2.1", pixels.tobytes(), pixels, 12, **about), Rendering())
    assert raster.steps == ("scale_to_8_bit",)
    assert np.array_equal(raster.pixels, np.rint(pixels.transpose(1, 2, 0) / 4095 * 255))


def test_threads_give_what_one_thread_gives() -> None:
    pixels = draw(200, 180)
    contents = [wrap(name, encapsulate([bytes(encode(pixels))]), pixels) for name, encode in LOSSLESS_ENCODERS.items()] * 3
    alone = [render_dicom(content, Rendering()).pixels.tobytes() for content in contents]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda content: render_dicom(content, Rendering()).pixels.tobytes(), contents))
    assert together == alone
    assert len(set(alone)) == 1


def test_attributes_of_the_header_cannot_be_told_from_the_pixels() -> None:
    pixels = draw()
    first = wrap(JPEG_LS, encapsulate([bytes(imagecodecs.jpegls_encode(pixels))]), pixels, PatientName="Doe^Jane")
    second = wrap(JPEG_LS, encapsulate([bytes(imagecodecs.jpegls_encode(pixels))]), pixels, PatientName="Roe^Richard")
    assert np.array_equal(render_dicom(first, Rendering()).pixels, render_dicom(second, Rendering()).pixels)
    assert isinstance(dcmread(io.BytesIO(first)), Dataset)
