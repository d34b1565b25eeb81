"""Training records as prompt and answer: the interleaved prompt that the model reads, the answer that it learns.

One record gives one example; the loss is taken on the answer alone. Lengths are in characters and words of the prompt as
interleaved, so each image counts with its `(image 1: <Image><image></Image>)`, not with the tokens that a model puts there.

Example:
    >>> turns = (Turn(Role.USER, "<image><image>Same side?"), Turn(Role.ASSISTANT, "Yes"))
    >>> example = build_example("r1", ("a.jpg", "b.jpg"), turns, label="demo", answer_type=AnswerType.OPEN)
    >>> example.prompt.removeprefix("(image 1: <Image><image></Image>)"), example.n_images, example.answer_words
    ('(image 2: <Image><image></Image>)Same side?', 2, 1)
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.formats.closed_question import IMAGE_MARK, parse_closed_question, strip_image_tokens
from pipelines.formats.mantis import MantisRecord
from pipelines.interleave import interleave
from pipelines.records import DatasetRecord, Turn
from pipelines.vocabulary import AnswerType, Role

NO_LABEL = "(no source)"


class ExampleError(ValueError):
    """A record that no trainer could use: what was expected, what was found and what to do."""

    def __init__(self, expected: str, got: str, fix: str) -> None:
        super().__init__(f"expected {expected}, got {got}; {fix}")
        self.expected = expected
        self.got = got
        self.fix = fix


@dataclass(frozen=True, slots=True)
class TrainingExample:
    """One prompt with its answer. `images` are paths as the record gives them, in the order of the prompt's numbers."""

    record_id: str
    label: str  # what lengths are counted by: the sub-task, or Mantis JSON's source tag, which tells no sub-task
    answer_type: AnswerType
    prompt: str
    answer: str
    images: tuple[str, ...]

    @property
    def n_images(self) -> int:
        """Number of images shown."""
        return len(self.images)

    @property
    def prompt_chars(self) -> int:
        """Characters of the interleaved prompt."""
        return len(self.prompt)

    @property
    def answer_chars(self) -> int:
        """Characters of the answer."""
        return len(self.answer)

    @property
    def prompt_words(self) -> int:
        """Words of the interleaved prompt."""
        return count_words(self.prompt)

    @property
    def answer_words(self) -> int:
        """Words of the answer."""
        return count_words(self.answer)


def build_from_dataset(row: DatasetRecord) -> TrainingExample:
    """Return the example of a row of dataset/instructions or dataset/benchmark; ExampleError where there is none."""
    return build_example(row.record_id, row.images, row.conversation, label=row.subtask, answer_type=row.answer_type)


def build_from_mantis(record: MantisRecord) -> TrainingExample:
    """Return the example of a Mantis record; ExampleError where there is none.

    Mantis JSON states no answer type: an item is closed where its question prints options.
    """
    question = strip_image_tokens(record.turns[0].content)[1] if record.turns else ""
    answer_type = AnswerType.OPEN if parse_closed_question(question) is None else AnswerType.CLOSED
    label = record.source or NO_LABEL
    return build_example(record.id, record.images, record.turns, label=label, answer_type=answer_type)


def build_example(
    record_id: str, images: Sequence[str], turns: Sequence[Turn], *, label: str, answer_type: AnswerType
) -> TrainingExample:
    """Return the training example of one question and one answer.

    Raises:
        ExampleError: other turns than one question and one answer, either of them blank, an image mark in the answer, no
            image at all, or not as many marks as images.
    """
    roles = [turn.role for turn in turns]
    if roles != [Role.USER, Role.ASSISTANT]:
        raise ExampleError("a user turn and an assistant turn", ", ".join(roles) or "no turns", "make one record of each pair")
    question, answer = (turn.content for turn in turns)
    n_marks, text = strip_image_tokens(question)
    n_in_answer, _ = strip_image_tokens(answer)
    if n_in_answer:
        raise ExampleError(
            "no image marks in the answer", str(n_in_answer), "remove them: a model cannot learn to write images"
        )
    if not text.strip() or not answer.strip():
        raise ExampleError("text in question and answer", "a blank turn", "write it or remove the record")
    if not images or n_marks != len(images):
        got = f"{n_marks} marks and {len(images)} images"
        raise ExampleError(f"one {IMAGE_MARK} mark per image and at least one image", got, "add or remove marks or images")
    prompt = interleave(question, len(images))
    return TrainingExample(record_id, label, answer_type, prompt, answer, tuple(images))


def count_words(text: str) -> int:
    """Return the number of words: runs of characters between white space."""
    return len(text.split())
