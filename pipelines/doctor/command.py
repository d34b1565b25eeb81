"""`python -m pipelines doctor`: looks at settings, versions, storage, endpoints, ledgers and sources; says what to mend.

Example:
    >>> parser = argparse.ArgumentParser()
    >>> register(parser.add_subparsers())
    >>> parser.parse_args(["doctor", "--reach"]).reach
    True
"""

import argparse
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path

from pipelines.doctor.configuration import examine_choices, read_settings
from pipelines.doctor.endpoints import examine_endpoints
from pipelines.doctor.finding import Area, Finding, Level, catch
from pipelines.doctor.ledgers import examine_ledgers
from pipelines.doctor.reach import try_endpoints
from pipelines.doctor.redaction import collect_secrets, hide_secrets
from pipelines.doctor.report import as_json, tabulate
from pipelines.doctor.sources import examine_sources
from pipelines.doctor.storage import examine_storage
from pipelines.doctor.versions import examine_versions
from pipelines.mendable import guard_command
from pipelines.settings import Settings
from pipelines.storage import StorageError, write_bytes


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the sub-command `doctor`."""
    parser = subparsers.add_parser("doctor", help="check settings, roots, versions, disk, endpoints; say what to mend")
    parser.add_argument("--reach", action="store_true", help="ask each approved endpoint for its list of models")
    parser.add_argument("--json", type=Path, metavar="OUT", help="write the findings as JSON")
    parser.set_defaults(run=guard_command("doctor", (StorageError,), run))


def run(arguments: argparse.Namespace) -> int:
    """Print what was found; return 0 where a run can start, 1 where there are problems."""
    today = datetime.now(UTC).date()
    findings = list(examine(today, os.environ, is_reaching=arguments.reach))
    encoding = sys.stdout.encoding or "utf-8"
    print(tabulate(findings).encode(encoding, "backslashreplace").decode(encoding))  # a path may hold any bytes
    if arguments.json is not None:
        write_bytes(str(arguments.json), as_json(findings))
    return int(any(finding.level is Level.PROBLEM for finding in findings))


def examine(today: date, environment: Mapping[str, str], is_reaching: bool) -> Iterator[Finding]:
    """Yield all findings; no look that fails ends the others."""
    loaded = read_settings()
    secrets = frozenset[str]() if loaded.settings is None else collect_secrets(loaded.settings, environment)
    looks: list[tuple[Area, Callable[[], Iterable[Finding]]]] = [(Area.SETTINGS, lambda: loaded.findings)]
    looks.append((Area.VERSIONS, examine_versions))
    if loaded.settings is not None:
        looks += _looks_at(loaded.settings, today, environment, is_reaching)
    for area, look in looks:
        yield from (hide_secrets(finding, secrets) for finding in catch(area, area.value, "", look))


def _looks_at(
    settings: Settings, today: date, environment: Mapping[str, str], is_reaching: bool
) -> list[tuple[Area, Callable[[], Iterable[Finding]]]]:
    looks: list[tuple[Area, Callable[[], Iterable[Finding]]]] = [
        (Area.SETTINGS, lambda: examine_choices(settings)),
        (Area.STORAGE, lambda: examine_storage(settings)),
        (Area.ENDPOINTS, lambda: examine_endpoints(settings, today, environment)),
        (Area.LEDGERS, lambda: examine_ledgers(settings)),
        (Area.SOURCES, lambda: examine_sources(settings)),
    ]
    if is_reaching:
        looks.insert(3, (Area.ENDPOINTS, lambda: try_endpoints(settings)))
    return looks
