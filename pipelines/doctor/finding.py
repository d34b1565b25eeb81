"""What one look found: whether it is well, where, what is there, what was expected and what to do.

Example:
    >>> broken = explain_error(Area.SOURCES, "odir", "downloads", ValueError("downloads: no table; download it"))
    >>> broken.level.value, broken.got, broken.advice
    ('problem', 'ValueError: downloads: no table', 'download it')
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

_MAX_LENGTH = 600  # characters of an error's message
_UNKNOWN = "mend what the message names; where it names nothing, this is an error of the program: report it"


class Area(StrEnum):
    """What a finding is about."""

    SETTINGS = "settings"
    VERSIONS = "versions"
    STORAGE = "storage"
    ENDPOINTS = "endpoints"
    LEDGERS = "ledgers"
    SOURCES = "sources"


class Level(StrEnum):
    """How bad it is; the later one is the worse one."""

    OK = "ok"
    WARNING = "warning"  # a run goes through, with less than it could have
    PROBLEM = "problem"  # a run stops, or does what was not meant


@dataclass(frozen=True, slots=True)
class Finding:
    """One row of the doctor's table."""

    area: Area
    level: Level
    what: str
    where: str  # the file, folder, key or variable
    got: str
    expected: str = ""
    advice: str = ""  # what to do; never empty for a warning or problem


def catch(area: Area, what: str, where: str, look: Callable[[], Iterable[Finding]]) -> list[Finding]:
    """Return what a look finds; where it raises, what it found up to then and the error as one problem more."""
    found: list[Finding] = []
    try:
        found.extend(look())
    except Exception as error:  # whatever is broken, the other looks still help
        found.append(explain_error(area, what, where, error))
    return found


def explain_error(
    area: Area, what: str, where: str, error: Exception, level: Level = Level.PROBLEM, expected: str = "no error"
) -> Finding:
    """Return an error as a finding. The messages of this project end in what to do, after the last semicolon."""
    message = " ".join(str(error).split())
    got, mark, advice = message.rpartition("; ")
    named = type(error).__module__.partition(".")[0] == "pipelines"
    text = (got if mark else message)[:_MAX_LENGTH]
    return Finding(
        area,
        level,
        what,
        where,
        got=text if named else f"{type(error).__name__}: {text}".removesuffix(": "),
        expected=expected,
        advice=advice if mark else _UNKNOWN,
    )
