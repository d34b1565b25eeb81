"""However long an output is and however it repeats itself, it is read in time that grows with its length alone."""

from time import process_time

import pytest

from evaluation.choice import parse_choice
from tests.evaluation.labelled_outputs import read_groups

HOSTILE = [
    "A ",
    "A: ",
    "{",
    "(",
    "$",
    '{"',
    "\\boxed{",
    "the answer is ",
    "答案",
    "not ",
    "[[",
    "left ",
    "1 ",
    "1) A ",
    "| A | B |\n",
    "A: wrong\n",
    "_",
    " ",
    "\n",
    "~~",
    "<think>",
    "</think>",
    "<|",
    "[INST]",
    "Question: x\n",
    "A. left B. right C. both\n",
    "{'answer': ",
    "{'answer': 'A'} ",
    "respuesta la ",
    "none can be ",
    "although a, ",
    "no, ",
    "wait, ",
    "❌ A ",
    "[ ] ",
    "if ",
    "option ",
    "| ",
]


@pytest.mark.parametrize("piece", HOSTILE)
@pytest.mark.parametrize("length", [5_900, 100_000])
def test_a_hostile_repetition_is_read_in_a_fifth_of_a_second(piece, length):
    options = {"A": "left", "B": "1", "C": "both"}  # quadratic rules needed minutes here
    assert min(_time_reading(piece * (length // len(piece)), options) for _ in range(2)) < 0.2


def test_a_benchmark_of_outputs_is_read_in_less_than_a_second():
    groups = [group for name in ("fourth", "fifth") for group in read_groups(name)]
    cases = [(output, group["options"]) for group in groups for output, _ in group["cases"]]
    assert min(sum(_time_reading(*case) for case in (cases * 5)[:4190]) for _ in range(2)) < 1


def _time_reading(output: str, options: dict[str, str]) -> float:
    started = process_time()
    parse_choice(output, options)
    return process_time() - started
