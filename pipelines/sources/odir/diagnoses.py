"""ODIR's eight diagnoses: the letters of its columns, the words of ours, and the cells that hold them.

Example:
    >>> parse_letters("['D', 'O']"), parse_target("[0, 1, 0, 0, 0, 0, 0, 1]")
    (('diabetes', 'other'), ('diabetes', 'other'))
"""

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

DIAGNOSES: Mapping[str, str] = MappingProxyType(
    {
        "N": "normal",
        "D": "diabetes",
        "G": "glaucoma",
        "C": "cataract",
        "A": "amd",
        "H": "hypertension",
        "M": "myopia",
        "O": "other",
    }
)
_FLAG = re.compile(r"([01])(?:\.0*)?")
_WORDS: Mapping[str, str] = MappingProxyType({"false": "0", "true": "1"})  # a spreadsheet's own way of writing a flag
_LIST = re.compile(r"^\[?\s*['\"]?([A-Za-z]+)['\"]?(?:\s*[,;]\s*['\"]?([A-Za-z]+)['\"]?)*\s*\]?$")


def parse_flags(cells: Sequence[str | None]) -> tuple[str, ...] | None:
    """Return the diagnoses that eight cells in the order N, D, G, C, A, H, M, O set; None where a cell is empty.

    Raises:
        ValueError: a cell holds something else than 0 or 1; the message names the column and the value.
    """
    flags = [_parse_flag(letter, cell) for letter, cell in zip(DIAGNOSES, cells, strict=True)]
    if None in flags:
        return None
    return tuple(word for word, flag in zip(DIAGNOSES.values(), flags, strict=True) if flag)


def parse_letters(cell: str) -> tuple[str, ...]:
    """Return the diagnoses of full_df's column `labels`, a Python list of letters as text; ValueError for anything else."""
    letters = re.findall("[A-Za-z]+", cell) if _LIST.match(cell.strip()) else []
    if not letters or any(letter.upper() not in DIAGNOSES for letter in letters):
        raise ValueError(f"labels is {cell[:40]!r}, expected a list of {', '.join(DIAGNOSES)} like ['N']")
    named = {letter.upper() for letter in letters}
    return tuple(word for letter, word in DIAGNOSES.items() if letter in named)


def parse_target(cell: str) -> tuple[str, ...]:
    """Return the diagnoses of full_df's column `target`, a list of eight numbers as text; ValueError for anything else."""
    numbers = cell.strip().strip("[]").replace(",", " ").split()  # an array that was printed has no commas
    if len(numbers) != len(DIAGNOSES):
        raise ValueError(f"target is {cell[:40]!r}, expected eight numbers like [1, 0, 0, 0, 0, 0, 0, 0]")
    return parse_flags(numbers) or ()


def _parse_flag(letter: str, cell: str | None) -> bool | None:
    if cell is None:
        return None
    match = _FLAG.fullmatch(_WORDS.get(cell.casefold(), cell))
    if match is None:
        raise ValueError(f"{letter} is {cell[:20]!r}, expected 0 or 1")
    return match[1] == "1"
