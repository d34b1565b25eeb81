"""Alignment samples name the facts of shown images, and ask closed questions for their class alone."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from evaluation.choice import parse_choice
from pipelines.records import DatasetRecord, Fact, Turn
from pipelines.vocabulary import AnswerType, Role
from tests.pipelines.made_rows import make_row
from training.alignment import align_records, ask_for_class, build_samples, is_aligned, name_facts, say_class_first
from training.messages import build_from_dataset
from training.recipe import load_recipe

FLAIR, CT1 = (Fact(place, f"image-{place}", "sequence", value) for place, value in enumerate(("FLAIR", "CT1")))


def make_record(*facts: Fact, **changes: Any) -> DatasetRecord:
    return make_row(evidence=facts, answer_class="2", **changes)


def test_a_fact_is_named_with_the_images_up_to_its_own_shown() -> None:
    first, second = name_facts(make_record(FLAIR, CT1))
    assert (first.prompt, first.answer, first.images) == (
        "(image 1: <Image><image></Image>)sequence of image 1?",
        "FLAIR",
        ("a.png",),
    )
    assert second.prompt.endswith("(image 2: <Image><image></Image>)sequence of image 2?")
    assert (second.answer, second.images) == ("CT1", ("a.png", "b.png"))


def test_what_is_said_of_a_visit_that_is_not_shown_is_not_named() -> None:
    assert not list(name_facts(make_record(Fact(None, "study-1", "rano", "PD"))))


def test_volumes_and_reports_are_no_names_and_image_marks_never_are() -> None:
    for value in ("39030.656", "416", "There is a moderate right pleural effusion.", "a\nb", "", " ", "<image>"):
        assert not list(name_facts(make_record(Fact(0, "study-1", "said", value))))
    assert not list(name_facts(make_record(Fact(0, "study-1", "<image>", "yes"))))
    for value in ("2", "T2", "partial"):
        assert [sample.answer for sample in name_facts(make_record(Fact(0, "study-1", "said", value)))] == [value]


def test_a_question_is_asked_for_its_class_without_its_options() -> None:
    asked = ask_for_class(make_record())
    assert asked is not None
    assert asked.prompt == "(image 1: <Image><image></Image>)(image 2: <Image><image></Image>)Which?"
    assert (asked.answer, asked.images) == ("2", ("a.png", "b.png"))
    assert is_aligned(asked.record_id) and not is_aligned("rec-1")


def test_a_closed_question_that_prints_no_options_is_not_asked_for_its_class() -> None:
    turns = (Turn(Role.USER, "<image><image>Which?"), Turn(Role.ASSISTANT, "B: right"))
    assert ask_for_class(make_record(conversation=turns)) is None


def test_a_closed_answer_says_its_class_first_in_words_that_evaluation_reads_the_letter_of() -> None:
    for answer_class in ("2", "A", "S", "worsening"):  # a category of BI-RADS is no letter of an option
        (closed,) = build_samples(
            [make_row(answer_class=answer_class)], load_recipe("med_mantis", {"data.closed_answer": "class_first"})
        )
        assert closed.answer == f"{answer_class}. The answer is right"
        assert parse_choice(closed.answer, {"A": "left", "B": "right"}).letter == "B"
    opened = make_row(answer_type=AnswerType.OPEN)
    assert say_class_first(build_from_dataset(opened), opened) == build_from_dataset(opened)


def test_open_records_have_no_alignment_samples() -> None:
    assert align_records([make_record(FLAIR, answer_type=AnswerType.OPEN)]) == []


def test_a_fact_that_two_records_state_of_the_same_images_is_named_once() -> None:
    records = [make_record(FLAIR), make_record(FLAIR, record_id="rec-2"), make_record(FLAIR, images=("c.png", "d.png"))]
    assert [sample.images for sample in align_records(records) if sample.answer == "FLAIR"] == [("a.png",), ("c.png",)]


def test_alignment_samples_come_after_the_records_where_the_recipe_wants_them_alone() -> None:
    records = [make_record(FLAIR), make_record(CT1, record_id="rec-2")]
    wanted = build_samples(records, load_recipe("tiny"))
    assert [is_aligned(sample.record_id) for sample in wanted] == [False, False, True, True, True, True]
    assert build_samples(records, load_recipe("med_mantis")) == [build_from_dataset(record) for record in records]


@given(st.lists(st.builds(Fact, st.none() | st.integers(0, 1), st.text(), st.text(), st.text())))
def test_any_facts_give_samples_with_as_many_marks_as_images(facts: list[Fact]) -> None:
    samples = align_records([make_record(*facts)])
    assert all(sample.prompt.count("<image>") == sample.n_images for sample in samples)
    assert len({sample.record_id for sample in samples}) == len(samples)
