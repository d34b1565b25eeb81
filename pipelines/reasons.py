"""Why an input, a group or a record could not be used, at which stage that was found, and why a reviewer turned a record down.

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
    ASSEMBLE = "assemble"


class Fate(StrEnum):
    """What became of a group that a rule could make, or why none could be made. A closed list, so that counts add up."""

    TAKEN = "taken"
    # a group could be made; the settings took others
    NEIGHBOURING_SLICE = "neighbouring_slice"
    UNIT_CAP = "unit_cap"  # its independent unit has as many groups as one may have
    IMAGE_CAP = "image_cap"  # one of its images stands in as many groups as one may
    LABEL_BALANCE = "label_balance"  # its answer is as frequent as one may be
    SUBTASK_CAP = "subtask_cap"  # the sub-task has as many groups as one may have
    # no group could be made
    NO_PARTNER = "no_partner"  # no other image stands in the relation that the rule asks for
    NO_LABEL = "no_label"  # the source says nothing of what would be asked
    LABEL_DISPUTED = "label_disputed"  # the experts disagreed
    LABEL_AMBIGUOUS = "label_ambiguous"  # what the source says has no single answer in the rule's domain
    NO_TIME = "no_time"  # a visit without a date, week or place in time
    VISITS_TOO_CLOSE = "visits_too_close"
    NEXT_VISIT_TOO_SOON = "next_visit_too_soon"
    NEXT_VISIT_TOO_LATE = "next_visit_too_late"
    NO_NEXT_VISIT = "no_next_visit"
    IMAGE_NOT_AT_HAND = "image_not_at_hand"  # named by a label, but not rendered
    REPEATED_IMAGE = "repeated_image"  # two of its images have equal pixels, or one has those of another study's or eye's
    IMAGE_QUALITY = "image_quality"  # the source says that the image does not show what it should


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
    NO_SPLIT = "no_split"
    NOT_TAKEN = "not_taken"  # a group could be made of it; the settings took others
    # generate
    NO_TEMPLATE = "no_template"
    QUESTION_NOT_LOCATABLE = "question_not_locatable"
    NO_STATEMENT = "no_statement"
    ANSWER_NOT_OF_THIS_IMAGE = "answer_not_of_this_image"  # holds for every figure of its kind: nothing tells them apart
    MODEL_REFUSED = "model_refused"
    MODEL_STOPPED = "model_stopped"  # cut off at its length, or by the endpoint's content filter
    MODEL_ANSWER_UNREADABLE = "model_answer_unreadable"  # not of the asked form, nor after one repair
    MODEL_CALL_FAILED = "model_call_failed"  # the endpoint refuses this request for good
    BUDGET_SPENT = "budget_spent"  # not asked: money or tokens are used up
    ROUNDS_SPENT = "rounds_spent"  # rejected after the last attempt
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
    LABEL_MISMATCH = "label_mismatch"  # the answer says another class than the structured source fact
    EVIDENCE_NOT_IN_SOURCE = "evidence_not_in_source"  # a quote that the cited image's source does not hold
    ABSENT_IMAGE = "absent_image"  # a claim about an image, a view or a visit that is not given
    HIDDEN_TEXT = "hidden_text"  # "the report says": words of a text that the model is not shown
    IDENTIFIER = "identifier"  # a name, date, time, number or address of a person, or what de-identification left in its place
    NEAR_DUPLICATE = "near_duplicate"
    CONTRADICTION = "contradiction"  # records about the same images answer the same question differently
    # assemble
    IN_A_BENCHMARK = "in_a_benchmark"  # a training record that shows an image of another source's benchmark
    # approve
    REJECTED_BY_REVIEWER = "rejected_by_reviewer"
    SUPERSEDED_VERSION = "superseded_version"
    LOT_NOT_ACCEPTED = "lot_not_accepted"


class RejectReason(StrEnum):
    """Why a reviewer rejects a record. A closed list, so that rejections can be counted."""

    WRONG_IMAGE = "wrong_image"
    NOT_IN_SOURCE = "not_in_source"
    WRONG_LABEL = "wrong_label"
    MORE_THAN_ONE_CORRECT = "more_than_one_correct"
    LEAK = "leak"
    NOT_MULTI_IMAGE = "not_multi_image"
    ABSENT_PRIOR = "absent_prior"
    WORDING = "wording"
    PHI = "phi"
