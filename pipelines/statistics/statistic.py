"""One number about the data set, as a row: how many of what have one value of one property.

What is counted is one of two populations (image groups as made, approved data-set records) or what stands in them: distinct
images, subjects and independent units (a subject and the one or two visits asked about). A row walks back to one query on
the population's table; with `source`, `split` and `subtask` as filters where they are not null:

| measure | counted | query for `key` within `within` |
|---|---|---|
| size | item | rows |
| size | image, subject, unit | distinct (source, id) in `image_ids`, `subject_ids`, `unit_id` |
| ability, subtask, origin, answer_type | item | rows whose column is `key`; groups have no answer type |
| n_images | item | rows with `key` images |
| modality | image | distinct images shown whose rendered row has the modality; once, however often shown |
| modality | item | rows whose images all have it; "several" where two differ, "unknown" where one is not stated |
| items_per_unit | unit | units with `key` rows (a number or a range) |
| items_per_unit_summary | unit | mean, median and maximum of rows per unit |
| letter | item | closed records of `within` options keyed `key`; "no_letter" where the answer names none |
| label | item | groups of `subtask` asked for `within` whose answer is `key`; free text is not quoted, a place is "its place" |
| place | item | groups of `within` images, shuffled, one of them asked about, that stands at the 1-based place `key` |
| provenance | item | rows made from the synthetic cohort or real ones |

Example:
    >>> row = Statistic(Measure.SIZE, Population.GROUPS, Counted.ITEM, None, Split.TRAIN, None, "", ALL, 12.0, 12)
    >>> row.share
    1.0
"""

from dataclasses import dataclass
from enum import StrEnum

from pipelines.vocabulary import Source, Split, SubTask

ALL = "all"  # the key of `size`
NOT_RENDERED = "not_rendered"  # the modality of an image that rendered/images does not hold
UNKNOWN, SEVERAL = "unknown", "several"
NO_LETTER = "no_letter"
OTHER_LABELS, ITS_PLACE = "other labels", "its place"  # the place of the image that is the answer
SYNTHETIC, REAL = "synthetic", "real"


class Population(StrEnum):
    """Whose rows are counted."""

    GROUPS = "groups"  # groups/image_groups: what could be asked
    RECORDS = "records"  # dataset/instructions and dataset/benchmark: what is asked, after the review gate


class Counted(StrEnum):
    """What one count is."""

    ITEM = "item"  # one group or one record
    IMAGE = "image"
    SUBJECT = "subject"
    UNIT = "unit"  # independent unit: a subject and the visits asked about


class Measure(StrEnum):
    """By which property a population is divided."""

    SIZE = "size"
    ABILITY = "ability"
    SUBTASK = "subtask"
    ORIGIN = "origin"
    ANSWER_TYPE = "answer_type"
    N_IMAGES = "n_images"
    MODALITY = "modality"
    ITEMS_PER_UNIT = "items_per_unit"
    ITEMS_PER_UNIT_SUMMARY = "items_per_unit_summary"
    LETTER = "letter"
    LABEL = "label"
    PLACE = "place"
    PROVENANCE = "provenance"


@dataclass(frozen=True, slots=True)
class Statistic:
    """One number. Its key: measure, population, counted, source, split, subtask, within, key."""

    measure: Measure
    population: Population
    counted: Counted
    source: Source | None  # None: of all sources together
    split: Split | None  # None: of all splits together; a subject, image or unit in two splits would count once
    subtask: SubTask | None  # None: of all sub-tasks together
    within: str  # the part that the keys divide: "4 options", "3 images", a label's view or finding; "" where it is all
    key: str
    value: float  # a count, but for the mean and median of a summary
    total: int  # of the part: the counts of its keys sum to it; of a summary the number of units

    @property
    def share(self) -> float:
        """The count as a share (0-1) of its part; 0 where the part is empty."""
        return self.value / self.total if self.total else 0.0


STATISTIC_KEY = ("measure", "population", "counted", "source", "split", "subtask", "within", "key")
