"""`python -m pipelines contact-sheet`: a picture of what was read and rendered, with its labels. It shows patients' images.

Example:
    >>> parser = argparse.ArgumentParser()
    >>> register(parser.add_subparsers())
    >>> parser.parse_args(["contact-sheet", "--out", "sheet.png"]).strips
    4
"""

import argparse
import sys
from pathlib import Path
from typing import TypeVar

from pipelines import tables
from pipelines.contact_sheet.page import draw_page
from pipelines.contact_sheet.strips import Strip, Tables, choose_strips
from pipelines.settings import Settings, SettingsError, load_settings
from pipelines.storage import StorageError, read_table
from pipelines.vocabulary import Source

_Row = TypeVar("_Row")


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the sub-command `contact-sheet`."""
    parser = subparsers.add_parser("contact-sheet", help="a picture of rendered images and their labels (shows patients)")
    parser.add_argument("--out", type=Path, required=True, help="PNG file to write")
    parser.add_argument("--source", choices=[str(source) for source in Source], help="one source alone (default: all)")
    parser.add_argument("--strips", type=int, default=4, help="subjects per source (default: %(default)s)")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Draw the sheet of what is materialized; return 0, or 2 with one message where there is nothing to draw."""
    try:
        settings = load_settings()
        chosen = list(Source) if arguments.source is None else [Source(arguments.source)]
        sections = [(str(source), strips) for source in chosen if (strips := _read_strips(source, settings, arguments.strips))]
    except (SettingsError, StorageError, tables.TableError) as error:
        print(error, file=sys.stderr)
        return 2
    if not sections:
        print(
            f"{settings.storage_root}: no rendered images of {', '.join(chosen)}; materialize raw and rendered tables first, "
            "e.g. with make demo",
            file=sys.stderr,
        )
        return 2
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    draw_page(sections, Path(settings.storage_root)).save(arguments.out)
    print(f"{arguments.out}: {sum(len(strip) for _, strips in sections for strip in strips)} images")
    return 0


def _read_strips(source: Source, settings: Settings, count: int) -> list[Strip]:
    found = Tables(
        studies=_read(tables.STUDIES, source, settings),
        labels=_read(tables.LABELS, source, settings),
        questions=_read(tables.QUESTIONS, source, settings),
        images=_read(tables.RENDERED_IMAGES, source, settings),
    )
    return choose_strips(source, found, count)


def _read(table: tables.Table[_Row], source: Source, settings: Settings) -> list[_Row]:
    stored = read_table(settings.storage_root, table.name, source.value)
    return [] if stored is None else table.to_rows(stored)
