"""What the header decides: windows, tables, padding, polarity, orientation, refusals. Starts from a file that pydicom ships."""

import io
import logging
import zlib
from collections.abc import Iterator

import numpy as np
import pytest
from pydicom import Dataset, dcmread, dcmwrite
from pydicom.data import get_testdata_file
from pydicom.pixels.processing import apply_modality_lut, apply_voi_lut
from pydicom.uid import DeflatedExplicitVRLittleEndian

from pipelines.choices import Rendering
from pipelines.reasons import Reason
from pipelines.rendering.dicom.render import pydicom_warnings, render_dicom
from pipelines.rendering.dicom.table import read_tables
from pipelines.rendering.problem import ImageProblem
from pipelines.rendering.raster import Raster

RAMP = np.arange(4096, dtype=np.uint16).reshape(64, 64)


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    with pydicom_warnings():
        yield


def edit(pixels: np.ndarray = RAMP, bits: int = 12, **attributes: object) -> Dataset:
    """Return pydicom's small MR without its window, with other pixels and attributes; None deletes one."""
    file = dcmread(get_testdata_file("MR_small.dcm"))
    plain = {"WindowCenter": None, "WindowWidth": None, "PixelRepresentation": int(pixels.dtype.kind == "i")}
    plain |= {"Rows": pixels.shape[0], "Columns": pixels.shape[1], "PixelData": pixels.tobytes()}
    plain |= {"BitsAllocated": 8 * pixels.itemsize, "BitsStored": bits, "HighBit": bits - 1}
    for keyword, value in (plain | attributes).items():
        if value is None:
            file.pop(keyword, None)
        else:
            setattr(file, keyword, value)
            if file[keyword].VR == "US or SS":
                file[keyword].VR = "US"
    return file


def as_bytes(file: Dataset) -> bytes:
    sink = io.BytesIO()
    dcmwrite(sink, file)
    return sink.getvalue()


def render(file: Dataset, **options: object) -> Raster:
    return render_dicom(as_bytes(file), Rendering(**options))


def chain(file: Dataset, low: float, high: float, index: int = 0) -> np.ndarray:
    """What pydicom gives in float64, of 12 bits unsigned, scaled to 8."""
    shown = apply_voi_lut(apply_modality_lut(file.pixel_array, file), file, index).astype(np.float64)
    return np.rint((shown - low) / (high - low) * 255).astype(np.uint8)


def make_table(first: int, bits: int, entries: np.ndarray, explanation: str = "") -> Dataset:
    table = Dataset()
    table.add_new("LUTDescriptor", "US", [len(entries), first, bits])
    table.add_new("LUTData", "US", entries.tolist())
    table.LUTExplanation = explanation
    return table


@pytest.mark.parametrize("function", ["LINEAR", "LINEAR_EXACT", "SIGMOID"])
@pytest.mark.parametrize(("center", "width"), [(2048, 1024), (100.25, 1), (-5, 4096), (2000, 1e6), (4095, 2)])
@pytest.mark.parametrize(("slope", "intercept"), [(1, 0), (0.5, -300), (-1, 0)])
def test_each_voi_function_is_that_of_pydicom_bit_for_bit(
    function: str, center: float, width: float, slope: float, intercept: float
) -> None:
    file = edit(RescaleSlope=slope, RescaleIntercept=intercept, VOILUTFunction=function, WindowCenter=center, WindowWidth=width)
    expected = chain(file, intercept, 4095 * slope + intercept)
    if expected.min() == expected.max():
        with pytest.raises(ImageProblem, match="image_constant"):
            render(file)
    else:
        raster = render(file)
        assert np.array_equal(raster.pixels, expected)
        assert raster.steps == ("window_first",)


def test_a_window_is_chosen_by_its_explanation_whatever_its_case() -> None:
    windows = {"WindowCenter": [1000, 3000], "WindowWidth": [100, 200], "WindowCenterWidthExplanation": ["NORMAL", "Harder "]}
    file = edit(**windows)
    first, named = render(file), render(file, window="harder")
    assert (first.steps, named.steps) == (("window_first",), ("window_named",))
    assert np.array_equal(first.pixels, chain(file, 0, 4095))
    assert np.array_equal(named.pixels, chain(file, 0, 4095, index=1))


def test_a_window_that_no_file_names_falls_back_to_the_first_and_says_so() -> None:
    file = edit(WindowCenter=[1000, 3000], WindowWidth=[100, 200])
    raster = render(file, window="SOFTER")
    assert raster.steps == ("window_name_not_found", "window_first")
    assert np.array_equal(raster.pixels, render(file).pixels)


def test_without_a_window_the_range_of_the_values_is_shown() -> None:
    raster = render(edit(RAMP // 2 + 100))
    assert raster.steps == ("range_to_8_bit",)
    assert np.array_equal(raster.pixels, np.rint((RAMP // 2) / 2047 * 255).astype(np.uint8))


def test_a_first_window_that_makes_no_sense_gives_way_to_the_next() -> None:
    file = edit(WindowCenter=[1000, 3000], WindowWidth=[0, 200])
    raster = render(file)
    assert raster.steps == ("broken_window_ignored", "window_first")
    assert np.array_equal(raster.pixels, chain(file, 0, 4095, index=1))


@pytest.mark.parametrize(("slope", "intercept"), [(0, 0), ("nan", 0), (1, "inf"), ("junk", 0)])
def test_a_rescale_that_makes_no_sense_is_ignored_with_the_windows_that_depend_on_it(slope: object, intercept: object) -> None:
    file = edit(WindowCenter=40, WindowWidth=80)
    for tag, value in ((0x00281053, slope), (0x00281052, intercept)):
        file.add_new(tag, "LO", str(value))
        file[tag].VR = "LO"
    content = (
        as_bytes(file)
        .replace(b"\x28\x00\x53\x10LO", b"\x28\x00\x53\x10DS")
        .replace(b"\x28\x00\x52\x10LO", b"\x28\x00\x52\x10DS")
    )
    raster = render_dicom(content, Rendering())
    assert raster.steps == ("broken_rescale_ignored", "range_to_8_bit")
    assert np.array_equal(raster.pixels, render(edit()).pixels)


def test_a_rescale_to_infinity_is_refused() -> None:
    with pytest.raises(ImageProblem, match="not finite"):
        render(edit(RescaleSlope="1e308", RescaleIntercept="1e308"))


def test_monochrome1_is_the_negative() -> None:
    window = {"WindowCenter": 2000, "WindowWidth": 3000}
    light, dark = render(edit(**window)), render(edit(PhotometricInterpretation="MONOCHROME1", **window))
    assert dark.steps == ("window_first", "invert_monochrome1")
    assert np.array_equal(dark.pixels, 255 - light.pixels)


@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
def test_padding_is_black_also_in_a_negative_and_no_part_of_the_range(photometric: str) -> None:
    pixels = np.where(RAMP < 64, 4000, RAMP % 1000 + 500).astype(np.uint16)
    raster = render(edit(pixels, PhotometricInterpretation=photometric, PixelPaddingValue=4000))
    assert raster.steps[-1] == "padding_to_black"
    assert not raster.pixels[RAMP < 64].any()
    shown = np.rint((RAMP % 1000) / 999 * 255).astype(np.uint8)
    expected = shown if photometric == "MONOCHROME2" else 255 - shown
    assert np.array_equal(raster.pixels[RAMP >= 64], expected[RAMP >= 64])


def test_a_padding_range_takes_all_values_between_its_limits() -> None:
    raster = render(edit(PixelPaddingValue=4095, PixelPaddingRangeLimit=3000))
    assert not raster.pixels[RAMP >= 3000].any()
    assert raster.pixels[RAMP == 2999] == 255


def test_negative_padding_that_was_written_as_unsigned_is_understood() -> None:
    pixels = RAMP.astype(np.int16)
    pixels[0] = -2000
    file = edit(pixels, bits=16)
    file.add_new("PixelPaddingValue", "US", 63536)
    raster = render(file)
    assert not raster.pixels[0].any()
    assert raster.pixels[1, 0] == 0 and raster.pixels[1, 63] > 0  # 64, the least value that is no padding


def test_padding_that_the_stored_bits_cannot_hold_is_found_in_the_whole_word() -> None:
    pixels = RAMP.copy()
    pixels[0] = 0xFFFF
    raster = render(edit(pixels, PixelPaddingValue=0xFFFF))
    assert not raster.pixels[0].any()
    assert raster.pixels[1, 0] == 0 and raster.pixels[-1, -1] == 255


def test_junk_above_the_stored_bits_changes_nothing() -> None:
    junk = RAMP | (np.random.default_rng(0).integers(0, 16, RAMP.shape, np.uint16) << 12)
    assert np.array_equal(render(edit(junk)).pixels, render(edit()).pixels)
    signed = render(edit(RAMP.astype(np.int16) - 2048)).pixels
    assert np.array_equal(render(edit(((junk - 2048) & 0xFFF | junk & 0xF000).astype(np.int16))).pixels, signed)
    assert np.array_equal(signed, render(edit()).pixels)


def test_a_high_bit_at_the_top_of_the_word_is_shifted_down() -> None:
    raster = render(edit(RAMP << 4, HighBit=15))
    assert raster.steps == ("shift_to_high_bit", "range_to_8_bit")
    assert np.array_equal(raster.pixels, render(edit()).pixels)
    assert render(edit(HighBit=3)).steps == ("broken_high_bit_ignored", "range_to_8_bit")


@pytest.mark.parametrize(
    ("dtype", "bits"), [(np.uint8, 8), (np.int8, 8), (np.uint16, 16), (np.int16, 16), (np.uint32, 32), (np.int32, 20)]
)
def test_every_width_of_sample_takes_the_window_that_pydicom_gives(dtype: type, bits: int) -> None:
    info = np.iinfo(dtype)
    values = np.linspace(max(info.min, -(2**19)), min(info.max, 2**19 - 1), 4096).astype(dtype).reshape(64, 64)
    file = edit(values, bits=bits, WindowCenter=20, WindowWidth=90)
    low = -(2 ** (bits - 1)) if info.min < 0 else 0
    assert np.array_equal(render(file).pixels, chain(file, low, low + 2**bits - 1))


@pytest.mark.parametrize(("keyword", "dtype"), [("FloatPixelData", np.float32), ("DoubleFloatPixelData", np.float64)])
def test_float_pixels_are_shown_by_range_and_by_window(keyword: str, dtype: type) -> None:
    values = (RAMP / 4095 - 0.5).astype(dtype)
    plain = {keyword: values.tobytes(), "PixelData": None, "BitsAllocated": 8 * values.itemsize}
    expected = np.rint((values.astype(np.float64) - values.min()) / (values.max() - values.min()) * 255).astype(np.uint8)
    assert np.array_equal(render(edit(**plain)).pixels, expected)
    windowed = render(edit(**plain, WindowCenter=0, WindowWidth=0.5, VOILUTFunction="LINEAR_EXACT")).pixels
    assert windowed[RAMP < 1000].max() == 0 and windowed[RAMP > 3100].min() == 255 and windowed[32, 0] in (127, 128)
    values[3, 3] = np.nan
    with pytest.raises(ImageProblem, match="not finite"):
        render(edit(**plain | {keyword: values.tobytes()}))


@pytest.mark.parametrize("bits", [10, 12, 16])
def test_a_voi_table_is_preferred_and_scaled_by_its_bits(bits: int) -> None:
    entries = (np.linspace(0, 1, 200) ** 2 * (2**bits - 1)).astype(np.uint16)
    file = edit(WindowCenter=9, WindowWidth=9, VOILUTSequence=[make_table(50, bits, entries)])
    raster = render(file)
    assert raster.steps == ("voi_lut_first",)
    assert np.array_equal(raster.pixels, chain(file, 0, 2**bits - 1))


def test_a_voi_table_of_8_bits_holds_its_last_entry_for_all_greater_values() -> None:
    # Where pydicom counts from 0 again after 255 values.
    raster = render(edit(VOILUTSequence=[make_table(1000, 8, np.arange(256))]))
    assert np.array_equal(raster.pixels, np.clip(RAMP.astype(int) - 1000, 0, 255))


def test_a_modality_table_comes_before_the_window() -> None:
    entries = (np.arange(3000) * 20).astype(np.uint16)
    file = edit(ModalityLUTSequence=[make_table(500, 16, entries)], WindowCenter=30000, WindowWidth=9000)
    raster = render(file)
    assert raster.steps == ("modality_lut", "window_first")
    assert np.array_equal(raster.pixels, chain(file, 0, 65535))


def test_tables_are_chosen_by_explanation_and_broken_ones_are_named() -> None:
    good, other = make_table(0, 8, np.arange(256)), make_table(0, 8, np.arange(255, -1, -1), "Negative")
    raster = render(edit(VOILUTSequence=[good, other]), window="negative")
    assert raster.steps == ("voi_lut_named",)
    assert raster.pixels[0, 0] == 255
    broken = make_table(0, 8, np.arange(256))
    broken.LUTData = [1, 2]
    steps = render(edit(VOILUTSequence=[broken], WindowCenter=2000, WindowWidth=900)).steps
    assert steps == ("broken_voi_lut_ignored", "window_first")


def test_a_table_of_bytes_in_words_is_read_by_its_descriptor() -> None:
    item = make_table(0, 8, np.arange(4))
    item.add_new("LUTData", "OW", bytes([0, 10, 20, 30]))
    (narrow,) = read_tables(edit(VOILUTSequence=[item]), "VOILUTSequence")
    item.add_new("LUTData", "OW", np.array([0, 10, 20, 30], np.uint16).tobytes())
    (wide,) = read_tables(edit(VOILUTSequence=[item]), "VOILUTSequence")
    assert narrow.entries.tolist() == wide.entries.tolist() == [0, 10, 20, 30]


@pytest.mark.parametrize(
    ("orientation", "laterality", "view", "modality", "is_flipped"),
    [
        (["P", "F"], "L", "CC", "MG", True),
        (["A", "FL"], "R", "CC", "MG", False),  # the orientation decides where it is there
        (None, "R", "MLO", "MG", True),
        ("", "R", "CC", "MG", True),
        (None, "R", "XCCL", "MG", False),
        (None, "L", "CC", "MG", False),
        (["P", "F"], "R", "CC", "DX", False),
        (["P", "F"], None, None, "CT", False),
    ],
)
def test_only_mammograms_are_mirrored_and_only_by_the_rule_of_their_owner(
    orientation: object, laterality: str, view: str, modality: str, is_flipped: bool
) -> None:
    about = {"ImageLaterality": laterality, "ViewPosition": view, "Modality": modality}
    raster = render(edit(PatientOrientation=orientation, **about))
    assert ("flip_horizontal" in raster.steps) is is_flipped
    plain = render(edit()).pixels
    assert np.array_equal(raster.pixels, plain[:, ::-1] if is_flipped else plain)


def test_burned_in_text_is_refused_unless_allowed() -> None:
    file = edit(BurnedInAnnotation="YES")
    with pytest.raises(ImageProblem) as caught:
        render(file)
    assert caught.value.reason is Reason.HAS_BURNED_IN_TEXT
    assert render(file, allow_burned_in_annotation=True).pixels.size
    assert render(edit(BurnedInAnnotation="NO")).pixels.size


def test_a_constant_image_is_refused() -> None:
    with pytest.raises(ImageProblem) as caught:
        render(edit(np.full((4, 4), 7, np.uint16)))
    assert caught.value.reason is Reason.IMAGE_CONSTANT


@pytest.mark.parametrize("pixel_bytes", [0, 2])
def test_a_header_of_65535_by_65535_pixels_is_refused_before_anything_is_decoded(pixel_bytes: int) -> None:
    with pytest.raises(ImageProblem) as caught:
        render(edit(Rows=65535, Columns=65535, PixelData=bytes(pixel_bytes)))
    assert caught.value.reason is Reason.IMAGE_TOO_LARGE


def test_a_deflated_file_that_inflates_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    file = edit(np.zeros((2000, 2000), np.uint16))
    file.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    content = as_bytes(file)
    assert len(content) < 20_000
    monkeypatch.setattr("pipelines.rendering.dicom.file._MAX_INFLATED", 4_000_000)
    monkeypatch.setattr(zlib, "decompress", None)  # what pydicom would inflate it with, whole
    with pytest.raises(ImageProblem) as caught:
        render_dicom(content, Rendering())
    assert caught.value.reason is Reason.IMAGE_TOO_LARGE


def test_a_file_cut_anywhere_is_refused_as_truncated_once_its_size_is_known() -> None:
    content = as_bytes(edit())
    pixels_at = len(content) - RAMP.nbytes
    for length in (pixels_at - 12, pixels_at, pixels_at + 1, len(content) - 200):
        with pytest.raises(ImageProblem) as caught:
            render_dicom(content[:length], Rendering())
        assert caught.value.reason is Reason.IMAGE_TRUNCATED, length


@pytest.mark.parametrize(
    ("attributes", "said"),
    [
        ({"Rows": None}, "Rows (0028,0010) is missing"),
        ({"Rows": 0}, "Rows (0028,0010) is 0, expected at least 1"),
        ({"BitsAllocated": 12}, "BitsAllocated (0028,0100) is 12"),
        ({"BitsStored": 17}, "BitsStored (0028,0101) is 17, expected 1 to 16"),
        ({"PixelRepresentation": 2}, "is 2, expected 0 or 1"),
        ({"PhotometricInterpretation": "HSV"}, "Photometric Interpretation (0028,0004) is none of"),
        ({"SamplesPerPixel": 3}, "SamplesPerPixel (0028,0002) is 3, expected 1 for MONOCHROME2"),
    ],
)
def test_a_header_that_makes_no_sense_is_told_with_its_tag_and_what_was_expected(attributes: dict, said: str) -> None:
    with pytest.raises(ImageProblem) as caught:
        render(edit(**attributes))
    assert caught.value.reason is Reason.IMAGE_UNREADABLE
    assert said in caught.value.detail


def test_no_problem_and_no_log_line_quotes_a_value_that_may_name_a_patient(caplog: pytest.LogCaptureFixture) -> None:
    file = edit(WindowCenter=1, WindowWidth=1, PatientName="Doe^Jane")
    file.add_new(0x00080020, "LO", "Doe^Jane")  # a date that is none: pydicom's warning quotes it
    file.add_new(0x00280010, "LO", "Doe^Jane")
    content = (
        as_bytes(file)
        .replace(b"\x08\x00\x20\x00LO", b"\x08\x00\x20\x00DA")
        .replace(b"\x28\x00\x10\x00LO", b"\x28\x00\x10\x00IS")
    )
    with caplog.at_level(logging.DEBUG), pytest.raises(ImageProblem) as caught:
        render_dicom(content, Rendering())
    assert "Doe" not in str(caught.value)
    assert "Doe" not in caplog.text


def test_pydicom_speaks_again_once_the_warnings_are_left() -> None:
    log = logging.getLogger("pydicom")
    before = list(log.filters)
    with pydicom_warnings(), pydicom_warnings():
        assert len(log.filters) == len(before) + 2
    assert list(log.filters) == before
