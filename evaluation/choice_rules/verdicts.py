r"""A list of options with a verdict on each: "A: wrong", "B: correct", "C ❌", also in one line, in a table, as boxes ticked.

Example:
    >>> options = {"A": "left", "B": "right", "C": "both"}
    >>> read_verdicts("A: left - incorrect\nB: right - correct\nC: both - incorrect", options).letter
    'B'
    >>> read_verdicts("☐ A  ☑ B  ☐ C", options).letter
    'B'
    >>> read_verdicts("A: left - correct\nB: right - correct", options) is None
    True
"""

import re
from collections.abc import Mapping

from evaluation.choice_rules.reading import Reading

_LINE = re.compile(
    r"^[ \t]*(?:\d{1,2}[.)][ \t]*)?(?:[Oo]ption[ \t]+)?[(\[]?([A-Z])[)\].:]*(?![A-Za-z0-9'-])[ \t]*(.+)$", re.MULTILINE
)
_AGAINST = re.compile(
    r"\b(?:incorrect|wrong|false|unlikely|excluded|eliminated|ruled out"
    r"|not (?:the |an? )?(?:correct|right|likely|seen|present))\b|[❌✗✘✖]",
    re.IGNORECASE,
)
_FOR = re.compile(r"\b(?:correct|the right answer|the best answer)\b|[✅✓✔☑]", re.IGNORECASE)
_OPEN = re.compile(r"\b(?:if|would|could|might|may|partly|partially|also|whether)\b|\?", re.IGNORECASE)
_TICK, _CROSS = r"[✅✓✔☑]|\[[xX✓✔]\]", r"[❌✗✘✖☐]|\[ ?\]"
_NAME = r"[(\[]?(?P<letter>[A-Z])[)\].:]*(?![A-Za-z0-9'-])"
_MARK_FIRST = re.compile(rf"(?:(?P<tick>{_TICK})|(?P<cross>{_CROSS}))[ \t•-]*(?:[Oo]ption[ \t]+)?{_NAME}")
_MARK_LAST = re.compile(
    rf"(?<![A-Za-z0-9'-]){_NAME}[ \t]*(?:\(?(?:(?P<tick>{_TICK}|\b(?:[Tt]rue|TRUE|[Cc]orrect)\b|(?<=\()[Yy]es\b)"
    rf"|(?P<cross>{_CROSS}|\b(?:[Ff]alse|FALSE|[Ii]ncorrect|[Ww]rong)\b|(?<=\()[Nn]o\b)))"
)
_ASKED = re.compile(rf"(?<![A-Za-z0-9'-]){_NAME}\s*\?\s*(?:(?P<tick>[Yy]es)|(?P<cross>[Nn]o|[Nn]ot?))\b")


def read_verdicts(text: str, options: Mapping[str, str]) -> Reading | None:
    """Read the one option that its line calls correct where the line of every other listed option says that it is not."""
    return _read_lines(text, options) or _read_marks(text, options)


def _read_lines(text: str, options: Mapping[str, str]) -> Reading | None:
    lines = [match for match in _LINE.finditer(text) if match.group(1) in options]
    letters = {match.group(1) for match in lines}
    if len(lines) < 2 or len(letters) != len(lines):
        return None
    accepted = [match for match in lines if not _AGAINST.search(match.group(2))]
    if len(accepted) != 1 or not _FOR.search(accepted[0].group(2)) or _OPEN.search(accepted[0].group(2)):
        return None
    return Reading(accepted[0].group(1), accepted[0].group(0).strip())


def _read_marks(text: str, options: Mapping[str, str]) -> Reading | None:
    """Read "✗ A, ✓ B", "A: False, B: True", "Is it A? No. Is it B? Yes.": one for, at least one against, none twice."""
    first_mark, first_letter = re.search(rf"{_TICK}|{_CROSS}", text), re.search(_NAME, text)
    is_mark_first = first_mark is not None and first_letter is not None and first_mark.start() < first_letter.start()
    for pattern in (_MARK_FIRST,) if is_mark_first else (_MARK_LAST, _ASKED):
        found = [match for match in pattern.finditer(text) if match.group("letter") in options]
        accepted = [match for match in found if match.group("tick")]
        if len(found) < 2 or len(accepted) != 1 or len({match.group("letter") for match in found}) < len(found):
            continue
        if not _OPEN.search(re.split(r"[,;\n]", text[accepted[0].end() :], maxsplit=1)[0]):
            return Reading(accepted[0].group("letter"), accepted[0].group(0).strip())
    return None
