"""Decides whether a mammogram is mirrored, by the rule of EMBED's owner (notebook DCM_to_PNG.ipynb).

Example:
    >>> from pydicom import Dataset
    >>> mammogram = Dataset()
    >>> mammogram.Modality, mammogram.PatientOrientation = "MG", ["P", "F"]
    >>> is_mirrored(mammogram)
    True
"""

from typing import TYPE_CHECKING

from pipelines.rendering.dicom.header import read_text

if TYPE_CHECKING:
    from pydicom import Dataset

_MIRRORED_VIEWS = ("CC", "ML", "MLO")


def is_mirrored(dataset: "Dataset") -> bool:
    """Whether rows run towards the chest wall, so that a horizontal flip puts it on the left, as in every other mammogram.

    Patient Orientation (0020,0020), C.7.6.1.1.1, tells it; where it is empty, a right breast in CC, ML or MLO is
    taken to be so. Other modalities stand as they are: a chest X-ray's left and right have a meaning.
    """
    if read_text(dataset, "Modality") != "MG":
        return False
    along_rows = read_text(dataset, "PatientOrientation")
    if along_rows:
        return along_rows == "P"
    return read_text(dataset, "ImageLaterality") == "R" and read_text(dataset, "ViewPosition") in _MIRRORED_VIEWS
