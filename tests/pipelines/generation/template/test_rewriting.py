from dataclasses import replace

import pytest

from pipelines.choices import Generation
from pipelines.generation.record import build_records
from pipelines.generation.rewrite import Objection, Rewrite, is_mendable
from pipelines.generation.template.classes import TEMPLATED
from pipelines.generation.template.rewriting import rewrite_templates
from pipelines.generation.template.write import write_templates
from pipelines.reasons import Reason, RejectReason
from tests.pipelines.generation.template.inherent_groups import plausible_groups

SETTINGS = Generation()
WORDING = (Objection(RejectReason.WORDING),)


@pytest.fixture(scope="module")
def written():
    groups = [group for subtask in TEMPLATED for group in plausible_groups(subtask)]
    return {group.group_id: group for group in groups}, build_records(write_templates(groups, SETTINGS).rows, SETTINGS.seed)


def _rewrite(records, groups, objections=WORDING):
    rewrites = [Rewrite(record, objections) for record in records]
    return build_records(rewrite_templates(rewrites, groups, SETTINGS), SETTINGS.seed, former=records)


def test_the_next_version_is_worded_anew_and_says_the_same(written):
    groups, records = written
    again = _rewrite(records, groups)
    assert len(again) == len(records)
    for former, new in zip(records, again, strict=True):
        assert (new.record_id, new.version) == (former.record_id, former.version + 1)
        assert new.question != former.question
        assert new.answer != former.answer
        assert new.answer_class == former.answer_class
        assert sorted(new.option_classes) == sorted(former.option_classes)
        assert new.letter == former.letter
        assert new.digest != former.digest


def test_three_rounds_give_four_different_versions(written):
    groups, records = written
    versions = [records]
    for _ in range(3):
        versions.append(_rewrite(versions[-1], groups))
    for rounds in zip(*versions, strict=True):
        assert [record.version for record in rounds] == [1, 2, 3, 4]
        assert len({record.question for record in rounds}) == 4
        assert len({record.answer for record in rounds}) == 4


@pytest.mark.parametrize(
    "reason",
    [
        RejectReason.WRONG_LABEL,
        RejectReason.WRONG_IMAGE,
        RejectReason.PHI,
        RejectReason.MORE_THAN_ONE_CORRECT,
        Reason.LABEL_MISMATCH,
        Reason.FACT_MISMATCH,
        Reason.REPEATED_IMAGE,
        Reason.IDENTIFIER,
        Reason.CONTRADICTION,
    ],
)
def test_a_fault_of_content_has_no_further_version(written, reason):
    groups, records = written
    assert _rewrite(records[:3], groups, (Objection(reason, "detail: with a colon"),)) == []
    assert _rewrite(records[:3], groups, (*WORDING, Objection(reason))) == []


@pytest.mark.parametrize(
    "reason", [Reason.LENGTH_CUE, RejectReason.WORDING, Reason.HIDDEN_TEXT, RejectReason.LEAK, Reason.NEAR_DUPLICATE]
)
def test_a_fault_of_wording_has_one(written, reason):
    groups, records = written
    assert len(_rewrite(records[:3], groups, (Objection(reason),))) == 3


def test_no_failure_is_nothing_to_mend():
    assert not is_mendable(())


def test_records_of_other_generators_are_passed_over(written):
    groups, records = written
    assert _rewrite([replace(record, generator="composed") for record in records[:3]], groups) == []


def test_a_record_whose_group_is_not_there_is_an_error(written):
    with pytest.raises(KeyError, match=written[1][0].group_id):
        _rewrite(written[1][:1], {})


def test_the_order_of_rewrites_does_not_matter(written):
    groups, records = written
    rewrites = [Rewrite(record, WORDING) for record in records[:40]]
    assert rewrite_templates(rewrites, groups, SETTINGS) == rewrite_templates(rewrites[::-1], groups, SETTINGS)
