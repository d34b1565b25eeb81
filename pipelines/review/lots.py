"""Lots: records that are accepted together, because one process made them, and how each lot is inspected.

Benchmark lots are read whole by several reviewers. A training lot is sampled: a lot with a share p of bad records passes
n sampled ones without a reject with a chance of at most (1 - p)^n. Acceptance sampling of data sets: Klie, Haladjian,
Kirchner and Nair, "On Efficient and Statistical Quality Estimation for Data Annotation", ACL 2024, arXiv 2405.11919.

Example:
    >>> zero_acceptance_sample_size(defect_rate=0.05, confidence=0.95)
    59
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from pipelines.keys import digest
from pipelines.records import Record
from pipelines.vocabulary import Ability, AnswerType, Source, Split, SubTask


class Inspection(StrEnum):
    """How a lot is inspected."""

    EVERY_ITEM = "every_item"  # benchmark: each item by several reviewers
    SAMPLE = "sample"  # train: a fixed random sample by one reviewer
    SCREENING = "screening"  # train: each item by one reviewer, the lot being small or its sample bad


@dataclass(frozen=True, slots=True, order=True)
class Lot:
    """What the records of a lot have in common; written as one word on the command line."""

    source: Source
    split: Split
    ability: Ability
    subtask: SubTask
    answer_type: AnswerType
    generator: str

    def __str__(self) -> str:
        parts = (self.source, self.split, self.ability, self.subtask, self.answer_type, self.generator)
        return "/".join(parts)

    @property
    def is_benchmark(self) -> bool:
        """True where models are judged by these records."""
        return self.split is not Split.TRAIN


def lot_of(record: Record) -> Lot:
    """Return the lot that a record belongs to; what a model wrote from another version of its prompt is another lot."""
    maker = record.generator if record.ledger_key is None else f"{record.generator}@{record.template_hash[:8]}"
    return Lot(record.source, record.split, record.ability, record.subtask, record.answer_type, maker)


def divide_into_lots(records: Iterable[Record], seed: int) -> dict[Lot, list[Record]]:
    """Return the records by lot, lots in order, the records of each in the order in which they are sampled.

    The order is that of a hash of the seed and the record_id: a reviewer cannot choose it, another machine repeats it, and
    a record that joins or leaves the lot does not reshuffle the others.
    """
    lots: dict[Lot, list[Record]] = {}
    for record in records:
        lots.setdefault(lot_of(record), []).append(record)
    return {lot: sorted(lots[lot], key=lambda record: sampling_key(seed, record)) for lot in sorted(lots)}


def sampling_key(seed: int, record: Record) -> tuple[str, str]:
    """Return the pseudo-random place of a record in its lot."""
    return digest([seed, record.record_id]), record.record_id


def zero_acceptance_sample_size(defect_rate: float, confidence: float) -> int:
    """Return the smallest n with (1 - defect_rate)^n <= 1 - confidence.

    With no reject among n sampled records, the lot holds less than `defect_rate` of bad ones at this confidence: 59, 149
    and 299 for 5 %, 2 % and 1 % at 95 %. Exact for endless lots and on the safe side for finite ones.

    Args:
        defect_rate: share of bad records that is to be excluded, between 0 and 1, both exclusive.
        confidence: between 0 and 1, both exclusive.
    """
    for name, value in (("defect_rate", defect_rate), ("confidence", confidence)):
        if not 0 < value < 1:
            raise ValueError(f"{name} {value!r}: expected a share between 0 and 1, both exclusive")
    exact = math.log1p(-confidence) / math.log1p(-defect_rate)
    return math.ceil(exact - 1e-9)  # 0.75 at 0.5 is 2, not 2.0000000000000004
