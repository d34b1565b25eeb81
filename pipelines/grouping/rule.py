"""A grouping rule: which images stand together for one sub-task, told as SQL over the tables of one source.

A rule reads what `database` and the source's `visits`, `breast_views`, ... prepare and yields one row per anchor (the thing
that a question would be about), whether or not a group can be made of it, so that everything that falls away is counted.
`selection` decides what is taken, `arrangement` puts the images in order, `finish` collects the facts.

Columns of `candidates`, in any order:

| column | type | is |
|---|---|---|
| anchor | VARCHAR | what the group is about; unique within the sub-task |
| subject_id, split | VARCHAR | whose it is: of composed groups the asked image's |
| unit_studies | VARCHAR[] | the one or two studies that the answer rests on; with the subject, the independent unit |
| asked | VARCHAR | what is asked about where that varies: a view, a finding; else NULL |
| label | VARCHAR | the answer, one of `answers`; NULL where the answer is the place of the image whose role is `asked` |
| image_ids, roles | VARCHAR[] | two or three images and why each is there; in order, unless the order is shuffled |
| slice_index | BIGINT | of slices of a volume: near ones are not both taken; else NULL |
| fate | VARCHAR | NULL where the group can be made, else the `Fate` that says why not (image_ids may then be NULL) |

Columns of `facts`, read from `members` (anchor, image_index, image_id, source_image_id, role, subject_id, study_id, ...):
anchor, image_index (NULL for what is not shown), said_by, code, value.

Example:
    >>> GroupingRule(SubTask.EYE_DIAGNOSIS, Ability.COREFERENCE, ImageOrder.FIXED, "both eyes", "...", "...").origin.value
    'inherent'
"""

from dataclasses import dataclass

from pipelines.vocabulary import Ability, ImageOrder, Origin, SubTask


@dataclass(frozen=True)
class GroupingRule:
    """One sub-task's rule; see this module's text for what its two queries return."""

    subtask: SubTask
    ability: Ability
    order: ImageOrder
    why: str  # why these images stand together, as ImageGroup.rule says it
    candidates: str
    facts: str
    answers: tuple[str, ...] = ()  # the closed domain of `label`; none where it is open, or a place
    shared: tuple[str, ...] = ()  # columns of rendered/images that all images of a group have in common
    origin: Origin = Origin.INHERENT
    released_as: str | None = None  # the tag of the published files that hold such questions

    @property
    def has_open_labels(self) -> bool:
        """True where labels are free text, so that their frequency says nothing."""
        return self.origin is Origin.COMPOSED


@dataclass(frozen=True)
class SourceRules:
    """All rules of one source, and the relations that they read beside the tables."""

    prepare: str  # SQL statements that make temporary tables and views
    rules: tuple[GroupingRule, ...]
