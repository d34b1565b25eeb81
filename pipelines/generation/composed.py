"""Records of composed groups: every group gives at least one record or exactly one rejection; no model takes part.

Example:
    >>> from pipelines.choices import Generation
    >>> generate_composed([], [], Generation()).rows
    ()
"""

from collections.abc import Mapping, Sequence

from pipelines.choices import Generation
from pipelines.generation.domain_balance import balance_domains
from pipelines.generation.draft import Draft
from pipelines.generation.letters import assign_letters, lay_out_options
from pipelines.generation.located import write_located, write_which_image
from pipelines.generation.shared import write_statements
from pipelines.keys import digest
from pipelines.outcome import Outcome
from pipelines.reasons import Reason, Stage
from pipelines.records import ImageGroup, Record, Rejection
from pipelines.source_records import SourceQuestion
from pipelines.vocabulary import SubTask

GENERATOR = "composed"


class GroupError(ValueError):
    """A group whose source question is not among the questions: the tables are of different runs."""


def generate_composed(
    groups: Sequence[ImageGroup], questions: Sequence[SourceQuestion], settings: Generation
) -> Outcome[Record]:
    """Return the records, ordered by record_id, and one rejection per group of which none could be made.

    Raises:
        GroupError: a group rests on a question that is not among the questions.
    """
    by_id = {question.question_id: question for question in questions}
    drafts: list[Draft] = []
    rejections: list[Rejection] = []
    for group in sorted(groups, key=lambda one: one.group_id):
        _check_questions(group, by_id)
        made = _write(group, by_id, settings.seed)
        drafts += made
        if not made:
            rejections.append(_reject(group, by_id))
    drafts = balance_domains(drafts, settings.seed)
    letters = assign_letters(drafts, settings.seed)
    records = [_build_record(draft, letters.get(draft.record_id), settings.seed) for draft in drafts]
    return Outcome(tuple(sorted(records, key=lambda record: record.record_id)), tuple(rejections))


def digest_shown(question: str, options: Sequence[str], letter: str | None, answer: str, image_ids: Sequence[str]) -> str:
    """Return the digest of everything that a reviewer is shown: a decision is bound to it."""
    return digest([question, list(options), letter, answer, list(image_ids)])


def _write(group: ImageGroup, questions: Mapping[str, SourceQuestion], seed: int) -> list[Draft]:
    if group.subtask is SubTask.SHARED_FINDING:
        made = (write_statements(group, questions, seed),)
    else:
        made = (write_located(group, questions), write_which_image(group, questions, seed))
    return [draft for draft in made if draft is not None]


def _check_questions(group: ImageGroup, questions: Mapping[str, SourceQuestion]) -> None:
    missing = [fact.said_by for fact in group.facts if fact.said_by not in questions]
    if missing:
        raise GroupError(
            f"{group.source}: group {group.group_id} rests on {missing[0]}, which is not among the {len(questions)} questions; "
            "the tables are of different runs: materialize raw/questions and groups/image_groups again"
        )


def _reject(group: ImageGroup, questions: Mapping[str, SourceQuestion]) -> Rejection:
    text = questions[group.facts[0].said_by].question
    if group.subtask is SubTask.SHARED_FINDING:
        reason, cause = Reason.NO_STATEMENT, "no true and false statements can be made of"
    else:
        reason, cause = Reason.QUESTION_NOT_LOCATABLE, "no place for a location phrase in"
    return Rejection(group.source, Stage.GENERATE, group.group_id, reason, f"{cause} {text!r}")


def _build_record(draft: Draft, letter: str | None, seed: int) -> Record:
    group = draft.group
    options = () if letter is None else lay_out_options(draft, letter, seed)
    return Record(
        source=group.source,
        record_id=draft.record_id,
        version=1,
        digest=digest_shown(draft.question, options, letter, draft.answer, group.image_ids),
        group_id=group.group_id,
        origin=group.origin,
        ability=group.ability,
        subtask=group.subtask,
        answer_type=draft.answer_type,
        split=group.split,
        image_ids=group.image_ids,
        subject_ids=group.subject_ids,
        unit_id=group.unit_id,
        question=draft.question,
        options=options,
        letter=letter,
        answer=draft.answer,
        evidence=draft.evidence,
        flags=draft.flags,
        generator=GENERATOR,
        template_id=draft.template_id,
        template_hash=digest(draft.template),
        ledger_key=None,
    )
