"""DICOM to PNG, by transfer syntax, on synthetic mammograms: against what a careful user writes, and against decoding alone.

The pixels of both ways are compared before anything is measured.

Example:
    >>> draw_mammogram(seed=1, height=64, width=48).dtype
    dtype('uint16')
"""

import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import imagecodecs
import numpy as np
from numpy.typing import NDArray
from PIL import Image
from pydicom import Dataset, dcmread, dcmwrite
from pydicom.dataset import FileMetaDataset
from pydicom.encaps import encapsulate, get_frame
from pydicom.pixels.processing import apply_modality_lut, apply_windowing
from pydicom.uid import UID, DigitalMammographyXRayImageStorageForPresentation, JPEG2000Lossless

from benchmarks.rounds import Arms
from pipelines.choices import Rendering
from pipelines.rendering.dicom.render import pydicom_warnings, render_dicom
from pipelines.rendering.png import encode_png

HEIGHT, WIDTH = 3328, 2560  # of a full-field mammogram
FILES = 2
BITS = 12
_NOISE = 12.0


@dataclass(frozen=True)
class Syntax:
    """One way to store a frame: how it is written for the benchmark, and the least that reading it takes."""

    uid: str
    encode: Callable[[NDArray[np.uint16]], bytes | bytearray] | None
    decode: Callable[[bytes], NDArray[np.uint16]] | None


SYNTAXES = {
    "raw": Syntax("1.2.840.10008.1.2.1", None, None),
    "jpegls": Syntax("1.2.840.10008.1.2.4.80", imagecodecs.jpegls_encode, imagecodecs.jpegls_decode),
    "jpeg_lossless": Syntax(
        "1.2.840.10008.1.2.4.70",
        lambda frame: imagecodecs.jpeg8_encode(frame, lossless=True, predictor=1, bitspersample=BITS),
        imagecodecs.jpeg8_decode,
    ),
    "j2k": Syntax(
        "1.2.840.10008.1.2.4.90",
        lambda frame: imagecodecs.jpeg2k_encode(frame, level=0, codecformat="j2k", reversible=True, bitspersample=BITS),
        imagecodecs.jpeg2k_decode,
    ),
    "htj2k": Syntax("1.2.840.10008.1.2.4.201", imagecodecs.htj2k_encode, imagecodecs.jpeg2k_decode),
}


def build_benchmarks(scratch: Path) -> Mapping[str, Arms]:
    """Return the arms by benchmark name; everything is written under a scratch folder."""
    folder = scratch / "dicom"
    folder.mkdir(parents=True, exist_ok=True)
    paths = {name: _write_files(folder, name, syntax) for name, syntax in SYNTAXES.items()}
    arms = {f"dicom_{name}_png": _compare(paths[name], syntax) for name, syntax in SYNTAXES.items()}
    mixed = [path for name in ("raw", "jpegls", "jpeg_lossless", "j2k") for path in paths[name]]
    # One long frame at the end would leave a thread idle: the slowest go first.
    mixed.reverse()
    arms["dicom_two_threads"] = Arms(ours=lambda: _render_all(mixed, 2), baseline=lambda: _render_all(mixed, 1))
    return arms


def draw_mammogram(seed: int, height: int = HEIGHT, width: int = WIDTH) -> NDArray[np.uint16]:
    """Return a 12-bit frame: a smooth breast on the left with noise of sd 12, on black."""
    generator = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    distance = ((y - height / 2) / (0.45 * height)) ** 2 + (x / (0.75 * width)) ** 2
    breast = 400 + 2600 * np.sqrt(np.clip(1 - distance, 0, None))
    noisy = breast + generator.normal(0, _NOISE, (height, width)).astype(np.float32)
    return np.where(distance < 1, noisy, 0).clip(0, 2**BITS - 1).astype(np.uint16)


def _write_files(folder: Path, name: str, syntax: Syntax) -> list[Path]:
    paths = [folder / f"{name}_{number}.dcm" for number in range(FILES)]
    for seed, path in enumerate(paths):
        frame = draw_mammogram(seed)
        file = Dataset()
        file.file_meta = FileMetaDataset()
        file.file_meta.TransferSyntaxUID = UID(syntax.uid)
        file.SOPClassUID, file.SOPInstanceUID = DigitalMammographyXRayImageStorageForPresentation, UID(f"1.2.999.{seed}")
        file.file_meta.MediaStorageSOPClassUID, file.file_meta.MediaStorageSOPInstanceUID = (
            file.SOPClassUID,
            file.SOPInstanceUID,
        )
        file.Modality, file.PatientOrientation = "MG", ["A", "F"]
        file.Rows, file.Columns = frame.shape
        file.SamplesPerPixel, file.PhotometricInterpretation = 1, "MONOCHROME2"
        file.BitsAllocated, file.BitsStored, file.HighBit, file.PixelRepresentation = 16, BITS, BITS - 1, 0
        file.RescaleSlope, file.RescaleIntercept = 1, 0
        file.WindowCenter, file.WindowWidth = 1800, 2400
        file.PixelData = frame.tobytes() if syntax.encode is None else encapsulate([bytes(syntax.encode(frame))])
        file["PixelData"].VR = "OW" if syntax.encode is None else "OB"
        dcmwrite(path, file, enforce_file_format=True)
    return paths


def _compare(paths: Sequence[Path], syntax: Syntax) -> Arms:
    for path in paths:
        ours, plain = (np.asarray(Image.open(io.BytesIO(convert(path)))) for convert in (_render, _convert_plainly))
        if not np.array_equal(ours, plain):
            raise RuntimeError(f"{path.name}: our pixels differ from pydicom's; a faster way to other pixels is no gain")
    return Arms(
        ours=lambda: _render_all(paths, 1),
        baseline=lambda: _write_all(paths, _convert_plainly),
        floor=lambda: [_decode(path, syntax) for path in paths],
    )


def _render(path: Path) -> bytes:
    return encode_png(render_dicom(path.read_bytes(), Rendering()).pixels)


def _render_all(paths: Sequence[Path], threads: int) -> None:
    with pydicom_warnings(), ThreadPoolExecutor(threads) as pool:
        list(pool.map(_render_to_file, paths))


def _render_to_file(path: Path) -> None:
    path.with_suffix(".png").write_bytes(_render(path))


def _write_all(paths: Iterable[Path], convert: Callable[[Path], bytes]) -> None:
    for path in paths:
        path.with_suffix(".plain.png").write_bytes(convert(path))


def _convert_plainly(path: Path) -> bytes:
    """What a careful user writes first: pydicom all the way in float64, then Pillow's PNG as it comes."""
    file = dcmread(path)
    if file.file_meta.TransferSyntaxUID == JPEG2000Lossless:
        # One thread, as ours. GDCM, which pydicom takes first where it is installed, decodes this one syntax on several.
        file.pixel_array_options(decoding_plugin="pylibjpeg")
    shown = apply_windowing(apply_modality_lut(file.pixel_array, file), file)
    low, high = (value * file.RescaleSlope + file.RescaleIntercept for value in (0, 2**file.BitsStored - 1))
    sink = io.BytesIO()
    Image.fromarray(np.rint((shown - low) / (high - low) * 255).astype(np.uint8)).save(sink, "PNG")
    return sink.getvalue()


def _decode(path: Path, syntax: Syntax) -> NDArray[np.uint16]:
    """Read the file, find the frame and decode it."""
    file = dcmread(io.BytesIO(path.read_bytes()))
    if syntax.decode is None:
        return np.frombuffer(file.PixelData, np.uint16).copy()
    return syntax.decode(get_frame(file.PixelData, 0, number_of_frames=1))
