"""Wordings of composed groups' closed questions, by kind of finding, from `generation/templates/`.

`{shown}` is a noun phrase ("a pneumothorax"); `{subject}`, `{verb}` and `{state}` are the parts of a statement ("the heart",
"is", "enlarged"); `{count}` is "two" or "three". Chosen by hash, so that no wording stands for one answer.

Example:
    >>> load_stems(SubTask.LOCATED_QUESTION, FindingKind.SHOWN)[0].format(shown="a pneumothorax")
    'Which image shows a pneumothorax?'
"""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from pipelines.grouping.vqa_rad.finding import FindingKind
from pipelines.vocabulary import AnswerType, SubTask

LOCATED = "{question of the source, located at the asked image}"
TEMPLATES = Path(__file__).parents[1] / "templates"
TRUTH_NAMES = ("both", "only the first", "only the second", "neither")


def load_stems(subtask: SubTask, kind: FindingKind, answer_type: AnswerType = AnswerType.CLOSED) -> tuple[str, ...]:
    """Return the stems that ask about a finding of a kind."""
    stems: Any = _read(subtask)["stems"]
    of_type = stems.get(answer_type, stems)  # "which image" questions are all closed
    return tuple(of_type[kind] if isinstance(of_type, dict) else of_type)


def load_statements(kind: FindingKind, style: int) -> tuple[str, ...]:
    """Return the four statements of one style, in the order of `TRUTH_NAMES`; styles are counted round."""
    of_truth = _read(SubTask.SHARED_FINDING)["statements"][kind]
    return tuple(of_truth[name][style % len(of_truth[name])] for name in TRUTH_NAMES)


def load_places(style: int) -> str:
    """Return how a place is named in one style, with `{place}` or `{number}`; styles are counted round."""
    options = _read(SubTask.LOCATED_QUESTION)["answers"]["place"]["option"]
    return options[style % len(options)]


@cache
def _read(subtask: SubTask) -> dict[str, Any]:
    return yaml.safe_load((TEMPLATES / f"{subtask}.yaml").read_text(encoding="utf-8"))
