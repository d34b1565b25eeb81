from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from pipelines.keys import digest, mint_id
from pipelines.records import Fact, Record, ReviewDecision
from pipelines.terms_of_use import DataClass
from pipelines.vocabulary import Ability, AnswerType, Origin, Source, Split, SubTask, Verdict

BASE = Record(
    source=Source.VQA_RAD,
    record_id="",
    version=1,
    digest="",
    group_id="group-1",
    origin=Origin.COMPOSED,
    ability=Ability.COREFERENCE,
    subtask=SubTask.LOCATED_QUESTION,
    answer_type=AnswerType.CLOSED,
    split=Split.TRAIN,
    image_ids=("image-1", "image-2"),
    subject_ids=("subject-1", "subject-2"),
    unit_id="unit-1",
    question="Is there a pleural effusion in the second image?",
    options=("Yes", "No"),
    letter="B",
    answer="No",
    evidence=(Fact(1, "question-1", "pleural effusion", "no"),),
    flags=(),
    generator="composed",
    template_id="presence-1",
    template_hash="0" * 64,
    ledger_key=None,
    asked=None,
    answer_class="no",
    option_classes=("yes", "no"),
    quotes=(),
    data_class=DataClass.OPEN,
)


@pytest.fixture(scope="session")
def make_record() -> Callable[..., Record]:
    """Makes record number n; other fields may be given, and the digest follows the text."""

    def make(number: int, **fields: Any) -> Record:
        record = replace(BASE, record_id=mint_id("record", number), **fields)
        return record if record.digest else replace(record, digest=digest([number, record.question, record.version]))

    return make


@pytest.fixture(scope="session")
def decide() -> Callable[..., ReviewDecision]:
    """Makes an event about a record, an approval by Ada unless told otherwise."""

    def make(event_id: int, record: Record, reviewer: str = "Ada", **fields: Any) -> ReviewDecision:
        reason = "wording" if fields.get("verdict") is Verdict.REJECT else None
        values = {
            "item": record.record_id,
            "item_digest": record.digest,
            "verdict": Verdict.APPROVE,
            "reason": reason,
            "comment": None,
            "time": "2026-11-01T12:00:00+00:00",
            "is_synthetic": False,
        }
        return ReviewDecision(event_id=event_id, reviewer=reviewer, **(values | fields))

    return make
