"""Checks of wording: what templates and tables left in texts, stray quotes, glued sentences, equal ages, words of hidden text.

Example:
    >>> find_leftover("ages nan and nan"), find_leftover("a nanometre, 10^{3}, an undefined margin, SUV_max")
    ('nan', None)
    >>> has_stray_quote('Which image?"'), has_stray_quote('a 5" nodule')
    (True, False)
"""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import pairwise

from pipelines.audit.kinds import Kind
from pipelines.audit.option_checks import Said
from pipelines.audit.questions import Question
from pipelines.audit.records import shorten
from pipelines.validation.wording import find_residue

_SUSPECT = re.compile(r"[{}_<\[%$\ufffd]|\b(?:nan|null|undefined)\b", re.IGNORECASE)
# What looks like residue and is not: LaTeX groups, subscripts, addresses, file names, a province, plain English, markup.
_INNOCENT = re.compile(
    r"[\^_]\{[^{}]*\}|\\[a-z]+\{[^{}]*\}|\b(?:[A-Za-z]|[A-Z]{2,4})_[A-Za-z]{1,5}\b|\bhttps?://\S+|\bwww\.\S+|\S+@\S+|"
    r"\bNan\b|\b(?:an|is|are|was|were|remains?|poorly|otherwise|currently|as|of|with) undefined\b|"
    r"\bundefined (?!and\b|or\b)[a-z]{4,}|\b\w+-null\b|"
    r"\b(?:margins?|borders?|edges?|contours?|outlines?|boundar(?:y|ies)|(?:a?eti|path)ology|origin|cause) (?:\w+ )?undefined|"
    r"\bnull (?:hypothesis|results?|findings?|mutations?|mutants?|alleles?|cells?)\b|"
    r"</?(?:sup|sub|i|b|em|strong|br ?/?)>"
)
_UNFILLED = re.compile(
    r"<[a-z]+(?:[_ /][a-z]+)*>|\[(?:finding|image|modality|organ|disease|view|label)[^\]]*\]|%\(\w+\)s|\$\{?[a-z]+_[a-z]+"
)
_INCH = re.compile(r'(?<=\d)"')
_GLUED = re.compile(
    r"(?<=[a-z)])\?(?=[A-Za-z]{2})|(?<=[a-z]{2})[.?!](?=(?:What|Which|Based|Is|Are|Does|Do|How|Given|Considering|Where|When|Can|"
    r"Please|Compare|The|In)\b)"
)
_ADDRESS = re.compile(r"\bhttps?://\S+|\bwww\.\S+")
_NOT_HIDDEN = re.compile(
    r"\b(?:patients?|he|she|they|who|studies|study|authors?|case) reports?\b|\bimpressions? (?:of|on|upon)\b|"
    r"\b(?:basilar|cardiac|renal|gastric|colic|digital|convolutional) impressions?\b",
    re.IGNORECASE,
)
_HIDDEN = re.compile(
    r"\b(?:(reports?)|(impressions?)|((?:clinical|progress|radiology|discharge) notes?)|"
    r"((?:information|details|data|text|context|description|caption|findings) (?:that (?:is|are|was|were) )?"
    r"(?:provided|given))|"
    r"((?:provided|given) (?:information|details|context|description|caption|text))|((?:the )?caption))\b",
    re.IGNORECASE,
)
_HIDDEN_HINTS = ("report", "impression", "note", "provided", "given", "caption")
_HIDDEN_NAMES = ("report", "impression", "notes", "information provided", "information provided", "caption")

_AGE = r"\d{1,3}(?:\.\d+)?"
_NEXT_AGE = (
    rf"(?: years?(?: old)?)?(?:,? and|,? then|,) (?:at )?(?:(?:the )?age (?:of )?)?({_AGE})(?![\d.]*\d)(?! ?(?:[mc]m|%)\b)"
)
_AGES = re.compile(
    rf"\bage[sd]?\b[^.?!\d]{{0,30}}{_AGE}(?:{_NEXT_AGE})+|{_AGE}(?:{_NEXT_AGE})+[ -]years?[ -](?:old|of age)\b", re.IGNORECASE
)
_ONE_AGE = re.compile(_AGE)


def find_leftover(text: str) -> str | None:
    """Return the first residue of a template or table in a text, None where it is clean."""
    if _SUSPECT.search(text) is None:
        return None
    plain = _INNOCENT.sub(" ", text)
    unfilled = _UNFILLED.search(plain)
    return find_residue(plain) or (unfilled[0] if unfilled else None)


def has_stray_quote(text: str) -> bool:
    """Return whether a quotation mark has no partner; a mark behind a number is an inch where that settles it."""
    if text.count("“") != text.count("”"):
        return True
    return text.count('"') % 2 == 1 and _INCH.sub("", text).count('"') % 2 == 1


def find_glue(text: str) -> str | None:
    """Return the place where a sentence begins without a space, None where there is none."""
    if _GLUED.search(text) is None:
        return None
    plain = _ADDRESS.sub(" ", text)
    match = _GLUED.search(plain)
    return None if match is None else plain[max(0, match.start() - 20) : match.end() + 20]


def check_wording(question: Question) -> Iterator[Said]:
    """Residue, stray quotes and glued sentences in the question, its options and its answer; each kind once per text."""
    texts = [("question", question.stem), *((f"option {letter}", text) for letter, text in question.options)]
    for place, text in [*texts, ("answer", question.answer or "")]:
        for kind, what in _find_faults(text):
            yield kind, f"in {place.split(' ', 1)[0]}", f"{place}: {what}"


@lru_cache(maxsize=1 << 15)  # options and stems repeat by the thousand
def _find_faults(text: str) -> tuple[tuple[Kind, str], ...]:
    found: list[tuple[Kind, str]] = []
    if (leftover := find_leftover(text)) is not None:
        found.append((Kind.TEMPLATE_RESIDUE, repr(shorten(leftover))))
    if has_stray_quote(text):
        found.append((Kind.STRAY_QUOTE, f"…{shorten(text[-40:])!r}"))
    if (glue := find_glue(text)) is not None:
        found.append((Kind.GLUED_QUESTIONS, f"…{shorten(glue)!r}"))
    return tuple(found)


def check_hidden_text(question: Question) -> Iterator[Said]:
    """Words of texts that the model is not shown: they tell of the report that the question was made from."""
    texts = [("question", question.stem), *(("option", text) for text in question.texts), ("answer", question.answer or "")]
    for place, text in texts:
        if (found := _find_hidden(text)) is not None:
            name, what = found
            yield Kind.HIDDEN_TEXT, f"{name}, in {place}", f"{place}: {shorten(what)!r}"


@lru_cache(maxsize=1 << 15)
def _find_hidden(text: str) -> tuple[str, str] | None:
    lowered = text.lower()
    if not any(hint in lowered for hint in _HIDDEN_HINTS):  # a tenth of the pattern's cost
        return None
    match = _HIDDEN.search(_NOT_HIDDEN.sub(" ", text))
    return None if match is None else (_HIDDEN_NAMES[(match.lastindex or 1) - 1], match[0])


def check_ages(question: Question) -> Iterator[Said]:
    """Successive visits at one age, to the digits given: ages 51.2 and 51.2."""
    lowered = question.stem.lower()
    if "age" not in lowered and "year" not in lowered:
        return
    for match in _AGES.finditer(lowered):
        ages = [float(age) for age in _ONE_AGE.findall(match[0])]
        if any(age == following for age, following in pairwise(ages)):
            yield Kind.EQUAL_AGES, "in question", f"question: {shorten(match[0])!r}"
            return


WORDING_CHECKS: tuple[Callable[[Question], Iterator[Said]], ...] = (check_wording, check_hidden_text, check_ages)
