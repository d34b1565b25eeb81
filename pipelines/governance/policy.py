"""Where data may go: what each source's terms allow, which endpoints are approved, and for whom an export may be made.

`policy.toml` is laid over the built-in policy (`default_policy.toml`), which approves no endpoint. A source that the file does
not name keeps its built-in rule. The file may approve endpoints, ask for more attestations, and make class or audience
stricter. It can never make a class laxer: that states terms to which the data was received, and no signature in this file
changes them. A wider audience than the terms give needs the owner's permission, signed and dated.

Example:
    >>> policy = load_policy(Path("no such file"))
    >>> policy.strictest([Source.VQA_RAD, Source.MS_CXR_T]), policy.audience_of(Source.EMBED), dict(policy.endpoints)
    (<DataClass.CREDENTIALED: 'credentialed'>, <Audience.GROUP: 'group'>, {})
"""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType

from pipelines.governance.policy_file import (
    ApprovedEndpoint,
    PolicyError,
    PolicyFile,
    Property,
    SourceTable,
    parse_policy,
)
from pipelines.terms_of_use import Audience, DataClass
from pipelines.vocabulary import Source

DEFAULT_POLICY = Path(__file__).with_name("default_policy.toml")
_CLASSES, _AUDIENCES = tuple(DataClass), tuple(Audience)  # both run from the laxer to the stricter or wider


@dataclass(frozen=True, slots=True)
class SourceRule:
    """What is allowed with one source."""

    data_class: DataClass
    endpoints: tuple[str, ...]  # ids of approved endpoints
    attestations: frozenset[Property]  # what an endpoint must attest
    audience: Audience  # the widest that an export may have


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules of every source, and the endpoints that they may name."""

    endpoints: Mapping[str, ApprovedEndpoint]
    sources: Mapping[Source, SourceRule]
    path: Path  # the file to change: the user's, also where it does not exist yet

    def class_of(self, source: Source) -> DataClass:
        """Return under which terms a source's data is."""
        return self.sources[source].data_class

    def strictest(self, sources: Iterable[Source]) -> DataClass:
        """Return the class of what is made of several sources; of none (synthetic data), open."""
        return max((self.class_of(source) for source in sources), key=_CLASSES.index, default=DataClass.OPEN)

    def audience_of(self, source: Source) -> Audience:
        """Return the widest audience that an export of a source may have."""
        return self.sources[source].audience


def load_policy(path: Path) -> Policy:
    """Return the policy of a file, or the built-in one where there is no file.

    Raises:
        PolicyError: a file that cannot be read, is not of the form of `policy_file`, or is laxer than it may be.
    """
    built_in = parse_policy(DEFAULT_POLICY.read_text(encoding="utf-8"), DEFAULT_POLICY)
    # A link that leads nowhere is a file that cannot be read: what it was to forbid must not be allowed in silence.
    file = parse_policy(_read(path), path) if os.path.lexists(path) else PolicyFile()
    problems: list[str] = []
    rules = {source: _lay_over(source, built_in.sources[source], file, problems) for source in Source}
    if problems:
        listed = "".join(f"\n  {problem}" for problem in problems)
        raise PolicyError(f"{path}: {len(problems)} problem(s), so nothing may be sent:{listed}")
    return Policy(MappingProxyType(dict(file.endpoints)), MappingProxyType(rules), path)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PolicyError(f"{path}: cannot be read as UTF-8 text ({error}); mend or remove it") from error


def _lay_over(source: Source, terms: SourceTable, file: PolicyFile, problems: list[str]) -> SourceRule:
    """Return a source's rule: the built-in one, stricter and wider as the file may; what it may not is a problem."""
    table = file.sources.get(source, SourceTable())
    strict_class, widest = terms.data_class or DataClass.CREDENTIALED, terms.audience or Audience.GROUP
    chosen, audience = table.data_class or strict_class, table.audience or widest
    key = f"sources.{source}"
    for name in table.endpoints:
        if name not in file.endpoints:
            known = ", ".join(file.endpoints) or "it has none"
            problems.append(f"{key}.endpoints: got {name!r}, expected one of the file's ({known}); add [endpoints.{name}]")
    if _is_beyond(strict_class, chosen, _CLASSES):
        problems.append(
            f"{key}.class: got {chosen.value!r}, expected {strict_class.value!r} or stricter: the source's terms are that "
            "strict and no line of a policy changes them; remove the line"
        )
    problems.extend(_check_audience(key, table, audience, widest))
    needed = frozenset((*terms.attestations, *table.attestations))
    return SourceRule(chosen, table.endpoints, needed, audience)


def _check_audience(key: str, table: SourceTable, audience: Audience, widest: Audience) -> list[str]:
    if not _is_beyond(audience, widest, _AUDIENCES):
        return []
    if table.permission is None:
        return [
            f"{key}.audience: got {audience.value!r}, expected {widest.value!r} or narrower; with the owner's written "
            f"permission add [{key}.permission] with text, signed_by and date"
        ]
    today = datetime.now(UTC).date()
    if table.permission.date > today:
        return [f"{key}.permission.date: got {table.permission.date}, expected no later day than today, {today}; correct it"]
    return []


def _is_beyond(value: StrEnum, limit: StrEnum, order: Sequence[StrEnum]) -> bool:
    return order.index(value) > order.index(limit)
