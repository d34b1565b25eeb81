"""Renders a DICOM file: its first frame as 8-bit gray or RGB pixels, shown as its header asks for, and nothing else of it.

The story is `render_dicom`. What it follows of DICOM PS3.3: pixel encoding C.7.6.3, modality and VOI look-up C.11.1 and C.11.2,
photometric interpretation C.7.6.3.1.2. Not drawn: overlays (60xx), which may hold text, and ICC profiles.

Example:
    >>> from pipelines.choices import Rendering
    >>> render_dicom(b"%PDF-1.7", Rendering())
    Traceback (most recent call last):
    pipelines.rendering.problem.ImageProblem: image_unreadable: 8 bytes that are no DICOM file; download it again
"""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pipelines.choices import Rendering
from pipelines.reasons import Reason
from pipelines.rendering.dicom.colour import render_colour
from pipelines.rendering.dicom.file import read_file
from pipelines.rendering.dicom.frame import decode_first_frame
from pipelines.rendering.dicom.gray import render_gray
from pipelines.rendering.dicom.header import read_header, read_text
from pipelines.rendering.dicom.orientation import is_mirrored
from pipelines.rendering.problem import ImageProblem
from pipelines.rendering.raster import Raster, refuse_constant

if TYPE_CHECKING:
    from pydicom import FileDataset


@contextmanager
def pydicom_warnings() -> Iterator[None]:
    """Silence pydicom's remarks on headers, as warnings and in its log: they quote values, which may name a patient.

    Warning filters belong to the process, not to a thread: enter this once, around a thread pool, never inside its tasks.
    """

    def drop(record: logging.LogRecord) -> bool:  # one of its own, so that these contexts may nest
        return False

    log = logging.getLogger("pydicom")
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module="pydicom")
        log.addFilter(drop)
        try:
            yield
        finally:
            log.removeFilter(drop)


def render_dicom(content: bytes, options: Rendering) -> Raster:
    """Return the first frame of a file's bytes; call it inside `pydicom_warnings()`. Nothing but pixels leaves the file.

    Gray values are those of the window or VOI look-up table that `options.window` chooses, see `render_gray`; mammograms are
    turned so that the chest wall is on the left, see `is_mirrored`.

    Raises:
        ImageProblem: IMAGE_TRUNCATED where pixel data are shorter than the header says or end early, IMAGE_TOO_LARGE before
            anything is decoded, HAS_BURNED_IN_TEXT, IMAGE_CONSTANT, and IMAGE_UNREADABLE for all else that fails.
    """
    try:
        return _render(content, options)
    except ImageProblem:
        raise
    except Exception as error:  # parsers and decoders raise what they meet in random bytes: struct.error, KeyError, ...
        # Only the kind of the error: its text may quote the header.
        detail = f"{type(error).__name__} in reading {len(content)} bytes of DICOM; export or download it again"
        raise ImageProblem(Reason.IMAGE_UNREADABLE, detail) from error


def _render(content: bytes, options: Rendering) -> Raster:
    dataset = read_file(content)
    if not options.allow_burned_in_annotation:
        _refuse_burned_in_text(dataset)
    header = read_header(dataset)
    frame = decode_first_frame(dataset, header)
    steps = [*header.repairs, *frame.steps]
    if is_mirrored(dataset):
        frame = frame.mirrored()
        steps.append("flip_horizontal")
    show = render_gray if header.is_gray else render_colour
    pixels = show(frame, dataset, header, options.window, steps)
    raster = Raster(pixels, tuple(steps))
    refuse_constant(raster)
    return raster


def _refuse_burned_in_text(dataset: "FileDataset") -> None:
    """Burned In Annotation (0028,0301), C.7.6.1: YES where pixels identify the patient or the date."""
    if read_text(dataset, "BurnedInAnnotation") == "YES":
        detail = (
            "Burned In Annotation (0028,0301) is YES: its pixels may show a name; "
            "if you have looked at them, set rendering.allow_burned_in_annotation"
        )
        raise ImageProblem(Reason.HAS_BURNED_IN_TEXT, detail)
