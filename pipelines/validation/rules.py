"""All rules in the order in which they are asked; a record that breaks several is rejected by the first.

The order goes from the form to the content, so that each rule may rely on those before it: schema; number, letters, key and
uniqueness of options; repeated images, ordinals, images asked about; identifiers, residue, words of hidden texts, images that
are not given, what no image shows, time between visits; answer in the question, length cue; a model's quotes; facts; and last,
among those that passed, what only several records tell: contradictions, duplicates, near duplicates.

Example:
    >>> [rule.__name__ for rule in RULES][:2]
    ['check_schema', 'check_option_count']
"""

from collections.abc import Sequence
from dataclasses import replace

from pipelines.outcome import Outcome
from pipelines.reasons import Reason, Stage
from pipelines.records import ImageGroup, Record, Rejection, RenderedImage
from pipelines.validation.absent_images import check_absent_images
from pipelines.validation.absent_views import check_absent_views
from pipelines.validation.context import Context, Failure, Rule
from pipelines.validation.contradictions import find_contradictions
from pipelines.validation.duplicates import find_duplicates
from pipelines.validation.elapsed import check_elapsed
from pipelines.validation.facts import check_facts
from pipelines.validation.hidden_text import check_hidden_text
from pipelines.validation.identifiers import check_identifiers
from pipelines.validation.images import check_images_asked_about, check_ordinals, check_repeated_image
from pipelines.validation.labels.presupposed import check_presupposed
from pipelines.validation.labels.sides_told import check_side_told
from pipelines.validation.near_duplicates import find_near_duplicates
from pipelines.validation.options import (
    check_answer_in_question,
    check_key,
    check_length_cue,
    check_letter_gap,
    check_option_count,
    check_unique_options,
)
from pipelines.validation.quotes import check_quotes
from pipelines.validation.remarks import remarks_of
from pipelines.validation.schema import check_schema
from pipelines.validation.untold import check_untold
from pipelines.validation.wording import check_residue

FORM_RULES: tuple[Rule, ...] = (check_schema, check_option_count, check_letter_gap, check_key)
"""What every other rule relies on: of a record that breaks one of these, nothing more can be said."""

CONTENT_RULES: tuple[Rule, ...] = (
    check_unique_options,
    check_repeated_image,
    check_ordinals,
    check_images_asked_about,
    check_identifiers,
    check_residue,
    check_hidden_text,
    check_absent_images,
    check_absent_views,
    check_untold,
    check_elapsed,
    check_answer_in_question,
    check_presupposed,
    check_length_cue,
    check_quotes,
    check_facts,
    check_side_told,
)

RULES: tuple[Rule, ...] = FORM_RULES + CONTENT_RULES

_ACROSS_RECORDS = (find_contradictions, find_duplicates, find_near_duplicates)


def validate_records(
    records: Sequence[Record], groups: Sequence[ImageGroup], images: Sequence[RenderedImage]
) -> Outcome[Record]:
    """Return the records that keep every rule, with their remarks, and one rejection per other row, both by record_id.

    Only the latest version of a record is judged, by itself and against others; earlier ones are rejected as superseded, and
    their number is in the detail: one row per record and version comes out for each that went in.
    """
    ordered = sorted(records, key=lambda record: (record.record_id, record.version))
    latest = {record.record_id: record.version for record in ordered}
    failures = find_record_failures([one for one in ordered if one.version == latest[one.record_id]], groups, images)
    passed: list[Record] = []
    rejected: list[Rejection] = []
    for record in ordered:
        if record.version < latest[record.record_id]:
            rejected.append(_supersede(record, latest[record.record_id]))
        elif record.record_id in failures:
            rejected.append(_reject(record, failures[record.record_id][0]))
        else:
            passed.append(replace(record, flags=remarks_of(record)))
    return Outcome(tuple(passed), tuple(rejected))


def find_record_failures(
    records: Sequence[Record], groups: Sequence[ImageGroup], images: Sequence[RenderedImage]
) -> dict[str, tuple[Failure, ...]]:
    """Return every failed check of each record that fails one, keyed by record_id; give one version of each record.

    What only several records tell is asked of those alone that keep every rule by themselves.
    """
    return Checks(groups, images).find_record_failures(records)


class Checks:
    """The rules, held against records of one set of groups and images: what one version breaks by itself is found once."""

    def __init__(self, groups: Sequence[ImageGroup], images: Sequence[RenderedImage]) -> None:
        self._context = Context.of(groups, images)
        self._alone: dict[tuple[str, int], tuple[Failure, ...]] = {}

    def find_record_failures(self, records: Sequence[Record]) -> dict[str, tuple[Failure, ...]]:
        """Return the same as the function; a record of the same id and version is taken to be the same record."""
        found = {record.record_id: failures for record in records if (failures := self._find_failures(record))}
        for find in _ACROSS_RECORDS:
            more = find([record for record in records if record.record_id not in found], self._context)
            found |= {record_id: (failure,) for record_id, failure in more.items()}
        return found

    def _find_failures(self, record: Record) -> tuple[Failure, ...]:
        key = (record.record_id, record.version)
        if key not in self._alone:
            self._alone[key] = find_failures(record, self._context)
        return self._alone[key]


def find_failure(record: Record, context: Context) -> Failure | None:
    """Return what the first broken rule says of one record, None where it keeps all of them."""
    return next((failure for rule in RULES if (failure := rule(record, context)) is not None), None)


def find_failures(record: Record, context: Context) -> tuple[Failure, ...]:
    """Return what every broken rule says of one record, in order; of a record without form, only what its form breaks."""
    broken = next((failure for rule in FORM_RULES if (failure := rule(record, context)) is not None), None)
    if broken is not None:
        return (broken,)
    return tuple(failure for rule in CONTENT_RULES if (failure := rule(record, context)) is not None)


def _reject(record: Record, failure: Failure) -> Rejection:
    return Rejection(record.source, Stage.VALIDATE, record.record_id, failure.reason, failure.detail)


def _supersede(record: Record, latest: int) -> Rejection:
    detail = f"version {record.version}; version {latest} is judged in its place"
    return Rejection(record.source, Stage.VALIDATE, record.record_id, Reason.SUPERSEDED_VERSION, detail)
