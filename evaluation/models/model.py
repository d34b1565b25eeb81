"""What every model is to the run that asks it: it says what it is, then answers prompts, each on its own.

Example:
    >>> Prompt("answer-1", "r1", "Which?", (), (), ()).digest == Prompt("answer-2", "r2", "Which?", (), (), ()).digest
    True
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Protocol

from pipelines.keys import digest
from pipelines.progress import Say
from pipelines.score_records import Finish, ModelCard
from pipelines.vocabulary import Modality, Source


class ModelError(RuntimeError):
    """A model that cannot be run or did not answer; says which, what was found and what to do."""


@dataclass(frozen=True, slots=True)
class ShownImage:
    """One image of a prompt: a file, and how it is spoilt before it is shown."""

    path: Path
    sha256: str  # of the file
    corruption: str = ""  # "blur:3"; "" as it is
    modality: Modality | None = None  # which grades of a corruption apply


@dataclass(frozen=True)
class Prompt:
    """One question as it is put: images first, in order, then the text."""

    key: str  # of the answer: model, record, what is shown, decoding
    record_key: str
    text: str  # question and options, without image marks
    images: tuple[ShownImage, ...]
    letters: tuple[str, ...]  # that an answer may choose; empty where open
    sources: tuple[Source, ...] | None  # whose data it is; empty for synthetic data, None where nobody knows

    @cached_property
    def digest(self) -> str:
        """Hash of what is shown, the same wherever the files lie."""
        shown = [[image.sha256, image.corruption, image.modality and str(image.modality)] for image in self.images]
        return digest([self.text, shown, list(self.letters)])


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model said to one prompt."""

    key: str  # of the prompt
    output: str
    finish: Finish
    n_output_tokens: int | None


class Model(Protocol):
    """A model that can be asked; nothing heavy is loaded before it is."""

    @property
    def card(self) -> ModelCard:
        """What it is; read before anything is asked, since answers are kept under it."""
        ...

    def answer(self, prompts: Sequence[Prompt], say: Say | None) -> Iterator[Answer]:
        """Yield one answer per prompt as each is there, in any order; an answer does not depend on its company.

        A prompt that an image of cannot be read, or that an endpoint gave no final answer to, is left out and told to `say`.

        Raises:
            ModelError: the model cannot be loaded or reached; what was yielded before is kept.
        """
        ...
