"""All rules in the order in which they are asked; a record that breaks several is rejected by the first.

The order goes from the form to the content, so that each rule may rely on those before it: schema; number, letters, key and
uniqueness of options; repeated images, ordinals, images asked about; residue, answer in the question, length cue; facts; and
last, among those that passed, duplicates.

Example:
    >>> [rule.__name__ for rule in RULES][:2]
    ['check_schema', 'check_option_count']
"""

from collections.abc import Sequence
from dataclasses import replace

from pipelines.outcome import Outcome
from pipelines.reasons import Stage
from pipelines.records import ImageGroup, Record, Rejection, RenderedImage
from pipelines.validation.context import Context, Failure, Rule
from pipelines.validation.duplicates import find_duplicates
from pipelines.validation.facts import check_facts
from pipelines.validation.images import check_images_asked_about, check_ordinals, check_repeated_image, flags_of
from pipelines.validation.options import (
    check_answer_in_question,
    check_key,
    check_length_cue,
    check_letter_gap,
    check_option_count,
    check_unique_options,
)
from pipelines.validation.schema import check_schema
from pipelines.validation.wording import check_residue

RULES: tuple[Rule, ...] = (
    check_schema,
    check_option_count,
    check_letter_gap,
    check_key,
    check_unique_options,
    check_repeated_image,
    check_ordinals,
    check_images_asked_about,
    check_residue,
    check_answer_in_question,
    check_length_cue,
    check_facts,
)


def validate_records(
    records: Sequence[Record], groups: Sequence[ImageGroup], images: Sequence[RenderedImage]
) -> Outcome[Record]:
    """Return the records that keep every rule, with their flags, and one rejection per other record, both by record_id."""
    context = Context.of(groups, images)
    failures = {record.record_id: failure for record in records if (failure := find_failure(record, context)) is not None}
    failures |= find_duplicates([record for record in records if record.record_id not in failures])
    ordered = sorted(records, key=lambda record: (record.record_id, record.version))
    passed = tuple(replace(record, flags=flags_of(record)) for record in ordered if record.record_id not in failures)
    rejected = tuple(_reject(record, failures[record.record_id]) for record in ordered if record.record_id in failures)
    return Outcome(passed, rejected)


def find_failure(record: Record, context: Context) -> Failure | None:
    """Return what the first broken rule says of one record, None where it keeps all of them."""
    return next((failure for rule in RULES if (failure := rule(record, context)) is not None), None)


def _reject(record: Record, failure: Failure) -> Rejection:
    return Rejection(record.source, Stage.VALIDATE, record.record_id, failure.reason, failure.detail)
