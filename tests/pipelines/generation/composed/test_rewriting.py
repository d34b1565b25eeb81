from collections.abc import Callable

import pytest

from pipelines.choices import Generation, Grouping
from pipelines.generation.composed.rewriting import rewrite_composed
from pipelines.generation.composed.write import generate_composed
from pipelines.generation.record import build_records
from pipelines.generation.rewrite import Objection, Rewrite
from pipelines.grouping.vqa_rad.composed import compose_groups
from pipelines.reasons import RejectReason
from pipelines.records import Record
from pipelines.validation.rules import find_record_failures

SETTINGS = Generation()
CLUMSY = (Objection(RejectReason.WORDING),)


@pytest.fixture
def rewritten(many_rows) -> tuple[list[Record], Callable[..., list[Record]], Callable[[list[Record]], dict]]:
    rows = many_rows
    groups = compose_groups(rows.questions, rows.images, rows.splits, Grouping(max_groups_per_image=20)).rows
    records = list(generate_composed(groups, rows.questions, SETTINGS).rows)
    by_id = {group.group_id: group for group in groups}

    def rewrite(rejected: list[Record], objections: tuple[Objection, ...] = CLUMSY) -> list[Record]:
        drafts = rewrite_composed([Rewrite(one, objections) for one in rejected], by_id, rows.questions, SETTINGS)
        return build_records(drafts, SETTINGS.seed, former=rejected)

    return records, rewrite, lambda versions: find_record_failures(versions, groups, rows.images)


def is_worded(record: Record) -> bool:
    return record.template_id.startswith(("statement", "open_statement", "which_image"))


def test_what_has_several_wordings_gets_another_one_that_says_the_same_and_passes(rewritten) -> None:
    records, rewrite, find_failures = rewritten
    rejected = [record for record in records if is_worded(record)]
    again = rewrite(rejected)
    assert {record.template_id.split("/")[0] for record in again} == {"statement", "open_statement", "which_image"}
    for former, new in zip(rejected, again, strict=True):
        assert (new.record_id, new.version, new.letter) == (former.record_id, 2, former.letter)
        assert (new.answer_class, new.evidence) == (former.answer_class, former.evidence)
        assert new.question != former.question
        assert new.digest != former.digest
    assert find_failures(again) == {}


def test_a_located_question_is_the_sources_own_and_stays_rejected(rewritten) -> None:
    records, rewrite, _ = rewritten
    located = [record for record in records if not is_worded(record)]
    assert located
    assert rewrite(located) == []


def test_a_fault_of_content_has_no_further_version(rewritten) -> None:
    records, rewrite, _ = rewritten
    assert rewrite(records, (Objection(RejectReason.WRONG_IMAGE),)) == []


def test_three_rounds_give_four_wordings(rewritten) -> None:
    records, rewrite, _ = rewritten
    versions = [[record for record in records if is_worded(record)]]
    for _round in range(3):
        versions.append(rewrite(versions[-1]))
    assert all(len({record.question for record in rounds}) == 4 for rounds in zip(*versions, strict=True))
