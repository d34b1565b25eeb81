from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from pipelines.choices import Generation, Grouping
from pipelines.generation.composed.write import generate_composed
from pipelines.generation.record import digest_shown
from pipelines.grouping.vqa_rad.composed import compose_groups
from pipelines.reasons import Reason, Stage
from pipelines.records import Quote, Record
from pipelines.tables import REJECTIONS
from pipelines.validation.context import Context
from pipelines.validation.images import SINGLE_IMAGE
from pipelines.validation.rules import RULES, find_failure, find_failures, find_record_failures, validate_records
from pipelines.vocabulary import AnswerType, Split, View


def _sealed(record: Record, **changes: object) -> Record:
    """Change a record as a generator would have written it: with the digest of what it then shows."""
    changed = replace(record, **changes)  # pyright: ignore[reportArgumentType]
    shown = digest_shown(changed.question, changed.options, changed.letter, changed.answer, changed.image_ids)
    return replace(changed, digest=shown)


def _other_letter(record: Record) -> str:
    return next(letter for letter in "ABCDEFG"[: len(record.options)] if letter != record.letter)


def _rekeyed(record: Record) -> Record:
    """Key the other option, letter and text in agreement: only the facts can tell."""
    letter = _other_letter(record)
    return _sealed(record, letter=letter, answer=record.options["ABCDEFG".index(letter)])


def _with_option(record: Record, place: int, text: str) -> Record:
    options = tuple(text if index == place else option for index, option in enumerate(record.options))
    return _sealed(record, options=options, answer=options["ABCDEFG".index(record.letter or "A")])


def _wrong_place(record: Record) -> int:
    return next(place for place, option in enumerate(record.options) if option != record.answer)


def _key_place(record: Record) -> int:
    return record.options.index(record.answer)


@dataclass(frozen=True)
class Mutation:
    kind: str
    reason: Reason
    change: Callable[[Record], Record]
    n_images: int = 2


MUTATIONS = {
    "empty question": Mutation("located_open", Reason.SCHEMA, lambda one: _sealed(one, question="?")),
    "endless answer": Mutation("located_open", Reason.SCHEMA, lambda one: _sealed(one, answer="very " * 200 + "long")),
    "doubled space": Mutation(
        "located_open", Reason.SCHEMA, lambda one: _sealed(one, question=one.question.replace(" ", "  ", 1))
    ),
    "no question mark": Mutation("located_open", Reason.SCHEMA, lambda one: _sealed(one, question=one.question[:-1])),
    "closed without key": Mutation("which_image", Reason.SCHEMA, lambda one: _sealed(one, letter=None)),
    "open with options": Mutation("located_open", Reason.SCHEMA, lambda one: _sealed(one, options=("a", "b"))),
    "changed after sealing": Mutation("statement", Reason.SCHEMA, lambda one: replace(one, question="Which one is it now?")),
    "other split than its group": Mutation(
        "statement",
        Reason.SCHEMA,
        lambda one: _sealed(one, split=Split.TRAIN if one.split is Split.HELD_OUT else Split.HELD_OUT),
    ),
    "images in another order": Mutation("statement", Reason.SCHEMA, lambda one: _sealed(one, image_ids=one.image_ids[::-1])),
    "unknown group": Mutation("statement", Reason.SCHEMA, lambda one: _sealed(one, group_id="group-elsewhere")),
    "one option": Mutation("statement", Reason.OPTION_COUNT, lambda one: _sealed(one, options=(one.answer,), letter="A")),
    "eight options": Mutation(
        "statement", Reason.OPTION_COUNT, lambda one: _sealed(one, options=one.options + tuple("stuv"), letter=one.letter)
    ),
    "letter beyond the options": Mutation("which_image", Reason.LETTER_GAP, lambda one: _sealed(one, letter="D")),
    "option with a letter": Mutation(
        "which_image", Reason.LETTER_GAP, lambda one: _with_option(one, _wrong_place(one), "B: The last")
    ),
    "key that is no option": Mutation("which_image", Reason.KEY_NOT_IN_OPTIONS, lambda one: _sealed(one, answer="The image")),
    "key of another letter": Mutation(
        "statement", Reason.KEY_NOT_IN_OPTIONS, lambda one: _sealed(one, letter=_other_letter(one))
    ),
    "two right letters": Mutation(
        "statement", Reason.DUPLICATE_OPTIONS, lambda one: _with_option(one, _wrong_place(one), one.answer.upper())
    ),
    "third of two images": Mutation(
        "located_open", Reason.ORDINAL_BEYOND_IMAGES, lambda one: _sealed(one, question="What is abnormal in the third image?")
    ),
    "image 5": Mutation(
        "located_open", Reason.ORDINAL_BEYOND_IMAGES, lambda one: _sealed(one, question="What is it in image 5?")
    ),
    "middle of two images": Mutation(
        "located_open", Reason.ORDINAL_BEYOND_IMAGES, lambda one: _sealed(one, question="What is abnormal in the middle one?")
    ),
    "both of three images": Mutation(
        "located_open", Reason.ORDINAL_BEYOND_IMAGES, lambda one: _sealed(one, question="Is it abnormal in both images?"), 3
    ),
    "two of three images asked about": Mutation(
        "located_open",
        Reason.IMAGE_NOT_ASKED_ABOUT,
        lambda one: _sealed(one, question="What is abnormal in the first image and in the second image?"),
        3,
    ),
    "no image asked about": Mutation(
        "located_open", Reason.IMAGE_NOT_ASKED_ABOUT, lambda one: _sealed(one, question="What is abnormal?")
    ),
    "placeholder": Mutation(
        "located_open", Reason.TEMPLATE_RESIDUE, lambda one: _sealed(one, question="What {finding} is in the first image?")
    ),
    "NaN": Mutation("located_open", Reason.TEMPLATE_RESIDUE, lambda one: _sealed(one, answer="nan")),
    "raw code": Mutation("statement", Reason.TEMPLATE_RESIDUE, lambda one: _with_option(one, 0, "Both show pleural_effusion")),
    "answer in the question": Mutation(
        "located_domain",
        Reason.ANSWER_IN_QUESTION,
        lambda one: _sealed(one, question=one.question.replace("opacity", f"{one.answer.lower()} opacity")),
    ),
    "key stands out by length": Mutation(
        "located_domain",
        Reason.LENGTH_CUE,
        lambda one: _with_option(one, _key_place(one), f"{one.answer}, with much more detail than the others"),
    ),
    "name of a physician": Mutation(
        "located_open",
        Reason.IDENTIFIER,
        lambda one: _sealed(one, question="What did Dr. Smith find abnormal in the first image?"),
    ),
    "residue of de-identification": Mutation("located_open", Reason.IDENTIFIER, lambda one: _sealed(one, answer="Since ___")),
    "words of a report": Mutation(
        "located_open", Reason.HIDDEN_TEXT, lambda one: _sealed(one, answer="Abnormal according to the report")
    ),
    "change without a prior image": Mutation(
        "statement", Reason.ABSENT_IMAGE, lambda one: _with_option(one, _wrong_place(one), "Both images are unchanged")
    ),
    "view that no image is of": Mutation(
        "located_open",
        Reason.ABSENT_IMAGE,
        lambda one: _sealed(one, question="What is abnormal in the first image and on the lateral view?"),
    ),
    "evidence that nobody said": Mutation(
        "located_open", Reason.EVIDENCE_NOT_IN_SOURCE, lambda one: _sealed(one, quotes=(Quote(0, "as nobody said"),))
    ),
    "model without evidence": Mutation(
        "located_open", Reason.EVIDENCE_NOT_IN_SOURCE, lambda one: _sealed(one, generator="openai:test")
    ),
    "wrong yes or no": Mutation("located_yes_no", Reason.FACT_MISMATCH, _rekeyed),
    "wrong side": Mutation("located_domain", Reason.FACT_MISMATCH, _rekeyed),
    "wrong image": Mutation("which_image", Reason.FACT_MISMATCH, _rekeyed),
    "wrong statement": Mutation("statement", Reason.FACT_MISMATCH, _rekeyed),
    "wrong reference": Mutation("located_open", Reason.FACT_MISMATCH, lambda one: _sealed(one, answer="Something else")),
    "question about the other image": Mutation(
        "located_yes_no", Reason.FACT_MISMATCH, lambda one: _sealed(one, question=_swap_ordinals(one.question))
    ),
    "question about something else": Mutation(
        "which_image", Reason.FACT_MISMATCH, lambda one: _sealed(one, question="Which image shows a fracture?")
    ),
    "no evidence": Mutation("located_yes_no", Reason.FACT_MISMATCH, lambda one: _sealed(one, evidence=())),
    "forged evidence": Mutation(
        "located_yes_no",
        Reason.FACT_MISMATCH,
        lambda one: _sealed(one, evidence=(replace(one.evidence[0], said_by="question-elsewhere"),)),
    ),
}


def _swap_ordinals(text: str) -> str:
    return text.replace("first", "FIRST").replace("second", "first").replace("FIRST", "second")


def _frontal(good) -> Context:
    """The good context, its images known to be frontal films."""
    return Context.of(good.groups, [replace(image, view=View.AP) for image in good.images])


@pytest.mark.parametrize("name", MUTATIONS)
def test_each_broken_thing_is_found_by_its_own_rule(good, name: str):
    mutation = MUTATIONS[name]
    record, context = good.first(mutation.kind, mutation.n_images), _frontal(good)
    assert find_failure(record, context) is None
    failure = find_failure(mutation.change(record), context)
    assert failure is not None
    assert failure.reason is mutation.reason, failure.detail
    assert failure.detail


def test_every_rule_has_a_mutation_that_it_alone_explains(good):
    fired = set()
    for mutation in MUTATIONS.values():
        broken = mutation.change(good.first(mutation.kind, mutation.n_images))
        fired.add(next(rule.__name__ for rule in RULES if rule(broken, _frontal(good)) is not None))
    of_inherent_groups = {"check_untold", "check_elapsed", "check_presupposed", "check_side_told"}  # see labels/test_claims.py
    assert fired | {"check_repeated_image"} | of_inherent_groups == {rule.__name__ for rule in RULES}


def test_repeated_image_and_repeated_pixels_are_rejected(good):
    record = good.first("statement")
    group = next(group for group in good.groups if group.group_id == record.group_id)
    twice = (record.image_ids[0],) * 2
    broken = _sealed(record, image_ids=twice)
    failure = find_failure(broken, Context.of([replace(group, image_ids=twice)], good.images))
    assert failure is not None and failure.reason is Reason.REPEATED_IMAGE
    same_pixels = [replace(image, pixel_sha256="equal") for image in good.images]
    failure = find_failure(record, Context.of(good.groups, same_pixels))
    assert failure is not None and failure.reason is Reason.REPEATED_IMAGE


def test_options_that_differ_in_unicode_form_and_articles_are_one(good):
    record = good.first("statement")
    disguised = "the " + record.answer.replace("i", "\uff49").rstrip() + "."
    failure = find_failure(_with_option(record, _wrong_place(record), disguised), good.context)
    assert failure is not None and failure.reason is Reason.DUPLICATE_OPTIONS


def test_yes_and_no_differ_in_length_without_being_a_cue(good):
    yes = next(record for record in good.records if record.answer == "Yes")
    assert find_failure(yes, good.context) is None


def test_the_same_question_about_the_same_image_in_another_order_is_a_duplicate(good):
    record = good.first("located_open")
    group = next(group for group in good.groups if group.group_id == record.group_id)
    moved = tuple(replace(fact, image_index=1 - fact.image_index) for fact in group.facts)
    twin_group = replace(
        group, group_id="group-twin", image_ids=group.image_ids[::-1], subject_ids=group.subject_ids[::-1], facts=moved
    )
    twin = _sealed(
        record,
        record_id=f"{record.record_id}-twin",
        group_id="group-twin",
        image_ids=record.image_ids[::-1],
        subject_ids=record.subject_ids[::-1],
        question=_swap_ordinals(record.question),
        evidence=(replace(record.evidence[0], image_index=1 - record.evidence[0].image_index),),
    )
    outcome = validate_records([twin, record], [group, twin_group], good.images)
    assert [one.record_id for one in outcome.rows] == [record.record_id]
    assert [(one.item, one.reason) for one in outcome.rejections] == [(twin.record_id, Reason.DUPLICATE_RECORD)]
    assert record.record_id in outcome.rejections[0].detail


def test_a_bad_record_is_rejected_once_and_its_neighbours_stay(good):
    bad = _rekeyed(good.first("statement"))
    records = [bad if record.record_id == bad.record_id else record for record in good.records]
    outcome = validate_records(records, good.groups, good.images)
    assert [(one.item, one.stage) for one in outcome.rejections] == [(bad.record_id, Stage.VALIDATE)]
    assert len(outcome.rows) == len(records) - 1


def test_located_records_are_flagged_single_image_and_comparisons_are_not(good):
    rows = validate_records(good.records, good.groups, good.images).rows
    assert len(rows) == len(good.records)
    for record in rows:
        is_located = record.template_id.startswith("located")
        assert (SINGLE_IMAGE in record.flags) == is_located


def test_flags_set_before_are_kept(good):
    record = replace(good.first("located_open"), flags=("spelling_mended",))
    [passed] = validate_records([record], good.groups, good.images).rows
    assert passed.flags == (SINGLE_IMAGE, "spelling_mended")


def test_options_left_over_from_a_larger_domain_are_read_by_that_domain(many_rows):
    answers = {"Right lung": "MR - ADC Map", "Left lung": "CT", "Bilateral": "MRI"}
    questions = [
        replace(one, question="What imaging modality is seen here?", answer=answers[one.answer])
        if "lung" in one.question
        else one
        for one in many_rows.questions
    ]
    groups = compose_groups(questions, many_rows.images, many_rows.splits, Grouping()).rows
    records = generate_composed(groups, questions, Generation()).rows
    closed = [record for record in records if set(record.options) == {"CT scan", "MRI scan"}]
    assert any(record.evidence[0].value == "MR - ADC Map" for record in closed)
    assert validate_records(closed, groups, many_rows.images).rejections == ()
    [rejection] = validate_records([_rekeyed(closed[0])], groups, many_rows.images).rejections
    assert rejection.reason is Reason.FACT_MISMATCH


@pytest.mark.parametrize("settings", [Grouping(), Grouping(max_groups_per_image=2, three_image_share=1)])
def test_real_records_pass_but_for_a_few_duplicates(real_rows, settings):
    groups = compose_groups(real_rows.questions, real_rows.images, real_rows.splits, settings).rows
    records = generate_composed(groups, real_rows.questions, Generation()).rows
    outcome = validate_records(records, groups, real_rows.images)
    assert len(outcome.rows) + len(outcome.rejections) == len(records) > 150
    assert set(outcome.reason_counts()) <= {Reason.DUPLICATE_RECORD.value, Reason.NEAR_DUPLICATE.value}
    assert len(outcome.rejections) < 0.01 * len(records)
    assert {record.answer_type for record in outcome.rows} == set(AnswerType)


def test_every_failed_check_of_a_record_is_told_in_order(good):
    record = _sealed(
        good.first("located_open"),
        question="What did Dr. Smith report of the {finding} in the third image since the last visit?",
    )
    reasons = [failure.reason for failure in find_failures(record, good.context)]
    assert reasons[:4] == [
        Reason.ORDINAL_BEYOND_IMAGES,
        Reason.IDENTIFIER,
        Reason.TEMPLATE_RESIDUE,
        Reason.HIDDEN_TEXT,
    ]
    assert reasons.index(Reason.ABSENT_IMAGE) == 4
    assert find_failures(record, good.context)[0] == find_failure(record, good.context)
    assert find_record_failures([record, *good.records[:3]], good.groups, good.images)[record.record_id] == find_failures(
        record, good.context
    )


def test_of_a_record_without_form_only_the_form_is_told(good):
    broken = _sealed(good.first("statement"), letter="G", question="What does the report of Dr. Smith say?")
    [failure] = find_failures(broken, good.context)
    assert failure.reason is Reason.LETTER_GAP
    assert find_failures(good.first("statement"), good.context) == ()


def test_only_the_latest_version_is_judged_and_every_row_comes_out_once(good):
    first = good.first("statement")
    bad = replace(_rekeyed(first), version=2)
    mended = replace(first, version=3)
    outcome = validate_records([mended, first, bad, *good.records[-2:]], good.groups, good.images)
    assert len(outcome.rows) + len(outcome.rejections) == 5
    assert [one.version for one in outcome.rows if one.record_id == first.record_id] == [3]
    assert [(one.item, one.reason, one.detail.split(";")[0]) for one in outcome.rejections] == [
        (first.record_id, Reason.SUPERSEDED_VERSION, "version 1"),
        (first.record_id, Reason.SUPERSEDED_VERSION, "version 2"),
    ]
    assert REJECTIONS.repeated_keys(REJECTIONS.to_arrow(outcome.rejections)) == []


def test_a_good_version_that_a_bad_one_replaced_is_not_used(good):
    first = good.first("statement")
    outcome = validate_records([first, replace(_rekeyed(first), version=2)], good.groups, good.images)
    assert outcome.rows == ()
    assert [one.reason for one in outcome.rejections] == [Reason.SUPERSEDED_VERSION, Reason.FACT_MISMATCH]


def test_a_superseded_version_makes_no_duplicate_of_its_successor(good):
    first = good.first("located_open")
    outcome = validate_records([first, replace(first, version=2)], good.groups, good.images)
    assert [one.version for one in outcome.rows] == [2]


def test_records_that_contradict_each_other_fall_together(good):
    record = good.first("located_yes_no")
    group = next(group for group in good.groups if group.group_id == record.group_id)
    twin_group = replace(
        group,
        group_id="group-twin",
        facts=tuple(replace(fact, value={"yes": "no", "no": "yes"}[fact.value]) for fact in group.facts),
    )
    twin = replace(
        _rekeyed(record),
        record_id="record-twin",
        group_id="group-twin",
        evidence=twin_group.facts[:1],
        answer_class={"yes": "no", "no": "yes"}[record.answer_class],
    )
    assert find_failure(twin, Context.of([twin_group], good.images)) is None
    outcome = validate_records([record, twin], [group, twin_group], good.images)
    assert [one.reason for one in outcome.rejections] == [Reason.CONTRADICTION] * 2
