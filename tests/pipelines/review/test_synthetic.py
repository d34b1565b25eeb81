from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.reasons import Reason
from pipelines.records import Record
from pipelines.review.ledger import open_ledger
from pipelines.review.plan import ReviewPlan, apply_plan, sample_for_review
from pipelines.review.standing import MixedDecisionsError
from pipelines.review.synthetic import decide_synthetically
from pipelines.vocabulary import Split, Verdict

PLAN = ReviewPlan(train_sample=5)


@pytest.fixture
def records(make_record: Callable[..., Record]) -> list[Record]:
    return [make_record(n, split=Split.TRAIN if n < 40 else Split.HELD_OUT) for n in range(60)]


def test_the_demo_passes_the_gate_and_one_benchmark_record_is_seen_rejected(records: list[Record], tmp_path: Path) -> None:
    with open_ledger(tmp_path / "decisions.sqlite") as ledger:
        ledger.append(decide_synthetically(sample_for_review(records, [], PLAN), PLAN, seed=1))
        decisions = ledger.read()
    approval = apply_plan(records, decisions, PLAN, source_is_synthetic=True)
    assert approval.is_complete
    (rejection,) = approval.rejections
    assert rejection.reason is Reason.REJECTED_BY_REVIEWER
    assert rejection.detail.startswith("wording by synthetic-1 (event ")
    assert "no person read this record" in rejection.detail
    assert {record.record_id: record.split for record in records}[rejection.item] is Split.HELD_OUT
    assert sample_for_review(records, decisions, PLAN) == []
    with pytest.raises(MixedDecisionsError):
        apply_plan(records, decisions, PLAN, source_is_synthetic=False)


def test_demo_decisions_are_marked_and_as_many_as_the_plan_asks_for(records: list[Record]) -> None:
    decisions = decide_synthetically(sample_for_review(records, [], PLAN), PLAN, seed=1)
    assert len(decisions) == 5 + 20 * 2
    assert all(decision.is_synthetic for decision in decisions)
    assert {decision.reviewer for decision in decisions} == {"synthetic-1", "synthetic-2"}
    assert [decision.reviewer for decision in decisions if decision.verdict is Verdict.REJECT] == ["synthetic-1"]


def test_the_seed_alone_chooses_what_is_rejected(records: list[Record]) -> None:
    def rejected(seed: int, given: list[Record]) -> list[str]:
        decisions = decide_synthetically(given, PLAN, seed)
        return [decision.item for decision in decisions if decision.verdict is Verdict.REJECT]

    assert rejected(1, records) == rejected(1, records[::-1])
    over_seeds = [rejected(seed, records) for seed in range(10)]
    assert len({items[0] for items in over_seeds}) > 1
    training = {record.record_id for record in records if record.split is Split.TRAIN}
    assert all(len(items) == 1 and training.isdisjoint(items) for items in over_seeds)


def test_the_only_benchmark_record_is_not_rejected(make_record: Callable[..., Record]) -> None:
    decisions = decide_synthetically([make_record(1, split=Split.HELD_OUT), make_record(2)], PLAN, seed=1)
    assert [decision.verdict for decision in decisions] == [Verdict.APPROVE] * 3
