"""DICOM headers of the cohort's files: how to show the pixels, and invented names of which no image may keep a trace.

Example:
    >>> from pipelines.cohort.embed.files import list_files
    >>> from pipelines.cohort.embed.storage import choose_storage
    >>> from pipelines.cohort.embed.subject import draw_subject
    >>> subject = draw_subject(seed=1, index=0)
    >>> study = subject.studies[0]
    >>> file = list_files(subject, study, seed=1)[2]
    >>> header = describe_header(subject, study, file, choose_storage(subject, study, file))
    >>> header["ImageLaterality"], header["PatientOrientation"], header["PatientName"]
    ('R', ['P', 'L'], 'PHANTOM^SUBJECT 99000001')
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from pipelines.cohort.embed.files import EmbedFile, describe_study
from pipelines.cohort.embed.machine import machine_of
from pipelines.cohort.embed.metadata import describe_series
from pipelines.cohort.embed.oddities import FileOddity
from pipelines.cohort.embed.storage import GrayCurve, Storage
from pipelines.cohort.embed.subject import EmbedStudy, EmbedSubject
from pipelines.vocabulary import Laterality, View

# Brightness runs from black at 0 to white at 3,700, of 4,095; inverted images mirror the window.
_CENTER, _WIDTH, _TOP = 1850, 3700, 4095
_HARDER_WIDTH = 2600
# Where the columns of a picture point: in CC to the outer side of the breast, in MLO to foot and outer side, in ML to the foot.
_DOWNWARDS: Mapping[View, tuple[str, str]] = MappingProxyType(
    {View.CC: ("R", "L"), View.XCCL: ("R", "L"), View.MLO: ("FR", "FL"), View.ML: ("F", "F")}
)


def describe_header(subject: EmbedSubject, study: EmbedStudy, file: EmbedFile, storage: Storage) -> dict[str, Any]:
    """Return the attributes by DICOM keyword, without those of the pixels' size and depth."""
    return {
        **_describe_subject(subject, study),
        **_describe_image(subject, study, file),
        **_describe_orientation(file, storage),
        **_describe_gray(storage),
    }


def _describe_subject(subject: EmbedSubject, study: EmbedStudy) -> dict[str, Any]:
    """Return what looks as if it identified somebody; whoever renders must leave all of it behind."""
    return {
        "PatientName": f"PHANTOM^SUBJECT {subject.empi}",
        "PatientID": f"PHANTOM-{subject.empi}",
        "PatientBirthDate": subject.birth.strftime("%Y%m%d"),
        "PatientSex": "F",
        "PatientAddress": "1 PHANTOM STREET",
        "AccessionNumber": str(study.accession),
        "InstitutionName": "PHANTOM HOSPITAL",
        "ReferringPhysicianName": "PHANTOM^REFERRER",
        "OperatorsName": "PHANTOM^OPERATOR",
        "StudyDate": study.date.strftime("%Y%m%d"),
    }


def _describe_image(subject: EmbedSubject, study: EmbedStudy, file: EmbedFile) -> dict[str, Any]:
    machine = machine_of(subject)
    return {
        "SOPInstanceUID": file.sop_uid,
        "StudyInstanceUID": file.study_uid,
        "SeriesInstanceUID": file.series_uid,
        "Modality": "MG",
        "PresentationIntentType": "FOR PRESENTATION",
        "Manufacturer": machine.manufacturer,
        "ManufacturerModelName": machine.model,
        "StudyDescription": describe_study(subject, study),
        "SeriesDescription": describe_series(file),
        "BodyPartExamined": "BREAST",
        "ViewPosition": file.view.value,
        "ImageLaterality": file.side.value,
        "InstanceNumber": file.number + 1,
        "BurnedInAnnotation": "YES" if file.oddity is FileOddity.BURNED_IN_TEXT else "NO",
    }


def _describe_orientation(file: EmbedFile, storage: Storage) -> dict[str, Any]:
    """Return PatientOrientation: where rows and columns point; a mirrored picture's rows run from the nipple back (P)."""
    if not storage.is_oriented:
        return {}
    downwards = _DOWNWARDS[file.view][file.side is Laterality.RIGHT]
    return {"PatientOrientation": ["P" if storage.is_mirrored else "A", downwards]}


def _describe_gray(storage: Storage) -> dict[str, Any]:
    """Return how stored values become brightness (PS3.3, C.11.2)."""
    gray: dict[str, Any] = {"RescaleIntercept": 0, "RescaleSlope": 1, "RescaleType": "US"}
    gray["PhotometricInterpretation"] = "MONOCHROME1" if storage.is_inverted else "MONOCHROME2"
    if storage.is_padded:
        gray["PixelPaddingValue"] = _TOP if storage.is_inverted else 0
    center = _TOP - _CENTER if storage.is_inverted else _CENTER
    match storage.curve:
        case GrayCurve.WINDOW:
            return gray | {"WindowCenter": center, "WindowWidth": _WIDTH}
        case GrayCurve.TWO_WINDOWS:
            explanations = ["NORMAL", "HARDER"]
            return gray | {
                "WindowCenter": [center, center],
                "WindowWidth": [_WIDTH, _HARDER_WIDTH],
                "WindowCenterWidthExplanation": explanations,
            }
        case GrayCurve.LOOK_UP_TABLE:
            return gray | {"VOILUTSequence": [_make_table()]}


def _make_table() -> dict[str, Any]:
    """Return a look-up table that does what the window does: 4,096 entries of 12 bits."""
    entries = np.clip(np.arange(_TOP + 1) / _WIDTH * _TOP, 0, _TOP).astype("<u2")
    return {"LUTDescriptor": [_TOP + 1, 0, 12], "LUTExplanation": "PHANTOM", "LUTData": entries.tobytes()}
