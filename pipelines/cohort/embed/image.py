"""Draws the image of one file of the cohort and writes it as DICOM.

Example:
    >>> from pipelines.cohort.embed.files import list_files
    >>> from pipelines.cohort.embed.subject import draw_subject
    >>> subject = draw_subject(seed=1, index=0)
    >>> study = subject.studies[0]
    >>> file = list_files(subject, study, seed=1)[0]
    >>> picture = draw_file(subject, study, file, width=80, height=104)
    >>> picture.shape, float(picture[0, 79])
    ((104, 80), 0.0)
"""

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from pipelines.cohort.dicom_file import encode_dicom
from pipelines.cohort.embed.files import EmbedFile
from pipelines.cohort.embed.header import describe_header
from pipelines.cohort.embed.machine import machine_of
from pipelines.cohort.embed.oddities import FileOddity
from pipelines.cohort.embed.storage import Storage, choose_storage
from pipelines.cohort.embed.subject import EmbedStudy, EmbedSubject
from pipelines.cohort.phantoms.breast import Breast, draw_breast
from pipelines.cohort.phantoms.breast_lesion import add_lesion, locate_lesion
from pipelines.cohort.phantoms.canvas import Field
from pipelines.cohort.spoilt_file import truncate
from pipelines.vocabulary import ImageType, View

TOP_VALUE = 4095  # 12 bits
_WHITE = 3800  # stored value of the brightest tissue; air is 0, or a little more where nothing pads it
_GRAIN = 0.012
_CONSTANT_VALUE = 512
_ZOOM = 1.8  # of a spot magnification


def encode_file(subject: EmbedSubject, study: EmbedStudy, file: EmbedFile) -> bytes:
    """Return the DICOM file, spoilt where it is to be."""
    machine, storage = machine_of(subject), choose_storage(subject, study, file)
    picture = draw_file(subject, study, file, machine.columns, machine.rows)
    pixels = store_picture(picture, file, storage)
    if file.oddity is FileOddity.CONSTANT:
        pixels[:] = _CONSTANT_VALUE
    content = encode_dicom(describe_header(subject, study, file, storage), pixels, storage.syntax)
    return truncate(content) if file.oddity is FileOddity.TRUNCATED else content


def draw_file(subject: EmbedSubject, study: EmbedStudy, file: EmbedFile, width: int, height: int) -> Field:
    """Return what the file shows, from 0 to 1, with the chest wall at the left and without grain, shape (height, width)."""
    breast = subject.breasts[file.side]
    picture = _draw_texture(breast, file.view, width, height)
    lesions = [lesion for finding in study.findings[file.side] for lesion in finding.lesions]
    for lesion in lesions:
        picture = add_lesion(picture, lesion, file.view, breast.reach)
    if file.image_type is ImageType.SPOT_MAGNIFICATION:
        return _magnify(picture, *locate_lesion(lesions[0], file.view, breast.reach))
    return np.clip(picture**1.25 * 1.08, 0, 1) if file.image_type is ImageType.C_VIEW else picture  # computed: more contrast


def store_picture(picture: Field, file: EmbedFile, storage: Storage) -> NDArray[np.uint16]:
    """Return stored values, 0 to 4095: grain, lead letter, orientation and inversion put in; shape as the picture's."""
    rng = np.random.default_rng(int(file.sop_uid[-18:]))
    grain = rng.standard_normal(picture.shape, dtype=np.float32) * _GRAIN
    shown = picture * (1 + rng.uniform(-0.03, 0.03))  # no two exposures are alike
    shown = np.where(picture > 0, shown + grain, 0 if storage.is_padded else np.abs(grain))
    if storage.is_mirrored:
        shown = shown[:, ::-1]
    # The letter lies on the detector beside the breast, and is read in the picture as it is stored.
    height, width = picture.shape
    shown = _stamp(shown, file.side.value, 0.10 if storage.is_mirrored else 0.84, 0.02, height * 0.10)
    if file.oddity is FileOddity.BURNED_IN_TEXT:
        shown = _stamp(shown, "PHANTOM^ADA 1950", 0.06, 0.90, width * 0.08)
    values = np.clip(np.rint(shown * _WHITE), 0, TOP_VALUE).astype(np.uint16)
    return TOP_VALUE - values if storage.is_inverted else values


@lru_cache(maxsize=16)  # one subject's breasts in four views, drawn once for all her studies
def _draw_texture(breast: Breast, view: View, width: int, height: int) -> Field:
    return draw_breast(breast, view, width, height)


def _magnify(picture: Field, x: float, y: float) -> Field:
    """Return the surroundings of a place enlarged, within the frame of the compression paddle."""
    height, width = picture.shape
    half_width, half_height = width / _ZOOM / 2, height / _ZOOM / 2
    column = min(max((x + 1) / 2 * width, half_width), width - half_width)
    row = min(max((y + 1) / 2 * height, half_height), height - half_height)
    box = (column - half_width, row - half_height, column + half_width, row + half_height)
    image = Image.fromarray(picture.astype(np.float32)).resize((width, height), Image.Resampling.BICUBIC, box=box)
    frame = Image.new("L", (width, height), 0)
    edge = (round(0.10 * width), round(0.17 * height), round(0.90 * width), round(0.83 * height))
    ImageDraw.Draw(frame).rounded_rectangle(edge, radius=0.08 * width, outline=255, width=max(1, width // 80))
    inside = Image.new("L", (width, height), 0)
    ImageDraw.Draw(inside).rounded_rectangle(edge, radius=0.08 * width, fill=255)
    dimmed = np.asarray(image) * np.where(np.asarray(inside) > 0, 1.0, 0.55)
    return np.clip(np.where(np.asarray(frame) > 0, 0.9, dimmed), 0, 1)


def _stamp(picture: Field, text: str, left: float, top: float, size: float) -> Field:
    """Return the picture with white text at a place given in shares of its width and height; size in pixels."""
    height, width = picture.shape
    sheet = Image.new("L", (width, height), 0)
    font: Any = ImageFont.load_default(size)
    ImageDraw.Draw(sheet).text((left * width, top * height), text, fill=255, font=font)
    mask = np.asarray(sheet, dtype=np.float32) / 255
    return picture * (1 - mask) + mask
