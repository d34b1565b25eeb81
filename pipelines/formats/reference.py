"""What names a benchmark's records and what their reference answers say, alike for our own scoring and for other kits.

Example:
    >>> read_reference("B: right", {"A": "left", "B": "right"}), read_reference("RIGHT.", {"A": "left", "B": "right"})
    (('B', 'right'), ('B', 'RIGHT.'))
    >>> unique_keys(enumerate(["r1", "r2", "r1"]))
    ['r1#0', 'r2', 'r1#2']
"""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache

from pipelines.formats.closed_question import parse_keyed_answer


def unique_keys(numbered_ids: Iterable[tuple[int, str]]) -> list[str]:
    """Return a key per (0-based place in the file, id): the id where no other record has it, else "<id>#<place>".

    Where a record is called so already, one more "#" tells them apart.
    """
    placed = list(numbered_ids)
    counts = Counter(name for _, name in placed)
    taken, keys = set(counts), []
    for place, name in placed:
        key = name if counts[name] == 1 else f"{name}#{place}"
        while counts[name] > 1 and key in taken:
            key = f"{name}#{key.removeprefix(name)}"
        taken.add(key)
        keys.append(key)
    return keys


def read_reference(answer: str, options: Mapping[str, str]) -> tuple[str | None, str]:
    """Return the keyed letter of a reference answer and its text without it.

    It may say "B: text", "B", "(B)" or the text of exactly one option; the letter is None where it says none of these, and
    where there are no options.
    """
    if not options:
        return None, answer
    keyed = parse_keyed_answer(answer)
    if keyed:
        return keyed
    bare = answer.strip().rstrip(".:)").strip("(")
    if bare in options:
        return bare, options[bare]
    same = [letter for letter, text in options.items() if fold(text) == fold(answer)]
    return (same[0] if len(same) == 1 else None), answer


@lru_cache(maxsize=1 << 16)  # options repeat by the thousand
def fold(text: str) -> str:
    """Return a text as texts are compared: Unicode form, case, blanks and a mark at its end do not count."""
    plain = text if text.isascii() else unicodedata.normalize("NFKC", text)
    return " ".join(plain.casefold().split()).rstrip(" .,;")
