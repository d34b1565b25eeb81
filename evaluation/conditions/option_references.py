"""Whether a text leans on where the options are printed: "both A and B", "none of the above", "the first option".

"None of these images" speaks of images, "above the diaphragm" of the body, "hepatitis B" and "category 4" of a disease, and "a
condition that is not listed" holds wherever it is printed.

Example:
    >>> names_options("Both A and C", "ABC"), names_options("All of the above", "ABC"), names_options("Answer (b) only", "ABC")
    (True, True, True)
    >>> names_options("A mass above the diaphragm", "ABC"), names_options("Hepatitis B", "ABC")
    (False, False)
"""

import re
from collections.abc import Iterable

_THING = r"(?:options?|answers?|choices?|statements?|alternatives?)"
_PLACED = re.compile(
    r"\b(?:all|none|both|neither|any|either|each|one|two|some|most|more than one|combination|\d)(?: of)?(?: the)? "
    rf"(?:above|below|foregoing)\b(?! the\b)|\b(?:the|any|of) (?:above|foregoing)(?: mentioned)? *(?:{_THING}\b|[.,;)]|$)|"
    rf"\b(?:previous|preceding|prior|next|following|other|above|first|second|third|fourth|last|former|latter)"
    rf"(?: (?:two|three))? {_THING}\b|"
    rf"\b{_THING} (?:above|below)\b(?! the\b)|\bas (?:stated )?above[.]?$|以上|上述",
    re.IGNORECASE,
)
_NAMED = r"\b(?:option|answer|choice|statement|alternative)s? "
_BETWEEN = r"(?: ?(?:,|/|&|\+) ?(?:and |or )?| and | or | nor )"


def names_options(text: str, letters: Iterable[str]) -> bool:
    """Return whether an option's text speaks of options by letter or place, of which `letters` are printed."""
    return _PLACED.search(text) is not None or names_letters(text, letters)


def names_letters(text: str, letters: Iterable[str]) -> bool:
    """Return whether a text, be it a question's, speaks of options by one of the printed letters."""
    offered = "".join(letters)
    if not offered:
        return False
    one = rf"(?:[{offered}]|\([{offered}{offered.lower()}]\))(?![\w'’])"
    return (
        re.search(
            rf"(?i:{_NAMED}){one}|(?i:{_NAMED})[{offered.lower()}](?= ?(?:[.,;)]|$|and\b|or\b|only\b))|"
            rf"(?<![\w'-]){one}{_BETWEEN}{one}|\b(?i:both|either|neither|only|not|as) {one}|^{one} (?:only|alone)\b",
            text,
        )
        is not None
        or re.fullmatch(rf"(?!(.).*\1)[{offered}]{{2,}}\.?", text.strip()) is not None
    )
