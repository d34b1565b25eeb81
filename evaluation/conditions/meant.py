"""Which published option a printed letter means: of options with the same text, the first.

Example:
    >>> merge_meant({"A": "glaucoma", "B": "cataract", "D": "Cataract."})
    {'A': 'A', 'B': 'B', 'D': 'B'}
    >>> move_meant({"A": "left", "B": "right", "D": "both"}, 1)
    {'A': 'D', 'B': 'A', 'D': 'B'}
"""

from collections.abc import Mapping

from evaluation.choice_rules.text import identify_text


def merge_meant(options: Mapping[str, str]) -> dict[str, str]:
    """Return what each letter means of options in published order; case and punctuation of a text do not count."""
    first: dict[str, str] = {}
    return {letter: first.setdefault(identify_text(text), letter) for letter, text in options.items()}


def move_meant(options: Mapping[str, str], shift: int) -> dict[str, str]:
    """Return what each printed letter means once every text has moved on by `shift` places, the last ones to the front."""
    letters, merged = list(options), merge_meant(options)
    return {letter: merged[letters[(place - shift) % len(letters)]] for place, letter in enumerate(letters)}
