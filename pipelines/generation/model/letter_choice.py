"""A letter chosen by a model among answers that are printed with letters.

Example:
    >>> read_letter(" b) ", 3), read_letter("D", 3), read_letter("none", 3)
    ('B', None, None)
"""

import re

from pipelines.generation.letters import LETTERS

_LETTER = re.compile(rf"\W*([{LETTERS}])\W*", re.IGNORECASE)


def read_letter(text: str, n_answers: int) -> str | None:
    """Return the letter that a text is, apart from case, brackets and stops; None where it is none of the answers' letters."""
    match = _LETTER.fullmatch(text)
    if match is None or match[1].upper() not in LETTERS[:n_answers]:
        return None
    return match[1].upper()
