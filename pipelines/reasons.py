"""Why an input, a group or a record could not be used, and at which stage that was found.

Example:
    >>> Reason("image_missing") is Reason.IMAGE_MISSING
    True
"""

from enum import StrEnum


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
    ROW_DAMAGED = "row_damaged"
    NO_COUNTERPART = "no_counterpart"  # a row of one table whose partner in another table is absent
    BAD_DATE = "bad_date"
    ID_MISMATCH = "id_mismatch"  # two ids of one row contradict each other
    REPORT_MISSING = "report_missing"
    REPORT_EMPTY = "report_empty"
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
    IMAGE_CHANGED = "image_changed"  # between reading and rendering
    IMAGE_UNREFERENCED = "image_unreferenced"
    IMAGE_UNREADABLE = "image_unreadable"
    IMAGE_TRUNCATED = "image_truncated"
    IMAGE_TOO_LARGE = "image_too_large"
    IMAGE_CONSTANT = "image_constant"
    IMAGE_DUPLICATE = "image_duplicate"
    IMAGE_NOT_SELECTED = "image_not_selected"
    HAS_BURNED_IN_TEXT = "has_burned_in_text"
    MASK_MISSING = "mask_missing"
    NO_TUMOUR_SLICE = "no_tumour_slice"
    GRID_MISMATCH = "grid_mismatch"
    UNSAFE_PATH = "unsafe_path"
    # group
    NO_PARTNER = "no_partner"
    NO_RULE = "no_rule"
    # generate
    QUESTION_NOT_LOCATABLE = "question_not_locatable"
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
