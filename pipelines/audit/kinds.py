"""What an audit looks for, how grave each kind is, and what its count says.

Example:
    >>> severity_of(Kind.DUPLICATE_OPTIONS).value, severity_of(Kind.HIDDEN_TEXT).value
    ('defect', 'warning')
"""

from enum import StrEnum


class Severity(StrEnum):
    """A defect is wrong by the file alone; a warning is a sign that a person must judge."""

    DEFECT = "defect"
    WARNING = "warning"


class Side(StrEnum):
    """What a file was given as."""

    BENCHMARK = "benchmark"
    TRAIN = "train"


class Kind(StrEnum):
    """Kinds of findings; the value is the key in the JSON."""

    DUPLICATE_OPTIONS = "duplicate_options"
    KEY_NOT_IN_OPTIONS = "key_not_in_options"
    LETTER_GAP = "letter_gap"
    REPEATED_IMAGE = "repeated_image"
    ORDINAL_BEYOND_IMAGES = "ordinal_beyond_images"
    MARK_MISMATCH = "image_token_mismatch"
    TEMPLATE_RESIDUE = "template_residue"
    ID_COLLISION = "id_collision"
    CONTRADICTORY_ANSWERS = "contradictory_answers"
    DUPLICATE_RECORD = "duplicate_record"
    TOO_FEW_OPTIONS = "too_few_options"
    EMPTY_OPTION = "empty_option"
    EMPTY_ANSWER = "empty_answer"
    STRAY_QUOTE = "stray_quote"
    GLUED_QUESTIONS = "glued_questions"
    WRONG_ROLES = "wrong_roles"
    MALFORMED_RECORD = "malformed_record"
    ANSWER_IN_QUESTION = "answer_in_question"
    IMAGE_NOT_ASKED_ABOUT = "image_not_asked_about"
    HIDDEN_TEXT = "hidden_text"
    EQUAL_AGES = "equal_ages"
    NO_IMAGES = "no_images"
    MISSING_ID = "missing_id"


DESCRIPTIONS = {
    Kind.DUPLICATE_OPTIONS: "one option text stands under several letters (case and blanks apart)",
    Kind.KEY_NOT_IN_OPTIONS: "the answer is none of the printed options, or not the text under its letter",
    Kind.LETTER_GAP: "option letters are not A, B, C, ... without a gap or repeat",
    Kind.REPEATED_IMAGE: "one image stands twice in a record",
    Kind.ORDINAL_BEYOND_IMAGES: "the text names an image, a middle or a number of images that the record does not have",
    Kind.MARK_MISMATCH: "image tokens of the user's turns and images differ in number",
    Kind.TEMPLATE_RESIDUE: "a placeholder, NaN, raw code, blank or image token was left in a text",
    Kind.ID_COLLISION: "one id names different contents, within a file or across files",
    Kind.CONTRADICTORY_ANSWERS: "one question about the same images in one order, with the same options, has other answers",
    Kind.DUPLICATE_RECORD: "repeats an earlier record's images and conversation",
    Kind.TOO_FEW_OPTIONS: "the answer names a letter, but fewer than two options are printed",
    Kind.EMPTY_OPTION: "an option letter without a text",
    Kind.EMPTY_ANSWER: "an answer without a text, or a question without an answer",
    Kind.STRAY_QUOTE: "a quotation mark without its partner",
    Kind.GLUED_QUESTIONS: "two sentences or questions joined without a space",
    Kind.WRONG_ROLES: "turns are not user, assistant, user, assistant, ...",
    Kind.MALFORMED_RECORD: "a record of a wrong shape; what of it can be read is audited",
    Kind.ANSWER_IN_QUESTION: "the question holds the keyed option and no other one",
    Kind.IMAGE_NOT_ASKED_ABOUT: "of three or more images the question names several and leaves out others",
    Kind.HIDDEN_TEXT: "the text speaks of a report or other words that the model is not shown",
    Kind.EQUAL_AGES: "the question gives one age for successive visits, so that no time lies between them",
    Kind.NO_IMAGES: "a record without images",
    Kind.MISSING_ID: "a record without an id",
}
_WARNINGS = frozenset(
    {
        Kind.ANSWER_IN_QUESTION,
        Kind.IMAGE_NOT_ASKED_ABOUT,
        Kind.HIDDEN_TEXT,
        Kind.EQUAL_AGES,
        Kind.NO_IMAGES,
        Kind.MISSING_ID,
    }
)


def severity_of(kind: Kind) -> Severity:
    """Return whether a kind is a defect or a warning."""
    return Severity.WARNING if kind in _WARNINGS else Severity.DEFECT
