"""Rows of EMBED's clinical table: one per finding, with the gaps that the release has.

A breast without findings has no row where the other has one; a study without any has one row, whose side is mostly empty.

Example:
    >>> from pipelines.cohort.embed.subject import draw_subject
    >>> subject = draw_subject(seed=1, index=1)
    >>> [(row["side"], row["asses"], row["numfind"]) for row in list_findings(subject, subject.studies[1])]
    [('L', 'A', '1')]
"""

import datetime
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from pipelines.cohort.embed.course import Assessment, BreastFinding
from pipelines.cohort.embed.files import describe_study
from pipelines.cohort.embed.oddities import StudyOddity
from pipelines.cohort.embed.subject import EmbedStudy, EmbedSubject
from pipelines.cohort.phantoms.breast_lesion import LesionShape
from pipelines.vocabulary import Laterality

UNKNOWN_ASSESSMENT = "Q"
BAD_DATE = "2015-02-30"
_NO_SIDE, _BOTH_SIDES = "", "B"
# What the tissue sample of a finding showed: (path1, an invented code; path_severity).
_TISSUE: Mapping[Assessment, tuple[str, str]] = MappingProxyType(
    {
        Assessment.PROBABLY_BENIGN: ("FA", "4.0"),
        Assessment.SUSPICIOUS: ("DC", "1.0"),
        Assessment.MALIGNANCY_SUGGESTED: ("IC", "0.0"),
        Assessment.MALIGNANCY_KNOWN: ("IC", "0.0"),
    }
)
_Row = dict[str, str]


def list_findings(subject: EmbedSubject, study: EmbedStudy) -> list[_Row]:
    """Return the rows of one study by column; what a row does not name is empty."""
    if study.oddity is StudyOddity.NOT_IN_CLINICAL:
        return []
    rows = [_describe(subject, study) | facts for facts in _list_facts(subject, study)]
    totals = {
        side: sum(row["side"] in (side, _BOTH_SIDES) and row["asses"] != Assessment.NEGATIVE for row in rows) for side in "LR"
    }
    for number, row in enumerate(rows, start=1):
        row |= {"numfind": str(number), "total_L_find": str(totals["L"]), "total_R_find": str(totals["R"])}
    if study.oddity is StudyOddity.UNKNOWN_ASSESSMENT:
        rows.append(rows[0] | {"side": "L", "asses": UNKNOWN_ASSESSMENT, "numfind": str(len(rows) + 1)})
    if study.oddity is StudyOddity.BAD_DATE:
        rows.append(rows[0] | {"study_date_anon": BAD_DATE, "numfind": str(len(rows) + 1)})
    return rows


def _describe(subject: EmbedSubject, study: EmbedStudy) -> _Row:
    """Return what is the same in all rows of a study."""
    return {
        "empi_anon": str(subject.empi),
        "acc_anon": str(study.accession),
        "study_date_anon": study.date.isoformat(),
        "desc": "" if study.oddity is StudyOddity.DESCRIPTION_EMPTY else describe_study(subject, study),
        "tissueden": f"{subject.density}.0",
        "implanfind": "0.0",
        "age_at_study": "" if study.oddity is StudyOddity.AGE_EMPTY else f"{study.age_years:.6f}",
        "GENDER_DESC": "Female",
        "ETHNICITY_DESC": subject.race,
        "ETHNIC_GROUP_DESC": subject.ethnic_group,
        "MARITAL_STATUS_DESC": subject.marital_status,
        "cohort_num": str(subject.cohort),
    }


def _list_facts(subject: EmbedSubject, study: EmbedStudy) -> Iterator[_Row]:
    """Yield side, assessment and description of each finding."""
    if not any(study.findings.values()):
        yield from _list_negative(subject, study)
        return
    left, right = (study.findings[side] for side in Laterality)
    if subject.index % 2 and len(left) == len(right) == 1 and left[0].assessment is right[0].assessment:
        yield _describe_finding(study, _BOTH_SIDES, left[0])
        return
    for side in study.sides:
        for finding in study.findings[side]:
            yield _describe_finding(study, side.value, finding)
        if not study.findings[side] and (subject.index + study.number) % 5 == 0:
            yield {"side": side.value, "asses": Assessment.NEGATIVE.value}


def _list_negative(subject: EmbedSubject, study: EmbedStudy) -> Iterator[_Row]:
    """Yield the row of a study without findings: side empty, or B; now and then one row for each breast."""
    if study.oddity is StudyOddity.NO_ASSESSMENT:
        yield {"side": _NO_SIDE, "asses": Assessment.NONE.value}
    elif study.oddity is StudyOddity.ASSESSMENT_EMPTY:
        yield {"side": _NO_SIDE, "asses": ""}
    elif (subject.index + study.number) % 5 == 3:
        yield from ({"side": side.value, "asses": Assessment.NEGATIVE.value} for side in Laterality)
    else:
        side = _BOTH_SIDES if (subject.index + study.number) % 5 == 2 else _NO_SIDE
        yield {"side": side, "asses": Assessment.NEGATIVE.value}


def _describe_finding(study: EmbedStudy, side: str, finding: BreastFinding) -> _Row:
    """Return what a row says of its finding; the words are those of the legend that the cohort writes."""
    row = {"side": side, "asses": finding.assessment.value, "loc_num": "1"}
    shapes = {lesion.shape for lesion in finding.lesions}
    if LesionShape.OVAL in shapes:
        row |= {"massshape": "O", "massmargin": "D", "massdens": "="}
    if LesionShape.SPICULATED in shapes:
        row |= {"massshape": "X", "massmargin": "S", "massdens": "+"}
    if LesionShape.CALCIFICATIONS in shapes:
        row |= {"calcfind": "F", "calcdistri": "G", "calcnumber": "10.0"}
    if finding.assessment in _TISSUE:
        code, severity = _TISSUE[finding.assessment]
        sampled = study.date + datetime.timedelta(days=-9 if finding.assessment is Assessment.MALIGNANCY_KNOWN else 8)
        row |= {"bside": side, "procdate_anon": sampled.isoformat(), "type": "C", "path1": code, "path_severity": severity}
    return row
