"""A record on its way: what is asked and answered, before it has letters and a digest.

Example:
    >>> TemplateKind.WHICH_IMAGE.value
    'which_image'
"""

from dataclasses import dataclass
from enum import StrEnum

from pipelines.keys import mint_id
from pipelines.records import Fact, ImageGroup
from pipelines.vocabulary import AnswerType


class TemplateKind(StrEnum):
    """How a record's text is made."""

    LOCATED_OPEN = "located_open"
    LOCATED_YES_NO = "located_yes_no"
    LOCATED_DOMAIN = "located_domain"
    WHICH_IMAGE = "which_image"
    STATEMENT = "statement"


@dataclass(frozen=True)
class Draft:
    """One question-answer item; distractors are empty for open items."""

    group: ImageGroup
    kind: TemplateKind
    question: str
    answer: str
    distractors: tuple[str, ...]
    answer_class: str  # what the answer says, apart from wording: letters are balanced within each class
    evidence: tuple[Fact, ...]
    template_id: str
    template: str
    flags: tuple[str, ...] = ()

    @property
    def answer_type(self) -> AnswerType:
        """Closed where there are options to choose from."""
        return AnswerType.CLOSED if self.distractors else AnswerType.OPEN

    @property
    def record_id(self) -> str:
        """Key of the record: one per group, kind and answer type."""
        return mint_id("record", self.group.group_id, self.kind, self.answer_type)
