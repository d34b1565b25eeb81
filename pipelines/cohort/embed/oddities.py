"""What is odd about EMBED, planted at fixed places among the first eight subjects, so that every cohort has all of it.

A place is (subject, study) or (subject, study, file), each counted from 0.

Example:
    >>> STUDY_ODDITIES[(0, 1)].value
    'no_assessment'
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from pipelines.cohort.embed.course import Course


class StudyOddity(StrEnum):
    """What is odd about one study. All but the last three must be read without loss."""

    NO_ASSESSMENT = "no_assessment"  # asses = X
    ASSESSMENT_EMPTY = "assessment_empty"
    AGE_EMPTY = "age_empty"
    DESCRIPTION_EMPTY = "description_empty"
    TWO_STUDY_UIDS = "two_study_uids"
    REPEATED_VIEW = "repeated_view"  # the same view of the same breast taken twice
    UNKNOWN_ASSESSMENT = "unknown_assessment"  # a further clinical row with a letter that no legend has
    BAD_DATE = "bad_date"  # a further clinical row with a date that no calendar has
    NOT_IN_CLINICAL = "not_in_clinical"  # one image, no clinical row


class FileOddity(StrEnum):
    """What is wrong with one image file; the others of its study stay."""

    MISSING = "missing"
    TRUNCATED = "truncated"
    CONSTANT = "constant"
    BURNED_IN_TEXT = "burned_in_text"


STUDY_ODDITIES: Mapping[tuple[int, int], StudyOddity] = MappingProxyType(
    {
        (0, 1): StudyOddity.NO_ASSESSMENT,
        (0, 2): StudyOddity.DESCRIPTION_EMPTY,
        (3, 0): StudyOddity.REPEATED_VIEW,
        (4, 1): StudyOddity.ASSESSMENT_EMPTY,
        (4, 2): StudyOddity.AGE_EMPTY,
        (5, 1): StudyOddity.UNKNOWN_ASSESSMENT,
        (6, 0): StudyOddity.TWO_STUDY_UIDS,
        (6, 2): StudyOddity.BAD_DATE,
        (7, 3): StudyOddity.NOT_IN_CLINICAL,
    }
)
FILE_ODDITIES: Mapping[tuple[int, int, int], FileOddity] = MappingProxyType(
    {
        (1, 0, 2): FileOddity.MISSING,
        (2, 1, 1): FileOddity.TRUNCATED,
        (4, 0, 0): FileOddity.CONSTANT,
        (7, 1, 3): FileOddity.BURNED_IN_TEXT,
    }
)
COURSES: tuple[tuple[Course, Course], ...] = (
    (Course.NEGATIVE, Course.NEGATIVE),
    (Course.GROWING, Course.NEGATIVE),
    (Course.NEGATIVE, Course.BENIGN),
    (Course.NEGATIVE, Course.GROWING_BESIDE_BENIGN),
    (Course.NEGATIVE, Course.NEGATIVE),
    (Course.BENIGN, Course.BENIGN),
    (Course.GROWING, Course.BENIGN),
    (Course.NEGATIVE, Course.NEGATIVE),
)
"""Courses of the left and the right breast, by subject in turn; every other turn they change sides."""

STUDIES_OF_FIRST = (3, 4, 3, 3, 3, 3, 4, 4)
"""Numbers of studies of the first subjects: at least three in either cohort have three or more."""

MIN_SUBJECTS = len(STUDIES_OF_FIRST)
