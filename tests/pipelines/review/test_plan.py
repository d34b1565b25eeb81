from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.choices import Review
from pipelines.reasons import Reason, Stage
from pipelines.records import Record, Rejection, ReviewDecision
from pipelines.review.inspection import ItemState, inspect_lots
from pipelines.review.lots import Inspection, divide_into_lots
from pipelines.review.plan import Approval, ReviewPlan, apply_plan, sample_for_review
from pipelines.review.standing import MixedDecisionsError
from pipelines.vocabulary import AnswerType, Split, Verdict

MakeRecord = Callable[..., Record]
Decide = Callable[..., ReviewDecision]
PLAN = ReviewPlan(train_sample=3, benchmark_reviewers=2)


def judge(records: Sequence[Record], decisions: Sequence[ReviewDecision], plan: ReviewPlan = PLAN) -> Approval:
    return apply_plan(records, decisions, plan, source_is_synthetic=False)


def reasons(approval: Approval) -> dict[str, Reason]:
    return {rejection.item: rejection.reason for rejection in approval.rejections}


def in_sampling_order(records: Sequence[Record]) -> list[Record]:
    (ordered,) = divide_into_lots(records, PLAN.seed).values()
    return ordered


def test_the_plan_takes_its_numbers_from_the_settings() -> None:
    assert ReviewPlan.from_settings(Review()) == ReviewPlan(train_sample=59, benchmark_reviewers=2)
    assert ReviewPlan.from_settings(Review(train_sample=149, benchmark_reviewers=3)).benchmark_reviewers == 3


@pytest.mark.parametrize("split", [Split.HELD_IN, Split.HELD_OUT])
def test_a_benchmark_record_needs_two_distinct_reviewers(make_record: MakeRecord, decide: Decide, split: Split) -> None:
    record = make_record(1, split=split)
    once = judge([record], [decide(1, record), decide(2, record, "ada")])
    assert (once.approved, once.is_complete, once.lots[0].decisions_needed) == ((), False, 1)
    detail = f"approvals needed: 1, in lot vqa_rad/{split}/coreference/located_question/closed/composed"
    assert once.rejections == (Rejection(record.source, Stage.APPROVE, record.record_id, Reason.LOT_NOT_ACCEPTED, detail),)
    twice = judge([record], [decide(1, record), decide(2, record, "Bob")])
    assert (twice.approved, twice.rejections, twice.is_complete) == ((record,), (), True)


def test_a_reject_outweighs_approvals_and_closes_the_record(make_record: MakeRecord, decide: Decide) -> None:
    record = make_record(1, split=Split.HELD_OUT)
    reject = decide(3, record, "Cyd", verdict=Verdict.REJECT, comment="two options are right")
    approval = judge([record], [decide(1, record), decide(2, record, "Bob"), reject])
    assert (approval.approved, approval.is_complete) == ((), True)
    (rejection,) = approval.rejections
    assert (rejection.reason, rejection.stage) == (Reason.REJECTED_BY_REVIEWER, Stage.APPROVE)
    assert rejection.detail == "wording by Cyd (event 3): two options are right"


def test_a_reviewer_takes_a_reject_back_with_another_event(make_record: MakeRecord, decide: Decide) -> None:
    record = make_record(1, split=Split.HELD_OUT)
    decisions = [decide(1, record, verdict=Verdict.REJECT), decide(2, record, "Bob"), decide(3, record)]
    assert judge([record], decisions[:2]).approved == ()
    assert judge([record], decisions).approved == (record,)


def test_a_record_generated_anew_has_lost_its_approvals(make_record: MakeRecord, decide: Decide) -> None:
    record = make_record(1, split=Split.HELD_OUT)
    decisions = [decide(1, record), decide(2, record, "Bob")]
    changed = replace(record, digest="f" * 64)
    assert judge([record], decisions).is_complete
    assert reasons(judge([changed], decisions)) == {record.record_id: Reason.LOT_NOT_ACCEPTED}


def test_a_training_lot_passes_when_its_sample_is_approved_and_not_before(make_record: MakeRecord, decide: Decide) -> None:
    ordered = in_sampling_order([make_record(number) for number in range(10)])
    decisions = [decide(number, record) for number, record in enumerate(ordered[:3], start=1)]
    short = judge(ordered, decisions[:2])
    assert (len(short.approved), short.lots[0].decisions_needed, short.lots[0].n_open) == (2, 1, 8)
    details = sorted({rejection.detail.split(" lot ")[0] for rejection in short.rejections})
    assert details == ["approvals needed: 1, in", "not sampled; the sample of"]
    passed = judge(ordered, decisions)
    assert (len(passed.approved), passed.rejections, passed.is_complete) == (10, (), True)
    assert passed.lots[0].inspection is Inspection.SAMPLE


def test_approvals_outside_the_sample_do_not_replace_it(make_record: MakeRecord, decide: Decide) -> None:
    ordered = in_sampling_order([make_record(number) for number in range(10)])
    approval = judge(ordered, [decide(number, record) for number, record in enumerate(ordered[3:8], start=1)])
    assert approval.lots[0].decisions_needed == 3
    assert len(approval.approved) == 5


def test_a_reject_in_the_sample_means_that_every_record_is_screened(make_record: MakeRecord, decide: Decide) -> None:
    ordered = in_sampling_order([make_record(number) for number in range(10)])
    reject = decide(3, ordered[2], verdict=Verdict.REJECT)
    decisions = [decide(1, ordered[0]), decide(2, ordered[1]), reject]
    approval = judge(ordered, decisions)
    (lot,) = approval.lots
    assert (lot.inspection, lot.n_usable, lot.n_rejected, lot.n_open, lot.decisions_needed) == (
        Inspection.SCREENING,
        2,
        1,
        7,
        7,
    )
    assert sample_for_review(ordered, decisions, PLAN) == ordered[3:]
    decisions += [decide(number, record) for number, record in enumerate(ordered[3:], start=4)]
    screened = judge(ordered, decisions)
    assert (len(screened.approved), screened.is_complete) == (9, True)
    assert reasons(screened) == {ordered[2].record_id: Reason.REJECTED_BY_REVIEWER}


def test_a_reject_outside_the_sample_rejects_that_record_alone(make_record: MakeRecord, decide: Decide) -> None:
    ordered = in_sampling_order([make_record(number) for number in range(10)])
    decisions = [decide(number, record) for number, record in enumerate(ordered[:3], start=1)]
    approval = judge(ordered, [*decisions, decide(4, ordered[9], verdict=Verdict.REJECT)])
    assert (len(approval.approved), approval.is_complete) == (9, True)
    assert reasons(approval) == {ordered[9].record_id: Reason.REJECTED_BY_REVIEWER}


@pytest.mark.parametrize("n_records", [1, 2, 3])
def test_a_lot_no_larger_than_the_sample_is_screened_whole(make_record: MakeRecord, n_records: int) -> None:
    (lot,) = judge([make_record(number) for number in range(n_records)], []).lots
    assert (lot.inspection, lot.decisions_needed) == (Inspection.SCREENING, n_records)


def test_one_lot_does_not_help_another(make_record: MakeRecord, decide: Decide) -> None:
    closed = in_sampling_order([make_record(number) for number in range(5)])
    opened = [make_record(number, answer_type=AnswerType.OPEN) for number in range(5, 10)]
    approval = judge(closed + opened, [decide(number, record) for number, record in enumerate(closed[:3], start=1)])
    assert set(approval.approved) == set(closed)
    assert [lot.is_accepted for lot in approval.lots] == [True, False]


def test_the_default_sample_of_a_large_lot_is_fifty_nine(make_record: MakeRecord) -> None:
    records = [make_record(number) for number in range(200)]
    assert len(sample_for_review(records, [], ReviewPlan())) == 59


def test_of_two_versions_the_latest_is_judged_and_the_other_is_accounted_for(make_record: MakeRecord, decide: Decide) -> None:
    first, second = make_record(1), make_record(1, version=2)
    approval = judge([second, first], [decide(1, first), decide(2, second)])
    assert approval.approved == (second,)
    assert [(one.reason, one.detail) for one in approval.rejections] == [
        (Reason.SUPERSEDED_VERSION, "version 1; version 2 is reviewed in its place")
    ]


def test_demo_decisions_open_the_gate_of_a_synthetic_source_alone(make_record: MakeRecord, decide: Decide) -> None:
    record = make_record(1)
    demo = [decide(1, record, "synthetic-1", is_synthetic=True)]
    assert apply_plan([record], demo, PLAN, source_is_synthetic=True).approved == (record,)
    with pytest.raises(MixedDecisionsError):
        apply_plan([record], demo, PLAN, source_is_synthetic=False)


def test_the_shortfall_names_lot_number_and_command_and_no_text_of_a_record(make_record: MakeRecord, decide: Decide) -> None:
    train = [make_record(number) for number in range(10)]
    benchmark = [make_record(number, split=Split.HELD_OUT) for number in range(10, 12)]
    message = judge(train + benchmark, [decide(1, benchmark[0])]).shortfall_message()
    assert message.splitlines() == [
        "review of vqa_rad is not complete; lots that are short: 2 of 2; decisions needed: 6",
        "  vqa_rad/held_out/coreference/located_question/closed/composed: decisions needed: 3 "
        "(every_item; 2 records: 0 usable, 0 rejected, 2 open)",
        "  vqa_rad/train/coreference/located_question/closed/composed: decisions needed: 3 "
        "(sample; 10 records: 0 usable, 0 rejected, 10 open)",
        "see them:    python -m pipelines review list --source vqa_rad --pending",
        "decide one:  python -m pipelines review approve ITEM --reviewer NAME",
    ]
    assert judge([], []).shortfall_message() == ""


@st.composite
def reviews(draw: st.DrawFn) -> tuple[list[tuple[Split, AnswerType]], list[tuple[int, str, Verdict, bool]]]:
    """Records (split, answer type) and events (which record, by whom, verdict, whether the digest is the present one)."""
    kinds = draw(st.lists(st.tuples(st.sampled_from(Split), st.sampled_from(AnswerType)), min_size=1, max_size=12))
    event = st.tuples(
        st.integers(0, len(kinds) - 1),
        st.sampled_from(["Ada", "ADA", "Bob", "Cyd"]),
        st.sampled_from([Verdict.APPROVE, Verdict.APPROVE, Verdict.APPROVE, Verdict.REJECT]),
        st.sampled_from([True, True, True, False]),
    )
    return kinds, draw(st.lists(event, max_size=40))


Reviewed = tuple[list[Record], list[ReviewDecision]]


@pytest.fixture(scope="session")
def build(make_record: MakeRecord, decide: Decide) -> Callable[..., Reviewed]:
    def make(kinds: list[tuple[Split, AnswerType]], events: list[tuple[int, str, Verdict, bool]]) -> Reviewed:
        records = [make_record(n, split=split, answer_type=answer_type) for n, (split, answer_type) in enumerate(kinds)]
        decisions = [
            decide(n, records[index], reviewer, verdict=verdict, item_digest=records[index].digest if fresh else "stale")
            for n, (index, reviewer, verdict, fresh) in enumerate(events, start=1)
        ]
        return records, decisions

    return make


@settings(deadline=None)
@given(reviews())
def test_every_record_is_approved_or_rejected_once_and_the_numbers_add_up(build: Callable[..., Reviewed], drawn: tuple) -> None:
    records, decisions = build(*drawn)
    approval = judge(records, decisions)
    approved = [record.record_id for record in approval.approved]
    rejected = [rejection.item for rejection in approval.rejections]
    assert sorted(approved + rejected) == sorted(record.record_id for record in records)
    assert [
        sum(numbers) for numbers in zip(*((lot.n_usable, lot.n_rejected + lot.n_open) for lot in approval.lots), strict=True)
    ] == [
        len(approved),
        len(rejected),
    ]
    assert all(lot.n_items == lot.n_usable + lot.n_rejected + lot.n_open for lot in approval.lots)
    assert approval.is_complete == (sample_for_review(records, decisions, PLAN) == []) == (approval.shortfall_message() == "")
    if approval.is_complete:
        assert set(reasons(approval).values()) <= {Reason.REJECTED_BY_REVIEWER}


@settings(deadline=None)
@given(reviews())
def test_no_benchmark_record_passes_without_its_reviewers_and_none_with_a_reject(
    build: Callable[..., Reviewed], drawn: tuple
) -> None:
    records, decisions = build(*drawn)
    for record in judge(records, decisions).approved:
        last = {
            one.reviewer.casefold(): one.verdict
            for one in decisions
            if (one.item, one.item_digest) == (record.record_id, record.digest)
        }
        assert Verdict.REJECT not in last.values()
        if record.split is not Split.TRAIN:
            assert len(last) >= PLAN.benchmark_reviewers


@settings(deadline=None)
@given(reviews(), st.integers(0, 11), st.sampled_from(["Ada", "Bob", "Dan"]))
def test_one_more_approval_takes_no_other_approval_away(
    build: Callable[..., Reviewed], decide: Decide, drawn: tuple, index: int, reviewer: str
) -> None:
    records, decisions = build(*drawn)
    before = judge(records, decisions)
    after = judge(records, [*decisions, decide(len(decisions) + 1, records[index % len(records)], reviewer)])
    assert set(before.approved) <= set(after.approved)


@settings(deadline=None)
@given(reviews(), st.randoms(use_true_random=False))
def test_the_order_in_which_records_and_events_are_given_does_not_matter(
    build: Callable[..., Reviewed], drawn: tuple, shuffler
) -> None:
    records, decisions = build(*drawn)
    expected = judge(records, decisions)
    shuffler.shuffle(records)
    shuffler.shuffle(decisions)
    assert judge(records, decisions) == expected


@settings(deadline=None)
@given(reviews())
def test_deciding_what_is_asked_for_completes_the_review(build: Callable[..., Reviewed], decide: Decide, drawn: tuple) -> None:
    records, decisions = build(*drawn)
    for reviewer in ("Eve", "Fay"):
        asked = sample_for_review(records, decisions, PLAN)
        decisions += [decide(len(decisions) + n, record, reviewer) for n, record in enumerate(asked, start=1)]
    assert judge(records, decisions).is_complete


def test_the_state_of_each_record_is_told_in_sampling_order(make_record: MakeRecord, decide: Decide) -> None:
    ordered = in_sampling_order([make_record(number) for number in range(6)])
    decisions = [decide(1, ordered[0]), decide(2, ordered[4]), decide(3, ordered[5], verdict=Verdict.REJECT)]
    (lot,) = inspect_lots(ordered, decisions, PLAN)
    assert [item.record for item in lot.items] == ordered
    approved, pending, waiting, rejected = ItemState.APPROVED, ItemState.PENDING, ItemState.WAITING, ItemState.REJECTED
    assert [item.state for item in lot.items] == [approved, pending, pending, waiting, approved, rejected]


def test_a_reject_is_not_forgotten_when_the_record_is_written_anew(make_record: MakeRecord, decide: Decide) -> None:
    ordered = in_sampling_order([make_record(number) for number in range(10)])
    decisions = [
        decide(1, ordered[0], verdict=Verdict.REJECT),
        *(decide(n, record) for n, record in enumerate(ordered[1:3], 2)),
    ]
    anew = replace(ordered[0], version=2, digest="f" * 64)
    (lot,) = inspect_lots([anew, *ordered[1:]], [*decisions, decide(9, anew)], PLAN)
    assert lot.inspection is Inspection.SCREENING
    taken_back = [*decisions, decide(8, ordered[0]), decide(9, anew)]
    assert inspect_lots([anew, *ordered[1:]], taken_back, PLAN)[0].inspection is Inspection.SAMPLE


def test_another_version_of_a_prompt_makes_another_lot(make_record: MakeRecord) -> None:
    written = [
        make_record(n, generator="openai:m", ledger_key="call-1", template_hash=digit * 64) for n, digit in enumerate("ab")
    ]
    assert len(divide_into_lots(written, PLAN.seed)) == 2
