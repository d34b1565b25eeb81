"""Row types of evaluation: what was asked by others, what a model answered, what that is worth.

Example:
    >>> Prediction("longest_option", "rebuilt", "record-1", "B").output
    'B'
"""

from dataclasses import dataclass

from pipelines.records import Turn
from pipelines.vocabulary import AnswerType


@dataclass(frozen=True, slots=True)
class ReleasedRecord:
    """One record of a benchmark file that somebody released, its images resolved against a source."""

    benchmark: str  # its name in the settings
    position: int  # 0-based place in the file: released ids repeat, positions do not
    id: str
    images: tuple[str, ...]  # paths relative to the storage root
    conversation: tuple[Turn, ...]
    source: str | None
    unit_id: str  # the first image's subject
    subject_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Prediction:
    """One raw answer of a model to one benchmark record."""

    model: str
    benchmark: str
    record_key: str
    output: str


@dataclass(frozen=True, slots=True)
class Score:
    """One cell of the score table: one model, one benchmark, one answer type, one metric."""

    model: str
    benchmark: str
    answer_type: AnswerType
    metric: str  # "accuracy", or the name of the open-score preset
    view: str  # "as_published" or "corrected"
    value: float | None  # 0-1; None where the model does not answer this type
    low: float | None  # 95 % Wilson interval (accuracy)
    high: float | None
    cluster_low: float | None  # 95 % cluster bootstrap by independent unit
    cluster_high: float | None
    n: int
    n_clusters: int
    n_unparsed: int
    bert_recall: float | None
    bleu: float | None
    rouge_l_recall: float | None
    length_ratio: float | None
    protocol: str  # what was run, with library versions: scores of two protocols never stand in one table
