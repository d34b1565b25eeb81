"""How each file of the cohort is stored: transfer syntax, gray scale, window, orientation. Shown as it should be, none is seen.

Choices go round by the file's place, never by chance, so that the first subjects have every kind.

Example:
    >>> from pipelines.cohort.embed.files import list_files
    >>> from pipelines.cohort.embed.subject import draw_subject
    >>> subject = draw_subject(seed=1, index=0)
    >>> study = subject.studies[0]
    >>> files = list_files(subject, study, seed=1)
    >>> [choose_storage(subject, study, file).is_mirrored for file in files[:4]]
    [False, False, True, True]
"""

from dataclasses import dataclass
from enum import StrEnum

from pipelines.cohort.dicom_file import TransferSyntax
from pipelines.cohort.embed.files import EmbedFile
from pipelines.cohort.embed.oddities import FileOddity
from pipelines.cohort.embed.subject import EmbedStudy, EmbedSubject
from pipelines.vocabulary import ImageType, Laterality, View

_SYNTAXES = (
    TransferSyntax.EXPLICIT_LITTLE_ENDIAN,
    TransferSyntax.JPEG_LOSSLESS_SV1,
    TransferSyntax.IMPLICIT_LITTLE_ENDIAN,
    TransferSyntax.EXPLICIT_LITTLE_ENDIAN,
    TransferSyntax.JPEG_LS,
    TransferSyntax.JPEG_2000,
    TransferSyntax.EXPLICIT_LITTLE_ENDIAN,
    TransferSyntax.RLE,
    TransferSyntax.JPEG_LOSSLESS_SV1,
    TransferSyntax.IMPLICIT_LITTLE_ENDIAN,
    TransferSyntax.HTJ2K,
)
_UNTAGGED_VIEWS = frozenset({View.CC, View.MLO, View.ML})  # those that the owner flips by laterality where the tag is absent


class GrayCurve(StrEnum):
    """Which attribute says how stored values become brightness."""

    WINDOW = "window"
    TWO_WINDOWS = "two_windows"  # with the explanations NORMAL and HARDER
    LOOK_UP_TABLE = "look_up_table"  # a VOI LUT sequence


@dataclass(frozen=True, slots=True)
class Storage:
    """How one file is stored."""

    syntax: TransferSyntax
    is_inverted: bool  # MONOCHROME1: the largest value is black
    curve: GrayCurve
    is_padded: bool  # has PixelPaddingValue, and air is exactly that
    is_mirrored: bool  # stored with the chest wall at the right
    is_oriented: bool  # has PatientOrientation


def choose_storage(subject: EmbedSubject, study: EmbedStudy, file: EmbedFile) -> Storage:
    """Return how a file is stored."""
    place = 3 * subject.index + 2 * study.number + file.number
    is_inverted = place % 5 == 1
    curve = (GrayCurve.WINDOW, GrayCurve.TWO_WINDOWS, GrayCurve.LOOK_UP_TABLE)[place % 3]
    is_mirrored, is_oriented = _choose_orientation(file, place)
    return Storage(
        syntax=TransferSyntax.EXPLICIT_LITTLE_ENDIAN
        if file.oddity is FileOddity.TRUNCATED
        else _SYNTAXES[place % len(_SYNTAXES)],
        is_inverted=is_inverted,
        # A table for inverted values would have to be inverted too; vendors that write one store MONOCHROME2.
        curve=GrayCurve.WINDOW if is_inverted and curve is GrayCurve.LOOK_UP_TABLE else curve,
        is_padded=place % 4 == 2,
        is_mirrored=is_mirrored,
        is_oriented=is_oriented,
    )


def _choose_orientation(file: EmbedFile, place: int) -> tuple[bool, bool]:
    """Return (mirrored, oriented): right breasts mostly are mirrored, with the tag or without it."""
    may_lack_tag = file.view in _UNTAGGED_VIEWS and file.image_type is not ImageType.SPOT_MAGNIFICATION
    is_oriented = not (may_lack_tag and place % 4 == 3)
    if file.side is Laterality.RIGHT:
        return not (is_oriented and place % 6 == 4), is_oriented
    return is_oriented and place % 13 == 9, is_oriented
