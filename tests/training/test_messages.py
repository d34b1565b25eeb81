"""A record becomes one prompt and one answer, or says why it cannot."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from pipelines.formats.mantis import build_record, read_mantis
from pipelines.records import Turn
from pipelines.vocabulary import AnswerType, Role
from training.messages import NO_LABEL, ExampleError, build_example, build_from_mantis

USER, ASSISTANT = Role.USER, Role.ASSISTANT


def test_prompt_is_interleaved_and_answer_is_apart() -> None:
    turns = (Turn(USER, "<image><image>Q\nA: x\nB: y\n"), Turn(ASSISTANT, "B: y"))
    example = build_from_mantis(build_record("r1", ("a", "b"), turns, None))
    assert example.prompt == "(image 1: <Image><image></Image>)(image 2: <Image><image></Image>)Q\nA: x\nB: y\n"
    assert (example.answer, example.answer_type, example.label) == ("B: y", AnswerType.CLOSED, NO_LABEL)
    assert (example.n_images, example.prompt_words, example.answer_words) == (2, 9, 2)
    assert (example.prompt_chars, example.answer_chars) == (len(example.prompt), 4)


@pytest.mark.parametrize(
    ("images", "turns", "told"),
    [
        (["a"], [], "got no turns"),
        (["a"], [(USER, "<image>Q")], "got user"),
        (["a"], [(USER, "<image>Q"), (ASSISTANT, "A")] * 2, "got user, assistant, user, assistant"),
        (["a"], [(ASSISTANT, "A"), (USER, "<image>Q")], "got assistant, user"),
        (["a", "b"], [(USER, "<image>Q"), (ASSISTANT, "A")], "got 1 marks and 2 images"),
        (["a"], [(USER, "<image><image>Q"), (ASSISTANT, "A")], "got 2 marks and 1 images"),
        ([], [(USER, "Q"), (ASSISTANT, "A")], "got 0 marks and 0 images"),
        (["a"], [(USER, "<image>Q"), (ASSISTANT, " \n")], "got a blank turn"),
        (["a"], [(USER, "<image> "), (ASSISTANT, "A")], "got a blank turn"),
        (["a", "b"], [(USER, "<image>Q"), (ASSISTANT, "<image>")], "no image marks in the answer"),
    ],
)
def test_record_that_no_trainer_could_use_is_refused(
    images: Sequence[str], turns: Sequence[tuple[Role, str]], told: str
) -> None:
    conversation = [Turn(role, content) for role, content in turns]
    with pytest.raises(ExampleError) as caught:
        build_example("r1", images, conversation, label="demo", answer_type=AnswerType.OPEN)
    assert told in str(caught.value)


def test_released_answer_types_are_told_from_the_question(med_mim_root: Path) -> None:
    records = read_mantis(med_mim_root / "Med_MIM_benchmark_Held_out_RAD.json").records
    types = [build_from_mantis(record).answer_type for record in records]
    assert (types.count(AnswerType.CLOSED), types.count(AnswerType.OPEN)) == (293, 73)
