"""Rejected records of templates, worded anew: version n + 1, with the options' classes and the answer as they were.

Another wording mends what is wrong with words: a cue of length, an image that nothing is asked about, a claim beyond the
images. It mends no wrong label, wrong image or identifying detail: such a record has no further version here.

Example:
    >>> rewrite_templates([], {}, Generation())
    []
"""

from collections.abc import Mapping, Sequence

from pipelines.choices import Generation
from pipelines.generation.draft import Draft
from pipelines.generation.rewrite import Rewrite, is_mendable
from pipelines.generation.template.item import GENERATOR, write_closed, write_open
from pipelines.generation.template.wording import load_wordings
from pipelines.generation.template.write import find_obstacle
from pipelines.records import ImageGroup
from pipelines.vocabulary import AnswerType


def rewrite_templates(rewrites: Sequence[Rewrite], groups: Mapping[str, ImageGroup], settings: Generation) -> list[Draft]:
    """Return the next version of each rejected record that another wording can mend, ordered by record_id.

    Records of other generators, and records of which an objection is no matter of wording, are passed over. The drafts keep the
    options' classes; `build_records(..., former=...)` keeps the letter.

    Raises:
        KeyError: a record's group is not among the groups: the tables are of different runs.
    """
    ordered = sorted(rewrites, key=lambda one: one.record.record_id)
    made = (_rewrite(one, groups[one.record.group_id], settings.seed) for one in ordered if _is_ours(one))
    return [draft for draft in made if draft is not None]


def _is_ours(rewrite: Rewrite) -> bool:
    return rewrite.record.generator == GENERATOR and is_mendable(rewrite.objections)


def _rewrite(rewrite: Rewrite, group: ImageGroup, seed: int) -> Draft | None:
    record = rewrite.record
    if find_obstacle(group) is not None:  # the wordings have changed since
        return None
    wordings, version = load_wordings(group.subtask), record.version + 1
    if record.answer_type is AnswerType.OPEN:
        return write_open(group, wordings, version, seed)
    wrong = tuple(name for name in record.option_classes if name != record.answer_class)
    return write_closed(group, wordings, wrong, version, seed)
