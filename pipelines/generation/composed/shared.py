"""Items of shared-finding groups: statements about two images, of which the two source answers make one true.

Example:
    >>> truth_index(("yes", "no"))
    1
"""

from collections.abc import Mapping

from pipelines.generation.composed.located import fill
from pipelines.generation.composed.wordings import TRUTH_NAMES, load_statements, load_stems
from pipelines.generation.draft import Draft, TemplateKind
from pipelines.grouping.ordering import hash_number
from pipelines.grouping.vqa_rad.finding import Finding, finding_of
from pipelines.grouping.vqa_rad.shared import TRUTHS
from pipelines.records import ImageGroup
from pipelines.source_records import SourceQuestion
from pipelines.vocabulary import AnswerType, SubTask


def truth_index(answers: tuple[str, str]) -> int:
    """Return the place of the true statement: 0 both, 1 only the first, 2 only the second, 3 neither."""
    return TRUTHS.index(answers)


def write_statements(
    group: ImageGroup, questions: Mapping[str, SourceQuestion], seed: int, version: int = 1
) -> tuple[Draft, ...]:
    """Return a closed and an open item, or none where no statement can be made of either image's question.

    Each `version` (from 1) is worded in another way than the one before.
    """
    finding = next((one for fact in group.facts if (one := finding_of(questions[fact.said_by].question))), None)
    if finding is None:
        return ()
    return tuple(_write(group, finding, answer_type, seed, version) for answer_type in AnswerType)


def _write(group: ImageGroup, finding: Finding, answer_type: AnswerType, seed: int, version: int) -> Draft:
    first, second = sorted(group.facts, key=lambda fact: fact.place)
    true = truth_index((first.value, second.value))
    stems = load_stems(SubTask.SHARED_FINDING, finding.kind, answer_type)
    number = (hash_number(seed, f"statement {answer_type}", group.group_id) + version - 1) % len(stems)
    style = hash_number(seed, f"style {answer_type}", group.group_id) + version - 1
    templates = load_statements(finding.kind, style)
    statements = [fill(template, finding, len(group.image_ids)) for template in templates]
    is_closed = answer_type is AnswerType.CLOSED
    return Draft(
        group=group,
        kind=TemplateKind.STATEMENT,
        version=version,
        question=fill(stems[number], finding, len(group.image_ids)),
        answer=statements[true] if is_closed else f"{statements[true]}.",
        distractors=tuple(text for place, text in enumerate(statements) if place != true) if is_closed else (),
        distractor_classes=tuple(name for place, name in enumerate(TRUTH_NAMES) if place != true) if is_closed else (),
        answer_class=TRUTH_NAMES[true],
        evidence=(first, second),
        template_id=f"{'statement' if is_closed else 'open_statement'}/{finding.kind}/{number}",
        template="\n".join((stems[number], *templates)),
    )
