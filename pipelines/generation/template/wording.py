"""The wordings of one sub-task: how it is asked, and how each answer is said, from a reviewed YAML file.

`pipelines/generation/templates/<sub-task>.yaml` holds stems, closed and open, and for each class of answer option wordings and
open reference answers; `words` says what is asked about ("CC": "craniocaudal view"). Placeholders are those of `placeholders`.
The n-th option wording of all classes are printed together as the options of one question.

Example:
    >>> load_wordings(SubTask.VIEW_IDENTIFICATION).words["CC"].startswith("craniocaudal")
    True
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from pipelines.generation.template.classes import PLACE, classes_of
from pipelines.generation.template.faults import find_faults
from pipelines.vocabulary import AnswerType, SubTask

TEMPLATES = Path(__file__).parents[1] / "templates"


class WordingsError(ValueError):
    """A file of wordings that cannot be used; `faults` names each one: where, got, expected."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Answer:
    """How one class of answer is said."""

    options: tuple[str, ...]
    references: tuple[str, ...]  # of open questions


@dataclass(frozen=True, slots=True)
class Wordings:
    """One file: stems by answer type, answers by class."""

    subtask: SubTask
    words: Mapping[str, str]
    stems: Mapping[AnswerType, tuple[str, ...]]
    answers: Mapping[str, Answer]

    @property
    def n_styles(self) -> int:
        """How many sets of option wordings there are."""
        return len(next(iter(self.answers.values())).options)

    def answer_of(self, name: str) -> Answer:
        """Return how a class, or the 1-based place of an image, is said; KeyError for what the file does not say."""
        return self.answers[PLACE if PLACE in self.answers else name]


@cache
def load_wordings(subtask: SubTask) -> Wordings:
    """Return the wordings of an inherent sub-task; a file is read once.

    Raises:
        WordingsError: the file is absent, no YAML, or breaks a rule of `faults`.
    """
    path = TEMPLATES / f"{subtask}.yaml"
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise WordingsError((f"{path.name}: cannot be read ({error.strerror}), expected a file in {TEMPLATES}",)) from error
    return parse_wordings(subtask, text)


def parse_wordings(subtask: SubTask, text: str) -> Wordings:
    """Return the wordings of a file's text.

    Raises:
        WordingsError: it is no YAML, or breaks a rule of `faults`; all faults are named at once.
    """
    name = f"{subtask}.yaml"
    loader = _Loader(text)
    try:
        raw = loader.get_single_data()
    except yaml.YAMLError as error:
        raise WordingsError((f"{name}: not readable as YAML ({' '.join(str(error).split())})",)) from error
    finally:
        loader.dispose()
    faults = find_faults(raw, subtask, classes_of(subtask))
    if faults:
        raise WordingsError(tuple(f"{name}: {fault}" for fault in faults))
    return _build(raw, subtask)


class _Loader(yaml.SafeLoader):
    """Refuses a key that stands twice: YAML's own rule, which PyYAML leaves out."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        keys = [self.construct_object(key, deep=deep) for key, _ in node.value]
        twice = next((key for place, key in enumerate(keys) if key in keys[:place]), None)
        if twice is not None:
            raise yaml.constructor.ConstructorError(None, None, f"the key {twice!r} stands twice", node.start_mark)
        return super().construct_mapping(node, deep=deep)


def _build(raw: Mapping[str, Any], subtask: SubTask) -> Wordings:
    answers = {name: Answer(tuple(said["option"]), tuple(said["open"])) for name, said in raw["answers"].items()}
    return Wordings(
        subtask=subtask,
        words=MappingProxyType(dict(raw.get("words", {}))),
        stems=MappingProxyType({kind: tuple(raw["stems"][kind]) for kind in AnswerType}),
        answers=MappingProxyType(answers),
    )
