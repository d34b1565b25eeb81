import random
from collections import Counter
from dataclasses import replace

import pytest

from pipelines.choices import Grouping
from pipelines.grouping.vqa_rad.composed import compose_groups
from pipelines.reasons import Reason, Stage
from pipelines.records import ImageGroup
from pipelines.vocabulary import Ability, Origin, Split, SubTask

SETTINGS = Grouping()


def _compose(rows, settings=SETTINGS):
    return compose_groups(rows.questions, rows.images, rows.splits, settings)


@pytest.fixture(scope="session")
def real_outcome(real_rows):
    return _compose(real_rows)


@pytest.fixture(params=["small", "real"])
def grouped(request):
    rows = request.getfixturevalue(f"{request.param}_rows")
    return rows, request.getfixturevalue("real_outcome") if request.param == "real" else _compose(rows)


def test_images_of_a_group_are_distinct_and_of_one_split_and_organ(grouped):
    rows, outcome = grouped
    images = {image.image_id: image for image in rows.images}
    split_of = {row.subject_id: row.split for row in rows.splits}
    assert outcome.rows
    for group in outcome.rows:
        members = [images[image_id] for image_id in group.image_ids]
        assert len(members) in (2, 3)
        for values in (
            group.image_ids,
            [image.pixel_sha256 for image in members],
            [image.subject_id for image in members],
        ):
            assert len(set(values)) == len(members)
        assert {split_of[image.subject_id] for image in members} == {group.split}
        assert len({image.organ for image in members}) == 1
        assert len({image.modality for image in members} - {None}) <= 1
        assert group.subject_ids == tuple(image.subject_id for image in members)


def test_facts_are_what_the_source_says_about_the_image_at_their_place(grouped):
    rows, outcome = grouped
    questions = {question.question_id: question for question in rows.questions}
    subjects = {image.image_id: image.subject_id for image in rows.images}
    for group in outcome.rows:
        assert len({fact.image_index for fact in group.facts}) == len(group.facts)
        for fact in group.facts:
            assert fact.value == questions[fact.said_by].answer
            assert subjects[group.image_ids[fact.image_index]] == questions[fact.said_by].subject_id


def test_unit_is_the_subject_asked_about_or_of_the_first_image(grouped):
    for group in grouped[1].rows:
        place = group.facts[0].image_index if group.subtask is SubTask.LOCATED_QUESTION else 0
        assert group.unit_id == group.subject_ids[place]


def test_group_ids_are_unique_and_origin_and_ability_fit(grouped):
    groups = grouped[1].rows
    assert len({group.group_id for group in groups}) == len(groups)
    assert {group.origin for group in groups} == {Origin.COMPOSED}
    fits = {SubTask.LOCATED_QUESTION: Ability.COREFERENCE, SubTask.SHARED_FINDING: Ability.COMPARISON}
    assert all(group.ability is fits[group.subtask] for group in groups)


def test_two_subjects_of_one_person_never_stand_together(small_rows):
    """Their films look the same: one may be the other in another contrast, which no pixel tells."""
    person_of = {row.subject_id: f"person-{place // 4}" for place, row in enumerate(small_rows.splits)}
    linked = tuple(replace(row, person_id=person_of[row.subject_id]) for row in small_rows.splits)
    groups = _compose(replace(small_rows, splits=linked)).rows
    assert groups
    for group in groups:
        assert len({person_of[subject] for subject in group.subject_ids}) == len(group.subject_ids)
    alone = [group for group in _compose(small_rows).rows if len({person_of[one] for one in group.subject_ids}) == 1]
    assert alone, "apart from who they are, such images would stand together"


def test_no_image_stands_in_more_groups_than_allowed(small_rows):
    for limit in (1, 3):
        groups = _compose(small_rows, Grouping(max_groups_per_image=limit)).rows
        assert groups
        assert max(Counter(image_id for group in groups for image_id in group.image_ids).values()) <= limit


def test_row_order_changes_nothing(small_rows):
    shuffled = [list(part) for part in (small_rows.questions, small_rows.images, small_rows.splits)]
    for part in shuffled:
        random.Random(4).shuffle(part)
    assert compose_groups(shuffled[0], shuffled[1], shuffled[2], SETTINGS) == _compose(small_rows)


def test_another_seed_gives_other_groups(small_rows):
    first, second = (_compose(small_rows, Grouping(seed=seed)).rows for seed in (1, 2))
    assert {group.group_id for group in first} != {group.group_id for group in second}


def test_a_share_of_three_images_is_respected(small_rows):
    assert {len(group.image_ids) for group in _compose(small_rows, Grouping(three_image_share=0)).rows} == {2}
    sizes = Counter(
        len(group.image_ids)
        for group in _compose(small_rows, Grouping(three_image_share=1)).rows
        if group.subtask is SubTask.LOCATED_QUESTION
    )
    assert sizes[3] > sizes[2]


def test_subjects_of_another_organ_move_no_group_of_this_one(real_rows, real_outcome):
    organ = {image.image_id: image.organ for image in real_rows.images}
    kept = next(iter(sorted({value for value in organ.values() if value})))
    fewer = replace(real_rows, images=tuple(image for image in real_rows.images if image.organ == kept))
    before = {group.group_id for group in real_outcome.rows if organ[group.image_ids[0]] == kept}
    after = {group.group_id for group in _compose(fewer).rows}
    # Only shared findings are balanced over all organs of a split.
    assert len(before & after) > 0.75 * len(before)


def test_a_subject_that_leaves_takes_few_groups_of_others_with_it(real_rows, real_outcome):
    gone = real_rows.images[50].subject_id
    fewer = replace(real_rows, images=tuple(image for image in real_rows.images if image.subject_id != gone))
    before = {group.group_id for group in real_outcome.rows if gone not in group.subject_ids}
    after = {group.group_id for group in _compose(fewer).rows}
    assert len(before & after) > 0.95 * len(before)


def test_image_without_partner_is_rejected_and_the_others_stay(small_rows):
    lonely = replace(small_rows.images[0], organ=None)
    rows = replace(small_rows, images=(lonely, *small_rows.images[1:]))
    outcome = _compose(rows)
    assert [(one.item, one.reason, one.stage) for one in outcome.rejections] == [
        (lonely.image_id, Reason.NO_PARTNER, Stage.GROUP)
    ]
    assert outcome.rows


def test_duplicate_pixels_and_missing_splits_are_rejected_with_the_cause(small_rows):
    double = replace(small_rows.images[0], duplicate_of=small_rows.images[1].image_id)
    rows = replace(small_rows, images=(double, *small_rows.images[1:]), splits=small_rows.splits[:-1])
    details = {one.item: one.detail for one in _compose(rows).rejections}
    assert "pixels equal" in details[double.image_id]
    assert "has no split" in details[small_rows.images[-1].image_id]
    assert len(details) == 2


def test_every_image_is_grouped_or_rejected_once(grouped):
    rows, outcome = grouped
    inside = {image_id for group in outcome.rows for image_id in group.image_ids}
    rejected = [one.item for one in outcome.rejections]
    assert len(rejected) == len(set(rejected))
    assert inside.isdisjoint(rejected)
    assert inside | set(rejected) == {image.image_id for image in rows.images}


def test_answers_that_contradict_each_other_are_no_facts(small_rows):
    heart = small_rows.questions[0]
    other = "no" if heart.answer == "yes" else "yes"
    twin = replace(heart, question_id="question-twin", row=900, question="Is the heart too big?", answer=other, linked_id=None)
    groups = _compose(replace(small_rows, questions=(*small_rows.questions, twin))).rows
    used = {fact.said_by for group in groups for fact in group.facts}
    assert used and used.isdisjoint({heart.question_id, twin.question_id})


def test_an_answer_that_does_not_fit_its_question_is_never_asked(small_rows):
    unfit = [
        replace(small_rows.questions[0], answer="In the bowel"),
        replace(small_rows.questions[2], answer="yes"),
        replace(small_rows.questions[3], answer="Not sure"),
    ]
    ids = {question.question_id for question in unfit}
    rest = [question for question in small_rows.questions if question.question_id not in ids]
    groups = _compose(replace(small_rows, questions=(*unfit, *rest))).rows
    assert ids.isdisjoint(fact.said_by for group in groups for fact in group.facts)


def _answers(groups: tuple[ImageGroup, ...], subtask: SubTask, split: Split) -> list[tuple[str, ...]]:
    return [tuple(fact.value for fact in group.facts) for group in groups if (group.subtask, group.split) == (subtask, split)]


@pytest.mark.parametrize("split", [Split.TRAIN, Split.HELD_OUT])
def test_truths_of_shared_findings_are_balanced_on_real_data(real_outcome, split):
    counts = Counter(_answers(real_outcome.rows, SubTask.SHARED_FINDING, split))
    assert len(counts) == 4
    assert max(counts.values()) <= 2 * min(counts.values())


@pytest.mark.parametrize("split", [Split.TRAIN, Split.HELD_OUT])
def test_yes_and_no_are_asked_about_equally_often_on_real_data(real_outcome, split):
    asked = Counter(values[0] for values in _answers(real_outcome.rows, SubTask.LOCATED_QUESTION, split))
    assert abs(asked["yes"] - asked["no"]) <= 0.08 * (asked["yes"] + asked["no"])


def test_real_data_gives_several_hundred_groups_and_balanced_positions(real_outcome):
    assert 600 <= len(real_outcome.rows) <= 1500
    for size in (2, 3):
        places = Counter(
            group.facts[0].image_index
            for group in real_outcome.rows
            if group.subtask is SubTask.LOCATED_QUESTION and len(group.image_ids) == size
        )
        assert max(places.values()) < 1.25 * min(places.values())


def test_shared_findings_never_rest_on_a_foregone_answer(real_outcome):
    values: dict[tuple[Split, str], set[str]] = {}
    for group in real_outcome.rows:
        if group.subtask is SubTask.SHARED_FINDING:
            for fact in group.facts:
                values.setdefault((group.split, fact.code), set()).add(fact.value)
    assert values
    for group_values in values.values():
        assert group_values <= {"yes", "no"}
    assert sum(len(found) == 2 for found in values.values()) >= 0.6 * len(values)
