"""Whether requests may go to an endpoint: the planner asks before anything is sent, and one denied source denies all.

The same approval of the endpoint itself (`check_endpoint`) is asked again by the transport, which lets nothing else out.

Example:
    >>> from pathlib import Path
    >>> from pipelines.governance.policy import load_policy
    >>> endpoint = Endpoint(base_url="http://127.0.0.1:8000/v1", model="m")
    >>> print(*find_denials((Source.ODIR,), "here", endpoint, load_policy(Path("none.toml")), date(2026, 1, 31)))
    endpoint here is not approved; if it may be sent prompts, add ...
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date

from pipelines.calls.kinds import Executor
from pipelines.choices import Endpoint
from pipelines.governance.policy import Policy, SourceRule
from pipelines.governance.policy_file import ApprovedEndpoint, Place, Property
from pipelines.governance.web_origin import WebOrigin
from pipelines.terms_of_use import DataClass
from pipelines.vocabulary import Source


class EgressError(RuntimeError):
    """Something may not go where it was to go, and did not; the message says what to write where. It never holds a prompt."""


def check_egress(
    sources_of_requests: Iterable[tuple[Source, ...]],
    name: str,
    endpoint: Endpoint,
    policy: Policy,
    today: date,
    executor: Executor = Executor.LIVE,
) -> None:
    """Raise EgressError unless every request may go to the endpoint; where one may not, none may.

    A request without sources (synthetic data) may go to any endpoint that the policy names. No request: nothing to check.
    """
    requests = Counter(tuple(sorted(set(sources))) for sources in sources_of_requests)
    if not requests:
        return
    denials = find_denials(
        sorted({source for sources in requests for source in sources}), name, endpoint, policy, today, executor
    )
    if denials:
        listed = "".join(f"\n  {denial}" for denial in denials)
        raise EgressError(f"none of {requests.total()} request(s) was sent to endpoint {name}:{listed}")


def find_denials(
    sources: Sequence[Source],
    name: str,
    endpoint: Endpoint,
    policy: Policy,
    today: date,
    executor: Executor = Executor.LIVE,
) -> tuple[str, ...]:
    """Return why prompts of the sources may not go to the endpoint, and what to write where; empty where they may."""
    try:
        approved = check_endpoint(name, endpoint, policy)
    except EgressError as error:
        return (str(error),)
    return tuple(denial for source in sources for denial in _deny_source(source, name, approved, policy, today, executor))


def check_endpoint(name: str, endpoint: Endpoint, policy: Policy) -> ApprovedEndpoint:
    """Return what the policy says of an endpoint of the settings.

    Raises:
        EgressError: the policy does not name it, or the settings lead to another scheme, host or port than was approved.
    """
    try:
        origin = WebOrigin.of_url(endpoint.base_url)
    except ValueError as error:
        raise EgressError(f"endpoints.{name}.base_url of the settings: {error}; correct it") from error
    approved = policy.endpoints.get(name)
    if approved is None:
        raise EgressError(
            f"endpoint {name} is not approved; if it may be sent prompts, add [endpoints.{name}] with "
            f'url = "{origin}" and place to {policy.path}'
        )
    if origin != approved.origin:
        raise EgressError(
            f"endpoint {name}: base_url of the settings leads to {origin}, but {policy.path} approves {approved.origin}; "
            "change the one that is wrong"
        )
    return approved


def _deny_source(
    source: Source, name: str, approved: ApprovedEndpoint, policy: Policy, today: date, executor: Executor
) -> list[str]:
    rule = policy.sources[source]
    described = f"{source} ({rule.data_class})"
    if name not in rule.endpoints:
        wanted = ", ".join(f'"{endpoint}"' for endpoint in (*rule.endpoints, name))
        return [
            f"{described} does not allow endpoint {name} ({approved.place}, {approved.origin}); if its terms do, write "
            f"endpoints = [{wanted}] under [sources.{source}] in {policy.path}"
        ]
    if approved.place is Place.LOCAL:
        return []
    key = f"[endpoints.{name}.attestation] in {policy.path}"
    return [
        f"{described} may not go to remote endpoint {name} ({approved.origin}): {missing}; see {key}"
        for missing in _find_missing(_needed(rule), approved, today, executor)
    ]


def _needed(rule: SourceRule) -> frozenset[Property]:
    """Return what a remote endpoint must attest; credentialed data goes nowhere without all of it, whatever the policy asks."""
    return frozenset(Property) if rule.data_class is DataClass.CREDENTIALED else rule.attestations


def _find_missing(needed: frozenset[Property], approved: ApprovedEndpoint, today: date, executor: Executor) -> list[str]:
    if not needed:
        return []
    attestation = approved.attestation
    listed = ", ".join(name for name in Property if name in needed)
    if attestation is None:
        return [f"no attestation of {listed}"]
    missing = [f"{name} is not attested" for name in Property if name in needed - attestation.properties()]
    if attestation.date > today:
        missing.append(f"the attestation is dated {attestation.date}, after today, {today}")
    if attestation.expires < today:
        missing.append(f"the attestation expired on {attestation.expires}; today is {today}")
    if executor is Executor.BATCH and Property.ZERO_RETENTION in needed and not attestation.covers_batch:
        missing.append("Batch stores the uploaded file, and covers_batch is not attested; use another executor")
    return missing
