"""Reads how MS-CXR-T names an image: `p19/p19999901/s59999901/<dicom id>`, a path without `files/` and without an ending.

Example:
    >>> parse_reference("files/p19/p19999901/s59999901/aaaa-bbbb.jpg", None, None).tail
    'p19/p19999901/s59999901/aaaa-bbbb'
    >>> parse_reference("aaaa-bbbb", "19999901", "s59999901").tail
    'p19/p19999901/s59999901/aaaa-bbbb'
"""

import re
from dataclasses import dataclass

from pipelines.reasons import Reason
from pipelines.safe_path import is_plain_name
from pipelines.sources.row_problem import RowProblem

ENDINGS = (".jpg", ".jpeg", ".png", ".dcm")  # in the order in which they are preferred where several are there
_FULL = re.compile(r"(?:.*/)?(p\d{2})/p(\d+)/s(\d+)/([^/]+)")
_WITHOUT_GROUP = re.compile(r"(?:.*/)?p(\d+)/s(\d+)/([^/]+)")
_PREFIX = re.compile(r"[ps](?=\d)", re.IGNORECASE)
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True)
class Reference:
    """One image that a row names, by MIMIC-CXR's own numbers."""

    group: str  # the folder above the subjects: "p19"
    subject: str
    study: str
    dicom: str

    @property
    def study_folder(self) -> str:
        """The study's folder below the tree."""
        return f"{self.group}/p{self.subject}/s{self.study}"

    @property
    def tail(self) -> str:
        """The file below the tree, without its ending."""
        return f"{self.study_folder}/{self.dicom}"


def parse_reference(text: str | None, subject: str | None, study: str | None) -> Reference:
    """Return the image that a cell names; the row's own numbers fill what a bare id lacks and must agree with a path.

    Raises:
        RowProblem: the cell is empty, leads elsewhere, is no such path, or another cell of the row contradicts it.
    """
    if text is None or not text.strip():
        raise RowProblem(Reason.FIELD_EMPTY, "names no image; the cell is empty")
    path = text.strip().replace("\\", "/")
    if ".." in path.split("/") or "\0" in path:
        raise RowProblem(Reason.UNSAFE_PATH, f"{text.strip()[:60]!r} leads out of the folder of images")
    reference = _parse(path, text, clean_number(subject), clean_number(study))
    for what, told, found in (("subject", subject, reference.subject), ("study", study, reference.study)):
        if clean_number(told) not in (None, found):
            raise RowProblem(Reason.ID_MISMATCH, f"the path says {what} {found}, the row's {what} column {told!r}")
    if not is_plain_name(reference.dicom):
        raise RowProblem(Reason.UNSAFE_PATH, f"{reference.dicom[:60]!r} is no plain file name")
    return reference


def clean_number(cell: str | None) -> str | None:
    """Return an id as MIMIC-CXR writes it in tables: digits alone, without p, s or a fraction; None for an empty cell."""
    if cell is None or not cell.strip():
        return None
    bare = _PREFIX.sub("", cell.strip(), count=1)
    return bare.removesuffix(".0")


def _bare_dicom(name: str) -> str:
    """Return a DICOM id without a folder before it and without an ending behind it."""
    name = name.strip().replace("\\", "/").rsplit("/", 1)[-1]
    for ending in ENDINGS:
        if name.casefold().endswith(ending):
            return name[: -len(ending)]
    return name


def _parse(path: str, text: str, subject: str | None, study: str | None) -> Reference:
    path = re.sub(r"/(\./)*/*", "/", path)
    if (match := _FULL.fullmatch(path)) is not None:
        return Reference(match[1], match[2], match[3], _bare_dicom(match[4]))
    if (match := _WITHOUT_GROUP.fullmatch(path)) is not None:
        return Reference(f"p{match[1][:2]}", match[1], match[2], _bare_dicom(match[3]))
    if "/" in path:
        raise RowProblem(
            Reason.UNSAFE_PATH if path.startswith("/") else Reason.UNKNOWN_VALUE,
            f"{text.strip()[:60]!r} is not of the form p19/p19999901/s59999901/<dicom id>",
        )
    if subject is None or study is None:
        raise RowProblem(Reason.FIELD_EMPTY, f"{path[:60]!r} is a bare id and the row's subject or study is empty")
    if not (_DIGITS.fullmatch(subject) and _DIGITS.fullmatch(study)):
        raise RowProblem(Reason.UNKNOWN_VALUE, f"subject {subject[:20]!r} or study {study[:20]!r} is no number")
    return Reference(f"p{subject[:2]}", subject, study, _bare_dicom(path))
