"""Rejected records of composed groups, worded anew where there is another reviewed wording: statements and "Which image ...?".

A located question is the source's own, and has one wording: its record has no further version. So have LLaVA-Med's.

Example:
    >>> rewrite_composed([], {}, [], Generation())
    []
"""

from collections.abc import Mapping, Sequence

from pipelines.choices import Generation
from pipelines.generation.composed.located import write_which_image
from pipelines.generation.composed.shared import write_statements
from pipelines.generation.draft import Draft
from pipelines.generation.rewrite import Rewrite, is_mendable
from pipelines.records import ImageGroup, Record
from pipelines.source_records import SourceQuestion
from pipelines.vocabulary import Origin, Source, SubTask


def rewrite_composed(
    rewrites: Sequence[Rewrite],
    groups: Mapping[str, ImageGroup],
    questions: Sequence[SourceQuestion],
    settings: Generation,
) -> list[Draft]:
    """Return the next version of each rejected record that another wording can mend, ordered by record_id.

    Inherent records, and those of which an objection is no matter of wording, are passed over.

    Raises:
        KeyError: a record's group or its source question is not there: the tables are of different runs.
    """
    by_id = {question.question_id: question for question in questions}
    ours = (one.record for one in rewrites if one.record.origin is Origin.COMPOSED and is_mendable(one.objections))
    made = (
        draft
        for record in sorted(ours, key=lambda record: record.record_id)
        for draft in _write(groups[record.group_id], by_id, settings.seed, record)
    )
    return list(made)


def _write(group: ImageGroup, questions: Mapping[str, SourceQuestion], seed: int, record: Record) -> list[Draft]:
    if group.source is not Source.VQA_RAD:
        return []
    if group.subtask is SubTask.SHARED_FINDING:
        written = write_statements(group, questions, seed, record.version + 1)
    else:
        written = (write_which_image(group, questions, seed, record.version + 1),)
    return [draft for draft in written if draft is not None and draft.record_id == record.record_id]
