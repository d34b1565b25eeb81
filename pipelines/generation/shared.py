"""Items of shared-finding groups: four statements about two images, of which the two source answers make one true.

Example:
    >>> truth_index(("yes", "no"))
    1
"""

from collections.abc import Mapping

from pipelines.generation.draft import Draft, TemplateKind
from pipelines.generation.located import fill
from pipelines.generation.templates import STATEMENT_STEMS, STATEMENTS
from pipelines.grouping.ordering import hash_number
from pipelines.grouping.vqa_rad.finding import finding_of
from pipelines.grouping.vqa_rad.shared import TRUTHS
from pipelines.records import ImageGroup
from pipelines.source_records import SourceQuestion

TRUTH_NAMES = ("both", "only the first", "only the second", "neither")


def truth_index(answers: tuple[str, str]) -> int:
    """Return the place of the true statement: 0 both, 1 only the first, 2 only the second, 3 neither."""
    return TRUTHS.index(answers)


def write_statements(group: ImageGroup, questions: Mapping[str, SourceQuestion], seed: int) -> Draft | None:
    """Return the item, or None where no statement can be made of either image's question."""
    finding = next((one for fact in group.facts if (one := finding_of(questions[fact.said_by].question))), None)
    if finding is None:
        return None
    first, second = sorted(group.facts, key=lambda fact: fact.place)
    number = hash_number(seed, "statement", group.group_id) % len(STATEMENT_STEMS)
    statements = [fill(template, finding, len(group.image_ids)) for template in STATEMENTS[finding.kind]]
    true = truth_index((first.value, second.value))
    return Draft(
        group=group,
        kind=TemplateKind.STATEMENT,
        question=STATEMENT_STEMS[number],
        answer=statements[true],
        distractors=tuple(text for place, text in enumerate(statements) if place != true),
        answer_class=TRUTH_NAMES[true],
        evidence=(first, second),
        template_id=f"statement/{finding.kind}/{number}",
        template="\n".join((STATEMENT_STEMS[number], *STATEMENTS[finding.kind])),
    )
