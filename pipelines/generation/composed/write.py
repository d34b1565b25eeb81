"""Records of composed groups: every group gives at least one record or exactly one rejection; no model takes part.

Example:
    >>> from pipelines.choices import Generation
    >>> generate_composed([], [], Generation()).rows
    ()
"""

from collections.abc import Mapping, Sequence

from pipelines.choices import Generation
from pipelines.generation.composed.domain_balance import balance_domains
from pipelines.generation.composed.figure_questions import write_figure_questions
from pipelines.generation.composed.located import write_located, write_which_image
from pipelines.generation.composed.shared import write_statements
from pipelines.generation.draft import Draft
from pipelines.generation.record import build_records
from pipelines.outcome import Outcome
from pipelines.reasons import Reason, Stage
from pipelines.records import ImageGroup, Record, Rejection
from pipelines.source_records import SourceQuestion
from pipelines.vocabulary import Source, SubTask


class GroupError(ValueError):
    """A group whose source question is not among the questions: the tables are of different runs."""


def generate_composed(
    groups: Sequence[ImageGroup], questions: Sequence[SourceQuestion], settings: Generation
) -> Outcome[Record]:
    """Return the records, ordered by record_id, and one rejection per group of which none could be made.

    Raises:
        GroupError: as `write_composed`.
    """
    outcome = write_composed(groups, questions, settings)
    return Outcome(tuple(build_records(outcome.rows, settings.seed)), outcome.rejections)


def write_composed(groups: Sequence[ImageGroup], questions: Sequence[SourceQuestion], settings: Generation) -> Outcome[Draft]:
    """Return the drafts, ordered by group_id, and one rejection per group of which none could be made.

    Raises:
        GroupError: a group rests on a question that is not among the questions.
    """
    by_id = {question.question_id: question for question in questions}
    ordered = sorted(groups, key=lambda one: one.group_id)
    for group in ordered:
        _check_questions(group, by_id)
    figures = [group for group in ordered if group.source is Source.LLAVA_MED]
    drafts, rejections = write_figure_questions(figures, by_id, settings.seed)
    for group in ordered:
        if group.source is Source.LLAVA_MED:
            continue
        made = _write(group, by_id, settings.seed)
        drafts += made
        if not made:
            rejections.append(_reject(group, by_id))
    drafts = balance_domains(drafts, settings.seed)
    return Outcome(tuple(drafts), tuple(rejections))


def _write(group: ImageGroup, questions: Mapping[str, SourceQuestion], seed: int) -> list[Draft]:
    if group.subtask is SubTask.SHARED_FINDING:
        return list(write_statements(group, questions, seed))
    made = (write_located(group, questions), write_which_image(group, questions, seed))
    return [draft for draft in made if draft is not None]


def _check_questions(group: ImageGroup, questions: Mapping[str, SourceQuestion]) -> None:
    missing = [fact.said_by for fact in group.facts if fact.code != "domain" and fact.said_by not in questions]
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
