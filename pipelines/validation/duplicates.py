"""Rule across records: one question about one image among the same images is asked once.

Example:
    >>> find_duplicates([], Context.of([], []))
    {}
"""

from collections.abc import Iterable

from pipelines.reasons import Reason
from pipelines.records import Record
from pipelines.validation.context import Context, Failure
from pipelines.validation.pictures import pictures_of, put_pictures
from pipelines.validation.text import normalise


def find_duplicates(records: Iterable[Record], context: Context) -> dict[str, Failure]:
    """Return the failure of each record that repeats an earlier one (by record_id), keyed by record_id.

    Two records are one when they show the same pictures, in whatever order, and ask the same of the same picture with the same
    options, in whatever order.
    """
    first: dict[tuple[object, ...], str] = {}
    failures: dict[str, Failure] = {}
    for record in sorted(records, key=lambda one: one.record_id):
        original = first.setdefault(_identity(record, context), record.record_id)
        if original != record.record_id:
            failures[record.record_id] = Failure(Reason.DUPLICATE_RECORD, f"asks what {original} asks of the same images")
    return failures


def _identity(record: Record, context: Context) -> tuple[object, ...]:
    pictures = pictures_of(record, context)
    options = sorted(put_pictures(normalise(option), pictures) for option in record.options)
    return tuple(sorted(pictures)), put_pictures(normalise(record.question), pictures), tuple(options)
