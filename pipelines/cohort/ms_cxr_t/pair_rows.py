"""The rows of the synthetic MS-CXR-T's table of pairs, as the genuine table has them and as somebody may have edited them.

Example:
    >>> from pipelines.cohort.ms_cxr_t.course import draw_pairs, draw_subject
    >>> row = to_row(next(draw_pairs(1, 0, draw_subject(1, 0))))
    >>> row["subject_id"], add_oddities(1, dict(row))["dicom_id"] == f"files/{row['dicom_id']}.jpg"
    ('19999900', True)
"""

from pathlib import PurePosixPath

from pipelines.cohort.ms_cxr_t.course import PairTruth
from pipelines.sources.ms_cxr_t.pairs import FINDINGS, label_code, quality_column

PAIR_TABLE = "MS_CXR_T_temporal_image_classification_v1.0.0.csv"
HEADER = (
    "subject_id",
    "study_id",
    "dicom_id",
    "previous_study_id",
    "previous_dicom_id",
    *(name(finding) for finding in FINDINGS for name in (label_code, quality_column)),
)
_MISSPELT = "stabel"

RawRow = dict[str, str]


def to_row(pair: PairTruth) -> RawRow:
    """Return a pair's row as the genuine table has it: empty cells for findings that nobody judged."""
    subject = pair.subject
    row = dict.fromkeys(HEADER, "") | {
        "subject_id": str(subject.number),
        "study_id": str(pair.current.study),
        "dicom_id": subject.tail(pair.current),
        "previous_study_id": str(pair.previous.study),
        "previous_dicom_id": subject.tail(pair.previous),
    }
    for finding, (value, quality) in pair.labels.items():
        row |= {label_code(finding): value, quality_column(finding): quality}
    return row


def add_oddities(position: int, row: RawRow) -> RawRow:
    """Return the row of the n-th pair as somebody may have edited it; all but the misspelt cell must be read all the same."""
    told = [finding for finding in FINDINGS if row[label_code(finding)]]
    match position:
        case 0:  # the first subject has two findings; the second of them is misspelt
            row |= {label_code(told[0]): row[label_code(told[0])].capitalize(), quality_column(told[0]): "disagreement"}
            row |= {label_code(told[1]): _MISSPELT}
        case 1:
            row |= {"dicom_id": f"files/{row['dicom_id']}.jpg"}
        case 2:
            row |= {"previous_dicom_id": PurePosixPath(row["previous_dicom_id"]).name}
        case 3:
            row |= {"dicom_id": row["dicom_id"].replace("/", "\\")}
        case 4:
            row |= {label_code(told[0]): f" {row[label_code(told[0])].upper()} "}
        case _:
            pass
    return row
