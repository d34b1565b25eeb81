"""The policy file's form: what may be written in `policy.toml`, and every problem of one named with its fix.

Example:
    >>> file = parse_policy('endpoints.here = {url = "http://127.0.0.1:8000", place = "local"}', Path("policy.toml"))
    >>> file.endpoints["here"].place
    <Place.LOCAL: 'local'>
"""

import tomllib
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    StringConstraints,
    ValidationError,
    model_validator,
)

from pipelines.governance.network import is_local
from pipelines.governance.web_origin import WebOrigin
from pipelines.terms_of_use import Audience, DataClass
from pipelines.vocabulary import Source
from pipelines.wrong_value import tell_value


class PolicyError(ValueError):
    """A policy that cannot be used; the message names file, key, what was found and how to mend it."""


class Place(StrEnum):
    """Whose machine an endpoint is."""

    LOCAL = "local"  # the group's own: loopback or private address after resolution
    REMOTE = "remote"  # anybody else's: HTTPS alone


class Property(StrEnum):
    """What the keeper of an endpoint promises."""

    ZERO_RETENTION = "zero_retention"  # nothing of a prompt or answer is stored
    NO_TRAINING = "no_training"  # nothing is used to train a model
    NO_HUMAN_REVIEW = "no_human_review"  # nobody reads it, nor for abuse monitoring


def _check_origin(text: str) -> str:
    WebOrigin.parse(text)
    return text


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)  # what is found may be a key


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, strict=True)]
Day = Annotated[date, Field(strict=True)]


class Attestation(_Table):
    """Who vouches for what an endpoint does with what it is sent, on which evidence, from when until when."""

    zero_retention: StrictBool = False
    no_training: StrictBool = False
    no_human_review: StrictBool = False
    covers_batch: StrictBool = False  # also of files that are uploaded for Batch, which are stored until they are deleted
    signed_by: Text
    date: Day
    expires: Day  # the last day on which it holds
    evidence: Text  # contract, ticket or page that shows it

    @model_validator(mode="after")
    def _end_after_beginning(self) -> "Attestation":
        if self.expires <= self.date:
            raise ValueError(f"expires {self.expires} is not after date {self.date}")
        return self

    def properties(self) -> frozenset[Property]:
        """Return what is attested."""
        return frozenset(name for name in Property if getattr(self, name.value))


class ApprovedEndpoint(_Table):
    """One door that prompts may leave by."""

    url: Annotated[Text, AfterValidator(_check_origin)]  # scheme, host and port, exactly
    place: Place
    attestation: Attestation | None = None

    @model_validator(mode="after")
    def _be_safe_when_remote(self) -> "ApprovedEndpoint":
        if self.place is Place.REMOTE and self.origin.scheme != "https":
            raise ValueError(f"a remote endpoint must be https, got url {self.url!r}")
        if self.place is Place.LOCAL and self.origin.is_address and not is_local(self.origin.host):
            raise ValueError(f"url {self.url!r} is neither a loopback nor a private address; its place is 'remote'")
        return self

    @property
    def origin(self) -> WebOrigin:
        """Where it is."""
        return WebOrigin.parse(self.url)


class Permission(_Table):
    """A written permission of a source's owner to give exports to more people than its terms allow."""

    text: Text  # who permitted what
    signed_by: Text  # who of the group vouches for it
    date: Day


class SourceTable(_Table):
    """What is written of one source; None is what the built-in policy says."""

    data_class: DataClass | None = Field(default=None, alias="class")
    endpoints: tuple[str, ...] = ()
    attestations: tuple[Property, ...] = ()  # asked of remote endpoints; the group's own machines are no third party
    audience: Audience | None = None
    permission: Permission | None = None


class PolicyFile(_Table):
    """One policy file."""

    endpoints: dict[str, ApprovedEndpoint] = Field(default_factory=dict)
    sources: dict[Source, SourceTable] = Field(default_factory=dict)


def parse_policy(text: str, path: Path) -> PolicyFile:
    """Return the tables of a policy file; PolicyError names each problem. `path` is for the message."""
    try:
        return PolicyFile.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise PolicyError(f"{path}: not valid TOML: {error}; mend that line") from error
    except ValidationError as error:
        problems = "".join(f"\n  {_explain(problem)}" for problem in error.errors())
        raise PolicyError(f"{path}: {error.error_count()} problem(s), so nothing may be sent:{problems}") from error


_OF_TABLES = frozenset({"model_type", "model_attributes_type", "dict_type"})  # a text in a table's place may be a key
_FIXES = {
    "extra_forbidden": "remove or correct it; the keys are in policy.example.toml",
    "missing": "add it; policy.example.toml has one",
    "string_too_short": "write it out",
    "date_type": "write a date without quotation marks: 2026-01-31",
    "bool_type": "write true or false without quotation marks",
}


def _explain(problem: Any) -> str:
    """Return where a problem is, what is there, what was expected and what to do."""
    key = ".".join(str(part) for part in problem["loc"] if part != "[key]")
    kind = problem["type"]
    if kind == "extra_forbidden":
        return f"{key}: got an unknown key; {_FIXES[kind]}"
    if kind == "missing":
        return f"{key}: got nothing, expected a value; {_FIXES[kind]}"
    message = problem["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
    if kind == "value_error":
        return f"{key}: {message}; correct it"
    got = tell_value(problem["input"], is_in_secret_place=kind in _OF_TABLES)
    return f"{key}: got {got}, expected {message}; {_FIXES.get(kind, 'write one of what is expected')}"
