from collections import Counter

import pytest

from pipelines.generation.composed.figure_questions import (
    MAX_YES_NO_SHARE,
    place_answer,
    place_question,
    write_figure_questions,
)
from pipelines.generation.record import build_records
from pipelines.reasons import Reason
from pipelines.records import Fact, ImageGroup
from pipelines.source_records import SourceQuestion
from pipelines.validation.figure_answers import find_figure_fault
from pipelines.vocabulary import Ability, AnswerType, ImageOrder, ImageRole, Origin, Source, Split, SubTask


def make_question(number: int, question: str, answer: str) -> SourceQuestion:
    return SourceQuestion(
        source=Source.LLAVA_MED,
        question_id=f"question-{number}",
        row=number,
        subject_id=f"subject-{number}",
        study_id=f"study-{number}",
        image_path=f"{number}.jpg",
        organ=None,
        question=question,
        answer=answer,
        answer_type=AnswerType.OPEN,
        question_types=(),
        linked_id=None,
        question_as_found=question,
        answer_as_found=answer,
        repairs=(),
    )


def make_group(number: int, asked: SourceQuestion, place: int = 1) -> ImageGroup:
    said = (Fact(place, asked.question_id, "answer", asked.answer), Fact(place, asked.question_id, "question", asked.question))
    kinds = tuple(Fact(index, f"source_image-{number}-{index}", "domain", "ct_scan") for index in range(2))
    return ImageGroup(
        source=Source.LLAVA_MED,
        group_id=f"group-{number:04}",
        origin=Origin.COMPOSED,
        ability=Ability.COREFERENCE,
        subtask=SubTask.LOCATED_QUESTION,
        split=Split.TRAIN,
        image_ids=(f"image-{number}-0", f"image-{number}-1"),
        subject_ids=(f"subject-{number}", f"subject-other-{number}"),
        unit_id=f"unit-{number}",
        facts=(*said, *kinds),
        rule="",
        order=ImageOrder.SHUFFLED,
        roles=(ImageRole.BESIDE, ImageRole.ASKED),
        asked=None,
        label=asked.answer,
        days_since_first=(None, None),
    )


def write(*pairs: tuple[str, str]):
    questions = [make_question(number, question, answer) for number, (question, answer) in enumerate(pairs)]
    groups = [make_group(number, question) for number, question in enumerate(questions)]
    drafts, rejections = write_figure_questions(groups, {one.question_id: one for one in questions}, seed=3)
    assert len(drafts) + len(rejections) == len(pairs)
    return groups, drafts, rejections


@pytest.mark.parametrize(
    ("question", "placed"),
    [
        ("What does the figure show?", "What does the second image show?"),
        ("Where is the lesion located?", "Where is the lesion located in the second image?"),
        ("What can be seen in this photomicrograph?", "What can be seen in the second image?"),
        (
            "Is there evidence of a pleural effusion in the image?",
            "Is there evidence of a pleural effusion in the second image?",
        ),
        ("Can you describe the provided image?", "Can you describe the second image?"),
    ],
)
def test_a_question_is_asked_of_its_image(question: str, placed: str) -> None:
    assert place_question(question, 1) == placed


@pytest.mark.parametrize(
    "question",
    [
        "What is the significance of these findings?",
        "How was the patient treated?",
        "Is it located in the left lobe?",
        "What are the differences between panels A and B?",
        "What is the purpose of the study?",
        "What are the common causes of this condition?",
        "Does the article mention the patient's age?",
        "What are they pointing to?",
        "Why is contrast used in CT?",
    ],
)
def test_what_a_place_cannot_decide_is_left_out(question: str) -> None:
    assert place_question(question, 1) is None
    assert [one.reason for one in write((question, "Something."))[2]] == [Reason.QUESTION_NOT_LOCATABLE]


def test_an_answer_names_the_image_by_its_place() -> None:
    assert place_answer("the figure shows  a cyst; this image is of good quality", 2) == (
        "The third image shows a cyst; the third image is of good quality."
    )


@pytest.mark.parametrize("question", ["What imaging modality was used?", "How was this image taken?", "Which stain was used?"])
def test_a_question_about_the_kind_of_figure_cannot_tell_figures_of_one_kind_apart(question: str) -> None:
    assert [one.reason for one in write((question, "A CT scan."))[2]] == [Reason.ANSWER_NOT_OF_THIS_IMAGE]


def test_an_answer_that_most_figures_share_is_left_out_and_the_rare_one_stays() -> None:
    pairs = [("What plane is shown?", "The axial plane.")] * 9 + [("What plane is shown?", "The coronal plane.")]
    _, drafts, rejections = write(*pairs)
    assert [draft.answer for draft in drafts] == ["The coronal plane."]
    assert {one.reason for one in rejections} == {Reason.ANSWER_NOT_OF_THIS_IMAGE}


def test_yes_and_no_are_balanced_and_the_surplus_is_asked_openly() -> None:
    yes = [(f"Does the image show finding number {n}?", f"Yes, the image shows finding number {n}.") for n in range(30)]
    no = [(f"Is there a sign of disease {n}?", f"No, there is no sign of disease {n}.") for n in range(10)]
    groups, drafts, _ = write(*yes, *no)
    closed = Counter(draft.answer for draft in drafts if draft.answer_type is AnswerType.CLOSED)
    assert closed == {"Yes": 15, "No": 10}
    assert max(closed.values()) / closed.total() <= MAX_YES_NO_SHARE
    assert len(drafts) == 40
    by_id = {group.group_id: group for group in groups}
    assert [find_figure_fault(record, by_id[record.group_id]) for record in build_records(drafts, seed=1)] == [None] * 40


def test_the_order_of_groups_changes_nothing() -> None:
    pairs = [(f"Does the image show finding number {n}?", "Yes, it does." if n % 3 else "No.") for n in range(20)]
    questions = {f"question-{n}": make_question(n, *pair) for n, pair in enumerate(pairs)}
    groups = [make_group(n, questions[f"question-{n}"]) for n in range(20)]
    first, _ = write_figure_questions(groups, questions, seed=1)
    second, _ = write_figure_questions(groups[::-1], questions, seed=1)
    assert build_records(first, 1) == build_records(second, 1)
