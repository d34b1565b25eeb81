r"""What a model of random weights is taught before questions: to name what a picture shows, and to answer in one word.

LLaVA aligns pictures and words by captions before it learns to follow instructions (Liu et al., arXiv 2304.08485, section 4.2).
A model of random weights needs it more: the letter of a printed option tells of the picture only through what is asked, how
the options are worded and how they are ordered, and as long as the picture is not understood no letter is better than another.
Two kinds of samples are made of closed records, whose answers rest on typed facts alone:

- of each fact about a shown image its name: the images up to that one, then "sequence of image 2?", answered "FLAIR";
- of each record its question without options, answered by the answer's class: "2", "worsening".

Example:
    >>> is_aligned("r1:aligned:class"), is_aligned("r1")
    (True, False)
"""

import dataclasses
import re
from collections.abc import Iterable, Iterator

from pipelines.formats.closed_question import IMAGE_MARK, parse_closed_question, parse_keyed_answer
from pipelines.interleave import interleave
from pipelines.records import DatasetRecord, Fact
from pipelines.vocabulary import AnswerType
from training.messages import TrainingExample, build_from_dataset
from training.recipe import Recipe
from training.recipe_parts import ClosedAnswer

_MARK = ":aligned:"
_LONGEST_NAME = 30  # characters: what is longer is a report's or a caption's text
_NUMBER = re.compile(r"[-+.,\d]{2,}")  # volumes and days; "2" may be a place, "T2" and "N0" are names


def build_samples(records: Iterable[DatasetRecord], recipe: Recipe) -> list[TrainingExample]:
    """Return one example of each record, in their order, then their alignment samples, where the recipe wants any.

    Raises:
        ExampleError: a record is no training example.
    """
    rows = list(records)
    samples = [build_from_dataset(row) for row in rows]
    if recipe.data.closed_answer is ClosedAnswer.CLASS_FIRST:
        samples = [say_class_first(sample, row) for sample, row in zip(samples, rows, strict=True)]
    return samples + align_records(rows) if recipe.curriculum.needs_alignment else samples


def align_records(records: Iterable[DatasetRecord]) -> list[TrainingExample]:
    """Return the alignment samples of records, in their order; open records have none.

    A fact that several records state of the same images is named once.
    """
    samples: list[TrainingExample] = []
    named: set[tuple[tuple[str, ...], str]] = set()
    for record in records:
        if record.answer_type is not AnswerType.CLOSED:
            continue
        for sample in name_facts(record):
            if (sample.images, sample.prompt) not in named:
                named.add((sample.images, sample.prompt))
                samples.append(sample)
        asked = ask_for_class(record)
        if asked is not None:
            samples.append(asked)
    return samples


def name_facts(record: DatasetRecord) -> Iterator[TrainingExample]:
    """Yield a sample for each fact about a shown image: what came before it is shown too, for a change is told by both."""
    for fact in record.evidence:
        if fact.image_index is None or not _is_name(fact):
            continue
        n_shown = fact.place + 1
        asked = f"{fact.code.replace('_', ' ')} of image {n_shown}?"
        yield TrainingExample(
            f"{record.record_id}{_MARK}{fact.code}_{n_shown}",
            record.subtask,
            AnswerType.OPEN,
            interleave(IMAGE_MARK * n_shown + asked, n_shown),
            fact.value,
            record.images[:n_shown],
        )


def say_class_first(example: TrainingExample, record: DatasetRecord) -> TrainingExample:
    """Return a closed record's example with its class said before the keyed option's text, in words that evaluation reads.

    A chain of thought of one step (Wei et al., arXiv 2201.11903): three layers tell which image is FLAIR, or which option says
    "image 2", but hardly the one after the other before the first word of the answer. The letter is left out for the same
    reason. An open record's example stays, as does one whose answer names no option.
    """
    keyed = parse_keyed_answer(example.answer)
    if record.answer_type is not AnswerType.CLOSED or keyed is None:
        return example
    return dataclasses.replace(example, answer=f"{record.answer_class}. The answer is {keyed[1]}")


def ask_for_class(record: DatasetRecord) -> TrainingExample | None:
    """Return the sample that asks a closed record's question without its options; None where it is not printed as they are."""
    example = build_from_dataset(record)
    question = parse_closed_question(example.prompt)
    if question is None:
        return None
    return TrainingExample(
        f"{record.record_id}{_MARK}class",
        example.label,
        AnswerType.OPEN,
        question.stem,
        record.answer_class,
        example.images,
    )


def is_aligned(record_id: str) -> bool:
    """Whether a sample is an alignment sample."""
    return _MARK in record_id


def _is_name(fact: Fact) -> bool:
    is_short = 0 < len(fact.value.strip()) <= _LONGEST_NAME and "\n" not in fact.value
    return is_short and IMAGE_MARK not in fact.code + fact.value and _NUMBER.fullmatch(fact.value) is None
