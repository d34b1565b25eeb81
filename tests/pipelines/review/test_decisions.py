from dataclasses import replace

import pytest

from pipelines.review.decisions import (
    MAX_COMMENT_CHARACTERS,
    DecisionError,
    NewDecision,
    RejectReason,
    check_decision,
    parse_reject_reason,
    reviewer_key,
)
from pipelines.vocabulary import Verdict

APPROVAL = NewDecision("record-1", "d" * 64, "Ada", Verdict.APPROVE)
REJECT = NewDecision("record-1", "d" * 64, "Ada", Verdict.REJECT, RejectReason.LEAK, "The question names the finding.")


@pytest.mark.parametrize("name", ["", " ", " Ada", "Ada\n", "A" * 101, "Ada\x00", "Ada\u200b", "\udc80"])
def test_a_reviewer_name_that_cannot_be_told_apart_is_refused(name: str) -> None:
    with pytest.raises(DecisionError, match=r"reviewer .*1 to 100 printable characters"):
        check_decision(replace(APPROVAL, reviewer=name))


@pytest.mark.parametrize("name", ["A", "A" * 100, "Zoë Müller", "山田 太郎"])
def test_a_name_of_any_script_is_accepted(name: str) -> None:
    check_decision(replace(APPROVAL, reviewer=name))


def test_a_person_may_not_sign_with_the_name_of_a_demo_reviewer() -> None:
    with pytest.raises(DecisionError, match="the demo's; sign with your own"):
        check_decision(replace(APPROVAL, reviewer="Synthetic-1"))
    check_decision(replace(APPROVAL, reviewer="synthetic-1", is_synthetic=True))


def test_a_reject_needs_a_reason_of_the_list_and_an_approval_has_none() -> None:
    check_decision(REJECT)
    with pytest.raises(DecisionError, match=r"a reject needs one; choose one of: wrong_image, .*phi"):
        check_decision(replace(REJECT, reason=None))
    with pytest.raises(DecisionError, match="reason 'bad' is not known; choose one of: wrong_image"):
        parse_reject_reason("bad")
    with pytest.raises(DecisionError, match="an approval has none"):
        check_decision(replace(APPROVAL, reason=RejectReason.LEAK))


def test_a_comment_is_kept_up_to_its_limit_and_lines_are_allowed() -> None:
    check_decision(replace(REJECT, comment="x" * MAX_COMMENT_CHARACTERS))
    check_decision(replace(REJECT, comment="first line\nsecond\tline"))
    with pytest.raises(DecisionError, match="2,001 characters, at most 2,000"):
        check_decision(replace(REJECT, comment="x" * (MAX_COMMENT_CHARACTERS + 1)))
    with pytest.raises(DecisionError, match="blank"):
        check_decision(replace(REJECT, comment=" \n"))
    with pytest.raises(DecisionError, match="control characters or broken text"):
        check_decision(replace(REJECT, comment="a\x00b"))


def test_item_and_digest_must_be_given() -> None:
    with pytest.raises(DecisionError, match="item ''"):
        check_decision(replace(APPROVAL, item=""))
    with pytest.raises(DecisionError, match="item_digest ' d'"):
        check_decision(replace(APPROVAL, item_digest=" d"))


def test_two_spellings_of_one_name_are_one_reviewer() -> None:
    assert reviewer_key("Zoe\u0308") == reviewer_key("ZOË")
    assert reviewer_key("Ada") != reviewer_key("Ida")
