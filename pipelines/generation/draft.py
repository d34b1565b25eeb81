"""A record on its way: what is asked and answered, before it has letters and a digest.

Example:
    >>> TemplateKind.WHICH_IMAGE.value
    'which_image'
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from pipelines.keys import mint_id
from pipelines.records import Fact, ImageGroup, Quote
from pipelines.vocabulary import AnswerType


class TemplateKind(StrEnum):
    """How a record's text is made."""

    LOCATED_OPEN = "located_open"
    LOCATED_YES_NO = "located_yes_no"
    LOCATED_DOMAIN = "located_domain"
    WHICH_IMAGE = "which_image"
    STATEMENT = "statement"
    SUBTASK = "subtask"  # of an inherent group: the question of its sub-task, one closed and one open item


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
    distractor_classes: tuple[str, ...] = ()  # what each distractor says; its own text where none is given
    generator: str = "composed"
    version: int = 1
    quotes: tuple[Quote, ...] = ()
    ledger_key: str | None = None
    letter: str | None = None  # of the key, where it was chosen before it was known which items would be written

    @property
    def answer_type(self) -> AnswerType:
        """Closed where there are options to choose from."""
        return AnswerType.CLOSED if self.distractors else AnswerType.OPEN

    @property
    def record_id(self) -> str:
        """Key of the record: one per group, kind and answer type, over all its versions."""
        return mint_id("record", self.group.group_id, self.kind, self.answer_type)

    @property
    def class_of(self) -> Mapping[str, str]:
        """What each option says, by its text."""
        classes = self.distractor_classes or self.distractors
        return {**dict(zip(self.distractors, classes, strict=True)), self.answer: self.answer_class}
