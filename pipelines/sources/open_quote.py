"""Finds the lines of a delimited file that open a quote and never close it: a parser would take all lines below as one cell.

Example:
    >>> sorted(find_open_quotes(["1,2", '3,"x', "5,6", '7,"two', 'lines"'], ",", n_columns=2))
    [1]
"""

import csv
import itertools
from collections import deque
from collections.abc import Iterable, Iterator

_QUOTE = '"'
_LONGEST_RECORD = 1000  # lines that one record may take; a report has some tens


def find_open_quotes(lines: Iterable[str], delimiter: str, n_columns: int) -> frozenset[int]:
    """Return the numbers, from 0, of lines that begin no record of so many columns, however many lines below are added.

    Only lines with an odd number of quotes are looked at, for the others close what they open.
    """
    found: set[int] = set()
    source, ahead, number = iter(lines), deque[str](), 0
    while (line := _take(source, ahead)) is not None:
        if line.count(_QUOTE) % 2:
            record = _complete(line, source, ahead)
            if _is_record(record, delimiter, n_columns):
                ahead = deque(itertools.islice(ahead, len(record) - 1, None))
                number += len(record) - 1
            elif not _is_record([line], delimiter, n_columns):  # a quote amid a cell, as for inches, opens nothing
                found.add(number)
        number += 1
    return frozenset(found)


def _take(source: Iterator[str], ahead: deque[str]) -> str | None:
    return ahead.popleft() if ahead else next(source, None)


def _complete(line: str, source: Iterator[str], ahead: deque[str]) -> list[str]:
    """Return the line and those below it down to the one that closes the last quote; what is read stays in `ahead`."""
    record = [line]
    for below in range(_LONGEST_RECORD):
        if below == len(ahead):
            following = next(source, None)
            if following is None:
                break
            ahead.append(following)
        record.append(ahead[below])
        if ahead[below].count(_QUOTE) % 2:
            break
    return record


def _is_record(lines: list[str], delimiter: str, n_columns: int) -> bool:
    try:
        rows = list(csv.reader(lines, delimiter=delimiter, strict=True, skipinitialspace=True))
    except csv.Error:
        return False
    return len(rows) == 1 and len(rows[0]) == n_columns
