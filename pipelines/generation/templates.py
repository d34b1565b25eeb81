"""Wordings of closed questions: several of each, chosen by hash, so that no wording stands for one answer.

`{shown}` is a noun phrase ("a pneumothorax"); `{subject}`, `{verb}` and `{state}` are the parts of a statement ("the heart",
"is", "enlarged"); `{count}` is "two" or "three".

Example:
    >>> WHICH_IMAGE[FindingKind.SHOWN][0].format(shown="a pneumothorax", count="two")
    'Which image shows a pneumothorax?'
"""

from pipelines.grouping.vqa_rad.finding import FindingKind

LOCATED = "{question of the source, located at the asked image}"

WHICH_IMAGE: dict[FindingKind, tuple[str, ...]] = {
    FindingKind.SHOWN: (
        "Which image shows {shown}?",
        "Which of the {count} images shows {shown}?",
        "Exactly one of the {count} images shows {shown}. Which one is it?",
        "Look at the {count} images. Which one shows {shown}?",
    ),
    FindingKind.STATE: (
        "In which image {verb} {subject} {state}?",
        "In which of the {count} images {verb} {subject} {state}?",
        "In exactly one of the {count} images, {subject} {verb} {state}. Which one is it?",
        "Look at the {count} images. In which one {verb} {subject} {state}?",
    ),
    FindingKind.IMAGE_STATE: (
        "Which image is {state}?",
        "Which of the {count} images is {state}?",
        "Exactly one of the {count} images is {state}. Which one is it?",
    ),
}

STATEMENT_STEMS: tuple[str, ...] = (
    "Which statement about the two images is true?",
    "Compare the first image with the second image. Which statement is true?",
    "Two images of different patients are shown. Which statement is correct?",
    "Which of these statements fits the two images?",
)

STATEMENTS: dict[FindingKind, tuple[str, str, str, str]] = {
    FindingKind.SHOWN: (
        "Both images show {shown}",
        "Only the first image shows {shown}",
        "Only the second image shows {shown}",
        "Neither image shows {shown}",
    ),
    FindingKind.STATE: (
        "{subject} {verb} {state} in both images",
        "{subject} {verb} {state} only in the first image",
        "{subject} {verb} {state} only in the second image",
        "{subject} {verb} {state} in neither image",
    ),
    FindingKind.IMAGE_STATE: (
        "Both images are {state}",
        "Only the first image is {state}",
        "Only the second image is {state}",
        "Neither image is {state}",
    ),
}
"""Options of a shared finding, in the order both, only the first, only the second, neither."""
