"""Rows of EMBED's metadata table: one per image file.

Example:
    >>> from pipelines.cohort.embed.files import list_files
    >>> from pipelines.cohort.embed.subject import draw_subject
    >>> subject = draw_subject(seed=1, index=0)
    >>> study = subject.studies[0]
    >>> row = describe_file(subject, study, list_files(subject, study, seed=1)[0])
    >>> row["FinalImageType"], row["ViewPosition"], row["ROI_coords"], row["anon_dicom_path"][:45]
    ('2D', 'CC', '()', '/mnt/NAS2/mammo/anon_dicom/cohort_1/99000001/')
"""

import datetime
from collections.abc import Mapping
from types import MappingProxyType

from pipelines.cohort.embed.course import Assessment
from pipelines.cohort.embed.files import EmbedFile, describe_study
from pipelines.cohort.embed.machine import machine_of
from pipelines.cohort.embed.subject import EmbedStudy, EmbedSubject
from pipelines.cohort.phantoms.breast_lesion import bound_lesion
from pipelines.vocabulary import ImageType

# The release's primary table has the first; the others are those of its sample notebook and of its datathon.
_PREFIXES = ("/mnt/NAS2/mammo/anon_dicom/", "./images/", "images/")
_TYPE_NAMES: Mapping[ImageType, str] = MappingProxyType(
    {ImageType.FULL_FIELD_2D: "2D", ImageType.C_VIEW: "cview", ImageType.SPOT_MAGNIFICATION: "2D"}
)
_MARKED = frozenset(Assessment) - {Assessment.NEGATIVE, Assessment.BENIGN, Assessment.PROBABLY_BENIGN, Assessment.NONE}


def describe_file(subject: EmbedSubject, study: EmbedStudy, file: EmbedFile) -> dict[str, str]:
    """Return the row of one file by column, without the columns that are the same in every row."""
    machine, boxes = machine_of(subject), _list_boxes(subject, study, file)
    within = file.path.removeprefix("images/")
    acquired = study.date + datetime.timedelta(days=(subject.index + study.number) % 7 == 6)
    return {
        "empi_anon": str(subject.empi),
        "acc_anon": str(study.accession),
        "cohort_num": str(subject.cohort),
        "anon_dicom_path": _choose_prefix(subject, file) + within,
        "png_path": f"/mnt/NAS2/mammo/png/{within.removesuffix('.dcm')}.png",
        "png_filename": f"{file.sop_uid}.png",
        "study_date_anon": acquired.isoformat(),
        "StudyDescription": describe_study(subject, study),
        "SeriesDescription": describe_series(file),
        "FinalImageType": _TYPE_NAMES[file.image_type],
        "ImageLateralityFinal": file.side.value,
        "ViewPosition": file.view.value,
        "spot_mag": _mark_spot(file),
        "num_roi": str(len(boxes)),
        "ROI_coords": repr(boxes),
        "match_level": "1" if boxes else "",
        "SRC_DST": "",
        "Manufacturer": machine.manufacturer,
        "ManufacturerModelName": machine.model,
        "PatientSex": "F",
        "ProtocolName": describe_series(file),
        "BreastImplantPresent": "NO",
        "Rows": str(machine.rows),
        "Columns": str(machine.columns),
    }


def describe_series(file: EmbedFile) -> str:
    """Return the series description."""
    kind = {ImageType.C_VIEW: " C-View", ImageType.SPOT_MAGNIFICATION: " Spot Mag"}.get(file.image_type, "")
    return f"{file.side.value} {file.view.value}{kind}"


def _choose_prefix(subject: EmbedSubject, file: EmbedFile) -> str:
    place = (subject.index + file.number) % 10
    return _PREFIXES[{3: 1, 7: 2}.get(place, 0)]


def _mark_spot(file: EmbedFile) -> str:
    """Return 1 for a spot magnification; of the others most are empty and some say 0."""
    if file.image_type is ImageType.SPOT_MAGNIFICATION:
        return "1.0"
    return "0.0" if file.number % 3 == 2 else ""


def _list_boxes(subject: EmbedSubject, study: EmbedStudy, file: EmbedFile) -> tuple[tuple[int, int, int, int], ...]:
    """Return the boxes that a radiologist drew: around what calls for action, in full-field images alone."""
    if file.image_type is not ImageType.FULL_FIELD_2D:
        return ()
    breast, machine = subject.breasts[file.side], machine_of(subject)
    return tuple(
        bound_lesion(finding.lesions[0], file.view, breast.reach, machine.columns, machine.rows)
        for finding in study.findings[file.side]
        if finding.assessment in _MARKED
    )
