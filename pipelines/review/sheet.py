"""Review sheets: the open items as a CSV file, filled in a spreadsheet and read back as decisions.

A sheet has the columns item, digest, verdict, reason, comment; what else it holds is for the reader's eyes. The digest
binds each decision to the text that stood in the sheet.

Example:
    >>> COLUMNS
    ('item', 'digest', 'verdict', 'reason', 'comment')
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipelines.records import Record
from pipelines.review.decisions import DecisionError, NewDecision, check_decision, parse_reject_reason
from pipelines.review.desk import Desk, DeskError, check_digest, find_item
from pipelines.vocabulary import Verdict

COLUMNS = ("item", "digest", "verdict", "reason", "comment")
_SHOWN = ("split", "question", "options", "answer")
MAX_PROBLEMS_SHOWN = 20


class SheetError(ValueError):
    """A sheet that cannot be used; the message names the file and each bad line."""


@dataclass(frozen=True)
class FilledSheet:
    """The decisions of a sheet, and how many of its rows have no verdict yet."""

    decisions: tuple[NewDecision, ...]
    n_undecided: int


def write_sheet(path: Path, records: Iterable[Record]) -> int:
    """Write an empty sheet of the records and return how many there are; a file that is there is never overwritten.

    Raises:
        SheetError: the file exists (it may hold decisions) or cannot be written.
    """
    try:
        with path.open("x", encoding="utf-8-sig", newline="") as file:  # the mark tells spreadsheets that it is UTF-8
            writer = csv.writer(file)
            writer.writerow(COLUMNS + _SHOWN)
            rows = [[one.record_id, one.digest, "", "", "", *_shown(one)] for one in records]
            writer.writerows(rows)
    except FileExistsError:
        raise SheetError(f"{path}: exists, and may hold decisions; choose another name or remove it") from None
    except OSError as error:
        raise SheetError(f"{path}: cannot be written: {error}; choose another place") from error
    return len(rows)


def read_sheet(path: Path, desk: Desk, reviewer: str, is_synthetic: bool = False) -> FilledSheet:
    """Return the decisions of a filled sheet, each checked against what lies on the desk now.

    Raises:
        SheetError: the file or any row cannot be used; every bad line is named, so that none need be written.
    """
    decisions: dict[str, tuple[int, NewDecision]] = {}
    problems: list[str] = []
    n_undecided = 0
    for line, row in _read_rows(path):
        try:
            decision = _parse(row, desk, reviewer, is_synthetic)
            if decision is None:
                n_undecided += 1
            elif decision.item in decisions:
                raise DeskError(f"{decision.item} stands on line {decisions[decision.item][0]} already; keep one of the two")
            else:
                decisions[decision.item] = (line, decision)
        except (DeskError, DecisionError) as error:
            problems.append(f"line {line}: {error}")
    if problems:
        more = [f"... and {len(problems) - MAX_PROBLEMS_SHOWN:,} more"] if len(problems) > MAX_PROBLEMS_SHOWN else []
        raise SheetError(
            "\n  ".join([f"{path}: nothing was written; mend these lines:", *problems[:MAX_PROBLEMS_SHOWN], *more])
        )
    return FilledSheet(tuple(decision for _, decision in decisions.values()), n_undecided)


def _read_rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield each row with the number of its last line, cells stripped of space around them."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
            if missing:
                raise SheetError(
                    f"{path}: column {', '.join(missing)} is missing; the first line must name {', '.join(COLUMNS)}"
                    f"{_advise(reader.fieldnames or ())}"
                )
            for row in reader:
                yield reader.line_num, {name: (row[name] or "").strip() for name in COLUMNS}
    except OSError as error:
        raise SheetError(f"{path}: cannot be opened: {error.strerror}; give the path of the filled CSV file") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise SheetError(f"{path}: cannot be read as a UTF-8 CSV file: {error}; save it as CSV (comma, UTF-8)") from error


def _advise(names: Sequence[str]) -> str:
    """Spreadsheets of many countries put semicolons or tabs between the cells, and the first line is then one name."""
    is_one_cell = len(names) == 1 and any(mark in names[0] for mark in ";\t")
    return "; its cells are separated by semicolons or tabs: save it as CSV (comma, UTF-8)" if is_one_cell else ""


def _parse(row: dict[str, str], desk: Desk, reviewer: str, is_synthetic: bool) -> NewDecision | None:
    if not row["verdict"]:
        if row["reason"] or row["comment"]:
            raise DeskError("verdict is empty, but a reason or comment is given; write approve or reject")
        return None
    verdict = row["verdict"].casefold()  # spreadsheets capitalise what is typed
    if verdict not in list(Verdict):
        raise DeskError(f"verdict {row['verdict']!r} is not known; write approve or reject, or leave it empty")
    record = find_item(desk, row["item"]).record
    check_digest(record, row["digest"])
    decision = NewDecision(
        record.record_id,
        record.digest,
        reviewer,
        Verdict(verdict),
        parse_reject_reason(row["reason"]) if row["reason"] else None,
        row["comment"] or None,
        is_synthetic,
    )
    check_decision(decision)
    return decision


def _shown(record: Record) -> Sequence[str]:
    options = " | ".join(f"{chr(ord('A') + place)}: {option}" for place, option in enumerate(record.options))
    return (
        record.split,
        record.question,
        options,
        record.answer if record.letter is None else f"{record.letter}: {record.answer}",
    )
