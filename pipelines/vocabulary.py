"""The words of the house as enums: one word per idea, in code, tables and documents alike.

Example:
    >>> Source("vqa_rad") is Source.VQA_RAD
    True
"""

from enum import StrEnum


class Source(StrEnum):
    """Source data sets of Med-MIM (arXiv 2505.19031), by the key used in partitions, paths and settings."""

    EMBED = "embed"
    LUMIERE = "lumiere"
    MS_CXR_T = "ms_cxr_t"
    ODIR = "odir"
    VQA_RAD = "vqa_rad"
    LLAVA_MED = "llava_med"


class Modality(StrEnum):
    """How an image was acquired."""

    XRAY = "x_ray"
    CT = "ct"
    MRI = "mri"
    MAMMOGRAPHY = "mammography"
    FUNDUS = "fundus"
    ULTRASOUND = "ultrasound"
    OTHER = "other"


class Laterality(StrEnum):
    """Body side as in DICOM (0020,0060)."""

    LEFT = "L"
    RIGHT = "R"


class View(StrEnum):
    """Projection of a radiograph or mammogram."""

    CC = "CC"
    MLO = "MLO"
    PA = "PA"
    AP = "AP"
    LATERAL = "lateral"


class Sequence(StrEnum):
    """MRI contrast; the word is used for nothing else."""

    T1 = "T1"
    CT1 = "CT1"
    T2 = "T2"
    FLAIR = "FLAIR"


class Organ(StrEnum):
    """Body region of a VQA-RAD image."""

    HEAD = "head"
    CHEST = "chest"
    ABDOMEN = "abdomen"


class QuestionType(StrEnum):
    """What a VQA-RAD question asks about (Lau et al., Sci Data 2018, table 2)."""

    PRESENCE = "presence"
    POSITION = "position"
    ABNORMALITY = "abnormality"
    SIZE = "size"
    MODALITY = "modality"
    ATTRIBUTE = "attribute"
    PLANE = "plane"
    COLOR = "color"
    ORGAN = "organ"
    COUNT = "count"
    OTHER = "other"


class Ability(StrEnum):
    """The four abilities of Med-MIM."""

    TEMPORAL = "temporal"
    REASONING = "reasoning"
    COMPARISON = "comparison"
    COREFERENCE = "coreference"


class SubTask(StrEnum):
    """The finer rule within an ability."""

    LOCATED_QUESTION = "located_question"  # a source question asked about one image of a composed group
    SHARED_FINDING = "shared_finding"  # one yes/no question answered for two images: both, only one, neither


class Origin(StrEnum):
    """Whether the images of a group belong together by nature (one subject) or were put together."""

    INHERENT = "inherent"
    COMPOSED = "composed"


class AnswerType(StrEnum):
    """Closed: one of printed options. Open: free text."""

    CLOSED = "closed"
    OPEN = "open"


class Split(StrEnum):
    """Where a subject may be used; the later one is the stricter one."""

    TRAIN = "train"
    HELD_IN = "held_in"
    HELD_OUT = "held_out"


class Role(StrEnum):
    """Who speaks a turn of a conversation."""

    USER = "user"
    ASSISTANT = "assistant"


class Verdict(StrEnum):
    """What a reviewer decided."""

    APPROVE = "approve"
    REJECT = "reject"


class Stage(StrEnum):
    """Where in the flow something was dropped."""

    READ = "read"
    RENDER = "render"
    GROUP = "group"
    GENERATE = "generate"
    VALIDATE = "validate"
    APPROVE = "approve"


class Reason(StrEnum):
    """Why an input, a group or a record could not be used. A closed list, so that counts can be compared."""

    # read: rows
    ROW_NOT_AN_OBJECT = "row_not_an_object"
    FIELD_MISSING = "field_missing"
    FIELD_WRONG_TYPE = "field_wrong_type"
    FIELD_EMPTY = "field_empty"
    UNKNOWN_VALUE = "unknown_value"
    TEXT_DAMAGED = "text_damaged"
    DUPLICATE_KEY = "duplicate_key"
    DUPLICATE_QUESTION = "duplicate_question"
    CONTRADICTORY_ANSWERS = "contradictory_answers"
    IMAGE_NOT_USABLE = "image_not_usable"
    # read and render: images
    IMAGE_MISSING = "image_missing"
    IMAGE_UNREFERENCED = "image_unreferenced"
    IMAGE_UNREADABLE = "image_unreadable"
    IMAGE_TRUNCATED = "image_truncated"
    IMAGE_TOO_LARGE = "image_too_large"
    IMAGE_CONSTANT = "image_constant"
    IMAGE_DUPLICATE = "image_duplicate"
    UNSAFE_PATH = "unsafe_path"
    # group
    NO_PARTNER = "no_partner"
    # generate
    QUESTION_NOT_LOCATABLE = "question_not_locatable"
    NO_DISTRACTORS = "no_distractors"
    NO_STATEMENT = "no_statement"
    # validate
    SCHEMA = "schema"
    OPTION_COUNT = "option_count"
    DUPLICATE_OPTIONS = "duplicate_options"
    KEY_NOT_IN_OPTIONS = "key_not_in_options"
    LETTER_GAP = "letter_gap"
    ORDINAL_BEYOND_IMAGES = "ordinal_beyond_images"
    IMAGE_NOT_ASKED_ABOUT = "image_not_asked_about"
    REPEATED_IMAGE = "repeated_image"
    LENGTH_CUE = "length_cue"
    TEMPLATE_RESIDUE = "template_residue"
    ANSWER_IN_QUESTION = "answer_in_question"
    FACT_MISMATCH = "fact_mismatch"
    DUPLICATE_RECORD = "duplicate_record"
    # approve
    REJECTED_BY_REVIEWER = "rejected_by_reviewer"
    SUPERSEDED_VERSION = "superseded_version"
    LOT_NOT_ACCEPTED = "lot_not_accepted"
