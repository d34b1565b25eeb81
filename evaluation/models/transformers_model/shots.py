"""Examples shown before each question: drawn from a training file by the prompt's digest, never with an image of the prompt.

Example:
    >>> Shot("Which?", "Left", ()).question
    'Which?'
"""

import hashlib
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from evaluation.models.model import ModelError, Prompt, ShownImage
from pipelines.formats.closed_question import parse_closed_question, strip_image_tokens
from pipelines.formats.mantis import MantisRecord, read_mantis
from pipelines.formats.problem import FormatError
from pipelines.vocabulary import Role


class ShotError(ValueError):
    """A prompt that too few examples are left for."""


@dataclass(frozen=True, slots=True)
class Shot:
    """One example: a question as published, its answer, its images."""

    question: str
    answer: str
    images: tuple[ShownImage, ...]


@dataclass(frozen=True, slots=True)
class _Example:
    question: str
    answer: str
    paths: tuple[Path, ...]


class ShotPool:
    """The examples of one file of Mantis form; its images lie under the file's folder or one above it."""

    def __init__(self, path: Path, n_shots: int, seed: int) -> None:
        """Read the file; ModelError where it cannot be read or holds no example."""
        self._n_shots, self._seed = n_shots, seed
        try:
            found = [example for record in read_mantis(path).records if (example := _read(record, path.parent)) is not None]
        except FormatError as error:
            raise ModelError(f"examples={path.name}: {error}") from error
        if not found:
            raise ModelError(
                f"examples={path.name}: no record has one question, one answer and its images; give a training file"
            )
        self._by_type = {
            is_closed: [example for example in found if (parse_closed_question(example.question) is not None) == is_closed]
            for is_closed in (True, False)
        }

    def draw(self, prompt: Prompt) -> list[Shot]:
        """Return a prompt's examples, of its answer type; without images where the prompt is shown without.

        An example that shares an image with the prompt, or asks what it asks, is never drawn.

        Raises:
            ShotError: too few are left.
        """
        pool = self._by_type[bool(prompt.letters)]
        generator = random.Random(f"{self._seed} {prompt.digest}")
        taken = {image.sha256 for image in prompt.images}
        shots: list[Shot] = []
        for place in _walk(len(pool), generator):
            example = pool[place]
            images = tuple(ShownImage(path, _hash(path)) for path in example.paths)
            if example.question.strip() != prompt.text.strip() and taken.isdisjoint(image.sha256 for image in images):
                shots.append(Shot(example.question, example.answer, images if prompt.images else ()))
            if len(shots) == self._n_shots:
                return shots
        raise ShotError(f"fewer than {self._n_shots} examples of its answer type and without its images")


def _read(record: MantisRecord, folder: Path) -> _Example | None:
    if [turn.role for turn in record.turns] != [Role.USER, Role.ASSISTANT] or not record.images:
        return None
    if any(Path(image).is_absolute() or ".." in Path(image).parts for image in record.images):
        return None  # a name is somebody's words, and leads down from a folder, to nowhere else
    roots: Sequence[Path] = (folder, *folder.resolve().parents)
    root = next((root for root in roots if all((root / image).is_file() for image in record.images)), None)
    if root is None:
        return None
    _, question = strip_image_tokens(record.turns[0].content)
    return _Example(question, record.turns[1].content, tuple(root / image for image in record.images))


def _walk(n: int, generator: random.Random) -> Iterator[int]:
    """Yield the numbers below n in random order; the first few of many cost no shuffle of all."""
    moved: dict[int, int] = {}
    for place in range(n):
        other = generator.randrange(place, n)
        yield moved.get(other, other)
        moved[other] = moved.get(place, place)


@lru_cache(maxsize=65536)
def _hash(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
