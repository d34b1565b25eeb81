import random
from collections import Counter, defaultdict
from dataclasses import replace

import pytest

from pipelines.choices import Generation, Grouping
from pipelines.generation.composed.located import SPELLING_MENDED
from pipelines.generation.composed.write import GroupError, generate_composed
from pipelines.generation.record import digest_shown
from pipelines.grouping.vqa_rad.composed import compose_groups
from pipelines.reasons import Reason, Stage
from pipelines.validation.rules import validate_records
from pipelines.vocabulary import AnswerType, SubTask

SETTINGS = Generation()


def _generate(rows, settings=SETTINGS):
    groups = compose_groups(rows.questions, rows.images, rows.splits, Grouping()).rows
    return groups, generate_composed(groups, rows.questions, settings)


@pytest.fixture(scope="session")
def real_generated(real_rows):
    return _generate(real_rows)


@pytest.fixture(params=["small", "real"])
def generated(request):
    if request.param == "real":
        return request.getfixturevalue("real_generated")
    return _generate(request.getfixturevalue("small_rows"))


def _kind(record):
    return record.template_id.split("/")[0]


def test_every_group_gives_records_or_one_rejection(generated):
    groups, outcome = generated
    made = {record.group_id for record in outcome.rows}
    rejected = [rejection.item for rejection in outcome.rejections]
    assert made.isdisjoint(rejected)
    assert made | set(rejected) == {group.group_id for group in groups}
    assert len(rejected) == len(set(rejected))
    assert {rejection.stage for rejection in outcome.rejections} <= {Stage.GENERATE}


def test_record_ids_are_unique_and_digests_are_of_what_is_shown(generated):
    records = generated[1].rows
    assert len({record.record_id for record in records}) == len(records)
    for record in records:
        assert record.version == 1
        assert record.digest == digest_shown(record.question, record.options, record.letter, record.answer, record.image_ids)


def test_the_keyed_option_is_the_answer(generated):
    for record in generated[1].rows:
        if record.answer_type is AnswerType.CLOSED:
            assert record.letter is not None
            assert record.options["ABCDEFG".index(record.letter)] == record.answer
            assert len(set(record.options)) == len(record.options) >= 2
        else:
            assert (record.letter, record.options) == (None, ())


def test_letters_are_balanced_in_each_stratum_and_each_answer(generated):
    strata, answers = defaultdict(Counter), defaultdict(Counter)
    for record in generated[1].rows:
        if record.letter is not None:
            strata[record.split, record.subtask, len(record.options)][record.letter] += 1
            answers[record.split, _kind(record), len(record.options), record.answer_class][record.letter] += 1
    assert strata
    for (*_, n_options), counts in strata.items():
        used = [counts[letter] for letter in "ABCDEFG"[:n_options]]
        assert max(used) - min(used) <= 1
    for key, counts in answers.items():
        if key[1] in ("located_yes_no", "which_image"):
            used = [counts[letter] for letter in "ABCDEFG"[: key[2]]]
            assert max(used) - min(used) <= 2


def test_row_order_changes_nothing(small_rows):
    groups, outcome = _generate(small_rows)
    shuffled_groups, shuffled_questions = list(groups), list(small_rows.questions)
    random.Random(1).shuffle(shuffled_groups)
    random.Random(2).shuffle(shuffled_questions)
    assert generate_composed(shuffled_groups, shuffled_questions, SETTINGS) == outcome


def test_seed_moves_letters_and_wording_but_no_fact(small_rows):
    first, second = (_generate(small_rows, Generation(seed=seed))[1].rows for seed in (1, 2))
    assert [record.record_id for record in first] == [record.record_id for record in second]
    assert [record.letter for record in first] != [record.letter for record in second]
    assert [record.evidence for record in first] == [record.evidence for record in second]


def test_which_image_is_asked_only_where_one_image_is_positive(generated):
    which = [record for record in generated[1].rows if _kind(record) == "which_image"]
    assert which
    for record in which:
        values = {fact.image_index: fact.value for fact in record.evidence}
        assert sorted(values) == list(range(len(record.image_ids)))
        assert sorted(values.values()) == ["no"] * (len(values) - 1) + ["yes"]
        assert len(record.options) == len(record.image_ids)


def test_statements_name_both_images_and_one_is_true(generated):
    statements = [record for record in generated[1].rows if record.subtask is SubTask.SHARED_FINDING]
    closed = [record for record in statements if record.answer_type is AnswerType.CLOSED]
    assert len(statements) == 2 * len(closed) > 0
    for record in closed:
        assert len(record.options) == 4
        words = [
            next(word for word in ("oth image", "first", "second", "either image") if word in text) for text in record.options
        ]
        assert sorted(words) == ["either image", "first", "oth image", "second"]
        lengths = [len(option) for option in record.options]
        assert max(lengths) - min(lengths) <= 14


def test_wordings_of_closed_questions_vary(real_generated):
    used = Counter(record.template_id for record in real_generated[1].rows if _kind(record) in ("which_image", "statement"))
    assert len(used) >= 10
    assert len({record.template_hash for record in real_generated[1].rows}) >= 10


def test_question_that_cannot_be_located_is_rejected_with_its_text(small_rows):
    groups = compose_groups(small_rows.questions, small_rows.images, small_rows.splits, Grouping()).rows
    asked = next(group for group in groups if group.facts[0].code.startswith("what"))
    broken = [
        replace(question, question="How common is this finding?")
        if question.question_id == asked.facts[0].said_by
        else question
        for question in small_rows.questions
    ]
    outcome = generate_composed([asked], broken, SETTINGS)
    assert outcome.rows == ()
    assert [(one.reason, one.item) for one in outcome.rejections] == [(Reason.QUESTION_NOT_LOCATABLE, asked.group_id)]
    assert "How common is this finding?" in outcome.rejections[0].detail


def test_finding_that_makes_no_statement_is_rejected(small_rows):
    groups = compose_groups(small_rows.questions, small_rows.images, small_rows.splits, Grouping()).rows
    shared = next(group for group in groups if group.subtask is SubTask.SHARED_FINDING)
    broken = [replace(question, question="Is it larger on the left or right?") for question in small_rows.questions]
    outcome = generate_composed([shared], broken, SETTINGS)
    assert [one.reason for one in outcome.rejections] == [Reason.NO_STATEMENT]


def test_groups_of_another_run_are_an_error_that_says_what_to_do(small_rows):
    groups = compose_groups(small_rows.questions, small_rows.images, small_rows.splits, Grouping()).rows
    with pytest.raises(GroupError, match="materialize raw/questions and groups/image_groups again"):
        generate_composed(groups, [], SETTINGS)


def test_a_mended_spelling_is_flagged(small_rows):
    misspelt = [
        replace(question, question="Is there a pleural effusion and abcess?") if "effusion" in question.question else question
        for question in small_rows.questions
    ]
    _, outcome = _generate(replace(small_rows, questions=tuple(misspelt)))
    flagged = [record for record in outcome.rows if SPELLING_MENDED in record.flags]
    assert flagged and all("abscess" in record.question for record in flagged)


def test_a_misspelt_reference_answer_is_mended_and_flagged_and_its_fact_is_not(small_rows):
    misspelt = [
        replace(question, answer="Abcess") if question.question.startswith("What is abnormal") else question
        for question in small_rows.questions
    ]
    rows = replace(small_rows, questions=tuple(misspelt))
    groups, outcome = _generate(rows)
    mended = [record for record in outcome.rows if record.answer == "Abscess"]
    assert mended and all(SPELLING_MENDED in record.flags for record in mended)
    assert {record.evidence[0].value for record in mended} == {"Abcess"}
    assert validate_records(mended, groups, rows.images).rejections == ()


def test_an_answer_that_asks_back_is_never_a_reference(small_rows):
    doubtful = [
        replace(question, answer="An effusion?") if question.question.startswith("What is abnormal") else question
        for question in small_rows.questions
    ]
    _, outcome = _generate(replace(small_rows, questions=tuple(doubtful)))
    assert outcome.rows and not any(record.question.startswith("What is abnormal") for record in outcome.rows)


def test_a_foregone_domain_value_is_asked_openly(small_rows):
    one_sided = [
        replace(question, answer="Right lung") if question.question.startswith("Which lung") else question
        for question in small_rows.questions
    ]
    _, outcome = _generate(replace(small_rows, questions=tuple(one_sided)))
    lungs = [record for record in outcome.rows if record.question.startswith("Which lung")]
    assert lungs and {record.answer_type for record in lungs} == {AnswerType.OPEN}


def test_domain_options_are_values_that_are_right_somewhere(real_generated):
    domain = [record for record in real_generated[1].rows if _kind(record) == "located_domain"]
    keyed = defaultdict(set)
    for record in domain:
        keyed[record.split].add(record.answer)
    assert len(domain) > 50
    for record in domain:
        assert set(record.options) <= keyed[record.split]
