"""An alignment sample asks a closed question without its options, and says the keyed one without its letter."""

import pytest

from pipelines.vocabulary import AnswerType
from training.alignment import align_example, answer_by_text, is_aligned
from training.messages import TrainingExample

MARKS = "(image 1: <Image><image></Image>)(image 2: <Image><image></Image>)"


def make_example(prompt: str, answer: str, answer_type: AnswerType = AnswerType.CLOSED) -> TrainingExample:
    return TrainingExample("r1", "demo", answer_type, MARKS + prompt, answer, ("a.png", "b.png"))


def test_options_and_letter_are_left_out_and_pictures_stay() -> None:
    example = make_example("Which is worse?\nA: The second: left\nB: The first\n", "A: The second: left")
    aligned = align_example(example)
    assert aligned is not None
    assert (aligned.prompt, aligned.answer, aligned.images) == (
        MARKS + "Which is worse?",
        "The second: left",
        example.images,
    )
    assert is_aligned(aligned.record_id) and not is_aligned(example.record_id)


@pytest.mark.parametrize(
    "example",
    [
        make_example("What is there?", "A mass", AnswerType.OPEN),
        make_example("Which is worse?\nA: One\nB: Two\n", "A"),
        make_example("Which is worse?", "A: One"),
    ],
)
def test_what_is_not_printed_as_closed_questions_are_has_no_alignment_sample(example: TrainingExample) -> None:
    assert align_example(example) is None


def test_answer_by_text_loses_its_letter_and_an_open_one_stays() -> None:
    closed, opened = make_example("Which?\nA: One\nB: Two\n", "B: Two"), make_example("Which?", "B: two", AnswerType.OPEN)
    assert (answer_by_text(closed).answer, answer_by_text(closed).prompt) == ("Two", closed.prompt)
    assert answer_by_text(opened) == opened
