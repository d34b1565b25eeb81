"""Which requests a source's image groups need, and for which endpoint: what `calls plan` and `calls write` start from.

Example:
    >>> choose_endpoint(Settings(endpoints={"here": Endpoint(base_url="http://127.0.0.1:8080/v1", model="m")}), "here")
    'here'
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from pipelines.calls.kinds import Executor
from pipelines.calls.request import CallRequest
from pipelines.choices import Endpoint
from pipelines.governance.egress import check_egress
from pipelines.governance.policy import load_policy
from pipelines.settings import Settings
from pipelines.storage import read_table
from pipelines.tables import IMAGE_GROUPS
from pipelines.vocabulary import Source


class CallCommandError(ValueError):
    """A command that cannot be carried out; the message says why and what to do."""


@dataclass(frozen=True)
class SourceRequests:
    """The requests of one source, and the endpoint that they are for."""

    settings: Settings
    name: str  # of the endpoint in the settings
    endpoint: Endpoint
    requests: Sequence[CallRequest]
    today: date

    def check_egress(self, executor: Executor) -> None:
        """Raise EgressError where a request may not go to the endpoint this way."""
        sources = (request.sources for request in self.requests)
        policy = load_policy(self.settings.policy)
        check_egress(sources, self.name, self.endpoint, policy, self.today, executor)


def plan_source_requests(settings: Settings, source: Source, endpoint_name: str | None) -> SourceRequests:
    """Return the requests of a source's image groups for an endpoint, by default the one that writes.

    Raises:
        CallCommandError: no such endpoint, or the groups are not there.
    """
    from pipelines.generation.model.requests import plan_requests

    name = choose_endpoint(settings, endpoint_name)
    stored = read_table(settings.storage_root, IMAGE_GROUPS.name, source.value)
    if stored is None:
        raise CallCommandError(
            f"{source}: {IMAGE_GROUPS.name} is not there; run dagster asset materialize -m assets.definitions "
            f"--select '+key:\"groups/image_groups\"' --partition {source}"
        )
    endpoint = settings.endpoints[name]
    requests = plan_requests(IMAGE_GROUPS.to_rows(stored), name, endpoint, settings.generation)
    return SourceRequests(settings, name, endpoint, requests, datetime.now(UTC).date())


def choose_endpoint(settings: Settings, name: str | None) -> str:
    """Return the name of an endpoint that the settings have, by default the one that writes."""
    name = name or settings.generation.endpoint
    known = ", ".join(sorted(settings.endpoints)) or "none"
    if name is None:
        raise CallCommandError(f"no endpoint is chosen; set generation.endpoint or give --endpoint (in the settings: {known})")
    if name not in settings.endpoints:
        raise CallCommandError(f"endpoint {name!r} is not in the settings, which have: {known}; add [endpoints.{name}]")
    return name
