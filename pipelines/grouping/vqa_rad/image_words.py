"""How questions name the image that they are about: "this image", "the chest x-ray above", "this axial section".

Example:
    >>> without_image_phrases("Is there fat stranding shown in this image?")
    'Is there fat stranding shown?'
"""

import re

from pipelines.grouping.vqa_rad.spelling import mend_spelling

_BODY = r"(?:(?:brain|head|chest|skull|abdominal|axial|coronal|sagittal|MRI?|CT|x[- ]?ray|t[12][- ]weighted) )*"
_NOUN = r"(?:images?|picture|scans?|films?|x[- ]?rays?|radiographs?|CT|MRI|CXR|slice|image study)"
# "the image modality" is a modality and "the section level" a level: the noun after them decides.
_NOT_THE_HEAD = r"(?! (?:modality|plane|level|study|location|above located))"

IMAGE_PHRASE = re.compile(
    rf"\b(?:(?:this|the|that) (?:above |shown )?{_BODY}{_NOUN}|"
    rf"(?:this|that) (?:axial )?(?:section|view|study|level)){_NOT_THE_HEAD}"
    r"(?: (?:shown )?above)?(?!-)\b",
    re.IGNORECASE,
)
"""A noun phrase that stands for the one image which a source question was written for."""

_PLACED = re.compile(
    rf"\s+(?:shown |seen |depicted |located )?(?:in|on|from|at|of|by|for|within) {IMAGE_PHRASE.pattern}", re.IGNORECASE
)
_DANGLING = re.compile(r"\s+(?:here|(?:seen |shown )?above|in (?:this|the) (?:plane|patient))(?=[?.]?$)", re.IGNORECASE)


def tidy(question: str) -> str:
    """Return a question well spelt, with single spaces, no stray quotes, and one final "?" or, of a command, "."."""
    text = " ".join(question.replace('"', "").replace("’", "'").split())
    text = re.sub(r"(?<=\w)\((?=eg\b)", " (", mend_spelling(text))
    text = re.sub(r"\s*[?.!,;\s]+$", "", re.sub(r"\s+([?,.;])", r"\1", text))
    text = text[:1].upper() + text[1:]
    text = re.sub(r"^I[SN]\b", lambda match: match[0].capitalize(), text)
    is_command = re.match(r"(?:please )?(?:describe|name|identify)\b", text, re.IGNORECASE)
    return text + ("." if is_command else "?")


def without_image_phrases(question: str) -> str:
    """Return a tidied question without the phrases that place it in "this image"."""
    text = _PLACED.sub(lambda match: match[0][: match[0].index(" ", 1)] if _keeps_verb(match[0]) else "", tidy(question))
    return _DANGLING.sub("", text)


def _keeps_verb(phrase: str) -> bool:
    return re.match(r"\s+(?:shown|seen|depicted|located)\b", phrase, re.IGNORECASE) is not None
