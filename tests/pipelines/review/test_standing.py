from collections.abc import Callable
from dataclasses import replace

import pytest

from pipelines.records import Record, ReviewDecision
from pipelines.review.standing import MixedDecisionsError, latest_versions, refuse_mixed_decisions, standing_decisions
from pipelines.vocabulary import Verdict

MakeRecord = Callable[..., Record]
Decide = Callable[..., ReviewDecision]


def test_a_decision_about_another_digest_or_another_item_does_not_count(make_record: MakeRecord, decide: Decide) -> None:
    record, other = make_record(1), make_record(2)
    decisions = [decide(1, record, item_digest="f" * 64), decide(2, other)]
    assert standing_decisions([record], decisions) == {}
    assert standing_decisions([replace(record, digest="f" * 64)], decisions)[record.record_id].n_approvals == 1


def test_the_latest_decision_of_a_reviewer_wins_whatever_the_order_given(make_record: MakeRecord, decide: Decide) -> None:
    record = make_record(1)
    decisions = [decide(3, record, "Bob"), decide(2, record), decide(1, record, verdict=Verdict.REJECT)]
    standing = standing_decisions([record], decisions)[record.record_id]
    assert [decision.event_id for decision in standing.decisions] == [2, 3]
    assert (standing.n_approvals, standing.rejects) == (2, ())


def test_an_older_decision_returns_when_the_record_returns_to_its_text(make_record: MakeRecord, decide: Decide) -> None:
    record = make_record(1)
    changed = replace(record, digest="f" * 64)
    decisions = [decide(1, record), decide(2, changed, verdict=Verdict.REJECT)]
    assert standing_decisions([record], decisions)[record.record_id].n_approvals == 1
    assert len(standing_decisions([changed], decisions)[record.record_id].rejects) == 1


def test_one_reviewer_in_two_spellings_is_one_approval(make_record: MakeRecord, decide: Decide) -> None:
    record = make_record(1)
    standing = standing_decisions([record], [decide(1, record, "Ada"), decide(2, record, "ADA")])[record.record_id]
    assert standing.n_approvals == 1


def test_the_latest_version_of_each_record_is_kept(make_record: MakeRecord) -> None:
    first, second, other = make_record(1), make_record(1, version=2), make_record(2)
    expected = sorted([second, other], key=lambda record: record.record_id)
    assert latest_versions([second, first, other]) == expected
    assert latest_versions([first, other, second]) == expected


def test_a_demo_decision_about_a_real_source_is_an_error_that_says_what_to_do(make_record: MakeRecord, decide: Decide) -> None:
    record = make_record(1)
    with pytest.raises(MixedDecisionsError) as caught:
        refuse_mixed_decisions([record], [decide(7, record, "synthetic-1", is_synthetic=True)], source_is_synthetic=False)
    message = str(caught.value)
    assert "synthetic decisions: 1 (the first is event 7, approve of record-" in message
    assert "vqa_rad is a real source" in message
    assert "move the ledger file away, or set another storage_root" in message


def test_a_demo_decision_counts_as_mixed_whatever_its_digest(make_record: MakeRecord, decide: Decide) -> None:
    record = make_record(1)
    stale = decide(1, record, is_synthetic=True, item_digest="f" * 64)
    with pytest.raises(MixedDecisionsError, match="vqa_rad is a real source"):
        refuse_mixed_decisions([record], [stale], source_is_synthetic=False)


def test_real_and_demo_decisions_about_one_synthetic_source_are_an_error(make_record: MakeRecord, decide: Decide) -> None:
    first, second = make_record(1), make_record(2)
    demo, real = decide(1, first, "synthetic-1", is_synthetic=True), decide(2, second)
    with pytest.raises(MixedDecisionsError, match=r"real decisions: 1 \(the first is event 2.*the synthetic cohort of vqa_rad"):
        refuse_mixed_decisions([first, second], [demo, real], source_is_synthetic=True)


def test_decisions_of_one_kind_and_those_about_other_items_are_no_matter(make_record: MakeRecord, decide: Decide) -> None:
    first, second = make_record(1), make_record(2)
    demo, real = decide(1, first, "synthetic-1", is_synthetic=True), decide(2, second)
    refuse_mixed_decisions([first], [demo, real], source_is_synthetic=True)
    refuse_mixed_decisions([second], [demo, real], source_is_synthetic=False)
    refuse_mixed_decisions([second], [demo, real], source_is_synthetic=True)
