"""A leading letter before its text, and the only capital letter that stands alone: the weakest signs of an answer.

Example:
    >>> options = {"A": "left", "B": "right"}
    >>> read_leading("B: the right one", options).letter
    'B'
    >>> read_capital("Going by the shadow, (B).", options).letter
    'B'
    >>> read_capital("A nodule, as in vitamin B.", options) is None
    True
"""

import re
from collections.abc import Mapping

from evaluation.choice_rules.letters import (
    CONNECTIVE,
    CONTEXT,
    DENIED_AFTER,
    DENIED_BEFORE,
    DENIED_BEFORE_CJK,
    KEYWORD,
    PRONOUN_NEXT,
    is_name_after,
    is_not_meant,
    letter_at_start,
    names_denied_letter,
    text_before,
)
from evaluation.choice_rules.reading import Reading
from evaluation.choice_rules.text import is_refusal

_LISTED = re.compile(r"(?:(?<=^)|(?<=[\s(\[]))([A-Z])\s*[:)\]](?=\s)|^[ \t]*([A-Z])\.(?=\s)", re.MULTILINE)
_MOST_LETTERS = 300  # of a model that repeats itself without end, only the last ones are read
_PHRASE = 80  # characters before a letter that may name or deny it
_ALONE = re.compile(r"(?<![A-Za-z0-9'_°./\\-])([A-Z])(?![A-Za-z0-9'_\\-])")
# "vitamin C", "hepatitis B", "image A", "Kerley B": names that hold a letter
_NAME_BEFORE = re.compile(
    r"(?:vitamin|hepatitis|type|grade|stage|group|class|category|fig(?:ure|\.)?|panel|images?|influenza|phase|protein|kerley|lead|"
    r"factor|immunoglobulin|level|zone|part|section|plan|patient|case|dr|mr|mrs|\d|°|\bin|\bon|\bfrom|\bat)\s*[\"'(]?$",
    re.IGNORECASE,
)
_FOLLOWED = re.compile(
    rf"[\"')\]]*\s*(?:$|[.,:;!。)\]\"'/&]|\n|[-–—]\s|(?i:{CONNECTIVE})|[A-Z](?![\w'-])|(?:です|だ|である|입니다|이다|번|项|选项)|(?i:fits|matches|best|seems?|looks|appears)\b)"
)
_KEYWORD_BEFORE = re.compile(rf"{KEYWORD}\s+[\"'(\[]*$", re.IGNORECASE)


def read_leading(text: str, options: Mapping[str, str]) -> Reading | None:
    """Read a letter that opens the output: "B: text", "B) text", "(b) text", "B, because ..."; not an echo of the options."""
    reading = None if text.startswith(("{", "[{")) else letter_at_start(text, options)  # JSON without an answer's key
    if reading is None:
        return None
    listed = _listed_letters(text, options)
    if len(listed) > 1 and not _repeats_option(text.split("\n", 1)[0], listed, options):
        return Reading(None, reading.span)
    if reading.letter is None and names_denied_letter(text):  # "A is wrong; B"
        return read_capital(text, options) or reading
    if _is_question_and_answer(text, options):  # "A: B" may be short for "Answer: B"
        return Reading(None, text)
    return reading


def read_capital(text: str, options: Mapping[str, str]) -> Reading | None:
    """Read the letter that is the last line, else the only one that is neither an article nor a pronoun nor a name."""
    if is_refusal(text):
        return None
    last = re.search(r"\n\s*[\"'(\[]*([A-Z])[\"')\]]*[.!。]?\s*\Z", text)
    if last is not None and last.group(1) in options:
        return Reading(last.group(1), last.group(0).strip())
    found = [
        match for match in list(_ALONE.finditer(text))[-_MOST_LETTERS:] if match.group(1) in options and _is_meant(text, match)
    ]
    letters = {match.group(1) for match in found}
    return Reading(found[0].group(1), found[0].group(0)) if len(letters) == 1 else None


def _is_meant(text: str, match: re.Match[str]) -> bool:
    before, after = text_before(text, match.start()), text[match.end() : match.end() + CONTEXT]
    near = before[-_PHRASE:]
    if any(pattern.search(near) for pattern in (_NAME_BEFORE, DENIED_BEFORE, DENIED_BEFORE_CJK)):
        return False
    if DENIED_AFTER.match(after) or is_name_after(after) or is_not_meant(text, match.start()):
        return False
    if _KEYWORD_BEFORE.search(near):
        return True
    if match.group(1) == "I" and PRONOUN_NEXT.match(after):
        return False
    if match.group(1) == "I" and not re.match(r"[\"')\]]*\s*(?:$|[.,:;)\n])", after):
        return False
    return _FOLLOWED.match(after) is not None


def _listed_letters(text: str, options: Mapping[str, str]) -> list[str]:
    letters = [first or second for first, second in _LISTED.findall(text)]
    return list(dict.fromkeys(letter for letter in letters if letter in options))


def _repeats_option(line: str, listed: list[str], options: Mapping[str, str]) -> bool:
    """Tell whether the first line is one option word for word, and not the first of a list in printed order."""
    letter = listed[0]
    is_verbatim = " ".join(line.split()).rstrip(".").endswith(" ".join(options[letter].split()).rstrip("."))
    return is_verbatim and letter != next(iter(options))


def _is_question_and_answer(text: str, options: Mapping[str, str]) -> bool:
    match = re.fullmatch(r"\W*([A-Za-z])\s*:\s*[\"'(\[]*([A-Za-z])[\"')\]]*\W*", text)
    return match is not None and match.group(2).upper() in options and match.group(1).upper() != match.group(2).upper()
