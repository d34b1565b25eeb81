r"""A benchmark as VLMEvalKit's custom TSV: closed questions in NAME.tsv (multiple choice), open ones in NAME_openended.tsv.

The kit takes a file LMUData/NAME.tsv with columns A and B for multiple choice, one without them for free answers, and
treats a name with "openended" as such. `index` is the 0-based place in the benchmark, in both files; `key` and `id` are the
record's. Images go by path: the kit decodes embedded images to files of its own, and re-encodes them. Form:
https://github.com/open-compass/VLMEvalKit/blob/main/docs/en/Dataset.md.

Example:
    >>> protect_cell("None"), protect_cell("no change"), protect_cell("4")
    ('None\xa0', 'no change', '4\xa0')
"""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from string import ascii_uppercase

from pipelines.formats.kit_rows import KitRow, KitRows, select_rows
from pipelines.formats.mantis import MantisFile
from pipelines.formats.problem import FormatError, Problem
from pipelines.storage import write_bytes

OPEN_SUFFIX = "_openended"
SUFFIX = ".tsv"
# The kit reads with pandas' defaults: "None", "NA" or "" become a missing option and numbers lose their form ("02" is 2).
# A no-break blank behind the text keeps it text; it is printed as a blank, and every strip() takes it away.
GUARD = "\u00a0"
# https://pandas.pydata.org/docs/reference/api/pandas.read_csv.html, na_values
_READ_AS_MISSING = frozenset(
    {
        *("", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN"),
        *("<NA>", "N/A", "NA", "NULL", "NaN", "None", "n/a", "nan", "null"),
    }
)
_READ_AS_TRUTH = ("true", "false")
_COLUMNS = ("index", "key", "id", "category", "image_path", "question", "answer")


def write_vlmevalkit(file: MantisFile, path: Path, images: Path | None) -> KitRows:
    """Write a benchmark as one or two TSV files, each atomically; return its rows and why other records are left out.

    Raises:
        FormatError: the file's name does not end in .tsv, or no record can be written.
    """
    if path.suffix != SUFFIX or OPEN_SUFFIX in path.stem.lower():
        raise FormatError(
            f"{path}: expected a name NAME{SUFFIX}, without {OPEN_SUFFIX!r}: open questions go to NAME{OPEN_SUFFIX}{SUFFIX}"
        )
    chosen = select_rows(file, images, _check_letters, _check_images)
    targets = {True: path, False: path.with_name(f"{path.stem}{OPEN_SUFFIX}{SUFFIX}")}
    for is_closed, target in targets.items():
        rows = [row for row in chosen.rows if bool(row.options) is is_closed]
        if rows:
            write_bytes(str(target), format_rows(rows).encode())
    return chosen


def format_rows(rows: Sequence[KitRow]) -> str:
    """Return rows as TSV text, every cell quoted; option columns run from A to the last letter that any row has."""
    used = {letter for row in rows for letter in row.options}
    letters = ascii_uppercase[: ascii_uppercase.index(max(used)) + 1] if used else ""
    out = io.StringIO()
    writer = csv.writer(out, delimiter="\t", quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow([*_COLUMNS[:-1], *letters, _COLUMNS[-1]])
    for row in rows:
        named = [protect_cell(text) for text in (row.key, row.id, row.source)]
        options = [protect_cell(row.options[letter]) if letter in row.options else "" for letter in letters]
        paths = _format_paths(row.images)
        writer.writerow([row.position, *named, paths, protect_cell(row.stem), *options, row.letter or protect_cell(row.answer)])
    return out.getvalue()


def protect_cell(text: str) -> str:
    """Return a text so that pandas' defaults read it as that text, whatever else its column holds."""
    return f"{text}{GUARD}" if text in _READ_AS_MISSING or text.lower() in _READ_AS_TRUTH or _is_number(text) else text


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _format_paths(paths: Sequence[str]) -> str:
    """Return one path as it is, several as the list literal that the kit evaluates."""
    return paths[0] if len(paths) == 1 and not paths[0].startswith("[") else repr(list(paths))


def _check_letters(row: KitRow) -> Problem | None:
    if not row.repeated_letters:
        return None
    got = f"{', '.join(row.repeated_letters)} more than once"
    return Problem(row.position, row.key, "each option letter once: one column holds it", got, "reletter the options")


def _check_images(row: KitRow) -> Problem | None:
    if not row.images:
        return Problem(row.position, row.key, "at least one image", "none", "leave the record out: the kit's form needs one")
    if row.has_inner_marks:
        expected = "images before the words: the kit puts them there"
        return Problem(row.position, row.key, expected, "images between the words", "use --to lmms_eval, which keeps places")
    return None
