r"""Benchmark records as other evaluation kits take them: one question, one reference, a unique key and the place in the file.

Key and place are those of `evaluation.benchmark`, so that answers made elsewhere find their item again.

Example:
    >>> from pipelines.formats.mantis import build_record
    >>> from pipelines.records import Turn
    >>> turns = (Turn(Role.USER, "<image>Which?\nA: left\nC: right\n"), Turn(Role.ASSISTANT, "C: right"))
    >>> row = select_rows(MantisFile((build_record("r1", ("a.jpg",), turns, None),)), None).rows[0]
    >>> row.key, row.text, dict(row.options), row.letter
    ('r1', 'Which?\nA: left\nC: right\n', {'A': 'left', 'C': 'right'}, 'C')
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipelines.formats.closed_question import IMAGE_MARK, parse_closed_question, strip_image_tokens
from pipelines.formats.mantis import MantisFile, MantisRecord
from pipelines.formats.problem import FormatError, Problem, list_problems
from pipelines.formats.reference import read_reference, unique_keys
from pipelines.formats.usable import check_encodable, check_trainable
from pipelines.vocabulary import Role


@dataclass(frozen=True, slots=True)
class KitRow:
    """One benchmark question. `options` is letter -> text in printed order, letters may have gaps; empty where open."""

    position: int  # 0-based place in the benchmark file
    key: str  # the id where no other record has it, else "<id>#<position>"
    id: str
    source: str  # "" where the record has none
    images: tuple[str, ...]
    content: str  # the user turn as it is, image marks included
    text: str  # the user turn without leading image marks
    stem: str  # the question without marks and option lines
    options: Mapping[str, str]
    repeated_letters: tuple[str, ...]
    letter: str | None  # keyed letter as published; None where open
    answer: str  # reference text; of a closed question without its letter
    unit: str  # independent unit; where nobody tells one, the first image, as the record names it

    @property
    def has_inner_marks(self) -> bool:
        """Whether images stand between the words, not only before them."""
        return IMAGE_MARK in self.text


@dataclass(frozen=True)
class KitRows:
    """The rows that can be written and one problem for each record that cannot."""

    rows: tuple[KitRow, ...]
    problems: tuple[Problem, ...]


Check = Callable[[KitRow], Problem | None]
"""Returns what keeps a row from a kit's form; None where nothing does."""


def select_rows(file: MantisFile, images: Path | None, *checks: Check, units: Mapping[str, str] | None = None) -> KitRows:
    """Return the records of a benchmark as rows.

    Args:
        file: a benchmark: one question and one answer per record.
        images: folder that the image paths are relative to: paths become absolute, and a missing image is a problem.
            None leaves paths as they are, unchecked.
        checks: what the kit cannot take.
        units: independent unit by record id, where the data set tells them (Mantis JSON does not).

    Raises:
        FormatError: `images` is no folder, or there is no record at all that can be written.
    """
    if images is not None and not images.is_dir():
        raise FormatError(f"{images}: no such folder; give with --images the folder that the records' image paths start from")
    keys = unique_keys((index, record.id) for index, record in file.numbered())
    rows: list[KitRow] = []
    problems = list(file.problems)
    for key, (index, record) in zip(keys, file.numbered(), strict=True):
        made = _make_row(record, index, key, images, (units or {}).get(record.id))
        problem = made if isinstance(made, Problem) else _first_problem(made, checks)
        if isinstance(made, KitRow) and problem is None:
            rows.append(made)
        elif problem is not None:
            problems.append(problem)
    if not rows:
        told = list_problems(tuple(problems)) or "  it holds no records"
        raise FormatError(f"no record can be written for another evaluation kit:\n{told}")
    return KitRows(tuple(rows), tuple(problems))


def _first_problem(row: KitRow, checks: Sequence[Check]) -> Problem | None:
    return next((problem for problem in (check(row) for check in checks) if problem is not None), None)


def _make_row(record: MantisRecord, index: int, key: str, folder: Path | None, unit: str | None) -> KitRow | Problem:
    problem = check_trainable(record, index) or check_encodable(record, index) or _check_turns(record, index)
    if problem is not None:
        return problem
    paths = record.images if folder is None else tuple(str(folder.absolute() / path) for path in record.images)
    absent = [place for place, path in enumerate(paths) if folder is not None and not Path(path).is_file()]
    if absent:
        where = f"{key} images[{absent[0]}]"
        return Problem(index, where, "an image file in the --images folder", "no such file", "complete the folder")
    _, text = strip_image_tokens(record.turns[0].content)
    question = parse_closed_question(text)
    options = dict(question.options) if question else {}
    letter, answer = read_reference(record.turns[1].content, options)
    if options and letter is None:
        return Problem(index, f"{key} answer", "a letter or the text of one option", "neither", "correct the reference")
    return KitRow(
        position=index,
        key=key,
        id=record.id,
        source=record.source or "",
        images=paths,
        content=record.turns[0].content,
        text=text,
        stem=question.stem if question else text,
        options=options,
        repeated_letters=question.repeated_letters if question else (),
        letter=letter,
        answer=answer,
        unit=unit or (record.images[0] if record.images else key),
    )


def _check_turns(record: MantisRecord, index: int) -> Problem | None:
    if [turn.role for turn in record.turns] == [Role.USER, Role.ASSISTANT]:
        return None
    expected = "one question and one answer, as in a benchmark"
    return Problem(index, record.id, expected, f"{len(record.turns)} turns", "split the record or leave it out")
