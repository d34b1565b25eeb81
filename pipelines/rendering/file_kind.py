"""Which of the three kinds of image file a path is, by its ending.

Example:
    >>> kind_of("Patient-001/week-000/CT1.nii.gz")
    <FileKind.VOLUME: 'volume'>
"""

from enum import StrEnum


class FileKind(StrEnum):
    """The kinds of image file that need a decoder of their own."""

    PICTURE = "picture"  # JPEG, PNG, ...: whatever Pillow opens
    DICOM = "dicom"
    VOLUME = "volume"  # NIfTI


def kind_of(path: str) -> FileKind:
    """Return the kind of a file; what ends in nothing known is taken for a picture, whose decoder looks at the content."""
    name = path.casefold()
    if name.endswith((".nii", ".nii.gz")):
        return FileKind.VOLUME
    return FileKind.DICOM if name.endswith((".dcm", ".dicom")) else FileKind.PICTURE
