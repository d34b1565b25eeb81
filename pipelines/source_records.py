"""Row types of what a reader finds in a download: studies, labels, questions and image files, as they are.

Example:
    >>> label = Label(Source.ODIR, "subject-1", "study-1", LabelTarget.EYE, ("L",), "keyword", "drusen", None)
    >>> label.target_ids
    ('L',)
"""

from dataclasses import dataclass

from pipelines.vocabulary import (
    AnswerType,
    ImageType,
    LabelTarget,
    Laterality,
    Modality,
    Organ,
    QuestionType,
    Sequence,
    Source,
    View,
)


@dataclass(frozen=True, slots=True)
class ReportSection:
    """One headed part of a radiology report."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Study:
    """One examination of one subject."""

    source: Source
    subject_id: str
    study_id: str
    visit: int | None  # 1-based place among the subject's studies in time; None where the source tells no order
    date: str | None  # ISO 8601, as the source shifted it
    week: int | None
    age_years: float | None
    report: tuple[ReportSection, ...]
    is_synthetic: bool = False  # read from the synthetic cohort


@dataclass(frozen=True, slots=True)
class Label:
    """One typed label of a source: what it is about, which code, which value."""

    source: Source
    subject_id: str
    study_id: str | None  # None for what is said of the subject as a whole; of a pair, the later study
    target: LabelTarget
    # Which one: nothing for a subject or a study, the side ("L", "R") of a breast or an eye, source_image_ids of an image or
    # of a pair (the earlier first)
    target_ids: tuple[str, ...]
    code: str
    value: str
    quality: str | None  # how sure: the source's own grade, or the name of the rule that the value comes from


@dataclass(frozen=True, slots=True)
class SourceQuestion:
    """One question-answer pair of a source, as found and normalised."""

    source: Source
    question_id: str
    row: int  # 0-based position in the source's file
    subject_id: str
    study_id: str
    image_path: str  # relative to the source's root, as in SourceImage.path
    organ: Organ | None
    question: str
    answer: str
    answer_type: AnswerType
    question_types: tuple[QuestionType, ...]
    linked_id: str | None  # shared by paraphrases of one question, or by the turns of one conversation
    question_as_found: str
    answer_as_found: str
    repairs: tuple[str, ...]  # names of the normalisations that changed this row
    is_synthetic: bool = False  # read from the synthetic cohort


@dataclass(frozen=True, slots=True)
class SourceImage:
    """One image file as found (JPEG, DICOM, NIfTI volume)."""

    source: Source
    source_image_id: str
    subject_id: str
    study_id: str
    series_id: str | None  # DICOM series; of a segmentation, the program that drew it
    path: str  # relative to the source's folder of images, with forward slashes
    modality: Modality | None
    organ: Organ | None
    view: View | None
    laterality: Laterality | None
    sequence: Sequence | None
    bytes: int
    is_readable: bool
    image_type: ImageType | None = None
