"""Row types of the tables, in the order in which data flows.

`Study, Label, SourceQuestion, SourceImage -> RenderedImage -> ImageGroup -> Record -> DatasetRecord -> Prediction -> Score`.
A field's type is its column's type (`pipelines.tables`). Keys come from `pipelines.keys`; what a download holds is in
`source_records`, scores are in `score_records`.

Example:
    >>> Fact(image_index=0, said_by="question-1", code="presence pneumothorax", value="no").value
    'no'
"""

from dataclasses import dataclass

from pipelines.reasons import Fate, Reason, Stage
from pipelines.terms_of_use import DataClass
from pipelines.vocabulary import (
    Ability,
    AnswerType,
    ImageOrder,
    ImageRole,
    ImageType,
    Laterality,
    LinkKind,
    Modality,
    Organ,
    Origin,
    Plane,
    Role,
    Sequence,
    Source,
    Split,
    SubTask,
    Verdict,
    View,
)


@dataclass(frozen=True, slots=True)
class Rejection:
    """One input that a stage could not use, with the reason."""

    source: Source
    stage: Stage
    item: str  # relative path, row number ("row 118"), group or record key
    reason: Reason
    detail: str
    unit: str = ""  # what kind of input it is, as counted: "question", "image file", "clinical row"


@dataclass(frozen=True, slots=True)
class RenderedImage:
    """One 8-bit raster given to a model."""

    source: Source
    image_id: str
    source_image_id: str
    source_path: str  # the file it came from, as in SourceImage.path
    subject_id: str
    study_id: str
    modality: Modality | None
    organ: Organ | None
    view: View | None
    laterality: Laterality | None
    sequence: Sequence | None
    image_type: ImageType | None
    plane: Plane | None  # of a volume's slice
    slice_index: int | None  # 0-based along the plane's axis in closest-canonical (RAS+) orientation
    path: str  # relative to the storage root
    width: int
    height: int
    sha256: str  # of the file written
    pixel_sha256: str  # of width, height and pixels: equal for exact duplicates whatever their file format
    duplicate_of: str | None  # image_id of the first image with equal pixels
    steps: tuple[str, ...]  # what was done, in order: "exif_orientation", "cmyk_to_rgb", ...
    perceptual_hash: str | None = None  # 128 hex digits, near for images that look the same; None where too plain to tell


@dataclass(frozen=True, slots=True)
class SubjectLink:
    """Two images that look the same, of two subjects, which are therefore taken to be one person."""

    kind: LinkKind
    subject_id: str  # the other subject
    image_id: str  # of this subject
    other_image_id: str
    distance: int  # of the perceptual hashes, in bits of 256; 0 for equal pixels


@dataclass(frozen=True, slots=True)
class SubjectSplit:
    """Where one subject may be used; drawn before any group or question exists."""

    source: Source
    subject_id: str
    split: Split  # the strictest draw of all subjects that are one person with it
    seed: int
    drawn: Split  # its own draw
    person_id: str  # the smallest subject_id of those that are one person; its own where it is linked to none
    links: tuple[SubjectLink, ...] = ()


@dataclass(frozen=True, slots=True)
class Fact:
    """One typed source fact that an answer rests on; closed answers rest on facts alone."""

    image_index: int | None  # 0-based place in the group; None for what is said of a visit that is not shown
    said_by: str  # what of the source says so: question_id, study_id, source_image_id or subject_id
    code: str  # what the fact is about: a label's code, or the normalised question's meaning
    value: str  # the source's value: "yes", "S", "worsening", a report's text

    @property
    def place(self) -> int:
        """The 0-based place of the image that the fact is about; ValueError where it is about none of those shown."""
        if self.image_index is None:
            raise ValueError(f"the fact {self.code} of {self.said_by} is about a visit that is not shown")
        return self.image_index


@dataclass(frozen=True, slots=True)
class Quote:
    """Words that a model cites as evidence: they must stand verbatim in the facts of the image that they are cited of."""

    image_index: int | None  # 0-based place in the group; None for what is said of a visit that is not shown
    text: str


@dataclass(frozen=True, slots=True)
class ImageGroup:
    """Ordered 2-3 images asked about together, with the facts that the answer rests on. Holds no date."""

    source: Source
    group_id: str
    origin: Origin
    ability: Ability
    subtask: SubTask
    split: Split
    image_ids: tuple[str, ...]
    subject_ids: tuple[str, ...]  # one per image, in the same order
    unit_id: str  # the independent unit: statistics resample this
    facts: tuple[Fact, ...]
    rule: str  # why these images stand together, e.g. "chest, x_ray, presence, effusion"
    order: ImageOrder
    roles: tuple[ImageRole, ...]  # why each image is there, one per image
    asked: str | None  # what is asked about: view "CC", sequence "FLAIR", finding "edema", eye "L"; None where nothing varies
    label: str  # the answer, in the rule's domain: "S", "worsening", or the 1-based place of the image that is the answer
    days_since_first: tuple[int | None, ...]  # of each image's visit, since the earliest one shown; None where no time is known
    is_synthetic: bool = False


@dataclass(frozen=True, slots=True)
class PlannedCount:
    """How many groups of one kind a rule could make or could not, by what became of them."""

    source: Source
    subtask: SubTask
    split: Split | None  # None where the subject has no split
    asked: str | None
    label: str | None  # None where no group could be made, or the answer is a place
    fate: Fate
    n_groups: int


@dataclass(frozen=True, slots=True)
class Record:
    """One generated question-answer item; every version is kept."""

    source: Source
    record_id: str
    version: int
    digest: str  # of everything that a reviewer is shown
    group_id: str
    origin: Origin
    ability: Ability
    subtask: SubTask
    answer_type: AnswerType
    split: Split
    image_ids: tuple[str, ...]
    subject_ids: tuple[str, ...]
    unit_id: str
    question: str  # without image tokens and without options
    options: tuple[str, ...]  # empty for open items; option i has letter "A" + i
    letter: str | None  # the key of a closed item
    answer: str  # closed: the text of the keyed option; open: the reference
    evidence: tuple[Fact, ...]
    flags: tuple[str, ...]  # warnings that do not reject: "single_image", ...
    generator: str  # "composed", "template", "openai:<model>"
    template_id: str  # of the wording, or of the model's prompt
    template_hash: str
    ledger_key: str | None  # of the model call, where there was one
    asked: str | None  # as in its group
    answer_class: str  # what the answer says, apart from wording: "improving", "S", "2", "yes"; "open" where it has none
    option_classes: tuple[str, ...]  # the same of each option, in their order; empty for open items
    quotes: tuple[Quote, ...]  # a model's evidence
    data_class: DataClass  # the strictest of its sources'
    is_synthetic: bool = False  # made from the synthetic cohort


@dataclass(frozen=True, slots=True)
class ReviewDecision:
    """One event of the append-only review ledger."""

    event_id: int
    item: str  # record_id
    item_digest: str  # Record.digest of what was shown
    reviewer: str
    verdict: Verdict
    reason: str | None
    comment: str | None
    time: str  # ISO 8601, UTC
    is_synthetic: bool  # made by the demo, not by a person


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of a conversation."""

    role: Role
    content: str


@dataclass(frozen=True, slots=True)
class DatasetRecord:
    """One training or benchmark record: the fields of Mantis JSON and where they came from."""

    id: str
    images: tuple[str, ...]  # paths relative to the storage root
    conversation: tuple[Turn, ...]
    source: str  # "<source>_<subtask>_<answer type>"
    record_id: str
    digest: str
    split: Split
    ability: Ability
    subtask: SubTask
    answer_type: AnswerType
    origin: Origin
    unit_id: str
    subject_ids: tuple[str, ...]
    image_ids: tuple[str, ...]
    answer_class: str  # of its record: what the answer says, apart from wording
    evidence: tuple[Fact, ...]  # of its record
    data_class: DataClass  # the strictest of its sources'
    is_synthetic: bool  # made from the synthetic cohort
