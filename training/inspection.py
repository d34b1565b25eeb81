"""What a trainer would be given from a file of records: counts, lengths, and every record that it could not use.

Example:
    >>> from pipelines.formats.problem import Problem
    >>> Inspection((), (Problem(0, "r1", "one answer", "none", "write it"),)).n_records
    1
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pipelines.formats.dataset_file import is_parquet, read_dataset_rows
from pipelines.formats.mantis import MantisRecord, read_mantis
from pipelines.formats.problem import Problem
from pipelines.records import DatasetRecord
from pipelines.safe_path import is_inside
from training.messages import ExampleError, TrainingExample, build_from_dataset, build_from_mantis

Item = TypeVar("Item", DatasetRecord, MantisRecord)
ExampleCount = tuple[str, str, int]
"""Sub-task or source tag, answer type, number of images."""


@dataclass(frozen=True)
class Inspection:
    """The examples that a trainer can use, and one problem for each record that it cannot."""

    examples: tuple[TrainingExample, ...]
    problems: tuple[Problem, ...]

    @property
    def n_records(self) -> int:
        """Records of the file: each is an example or has a problem."""
        return len(self.examples) + len(self.problems)

    def count_examples(self) -> list[tuple[ExampleCount, int]]:
        """Return how many examples each sub-task, answer type and number of images has, in that order."""
        return sorted(Counter((e.label, e.answer_type.value, e.n_images) for e in self.examples).items())


def inspect_records(path: Path, images_root: Path | None = None) -> Inspection:
    """Return the examples of a Mantis JSON or of a Parquet of dataset/instructions or dataset/benchmark.

    Args:
        path: the file.
        images_root: the folder that image paths are relative to; a record whose image is not a file in it is a problem.
            None checks no image files.

    Raises:
        FormatError: the file cannot be read at all.
    """
    if is_parquet(path):
        return _collect(enumerate(read_dataset_rows(path)), build_from_dataset, images_root, ())
    file = read_mantis(path, strict=False)
    return _collect(file.numbered(), build_from_mantis, images_root, file.problems)


def _collect(
    items: Iterable[tuple[int, Item]],
    build: Callable[[Item], TrainingExample],
    images_root: Path | None,
    problems: tuple[Problem, ...],
) -> Inspection:
    examples: list[TrainingExample] = []
    found = list(problems)
    for index, item in items:
        try:
            example = build(item)
            if images_root is not None:
                _check_images(example, images_root)
        except ExampleError as error:
            found.append(Problem(index, item.id, error.expected, error.got, error.fix))
        else:
            examples.append(example)
    return Inspection(tuple(examples), tuple(sorted(found, key=lambda problem: problem.record)))


def _check_images(example: TrainingExample, root: Path) -> None:
    """Raise ExampleError for the first image that is no file within root."""
    for name in example.images:
        try:
            if is_inside(root, root / name) and (root / name).is_file():
                continue
        except (OSError, ValueError):  # too long, a null character, half of a surrogate pair
            pass
        raise ExampleError(f"an image file {name!r} in {root}", "none there", "complete the images or correct --images")
