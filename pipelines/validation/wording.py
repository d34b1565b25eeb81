"""Rule about residue of templates, tables and language models in texts that people read.

Example:
    >>> find_residue("ages nan and nan"), find_residue("Which {first/second} image?"), find_residue("nanometre")
    ('nan', '{first/second}', None)
    >>> find_leftover("a small pleuraleffusion"), find_leftover("As an AI model, I see"), find_leftover("a small effusion")
    ('pleuraleffusion', 'As an AI', None)
"""

import re
from functools import lru_cache

from pipelines.reasons import Reason
from pipelines.records import Record
from pipelines.validation.context import Context, Failure
from pipelines.validation.text import texts_of

_RESIDUE = re.compile(
    r"\{[^{}]*\}?|\}|_{2,}|<image>|\b(?:nan|null|undefined)\b|\b[a-z]+_[a-z_]+\b|\[(?:insert|answer|option)[^\]]*\]|\ufffd",
    re.IGNORECASE,
)
_UNFILLED = (
    r"<(?i:[a-z]+(?:[_ /][a-z]+)*)>|@@|\[(?i:finding|image|modality|organ|disease|view|label|source|blank|sequence|"
    r"eye|side|class)[^\]]*\]|"
    r"%\(\w+\)s|%[sd]\b|"
    r"\$\{?[a-z]{2,}|\bN/A\b|#REF|\bNone\b(?= and | or |$)|\blorem ipsum\b|\bTODO\b|\bTBD\b"
)
_OF_MODELS = (
    r"</?s>|<\|[^|]*\|>|\[/?INST\]|\[/?SYS\]|```|\*\*|^#+ |\"(?:question|answer|correct|distractors|evidence)\"\s*:|"
    r"\b(?i:as an (?:ai|language model))\b|\b(?i:i(?:'m| am) (?:sorry|unable|not able))\b|\bI can(?:not|'t)\b|"
    r"\b(?i:my (?:training|knowledge)|training data|language model)\b|"
    r"^(?i:q|question) ?\d+[.:)]|^(?i:sure|certainly|here (?:is|are))[,!:]|^(?i:question|answer|correct answer|q|a):|"
    r"^\(?[A-G][:)] |\b(?i:option|choice|letter) [A-G]\b|"
    r"\\n|\\u[0-9a-f]{4}|&(?:amp|lt|gt|quot|nbsp|#\d+);|Ã.|â€"
)
# Control and zero-width characters, and Cyrillic letters within Latin words: they look like nothing, or like others.
_UNSEEN = (
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060\ufeff]|"
    r"[A-Za-z][\u0400-\u04ff]|[\u0400-\u04ff][A-Za-z]"
)
# Words that the sources and the release of Med-MIM glue together.
_GLUED_WORDS = (
    r"\b(?i:pleuraleffusions?|pulmonaryedema|(?:lung|lobe)consolidation|bothimages|firstimage|secondimage|thirdimage|"
    r"inthe|ofthe|onthe|isthe|whichimage|nosignificant|noevidence)\b"
)
_GLUED_SENTENCES = (
    r"(?<=[a-z)])\?(?=[A-Za-z]{2})|(?<=[a-z]{2})[.?!,;](?=(?:What|Which|Based|Is|Are|Does|Do|How|Given|Considering|Where|When|Can|"
    r"Please|Compare|The|In)\b)|\?\?|,,|;;|\( | \)"
)
_LEFTOVER = re.compile("|".join((_UNFILLED, _OF_MODELS, _UNSEEN, _GLUED_WORDS, _GLUED_SENTENCES)))
_AGE = r"\d{1,3}(?:\.\d+)?"
_EQUAL_AGES = re.compile(rf"\bages? (?:of )?({_AGE})(?: years?)?(?:,| and| then) (?:at )?\1(?![\d.]*\d)")
_INCH = re.compile(r'(?<=\d)"')


def check_residue(record: Record, context: Context) -> Failure | None:
    """Placeholders, blanks, NaN, tokens, raw codes ("pleural_effusion"), glued words, a model's talk, a quote without end."""
    for text in texts_of(record):
        if (found := find_residue(text) or find_leftover(text)) is not None:
            return Failure(Reason.TEMPLATE_RESIDUE, f"{found!r} in {text!r}")
    return None


@lru_cache(maxsize=1 << 14)  # options and wordings repeat by the thousand
def find_residue(text: str) -> str | None:
    """Return the first residue of a template or table in a text of whatever origin, None where it is clean."""
    match = _RESIDUE.search(text)
    return None if match is None else match[0]


@lru_cache(maxsize=1 << 14)
def find_leftover(text: str) -> str | None:
    """Return the first thing beyond `find_residue` that no text of ours may hold, None where it is clean."""
    match = _LEFTOVER.search(text) or _EQUAL_AGES.search(text)
    if match is not None:
        return match[0]
    quotes = _INCH.sub("", text) if '"' in text else ""
    return '"' if quotes.count('"') % 2 or text.count("\u201c") != text.count("\u201d") else None
