"""Reads the CheXpert labels of the studies that are wanted, from MIMIC-CXR-JPG's table (227,827 rows, 14 findings).

Example:
    >>> chexpert_code("No Finding"), VALUES["-1.0"]
    ('chexpert_no_finding', 'uncertain')
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from pathlib import Path
from types import MappingProxyType

from pipelines.source_records import Label
from pipelines.sources.ms_cxr_t.images import study_key, subject_key
from pipelines.sources.ms_cxr_t.metadata import read_wanted
from pipelines.sources.ms_cxr_t.pairs import SOURCE
from pipelines.sources.ms_cxr_t.reference import Reference, clean_number
from pipelines.sources.sheet import Column
from pipelines.vocabulary import LabelTarget

_QUALITY = "chexpert"  # the labeller whose rules the values come from
FINDINGS = (
    "Atelectasis",
    "Cardiomegaly",
    "Consolidation",
    "Edema",
    "Enlarged Cardiomediastinum",
    "Fracture",
    "Lung Lesion",
    "Lung Opacity",
    "No Finding",
    "Pleural Effusion",
    "Pleural Other",
    "Pneumonia",
    "Pneumothorax",
    "Support Devices",
)
VALUES: Mapping[str, str] = MappingProxyType({"1.0": "positive", "0.0": "negative", "-1.0": "uncertain"})


def chexpert_code(finding: str) -> str:
    """Return the code of a CheXpert finding's label."""
    return f"chexpert_{finding.lower().replace(' ', '_')}"


def read_chexpert(path: Path | None, studies: Collection[Reference], remarks: Counter[str]) -> list[Label]:
    """Return the labels of the studies, ordered by study and finding; of each study one reference is enough."""
    if path is None:
        remarks["mimic-cxr-2.0.0-chexpert.csv is not there: no CheXpert labels"] += 1
        return []
    wanted: defaultdict[str, list[Reference]] = defaultdict(list)  # a number should be one subject's, but is not asked to be
    for reference in studies:
        wanted[reference.study].append(reference)
    columns = [Column("study_id"), Column("subject_id", is_required=False)]
    columns += [Column(name, (name.replace(" ", "_"),), is_required=False) for name in FINDINGS]
    labels: dict[str, list[Label]] = {}
    for row in read_wanted(path, columns, "study_id", wanted, remarks):
        subject = clean_number(row["subject_id"])
        fitting = [one for one in wanted[row["study_id"] or ""] if subject in (None, one.subject)]
        if len(fitting) != 1:
            remarks["CheXpert row names another subject than the study's path: not used"] += 1
        elif fitting[0].study_folder in labels:
            remarks["study with several CheXpert rows: the first is used"] += 1
        else:
            labels[fitting[0].study_folder] = _read_labels(row, fitting[0], remarks)
    remarks["study without a CheXpert row"] += len(studies) - len(labels)
    return [label for study in sorted(labels) for label in labels[study]]


def _read_labels(row: Mapping[str, str | None], reference: Reference, remarks: Counter[str]) -> list[Label]:
    labels: list[Label] = []
    for finding in FINDINGS:
        cell = (row[finding] or "").strip()
        value = VALUES.get(cell if "." in cell else f"{cell}.0")
        if value is not None:
            code = chexpert_code(finding)
            ids = (subject_key(reference), study_key(reference))
            labels.append(Label(SOURCE, *ids, LabelTarget.STUDY, (), code, value, _QUALITY))
        elif cell:
            remarks[f"CheXpert value {cell[:20]!r} is none of 1.0, 0.0, -1.0: left out"] += 1
    return labels
