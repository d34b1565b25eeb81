"""Settings: do they load, and do they fit what they name? Values that may be a secret are never repeated.

Example:
    >>> [finding.level.value for finding in examine_choices(Settings())]
    []
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from pipelines.calls.prices import PriceError, load_prices
from pipelines.choices import FOLDERS_TAG, ROOT_TAG
from pipelines.doctor.finding import Area, Finding, Level, explain_error
from pipelines.settings import NOT_SETTINGS, PREFIX, Settings, SettingsError, load_settings, settings_file
from pipelines.sources.corpus import SourceError
from pipelines.sources.lumiere.files import refuse_choice

_AGAIN = "then run doctor again: without settings only versions could be looked at"
_SECRET_SECTION = "endpoints"  # noqa: S105  (a key of the settings, under which somebody may have put a key to a service)
_MAX_SHOWN = 80  # characters of a value
_ANSWERS = "file:"  # of a model's specification: answers made elsewhere


@dataclass(frozen=True)
class Loaded:
    """The settings, None where they cannot be used, and what is to be said about them."""

    settings: Settings | None
    findings: tuple[Finding, ...]


def read_settings() -> Loaded:
    """Return the settings of file and environment; each key that does not fit is one problem."""
    path = settings_file()
    try:
        settings = load_settings()
    except SettingsError as error:
        if isinstance(error.__cause__, ValidationError):
            return Loaded(None, tuple(_explain_key(path, problem) for problem in error.__cause__.errors(include_url=False)))
        return Loaded(None, (explain_error(Area.SETTINGS, "settings", str(path), error),))
    except Exception as error:  # a file that may not be read, or is not UTF-8
        return Loaded(None, (explain_error(Area.SETTINGS, "settings", str(path), error),))
    return Loaded(settings, (_describe(settings, path),))


def examine_choices(settings: Settings) -> Iterator[Finding]:
    """Yield what does not fit: choices that exclude each other, and files that are named and not there."""
    try:
        refuse_choice(settings.reading.lumiere)
    except SourceError as error:
        yield explain_error(Area.SETTINGS, "reading.lumiere", str(settings_file()), error)
    try:
        load_prices(settings.prices)
    except PriceError as error:
        yield explain_error(Area.SETTINGS, "prices", str(settings.prices), error)
    for key, path in _named_files(settings):
        if not path.is_file():
            got = "a folder" if path.is_dir() else "no such file"
            advice = f"mend the path of {key} in {settings_file()}, or remove the line"
            yield Finding(Area.SETTINGS, Level.PROBLEM, key, str(path), got, "a file", advice)


def _named_files(settings: Settings) -> Iterator[tuple[str, Path]]:
    for name, path in settings.evaluation.released.items():
        yield f"evaluation.released.{name}", path.expanduser()
    for key, paths in (("audit.benchmark", settings.audit.benchmark), ("audit.train", settings.audit.train)):
        yield from ((key, path.expanduser()) for path in paths)
    for name, specification in settings.evaluation.models.items():
        if specification.startswith(_ANSWERS):
            yield f"evaluation.models.{name}", Path(specification.removeprefix(_ANSWERS)).expanduser()


def _describe(settings: Settings, path: Path) -> Finding:
    chosen = [name for name in type(settings.sources).model_fields if getattr(settings.sources, name) is not None]
    variables = [name for name in os.environ if name.startswith(PREFIX) and name not in NOT_SETTINGS]
    if not path.is_file() and not variables:
        got = f"no settings; the synthetic cohort under {settings.cohort_root()} will be used"
    elif not chosen:
        got = f"no source is set; the synthetic cohort under {settings.cohort_root()} will be used"
    else:
        got = f"roots of {', '.join(chosen)}; synthetic cohorts of the others" if len(chosen) < 6 else "roots of all sources"
    where = f"{path}{'' if path.is_file() else ' (not there)'}" + (f" and {len(variables)} variable(s)" if variables else "")
    advice = "" if chosen else "make demo draws and uses it; for your own downloads set [sources] (docs/settings.md)"
    return Finding(Area.SETTINGS, Level.OK, "settings", where, got, "only known keys", advice)


def _explain_key(path: Path, problem: Any) -> Finding:
    place = [str(part) for part in problem["loc"] if part not in (ROOT_TAG, FOLDERS_TAG)]
    key = ".".join(place)
    where = f"{path}, or variable {PREFIX}{'__'.join(place).upper()}"
    if problem["type"] == "extra_forbidden":
        advice = f"remove or correct it; {_AGAIN}"
        return Finding(Area.SETTINGS, Level.PROBLEM, key, where, "an unknown key", "a key of docs/settings.md", advice)
    if problem["type"] == "missing":
        return Finding(Area.SETTINGS, Level.PROBLEM, key, where, "nothing", "a value", f"add it; {_AGAIN}")
    value = problem["input"]
    hidden = place[:1] == [_SECRET_SECTION] or not isinstance(value, str | int | float | bool | None)
    got = f"a {type(value).__name__} that is not shown" if hidden else repr(value)[:_MAX_SHOWN]
    return Finding(Area.SETTINGS, Level.PROBLEM, key, where, got, problem["msg"], f"correct it; {_AGAIN}")
