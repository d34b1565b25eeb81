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
from evaluation.choice_rules.places import find_places, is_ambiguous, is_said
from evaluation.choice_rules.reading import Reading
from evaluation.choice_rules.text import fold_text, is_refusal, normalise_text
from evaluation.choice_rules.words import Word, loose_words, sentence_words, split_loosely, split_words
from evaluation.choice_rules.yes_no import answers_by_itself, read_opening

_CLAUSE_END = re.compile(r"[.;:!?\n,。，、]|\bbut\b|\bhowever\b|\bso\b|\bbecause\b")
_DENIAL = re.compile(
    r"\b(?:not?|never|without|neither|nor|(?:likely|probable|other|rather) than|instead of|unlike|exclud\w+"
    r"|eliminat\w+|rul\w+ out|absen\w+ of"
    r"|negative for|free of|lacks?|denies|unlikely|cannot be|isn't|wasn't|aren't|doesn't|don't|didn't|can't)\b(?!\s+only\b)",
    re.IGNORECASE,
)
_DENIED_AFTER = re.compile(
    r"[\"')\]]*\s*(?:(?:is|was|are|were|has been|have been|can be|would be|seems|appears)\s+)?(?:\w+ly\s+|also\s+|less\s+)?"
    r"(?:not|n't|absent|unlikely|likely than|less likely|excluded|eliminated|ruled out|incorrect|wrong|false)\b",
    re.IGNORECASE,
)
_LONGER_THAN_ANY = 4
_ARTICLE = re.compile(r"^\W*(?:the|an?)\s+(?=\w\w)", re.IGNORECASE)  # "A. mass" has no article
# "Image 2", "step 1": the number is a name, not the answer "2"
_LABEL_BEFORE = re.compile(
    r"(?:\b(?:images?|figure|fig\.?|scan|view|panel|slice|case|step|option|choice|question)\s*#?\s*|^[ \t]*)\Z",
    re.IGNORECASE | re.MULTILINE,
)
_PREFIX = re.compile(r"\b(?:non|pre|post|sub|pseudo|anti|ex)(?:-\s*|\s+)$", re.IGNORECASE)  # "non-proliferative"
_DENIED_CJK = re.compile(r"(?:没有|沒有|未见|未見|无|無|不是|并非|并无|不存在|排除)(?:明显|明確|明确|显著)?的?\Z")
_DENIED_AFTER_CJK = re.compile(r"(?:は|が|では|じゃ|이|가|은|는)?\s*(?:ない|ありません|なし|없|아니|아닙)")


def read_exact_text(text: str, options: Mapping[str, str]) -> Reading | None:
    """Read an output that is one option's text and nothing else.

    Case and punctuation do not count; where no text is equal, a leading article does not count either, then the number
    and the spelling of words, then the articles of a whole sentence.
    """
    if not normalise_text(text) or re.match(r"\s*[-<>\u2212\u2264\u2265]\s*\d", text):  # "-1" is not "1"
        return None
    if len(text) > _LONGER_THAN_ANY * max(map(len, options.values())) + 100:
        return None  # it cannot be an option's text alone, however it is spaced
    for words_of in (normalise_text, _bare_words, _bare_loose_words, sentence_words):
        words = words_of(text)
        letters = [letter for letter, option in options.items() if words and words_of(option) == words]
        if letters:
            return Reading(letters[0] if len(letters) == 1 else None, text)
    return None


def read_option_text(text: str, options: Mapping[str, str]) -> Reading | None:
    """Read the one option whose text stands in the output and is not denied; two named options are undecidable."""
    opening = read_opening(text, options)
    if opening is not None:
        return opening
    named = _named_options(text, options)
    if not named:
        return None
    letters = {letter for letter, _ in named}
    if len(letters) > 1:
        return Reading(None, named[0][1])
    letter, span = named[0]
    if letter is None:
        return Reading(None, span)
    if is_refusal(text) and not is_refusal(options[letter]):
        return None  # "I cannot tell whether there is a pneumothorax"
    return Reading(letter, span)


def _named_options(text: str, options: Mapping[str, str]) -> list[tuple[str | None, str]]:
    """Return (letter, span) of every option text that stands undenied outside of longer ones.

    Words are compared strictly, and loosely where no option's text is found so. A place that names two options at once
    ("hepatitis B or C") has no letter.
    """
    folded = fold_text(text)
    for split in (split_words, split_loosely):
        words = split(folded)
        needles = {
            letter: tuple(word for word, _, _ in split(_ARTICLE.sub("", fold_text(option))))
            for letter, option in options.items()
        }
        # a text of one letter ("A", "c") is found everywhere; such options are read by letter or exactly
        needles = {
            letter: needle for letter, needle in needles.items() if needle and not re.fullmatch(r"[a-z]", " ".join(needle))
        }
        places = find_places(words, needles)
        if places:
            return [named for place in places if (named := _name(folded, words, place, needles)) is not None]
    return []


def _name(
    folded: str, words: list[Word], place: tuple[str, range], needles: Mapping[str, tuple[str, ...]]
) -> tuple[str | None, str] | None:
    letter, covered = place
    start, end = words[covered[0]][1], words[covered[-1]][2]
    if _is_denied(folded, start, end) or (needles[letter][0][0].isdigit() and _is_label(folded, start, end)):
        return None
    if not answers_by_itself(folded, start, end) or not is_said(folded, words, covered, needles):
        return None
    return (None if is_ambiguous(folded, words, covered, needles) else letter), folded[start:end]


def _is_label(text: str, start: int, end: int) -> bool:
    """Tell whether a number names something ("Image 2") or counts the points of a list ("2. The lung ...")."""
    match = _LABEL_BEFORE.search(text_before(text, start))
    return match is not None and (bool(match.group(0).strip()) or re.match(r"[.):]\s", text[end : end + 2]) is not None)


def _is_denied(text: str, start: int, end: int) -> bool:
    if _PREFIX.search(text_before(text, start)) or re.search(
        r"[<>\u2264\u2265]\s*\Z|\bno,\s*\Z|\b(?:e\.g\.|such as|for example|for instance)[^.;!?\n]{0,80}\Z|(?<!\w)-\Z",
        text_before(text, start),
        re.I,
    ):
        return True
    if _DENIED_CJK.search(text_before(text, start)) or _DENIED_AFTER_CJK.match(text, end):
        return True
    before = _CLAUSE_END.split(text_before(text, start).lower())[-1]
    near = " ".join(before.split()[-6:])
    return _DENIAL.search(near) is not None or _DENIED_AFTER.match(text, end) is not None


def _bare_words(text: str) -> str:
    return normalise_text(_ARTICLE.sub("", text))


def _bare_loose_words(text: str) -> tuple[str, ...]:
    return loose_words(_ARTICLE.sub("", text))
