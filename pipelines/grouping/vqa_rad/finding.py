"""The finding that a yes/no question asks about, in a form from which true and false statements can be built.

Only question frames whose statement is sure to be grammatical are read; every other question has no finding.

Example:
    >>> finding_of("Is there evidence of a pneumothorax?")
    Finding(kind=<FindingKind.SHOWN: 'shown'>, subject='a pneumothorax', verb='', state='')
    >>> finding_of("Is the heart enlarged?").state
    'enlarged'
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from pipelines.grouping.vqa_rad.image_words import IMAGE_PHRASE, tidy, without_image_phrases


class FindingKind(StrEnum):
    """Which statement a finding makes."""

    SHOWN = "shown"  # "the image shows <subject>"
    STATE = "state"  # "<subject> <verb> <state> in the image"
    IMAGE_STATE = "image_state"  # "the image is <state>"


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding in words; verb and state are empty where the kind has none."""

    kind: FindingKind
    subject: str
    verb: str
    state: str


_SEEN = (
    r"(?: (?:present|seen|visible|visualized|depicted|shown|noted|evident|identified|identifiable|demonstrated|pictured|"
    r"obvious|in view|placed|used|given))?"
)
_SHOWN_FRAMES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?:is|are) there (?:any )?(?:evidence|signs?|presence) of (?:any )?(?P<np>.+?){_SEEN}\?",
        rf"(?:is|are) there (?!more|no |other|any other|another)(?:any )?(?P<np>.+?){_SEEN}\?",
        rf"(?:does|do) (?:{IMAGE_PHRASE.pattern}|this patient|the patient) (?:have|show|display|contain|depict)"
        r" (?:evidence of |signs of |any )?(?P<np>.+?)\?",
        r"(?:can|do) you (?:see|appreciate|visualize) (?:any )?(?P<np>.+?)\?",
        r"can (?P<np>(?:an? |the )?[^?]+?) be (?:appreciated|seen|visualized)\?",
        r"(?:is|are) (?:any )?(?P<np>(?!this|these|it\b|there)[^?]+?) (?:present|seen|visible|visualized|depicted|shown|noted|"
        r"evident|identifiable|in view)\?",
    )
)
_STATES = (
    r"enlarged|fractured|broken|dilated|distended|normal(?: in size)?|abnormal|midline|deviated|shifted|displaced|obscured|"
    r"flattened|blunted|clear|sharp|hyperinflated|calcified|cystic|homogenous|heterogenous|ring[- ]enhancing|enhancing|"
    r"well[- ](?:circumscribed|defined)|thickened|widened|atrophied|swollen|inflamed|edematous|ruptured|perforated|obstructed|"
    r"patent|cirrhotic|compressed|symmetrical|symmetric|abnormally large|larger than normal|smaller than normal|increased|"
    r"hyper ?attenuated|hyperdense|hypodense|intubated|rotated|lying supine|well visualized"
)
_STATE = re.compile(
    rf"(?P<verb>is|are|does|do) (?P<np>(?:the|this|these) [^?]+?) (?P<look>appear |look )?(?P<state>{_STATES})\?", re.IGNORECASE
)
_CONTRAST = re.compile(r"(?P<verb>was|is) (?P<np>(?:IV |oral )?contrast) (?P<state>used|given|administered)\?", re.IGNORECASE)
_IMAGE_STATE = re.compile(rf"is {IMAGE_PHRASE.pattern} (?P<state>normal|abnormal|underexposed)\?", re.IGNORECASE)
# What cannot stand in a statement: alternatives, comparisons, pointing words, and images that are not findings.
_UNFIT = re.compile(
    r"\b(?:or|this|these|that|than|you|both|image|plane|film|above|only|besides|no|not|other|normal number|also|anywhere|able|"
    r"appear|any|all|clearly|easily|prominently|patients?|is)\b|"
    r"\b(?:and|from|seen|normal)$|^abnormality\b|\ban [bcdfgjkpqtvwz]|[/(<>]",
    re.IGNORECASE,
)


def finding_of(question: str) -> Finding | None:
    """Return the finding of a yes/no question; None where no frame reads it safely."""
    whole, bare = tidy(question), without_image_phrases(question)
    if match := _IMAGE_STATE.fullmatch(whole):
        return Finding(FindingKind.IMAGE_STATE, "", "is", match["state"].lower())
    for reader in (_read_state, _read_shown):
        if (finding := reader(bare)) is not None:
            return finding
    return None


def _read_state(question: str) -> Finding | None:
    match = _CONTRAST.fullmatch(question) or _STATE.fullmatch(question)
    if match is None:
        return None
    subject = re.sub(r"^(?:this|these|the)\b", "the", match["np"], flags=re.IGNORECASE)
    subject = subject if subject.startswith(("the", "IV")) else subject.lower()
    verb = {"do": "are", "does": "is"}.get(match["verb"].lower(), match["verb"].lower())
    if _UNFIT.search(subject):
        return None
    return Finding(FindingKind.STATE, subject, verb, match["state"])


def _read_shown(question: str) -> Finding | None:
    for frame in _SHOWN_FRAMES:
        if match := frame.fullmatch(question):
            subject = _as_noun_phrase(match["np"])
            return None if _UNFIT.search(subject) else Finding(FindingKind.SHOWN, subject, "", "")
    return None


def _as_noun_phrase(text: str) -> str:
    """Lower-case the first letter unless the first word is an acronym ("CSF", "R")."""
    first = text.split(" ", 1)[0]
    return text if any(letter.isupper() for letter in first[1:]) or len(first) == 1 else text[0].lower() + text[1:]
