"""Versions: Python, SQLite and the packages that pyproject.toml asks for.

Example:
    >>> judge_package("numpy>=2,<3", "1.26.4").advice
    "python -m pip install 'numpy>=2,<3', or make the environment anew with make"
"""

import platform
import sqlite3
import tomllib
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from pipelines.doctor.finding import Area, Finding, Level

PYPROJECT = Path(__file__).parents[2] / "pyproject.toml"
_SQLITE = (3, 37, 0)  # STRICT tables, of which the ledgers are made


def examine_versions(pyproject: Path = PYPROJECT) -> Iterator[Finding]:
    """Yield one row for Python, one for SQLite, one for all packages that fit and one for each that does not."""
    project = tomllib.loads(pyproject.read_text(encoding="utf-8"))["project"]
    yield judge_python(project["requires-python"], platform.python_version())
    yield _judge_sqlite(sqlite3.sqlite_version_info)
    judged = [judge_package(line, installed_version(Requirement(line).name)) for line in _wanted(project["dependencies"])]
    fitting = sum(finding.level is Level.OK for finding in judged)
    level = Level.OK if fitting == len(judged) else Level.PROBLEM
    advice = "" if level is Level.OK else "see the rows below"
    got = f"{fitting} of {len(judged)} are there and within their range"
    yield Finding(Area.VERSIONS, level, "packages", str(pyproject), got, "all of project.dependencies", advice)
    yield from (finding for finding in judged if finding.level is not Level.OK)


def installed_version(name: str) -> str | None:
    """Return a package's version, None where it is not installed."""
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def judge_python(wanted: str, found: str) -> Finding:
    """Return whether Python's version is within a range."""
    is_right = SpecifierSet(wanted).contains(found, prereleases=True)
    advice = "" if is_right else "make the environment anew with another Python: make PYTHON=python3.11 test"
    level = Level.OK if is_right else Level.PROBLEM
    return Finding(Area.VERSIONS, level, "Python", platform.python_implementation(), found, wanted, advice)


def judge_package(line: str, found: str | None) -> Finding:
    """Return whether an installed version (None: not installed) is within the range of a requirement's line."""
    requirement = Requirement(line)
    is_right = found is not None and requirement.specifier.contains(found, prereleases=True)
    advice = "" if is_right else f"python -m pip install '{line}', or make the environment anew with make"
    level = Level.OK if is_right else Level.PROBLEM
    expected = str(requirement.specifier) or "any version"
    return Finding(Area.VERSIONS, level, requirement.name, "environment", found or "not installed", expected, advice)


def _wanted(lines: list[str]) -> list[str]:
    markers = ((line, Requirement(line).marker) for line in lines)
    return [line for line, marker in markers if marker is None or marker.evaluate()]


def _judge_sqlite(found: tuple[int, ...]) -> Finding:
    is_right = found >= _SQLITE
    advice = "" if is_right else "take a newer Python build: SQLite comes with it"
    level, expected = Level.OK if is_right else Level.PROBLEM, f">={'.'.join(map(str, _SQLITE))}"
    return Finding(Area.VERSIONS, level, "SQLite", "environment", ".".join(map(str, found)), expected, advice)
