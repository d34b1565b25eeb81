"""The headers of MIMIC-CXR reports: which lines are headers, and one name for the many spellings of each.

Example:
    >>> find_header(" IMORESSION:  Clear lungs.", begins_paragraph=True)
    Header(name='impression', is_known=True, rest='Clear lungs.')
    >>> find_header(" the impression: unchanged", begins_paragraph=False) is None
    True
"""

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

FINDINGS = "findings"
IMPRESSION = "impression"
COMBINED = "findings_and_impression"
ADDENDUM = "addendum"

_SPELLINGS: Mapping[str, tuple[str, ...]] = {
    "examination": ("exam", "examination", "examinations", "study", "type of exam", "type of examination", "procedure"),
    "indication": (
        "indication",
        "indications",
        "clinical indication",
        "indication for exam",
        "indication for study",
        "reason",
        "reason for exam",
        "reason for examination",
        "reason for study",
        "reason for the exam",
        "reason for this exam",
        "reason for this examination",
    ),
    "history": ("history", "clinical history", "clinical information", "medical history", "patient history"),
    "technique": ("technique", "techniques", "technical factors"),
    "comparison": ("comparison", "comparisons", "comparison study", "comparison studies", "comparison exam", "comparison film"),
    FINDINGS: ("findings", "finding", "observations", "report"),
    IMPRESSION: ("impression", "impressions", "conclusion", "conclusions", "final impression", "summary"),
    COMBINED: ("findings and impression", "findings and impressions", "impression and findings"),
    "recommendation": ("recommendation", "recommendations"),
    "notification": ("notification", "notifications", "communication", "notification of results"),
    "wet_read": ("wet read", "preliminary read", "preliminary report"),
    ADDENDUM: ("addendum", "addenda", "addendum to report"),
}
KNOWN: Mapping[str, str] = MappingProxyType({spelling: name for name, all_ in _SPELLINGS.items() for spelling in all_})
"""The section's name by each known spelling of its header, in lower case."""

_MAX_LETTERS = 60  # longer ones are sentences
_TYPO_LETTERS = 7  # shorter words resemble too many others
_TYPO_LIKENESS = 0.85  # one letter wrong, missing or too many in a word of seven or more
_LINE = re.compile(r"\s*([A-Za-z][A-Za-z0-9 ()/,&'_.-]*?)\s*:(?=\s|$)(.*)", re.DOTALL)
_BARE = re.compile(r"\s*([A-Z][A-Z ()/&]*[A-Z)])\s*")
_VERSION = re.compile(r"\s*WET READ VERSION\b.*")
# A title that names the film ("PORTABLE AP CHEST RADIOGRAPH ___:") stands over the findings.
_FILM_TITLE = re.compile(r"\b(chest|radiographs?|films?|views?|portable)\b")


@dataclass(frozen=True)
class Header:
    """A header at the beginning of a line."""

    name: str
    is_known: bool
    rest: str  # what follows it on its line


def find_header(line: str, *, begins_paragraph: bool) -> Header | None:
    """Return the header that a line begins with; None where it begins with text.

    Known headers in capitals may begin any line. What is in other case, has no colon or is not known must begin a paragraph:
    elsewhere it is a sentence that was wrapped.
    """
    if _VERSION.fullmatch(line):
        return Header("wet_read", is_known=True, rest="")
    if (match := _LINE.match(line)) is not None:
        return _judge(match[1], match[2].strip(), begins_paragraph)
    if begins_paragraph and (match := _BARE.fullmatch(line)) is not None and (name := normalize_header(match[1])) is not None:
        return Header(name, is_known=True, rest="")
    return None


def normalize_header(header: str) -> str | None:
    """Return the name of a header's section, small typing errors forgiven; None where it is not known."""
    spelling = _simplify(header)
    if spelling in KNOWN:
        return KNOWN[spelling]
    if len(spelling) < _TYPO_LETTERS:
        return None
    close = difflib.get_close_matches(spelling, KNOWN, n=1, cutoff=_TYPO_LIKENESS)
    return KNOWN[close[0]] if close else None


def _judge(words: str, rest: str, begins_paragraph: bool) -> Header | None:
    is_capital = words == words.upper()
    if len(words) > _MAX_LETTERS or not (is_capital or begins_paragraph):
        return None
    name = normalize_header(words)
    if name is not None:
        return Header(name, is_known=True, rest=rest)
    if not is_capital or not begins_paragraph or len(re.findall("[A-Z]", words)) < 3:
        return None
    if _FILM_TITLE.search(_simplify(words)):
        return Header(FINDINGS, is_known=False, rest=rest)
    return Header("_".join(re.findall(r"[a-z0-9]+", words.lower())), is_known=False, rest=rest)


def _simplify(header: str) -> str:
    plural = re.sub(r"\(S\)", "S", header, flags=re.IGNORECASE)
    joined = re.sub(r"\s*[/&]\s*", " and ", plural)
    return " ".join(joined.lower().replace("_", " ").split())
