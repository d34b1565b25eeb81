"""Numbers that tell on a whole set of records what no single record shows: letters, labels, lengths, repetition.

Example:
    >>> summarise_records([]).n_records
    0
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipelines.records import Record
from pipelines.validation.images import SINGLE_IMAGE


@dataclass(frozen=True)
class LengthRule:
    """How often "take the longest option" is right among closed records with one number of options.

    A tie counts by its share: two longest options of which one is the key are half right.
    """

    n: int
    accuracy: float  # 0-1
    chance: float  # 0-1


@dataclass(frozen=True)
class Summary:
    """Counts and shares of a set of records; every mapping is ordered by key."""

    n_records: int
    n_units: int  # independent units
    n_images: int
    n_single_image: int
    by_subtask: dict[str, int]  # "<sub-task>, <answer type>"
    letters: dict[int, dict[str, int]]  # number of options -> letter -> records
    yes_no: dict[str, int]  # keyed answer of the yes/no records
    longest_option: dict[int, LengthRule]  # by number of options
    items_per_unit: tuple[float, int]  # mean and maximum
    items_per_image: tuple[float, int]


def summarise_records(records: Iterable[Record]) -> Summary:
    """Return the numbers of a set of records, of one split or all."""
    rows = list(records)
    closed = [record for record in rows if record.letter is not None]
    units = Counter(record.unit_id for record in rows)
    images = Counter(image_id for record in rows for image_id in record.image_ids)
    return Summary(
        n_records=len(rows),
        n_units=len(units),
        n_images=len(images),
        n_single_image=sum(SINGLE_IMAGE in record.flags for record in rows),
        by_subtask=_in_order(Counter(f"{record.subtask}, {record.answer_type}" for record in rows)),
        letters=_count_letters(closed),
        yes_no=_in_order(Counter(record.answer for record in closed if set(record.options) == {"Yes", "No"})),
        longest_option=_apply_length_rule(closed),
        items_per_unit=_mean_and_max(units),
        items_per_image=_mean_and_max(images),
    )


def longest_option_hit(record: Record) -> float:
    """Return the chance (0-1) that one of the longest options, taken blindly, is the key of a closed record."""
    longest = max(len(option) for option in record.options)
    ties = sum(len(option) == longest for option in record.options)
    return 1 / ties if len(record.answer) == longest else 0.0


def _count_letters(closed: Sequence[Record]) -> dict[int, dict[str, int]]:
    counts: defaultdict[int, Counter[str]] = defaultdict(Counter)
    for record in closed:
        counts[len(record.options)][record.letter or ""] += 1
    return {size: _in_order(counts[size]) for size in sorted(counts)}


def _apply_length_rule(closed: Sequence[Record]) -> dict[int, LengthRule]:
    hits: defaultdict[int, list[float]] = defaultdict(list)
    for record in closed:
        hits[len(record.options)].append(longest_option_hit(record))
    return {size: LengthRule(len(hits[size]), sum(hits[size]) / len(hits[size]), 1 / size) for size in sorted(hits)}


def _in_order(counts: Counter[str]) -> dict[str, int]:
    return {key: counts[key] for key in sorted(counts)}


def _mean_and_max(counts: Counter[str]) -> tuple[float, int]:
    return (sum(counts.values()) / len(counts), max(counts.values())) if counts else (0.0, 0)
