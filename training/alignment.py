r"""Closed questions answered by the keyed option's text alone, with their options printed or, as alignment samples, without.

LLaVA aligns pictures and words before it learns to follow instructions (Liu et al., arXiv 2304.08485, section 4.2). A model of
random weights needs it more: the letter of a printed option tells of the picture only through the order of the options, and as
long as the picture is not understood no letter is better than another.

Example:
    >>> example = TrainingExample("r1", "demo", AnswerType.CLOSED, "Side?\nA: left\nB: right\n", "B: right", ("a.png",))
    >>> aligned = align_example(example)
    >>> aligned.record_id, aligned.prompt, aligned.answer
    ('r1:aligned', 'Side?', 'right')
"""

import dataclasses

from pipelines.formats.closed_question import parse_closed_question, parse_keyed_answer
from pipelines.vocabulary import AnswerType
from training.messages import TrainingExample

_SUFFIX = ":aligned"


def align_example(example: TrainingExample) -> TrainingExample | None:
    """Return the alignment sample of an example; None where it is open, or not printed as closed questions are."""
    question, keyed = parse_closed_question(example.prompt), parse_keyed_answer(example.answer)
    if example.answer_type is not AnswerType.CLOSED or question is None or keyed is None:
        return None
    return dataclasses.replace(
        example, record_id=example.record_id + _SUFFIX, answer_type=AnswerType.OPEN, prompt=question.stem, answer=keyed[1]
    )


def answer_by_text(example: TrainingExample) -> TrainingExample:
    """Return an example whose answer is the keyed option's text without its letter; as it was, where it has none."""
    keyed = parse_keyed_answer(example.answer)
    if example.answer_type is not AnswerType.CLOSED or keyed is None:
        return example
    return dataclasses.replace(example, answer=keyed[1])


def is_aligned(record_id: str) -> bool:
    """Whether a sample is an alignment sample."""
    return record_id.endswith(_SUFFIX)
