r"""A list of options with a verdict on each: "A: wrong", "B: correct", "C ❌", also as rows of a Markdown table.

Example:
    >>> options = {"A": "left", "B": "right", "C": "both"}
    >>> read_verdicts("A: left - incorrect\nB: right - correct\nC: both - incorrect", options).letter
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


def read_verdicts(text: str, options: Mapping[str, str]) -> Reading | None:
    """Read the one option that its line calls correct where the line of every other listed option says that it is not."""
    lines = [match for match in _LINE.finditer(text) if match.group(1) in options]
    letters = {match.group(1) for match in lines}
    if len(lines) < 2 or len(letters) != len(lines):
        return None
    accepted = [match for match in lines if not _AGAINST.search(match.group(2))]
    if len(accepted) != 1 or not _FOR.search(accepted[0].group(2)) or _OPEN.search(accepted[0].group(2)):
        return None
    return Reading(accepted[0].group(1), accepted[0].group(0).strip())
