"""Diagnostic keywords of one eye: split, written in one spelling, and those that judge the photograph kept apart.

The keywords of a cell are divided by the fullwidth comma U+FF0C, here and there by an ASCII one; their order means nothing.
"suspected X" stays what it is: the source gives it X's diagnosis, and its doubt is the source's own.

Example:
    >>> cell = parse_keywords("drusen，moderate non proliferative retinopathy，lens dust ")
    >>> cell.findings, cell.quality
    (('drusen', 'moderate nonproliferative retinopathy'), ('lens dust',))
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

# They say how the photograph came out, nothing of the eye.
QUALITY_KEYWORDS = frozenset(
    {
        "lens dust",
        "low image quality",
        "optic disk photographically invisible",
        "anterior segment image",
        "image offset",
        "no fundus image",
    }
)
KEYWORD_REPEATED = "keyword given twice in one cell: taken once"
KEYWORD_RESPELLED = "keyword in an unusual spelling: written in the usual one"
ASCII_COMMA = "keywords divided by an ASCII comma"

_SEPARATORS = re.compile("[，,]")
_NON_PROLIFERATIVE = re.compile(r"\bnon[ -]proliferative\b")
# Two spellings of one thing in the genuine tables, beside the word "nonproliferative", which is written in two ways as well.
# Keywords that merely mean nearly the same ("epiretinal membrane over the macula") are left apart.
_SPELLINGS: Mapping[str, str] = MappingProxyType(
    {
        "myopic retinopathy": "myopia retinopathy",
        "optic disc photographically invisible": "optic disk photographically invisible",
        "optic disc epiretinal membrane": "optic disk epiretinal membrane",
    }
)


@dataclass(frozen=True)
class Keywords:
    """The keywords of one eye, each once, in the order of their first occurrence."""

    findings: tuple[str, ...] = ()
    quality: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()  # the name of each repair, as often as it was made

    @property
    def is_any(self) -> bool:
        """True where there is a keyword at all."""
        return bool(self.findings or self.quality)

    def agrees_with(self, other: "Keywords") -> bool:
        """Return whether both say the same, in whatever order."""
        return set(self.findings + self.quality) == set(other.findings + other.quality)


@lru_cache(maxsize=8192)  # some hundred cells differ in the whole table
def parse_keywords(cell: str | None) -> Keywords:
    """Return the keywords of a cell; none for an empty one."""
    found: dict[str, None] = {}
    notes: list[str] = []
    for part in _SEPARATORS.split(cell or ""):
        as_found = " ".join(part.split())
        keyword = _respell(as_found)
        if not keyword:
            continue
        if keyword != as_found:
            notes.append(KEYWORD_RESPELLED)
        if keyword in found:
            notes.append(KEYWORD_REPEATED)
        found[keyword] = None
    if cell is not None and "," in cell.strip(" ,，"):
        notes.append(ASCII_COMMA)
    findings = tuple(keyword for keyword in found if keyword not in QUALITY_KEYWORDS)
    return Keywords(findings, tuple(keyword for keyword in found if keyword in QUALITY_KEYWORDS), tuple(notes))


def _respell(keyword: str) -> str:
    lowered = _NON_PROLIFERATIVE.sub("nonproliferative", keyword.casefold())
    return _SPELLINGS.get(lowered, lowered)
