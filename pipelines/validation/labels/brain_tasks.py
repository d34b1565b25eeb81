"""What is read in texts about MRI of one glioblastoma.

Example:
    >>> VISIT_PROGRESSION.read is NEXT_STATUS.read
    True
"""

from pipelines.validation.labels import questions
from pipelines.validation.labels.progression import read_progression
from pipelines.validation.labels.resection import read_resection
from pipelines.validation.labels.sequences import find_sequences
from pipelines.validation.labels.task import Item, Task, find_first
from pipelines.validation.labels.things_shown import find_wrong_name, read_place_of


def _check_sequences(text: str, item: Item) -> str | None:
    return find_wrong_name(text, "sequence", find_sequences, item.scene.sequences)


def _check_sequence_asked(text: str, item: Item) -> str | None:
    return questions.check_thing(text, find_sequences, item.scene.sequences, item.scene.asked)


def _check_time(text: str, item: Item) -> str | None:
    return questions.check_order_of_time(text)


def _read_sequence(text: str, item: Item) -> str | None:
    return read_place_of(text, find_sequences, item.scene.sequences, item.scene.asked)


def _read_status(text: str, item: Item) -> str | None:
    return read_progression(text)


def _read_extent(text: str, item: Item) -> str | None:
    return read_resection(text)


_CHECK = find_first(_check_sequences, _check_time)
SEQUENCE_IDENTIFICATION = Task(_read_sequence, find_first(_check_sequences, _check_sequence_asked), _check_sequences)
RESECTION_EXTENT = Task(_read_extent, _CHECK, _CHECK)
VISIT_PROGRESSION = Task(_read_status, _CHECK, _CHECK)
NEXT_STATUS = Task(_read_status, _CHECK, _CHECK)
