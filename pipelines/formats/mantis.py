"""Mantis JSON, the form in which Med-MIM was released: read without loss, written back as the same JSON value.

One file is a list of `{"id", "images": [path], "conversation": [{"role", "content"}], "source"}`
(https://huggingface.co/datasets/TIGER-Lab/Mantis-Instruct; https://github.com/Xikai97/Med-MIM). Ids may be strings or
numbers, `source` may be missing, unknown keys are kept. A file whose formatting is regular (any indentation, either kind
of separators, escapes or UTF-8, byte-order mark, trailing newline) is also written back byte for byte.

Example:
    >>> turns = (Turn(Role.USER, "<image><image>Same side?"), Turn(Role.ASSISTANT, "Yes"))
    >>> record = build_record("r1", ("a.jpg", "b.jpg"), turns, "demo")
    >>> record.id, record.turns[1].content, record.source
    ('r1', 'Yes', 'demo')
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from pipelines.formats.json_file import encode_text, read_json_list
from pipelines.formats.json_text import Formatting, NumberText, format_json
from pipelines.formats.mantis_shape import check_document
from pipelines.formats.problem import FormatError, Problem, list_problems
from pipelines.records import DatasetRecord, Turn
from pipelines.storage import write_bytes
from pipelines.vocabulary import Role

RELEASED_FORMATTING = Formatting()  # four spaces, escapes, no final newline: json.dumps(..., indent=4)


@dataclass(frozen=True)
class MantisRecord:
    """One record. `document` is the JSON object as read and the only state: what is written back is exactly that."""

    document: Mapping[str, Any] = field(hash=False)

    @cached_property
    def id(self) -> str:
        """The record's id as text, "" for null; 7 and "7" look alike here, and are written back each as it was."""
        value = self.document["id"]
        if isinstance(value, NumberText):
            return value.text
        return "" if value is None else str(value)

    @cached_property
    def images(self) -> tuple[str, ...]:
        """Image paths in order, as written; may be empty."""
        return tuple(self.document["images"])

    @cached_property
    def turns(self) -> tuple[Turn, ...]:
        """The conversation in order; the released files have two turns, others any number, also none."""
        return tuple(Turn(Role(turn["role"]), turn["content"]) for turn in self.document["conversation"])

    @cached_property
    def source(self) -> str | None:
        """The source tag, None where it is missing or null."""
        return self.document.get("source")


@dataclass(frozen=True)
class MantisFile:
    """The records of one file, and how the file was laid out."""

    records: tuple[MantisRecord, ...]
    problems: tuple[Problem, ...] = ()  # records of the wrong shape, kept out of `records`
    formatting: Formatting = RELEASED_FORMATTING
    has_bom: bool = False
    is_byte_exact: bool = True  # writing the file gives the bytes that were read

    def numbered(self) -> Iterator[tuple[int, MantisRecord]]:
        """Yield each record with its 0-based place in the file, where the records told in `problems` have theirs."""
        taken = {problem.record for problem in self.problems}
        places = (place for place in range(len(self.records) + len(taken)) if place not in taken)
        yield from zip(places, self.records, strict=True)


def read_mantis(path: Path, *, strict: bool = True) -> MantisFile:
    """Return the records of a Mantis JSON file (UTF-8, with or without byte-order mark).

    Args:
        path: the file.
        strict: refuse a file that holds a record of the wrong shape; else such records are told in `problems`
            and the others are returned.

    Raises:
        FormatError: nothing can be read (no file, empty, git-LFS pointer, broken or cut-off JSON, JSON Lines, no list),
            or `strict` and a record is of the wrong shape.
    """
    content = read_json_list(path)
    found = [(index, document, check_document(document, index)) for index, document in enumerate(content.values)]
    problems = tuple(problem for _, _, problem in found if problem is not None)
    if strict and problems:
        raise FormatError(
            f"{path}: {len(problems):,} of {len(found):,} records are not of the Mantis form:\n{list_problems(problems)}"
        )
    records = tuple(MantisRecord(document) for _, document, problem in found if problem is None)
    return MantisFile(records, problems, content.formatting, content.has_bom, content.is_byte_exact and not problems)


def write_mantis(file: MantisFile, path: Path) -> None:
    """Write the records as Mantis JSON, atomically, in the file's own formatting.

    Raises:
        FormatError: the file had records that could not be read; writing the others would lose them.
    """
    if file.problems:
        raise FormatError(
            f"{path}: not written, because {len(file.problems):,} records of the input are not of the Mantis form and would "
            f"be lost; mend them first:\n{list_problems(file.problems)}"
        )
    text = format_json([record.document for record in file.records], file.formatting)
    write_bytes(str(path), encode_text(text, has_bom=file.has_bom))


def build_record(record_id: str, images: tuple[str, ...], turns: tuple[Turn, ...], source: str | None) -> MantisRecord:
    """Return a record with the released keys in the released order; `source` is left out where it is None."""
    document: dict[str, Any] = {
        "id": record_id,
        "images": list(images),
        "conversation": [{"role": turn.role.value, "content": turn.content} for turn in turns],
    }
    return MantisRecord(document if source is None else document | {"source": source})


def mantis_from_records(rows: Sequence[DatasetRecord]) -> MantisFile:
    """Return dataset rows as a Mantis file in the release's formatting (four spaces, escapes, no final newline)."""
    return MantisFile(tuple(build_record(row.id, row.images, row.conversation, row.source) for row in rows))
