"""Sources: is each root there, and does the first look of its reader find the files that it needs? No row is judged here.

Example:
    >>> from pathlib import Path
    >>> from pipelines.choices import SourceRoots
    >>> [finding.level.value for finding in examine_sources(Settings(sources=SourceRoots(odir=Path("no/such/folder"))))]
    ['ok', 'ok', 'ok', 'problem', 'ok', 'ok']
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from pipelines.choices import SourceFolders
from pipelines.doctor.finding import Area, Finding, Level, catch
from pipelines.doctor.first_look import FIRST_LOOKS
from pipelines.settings import Settings
from pipelines.sources.synthetic_marker import are_synthetic
from pipelines.vocabulary import Source

_EXPECTED = "a download as in docs/sources.md"
# Names of folders and files in downloads hold numbers of patients and examinations; a version such as v202211 is none.
_NUMBER = re.compile(r"(?<![vV\d])\d{3,}|(?<!\d)\d+(?=_(?:left|right))", re.IGNORECASE)


def examine_sources(settings: Settings) -> Iterator[Finding]:
    """Yield the state of every source, in the order of the vocabulary."""
    for source in Source:
        folders = settings.source_folders(source)
        for finding in catch(Area.SOURCES, source.value, _name(folders), lambda one=source: examine_source(one, settings)):
            hidden = {"got": hide_numbers(finding.got, folders), "advice": hide_numbers(finding.advice, folders)}
            yield replace(finding, **hidden, expected=_EXPECTED) if finding.level is Level.PROBLEM else finding


def examine_source(source: Source, settings: Settings) -> Iterator[Finding]:
    """Yield the state of one source: its root, the files found, and what is missing that a run can do without.

    Raises:
        SourceError: the reader could not read the download.
    """
    folders = settings.source_folders(source)
    if getattr(settings.sources, source.value) is None:
        yield _describe_cohort(source, folders)
        return
    look = FIRST_LOOKS[source](folders, settings.reading)
    got = ("a synthetic cohort: " if are_synthetic(folders) else "") + "; ".join(look.found)
    yield Finding(Area.SOURCES, Level.OK, source.value, _name(folders), got, _EXPECTED)
    for lack in look.missing:
        yield Finding(Area.SOURCES, Level.WARNING, source.value, _name(folders), lack.got, lack.expected, lack.advice)


def hide_numbers(text: str, folders: SourceFolders) -> str:
    """Return a text without what may be a patient's number; the folders that the user named stay as they are.

    >>> from pathlib import Path
    >>> hide_numbers("/data/1234: there is: p10000032, 7_left.jpg", SourceFolders.at(Path("/data/1234")))
    '/data/1234: there is: p#, #_left.jpg'
    """
    named = sorted({str(path) for path in (folders.tables, folders.images, folders.reports)}, key=len, reverse=True)
    parts = re.split("|".join(f"({re.escape(path)})" for path in named), text)
    return "".join(part if part in named else _NUMBER.sub("#", part) for part in parts if part is not None)


def _name(folders: SourceFolders) -> str:
    return ", ".join(dict.fromkeys(str(path) for path in (folders.tables, folders.images, folders.reports)))


def _describe_cohort(source: Source, folders: SourceFolders) -> Finding:
    got = "not set: its synthetic cohort is used"
    if not folders.tables.is_dir():
        got += ", once it is drawn"
    return Finding(Area.SOURCES, Level.OK, source.value, str(folders.tables), got, "a download, or nothing")
