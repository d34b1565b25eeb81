"""Rejected versions are written anew, with what was wrong, a few times, and none is lost."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from pipelines.choices import Generation, Grouping
from pipelines.generation.composed.write import write_composed
from pipelines.generation.draft import Draft
from pipelines.generation.rewrite import Objection, Rewrite
from pipelines.grouping.vqa_rad.composed import compose_groups
from pipelines.outcome import Outcome
from pipelines.reasons import Reason, RejectReason, Stage
from pipelines.records import ImageGroup, Record, Rejection, ReviewDecision
from pipelines.refinement import Written, tabulate_rounds, write_and_refine
from pipelines.settings import Settings
from pipelines.validation.rules import validate_records
from pipelines.vocabulary import SubTask, Verdict
from pipelines.writers import Writer, choose_writer
from tests.pipelines.generation.template.inherent_groups import images_of, plausible_groups

SPOILT = "Does the report mention a mass in the second image, or not at all?"


class Author:
    """Writes real records, spoils the first ones, and mends them at the given attempt."""

    def __init__(self, rows, n_spoilt: int, mended_at: int) -> None:
        self.groups = compose_groups(rows.questions, rows.images, rows.splits, Grouping(max_groups_per_image=20)).rows
        self.images = rows.images
        good = write_composed(self.groups, rows.questions, Generation()).rows
        self.good = {draft.record_id: draft for draft in good}
        self.spoilt = {draft.record_id: replace(draft, question=SPOILT) for draft in good[:n_spoilt]}
        self.mended_at = mended_at
        self.asked: list[Sequence[Rewrite]] = []

    def write(self, groups: Sequence[ImageGroup]) -> Outcome[Draft]:
        return Outcome(tuple((self.good | self.spoilt).values()), ())

    def rewrite(self, rewrites: Sequence[Rewrite], groups: Mapping[str, ImageGroup]) -> Outcome[Draft]:
        self.asked.append(rewrites)
        made = []
        for one in rewrites:
            version = one.record.version + 1
            source = self.good if version >= self.mended_at else self.spoilt
            draft = source[one.record.record_id]
            made.append(replace(draft, version=version, question=f"Take a careful look. {draft.question}"))
        return Outcome(tuple(made), ())

    def run(self, decisions: Sequence[ReviewDecision] = (), **settings: int) -> Written:
        writer = Writer(self.write, self.rewrite)
        return write_and_refine(self.groups, writer, self.images, list(decisions), Generation(**settings))


def reject(record: Record, comment: str | None = None) -> ReviewDecision:
    reason = "wording"
    time = "2026-11-01T12:00:00+00:00"
    return ReviewDecision(1, record.record_id, record.digest, "Ada", Verdict.REJECT, reason, comment, time, False)


def test_a_version_that_the_validators_reject_is_written_anew_and_every_version_is_kept(many_rows) -> None:
    author = Author(many_rows, n_spoilt=3, mended_at=2)
    written = author.run()
    versions = {
        record_id: [one.version for one in written.records if one.record_id == record_id] for record_id in author.spoilt
    }
    assert set(map(tuple, versions.values())) == {(1, 2)}
    assert [(one.n_rejected, one.n_written, one.n_mended) for one in written.rounds] == [(3, 3, 3)]
    passed = {record.record_id for record in validate_records(written.records, author.groups, author.images).rows}
    assert set(author.spoilt) <= passed


def test_the_next_version_is_told_the_failed_checks_and_the_text_before(many_rows) -> None:
    author = Author(many_rows, n_spoilt=1, mended_at=2)
    author.run()
    ((rewrite,),) = author.asked
    assert rewrite.record.question == SPOILT
    assert Reason.HIDDEN_TEXT in {objection.reason for objection in rewrite.objections}


@pytest.mark.parametrize("max_rounds", [0, 1, 3])
def test_there_are_at_most_as_many_rounds_as_the_settings_allow(many_rows, max_rounds: int) -> None:
    author = Author(many_rows, n_spoilt=2, mended_at=99)
    written = author.run(max_rounds=max_rounds)
    assert max(record.version for record in written.records) == 1 + max_rounds
    assert len(author.asked) == max_rounds
    assert tabulate_rounds(written).count("rewriting") == max_rounds


def test_a_reviewers_reject_makes_the_next_version_with_its_reason_and_comment(many_rows) -> None:
    author = Author(many_rows, n_spoilt=0, mended_at=2)
    first = author.run().records[0]
    written = author.run([reject(first, "say which side")])
    assert [one.version for one in written.records if one.record_id == first.record_id] == [1, 2]
    assert author.asked[-1][0].objections == (Objection(RejectReason.WORDING),)
    assert author.asked[-1][0].comment == "say which side"


def test_a_reject_for_its_wording_gets_another_reviewed_wording_and_one_for_its_label_does_not() -> None:
    groups = [group for subtask in (SubTask.SAME_DIAGNOSIS, SubTask.FINDING_PROGRESSION) for group in plausible_groups(subtask)]
    images = [image for group in groups for image in images_of(group)]
    writer = choose_writer((), Settings(), None)
    first = write_and_refine(groups, writer, images, [], Generation()).records
    clumsy, wrong = first[0], first[1]
    decisions = [reject(clumsy), replace(reject(wrong), event_id=2, reason=str(RejectReason.WRONG_LABEL))]
    again = write_and_refine(groups, writer, images, decisions, Generation())
    (new,) = [record for record in again.records if record.version == 2]
    assert (new.record_id, new.answer_class, new.letter) == (clumsy.record_id, clumsy.answer_class, clumsy.letter)
    assert new.question != clumsy.question
    assert [(one.n_rejected, one.n_written, one.n_mended) for one in again.rounds] == [(2, 1, 1)]


def test_a_reject_of_a_former_version_does_not_reject_the_next_one(many_rows) -> None:
    author = Author(many_rows, n_spoilt=1, mended_at=2)
    spoilt = next(record for record in author.run().records if record.question == SPOILT)
    assert max(record.version for record in author.run([reject(spoilt)]).records) == 2


def test_a_version_keeps_the_letter_of_the_one_before(many_rows) -> None:
    written = Author(many_rows, n_spoilt=8, mended_at=2).run()
    letters: dict[str, set[str | None]] = {}
    for record in written.records:
        letters.setdefault(record.record_id, set()).add(record.letter)
    assert {len(found) for found in letters.values()} == {1}


def test_the_same_again_gives_the_same_versions(many_rows) -> None:
    assert Author(many_rows, 4, 3).run() == Author(many_rows, 4, 3).run()


def test_every_version_is_passed_or_rejected_once(many_rows) -> None:
    author = Author(many_rows, n_spoilt=4, mended_at=3)
    written = author.run()
    outcome = validate_records(written.records, author.groups, author.images)
    assert len(outcome.rows) + len(outcome.rejections) == len(written.records)
    assert len({(one.item, one.reason, one.detail) for one in outcome.rejections}) == len(outcome.rejections)


def test_groups_without_a_record_are_counted_once_and_single_records_apart(many_rows) -> None:
    author = Author(many_rows, n_spoilt=0, mended_at=2)
    lost, kept = author.groups[0], author.groups[1]
    drafts = tuple(draft for draft in author.write(author.groups).rows if draft.group.group_id != lost.group_id)
    rejections = tuple(
        Rejection(group.source, Stage.GENERATE, group.group_id, Reason.MODEL_REFUSED, detail)
        for group in (lost, kept)
        for detail in ("closed", "open")
    )
    written = write_and_refine(author.groups, Writer(lambda _: Outcome(drafts, rejections)), author.images, [], Generation())
    units = [(one.item, one.unit) for one in written.rejections]
    assert units == [(lost.group_id, "group"), (lost.group_id, "record"), (kept.group_id, "record"), (kept.group_id, "record")]


def test_what_could_not_be_written_anew_is_told_and_the_version_before_stays(many_rows) -> None:
    author = Author(many_rows, n_spoilt=2, mended_at=2)

    def refuse(rewrites: Sequence[Rewrite], groups: Mapping[str, ImageGroup]) -> Outcome[Draft]:
        items = [one.record.group_id for one in rewrites]
        return Outcome(
            (), tuple(Rejection(author.groups[0].source, Stage.GENERATE, item, Reason.BUDGET_SPENT, "") for item in items)
        )

    written = write_and_refine(author.groups, Writer(author.write, refuse), author.images, [], Generation())
    assert {(one.unit, one.reason) for one in written.rejections} == {("rewriting", Reason.BUDGET_SPENT)}
    assert {record.version for record in written.records} == {1}
