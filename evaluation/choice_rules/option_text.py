"""An option's text in an output: exactly, or as the only option that is named and not denied.

Longer texts are looked for first and what they cover is taken, so that "no pneumothorax" is not read as "pneumothorax".

Example:
    >>> options = {"A": "pneumothorax", "B": "no pneumothorax", "C": "pleural effusion"}
    >>> read_option_text("There is no pneumothorax.", options).letter
    'B'
    >>> read_option_text("It is not a pleural effusion", options) is None
    True
"""

import re
from collections.abc import Mapping

from evaluation.choice_rules.letters import text_before
from evaluation.choice_rules.reading import Reading
from evaluation.choice_rules.text import WORD, fold_text, is_refusal, normalise_text

_CLAUSE_END = re.compile(r"[.;:!?\n,。，、]|\bbut\b|\bhowever\b|\bso\b|\bbecause\b")
_DENIAL = re.compile(
    r"\b(?:not?|never|without|neither|nor|than|instead of|unlike|exclud\w+|eliminat\w+|rul\w+ out|rather than|absen\w+ of"
    r"|negative for|free of|lacks?|denies|unlikely|cannot be|isn't|wasn't|aren't|doesn't|don't|didn't|can't)\b(?!\s+only\b)",
    re.IGNORECASE,
)
_DENIED_AFTER = re.compile(
    r"[\"')\]]*\s*(?:(?:is|was|are|were|has been|have been|can be|would be|seems|appears)\s+)?(?:\w+ly\s+|also\s+|less\s+)?"
    r"(?:not|n't|absent|unlikely|likely than|less likely|excluded|eliminated|ruled out|incorrect|wrong|false)\b",
    re.IGNORECASE,
)
_ARTICLE = re.compile(r"^(?:the|an?) (?=\w\w)")
# "Image 2", "step 1": the number is a name, not the answer "2"
_LABEL_BEFORE = re.compile(
    r"(?:\b(?:images?|figure|fig\.?|scan|view|panel|slice|case|step|option|choice|question)\s*#?\s*|^[ \t]*)\Z",
    re.IGNORECASE | re.MULTILINE,
)
_PREFIX = re.compile(r"\b(?:non|pre|post|sub|pseudo|anti|ex)(?:-\s*|\s+)$", re.IGNORECASE)  # "non-proliferative"
_YES_NO = {"yes", "no", "true", "false", "是", "否"}


def read_exact_text(text: str, options: Mapping[str, str]) -> Reading | None:
    """Read an output that is one option's text and nothing else; case and punctuation do not count."""
    words = normalise_text(text)
    texts = {letter: normalise_text(option) for letter, option in options.items()}
    letters = [letter for letter, option in texts.items() if words and option == words]
    if words and not letters:  # "second image" for "The second image"
        bare = normalise_text(re.sub(r"^\W*(?:the|an?)\s+(?=\w\w)", "", text, flags=re.IGNORECASE))  # "A. mass" has no article
        letters = [letter for letter, option in texts.items() if _ARTICLE.sub("", option) == bare]
    if not letters:
        return None
    return Reading(letters[0] if len(letters) == 1 else None, text)


def read_option_text(text: str, options: Mapping[str, str]) -> Reading | None:
    """Read the one option whose text stands in the output and is not denied; two named options are undecidable."""
    opening = _opening_yes_or_no(text, options)
    if opening is not None:
        return opening
    named = _named_options(text, options)
    if not named:
        return None
    texts = {normalise_text(options[letter]) for letter, _ in named}
    letters = {letter for letter, _ in named}
    if len(texts) > 1 or len(letters) > 1:
        return Reading(None, named[0][1])
    letter, span = named[0]
    if is_refusal(text) and not is_refusal(options[letter]):
        return None  # "I cannot tell whether there is a pneumothorax"
    return Reading(letter, span)


def _named_options(text: str, options: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return (letter, span) of every option text that stands undenied outside of longer ones."""
    folded = fold_text(text)
    words = [(match.group(0).lower(), match.start(), match.end()) for match in WORD.finditer(folded)]
    taken: dict[int, tuple[str, ...]] = {}  # word position -> the option words that cover it
    named: list[tuple[str, str]] = []
    for letter, needle in sorted(_needles(options), key=lambda entry: -len(entry[1])):
        for first in _places(words, needle):
            covered = range(first, first + len(needle))
            if any(taken.get(place, needle) != needle for place in covered):
                continue
            taken.update(dict.fromkeys(covered, needle))
            start, end = words[first][1], words[first + len(needle) - 1][2]
            if not _is_denied(folded, start, end) and not (needle[0].isdigit() and _is_label(folded, start, end)):
                named.append((letter, folded[start:end]))
    return named


def _needles(options: Mapping[str, str]) -> list[tuple[str, tuple[str, ...]]]:
    split = [(letter, tuple(_ARTICLE.sub("", normalise_text(text)).split())) for letter, text in options.items()]
    # a text of one letter ("A", "c") is found everywhere; such options are read by letter or exactly
    return [(letter, words) for letter, words in split if words and not re.fullmatch(r"[a-z]", " ".join(words))]


def _places(words: list[tuple[str, int, int]], needle: tuple[str, ...]) -> list[int]:
    plain = [word for word, _, _ in words]
    return [first for first in range(len(plain) - len(needle) + 1) if tuple(plain[first : first + len(needle)]) == needle]


def _is_label(text: str, start: int, end: int) -> bool:
    """Tell whether a number names something ("Image 2") or counts the points of a list ("2. The lung ...")."""
    match = _LABEL_BEFORE.search(text_before(text, start))
    return match is not None and (bool(match.group(0).strip()) or re.match(r"[.):]\s", text[end : end + 2]) is not None)


def _is_denied(text: str, start: int, end: int) -> bool:
    if _PREFIX.search(text_before(text, start)):
        return True
    before = _CLAUSE_END.split(text_before(text, start).lower())[-1]
    near = " ".join(before.split()[-6:])
    return _DENIAL.search(near) is not None or _DENIED_AFTER.match(text, end) is not None


def _opening_yes_or_no(text: str, options: Mapping[str, str]) -> Reading | None:
    """Read "No, there is no difference" where the options are yes and no; later "no" words are part of the reason."""
    if not {normalise_text(option) for option in options.values()} & _YES_NO:
        return None
    match = re.match(r"\W*(\w+)\s*(?:[,.;:!\n]|$)", text)
    if match is None or match.group(1).lower() not in _YES_NO:
        return None
    return read_exact_text(match.group(1), options)
