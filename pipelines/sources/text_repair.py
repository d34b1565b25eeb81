r"""Repairs the typing accidents of a spreadsheet-born text, each under a name that can be counted.

Example:
    >>> repair_text(" Heart \tlungs")
    ('Heart, lungs', ('edge_space', 'tab_to_comma'))
    >>> is_damaged("a\x00b")
    True
"""

import re
import unicodedata
from collections.abc import Callable

REPLACEMENT_CHARACTER = "\ufffd"

_REPAIRS: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("edge_space", str.strip),
    # Lists were typed into cells with tabs between the items.
    ("tab_to_comma", lambda text: re.sub(r"\s*\t\s*", ", ", text)),
    ("inner_space", lambda text: re.sub(r"\s+", " ", text)),
    # A curly apostrophe that was decoded in the wrong encoding: "it\ufffds".
    ("replacement_character", lambda text: re.sub(rf"(?<=[A-Za-z]){REPLACEMENT_CHARACTER}(?=[A-Za-z])", "'", text)),
)


def repair_text(text: str) -> tuple[str, tuple[str, ...]]:
    """Return the repaired text and the names of the repairs that changed it, in the order of application."""
    names: list[str] = []
    for name, repair in _REPAIRS:
        repaired = repair(text)
        if repaired != text:
            names.append(name)
            text = repaired
    return text, tuple(names)


def is_damaged(text: str) -> bool:
    """Return whether a text holds what no repair knows: control characters, lone surrogates, lost characters."""
    return any(
        character == REPLACEMENT_CHARACTER or (not character.isspace() and unicodedata.category(character) in ("Cc", "Cs"))
        for character in text
    )
