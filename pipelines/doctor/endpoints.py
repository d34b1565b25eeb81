"""Endpoints against the policy: is each one approved, may it be sent what it would be sent, and is its key at hand?

Example:
    >>> [finding.got for finding in examine_endpoints(Settings(), date(2026, 1, 31), {})]
    ['no file: the built-in policy, which lets nothing out']
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from pipelines.choices import Endpoint
from pipelines.doctor.finding import Area, Finding, Level, catch, explain_error
from pipelines.doctor.redaction import looks_like_a_name
from pipelines.doctor.uses import Use, list_uses, real_sources
from pipelines.governance.egress import EgressError, check_endpoint, find_denials
from pipelines.governance.openai_arguments import build_openai_arguments
from pipelines.governance.policy import Policy, load_policy
from pipelines.governance.policy_file import ApprovedEndpoint, Attestation, Place, PolicyError
from pipelines.settings import Settings, settings_file
from pipelines.terms_of_use import Audience
from pipelines.vocabulary import Source

_DAYS_BEFORE = 30  # an attestation that ends within these is told, since the renewal takes a while
_AUDIENCES = tuple(Audience)


def examine_endpoints(settings: Settings, today: date, environment: Mapping[str, str]) -> Iterator[Finding]:
    """Yield what there is to say about the policy, the endpoints of the settings and the audience of exports."""
    try:
        policy = load_policy(settings.policy)
    except PolicyError as error:
        # One line a problem, below a line that counts them.
        first, *others = str(error).splitlines()
        for line in others or [first]:
            yield explain_error(
                Area.ENDPOINTS,
                "policy",
                str(settings.policy),
                PolicyError(line.strip()),
                expected="a policy as in docs/policy.md",
            )
        return
    got = f"{len(policy.endpoints)} endpoint(s) approved"
    if not settings.policy.exists():
        got = "no file: the built-in policy, which lets nothing out"
    yield Finding(Area.ENDPOINTS, Level.OK, "policy", str(settings.policy), got, "a policy that can be read (docs/policy.md)")
    yield from _judge_audience(settings, policy)
    uses = list_uses(settings)
    yield from _judge_uses(settings, uses)
    for name, endpoint in settings.endpoints.items():
        used = [use for use in uses if use.name == name]
        look = _EndpointLook(name, endpoint, settings, policy, used, today, environment)
        yield from catch(Area.ENDPOINTS, name, f"endpoints.{name}", look.findings)


def _judge_audience(settings: Settings, policy: Policy) -> Iterator[Finding]:
    audience = settings.exports.audience
    for source in real_sources(settings):
        widest = policy.audience_of(source)
        if _AUDIENCES.index(audience) > _AUDIENCES.index(widest):
            advice = "narrow exports.audience, or widen it in the policy with the owner's written permission (docs/policy.md)"
            got = f"{audience.value}: exports with records of {source} will be refused"
            expected = f"{widest.value} or narrower"
            yield Finding(Area.ENDPOINTS, Level.PROBLEM, "exports.audience", str(settings_file()), got, expected, advice)


def _judge_uses(settings: Settings, uses: list[Use]) -> Iterator[Finding]:
    known = ", ".join(sorted(settings.endpoints)) or "there is none"
    for use in uses:
        if use.name not in settings.endpoints:
            got = "nothing" if use.name is None else repr(use.name)
            advice = "name one of `endpoints`, or add [endpoints.NAME] with base_url and model"
            where = str(settings_file())
            yield Finding(Area.ENDPOINTS, Level.PROBLEM, use.key, where, got, f"one of `endpoints` ({known})", advice)
    models = {use.key: settings.endpoints[use.name].model for use in uses if use.name in settings.endpoints and use.name}
    judge = models.get("generation.judge")
    if judge is not None and judge == models.get("generation.endpoint"):
        advice = "name an endpoint of another model family: a model finds its own mistakes right"
        expected = "a model of another family than the one that writes"
        yield Finding(Area.ENDPOINTS, Level.WARNING, "generation.judge", str(settings_file()), judge, expected, advice)


@dataclass(frozen=True)
class _EndpointLook:
    """One endpoint of the settings, held against the policy."""

    name: str
    endpoint: Endpoint
    settings: Settings
    policy: Policy
    uses: list[Use]
    today: date
    environment: Mapping[str, str]

    @property
    def where(self) -> str:
        """The place in the settings."""
        return f"endpoints.{self.name} of {settings_file()}"

    @property
    def bad(self) -> Level:
        """How bad a fault is: what is wrong with an endpoint that nothing uses stops no run."""
        return Level.PROBLEM if self.uses else Level.WARNING

    def findings(self) -> Iterator[Finding]:
        yield from self._judge_key()
        try:
            build_openai_arguments(self.name, self.endpoint, None, self.environment)
            approved = check_endpoint(self.name, self.endpoint, self.policy)
        except EgressError as error:
            yield explain_error(Area.ENDPOINTS, self.name, self.where, error, self.bad, "an endpoint that the policy approves")
            return
        expected = f"the origin that {self.policy.path} approves"
        got = f"{approved.origin}, {approved.place}"
        yield Finding(Area.ENDPOINTS, Level.OK, f"{self.name}: approval", self.where, got, expected)
        yield from self._judge_attestation(approved)
        yield from self._judge_sources()

    def _judge_key(self) -> Iterator[Finding]:
        variable, what = self.endpoint.api_key_variable, f"{self.name}: key"
        if variable is None:
            return
        expected = "the environment variable that api_key_variable names, set"
        if self.environment.get(variable, "").strip():
            yield Finding(Area.ENDPOINTS, Level.OK, what, self.where, f"{variable} is set", expected)
        elif looks_like_a_name(variable):
            advice = f"export {variable}=... where the run starts, or remove api_key_variable where no key is needed"
            yield Finding(Area.ENDPOINTS, self.bad, what, self.where, f"{variable} is not set", expected, advice)
        else:
            advice = "write the NAME of a variable there, never the key; where it was the key, revoke it and make a new one"
            got = "something that is no variable's name, and may be the key itself; it is not shown"
            yield Finding(Area.ENDPOINTS, Level.PROBLEM, what, self.where, got, expected, advice)

    def _judge_attestation(self, approved: ApprovedEndpoint) -> Iterator[Finding]:
        if approved.place is Place.LOCAL:
            return
        what, where = f"{self.name}: attestation", f"[endpoints.{self.name}.attestation] of {self.policy.path}"
        attestation = approved.attestation
        if attestation is None:
            advice = "none is needed for open sources; for others add it (docs/policy.md)"
            expected = "who vouches for what"
            yield Finding(Area.ENDPOINTS, Level.WARNING, what, where, "none", expected, advice)
            return
        got = f"{', '.join(sorted(attestation.properties())) or 'nothing'}, {attestation.date} to {attestation.expires}"
        level, advice = self._date(attestation)
        yield Finding(Area.ENDPOINTS, level, what, where, got, f"in force on {self.today}", advice)

    def _date(self, attestation: Attestation) -> tuple[Level, str]:
        if attestation.date > self.today:
            return Level.WARNING, "correct its date: it lies after today, and counts for nothing until then"
        left = (attestation.expires - self.today).days
        if left < 0:
            return Level.WARNING, "look at the contract again and renew it: it has expired, and counts for nothing"
        if left <= _DAYS_BEFORE:
            return Level.WARNING, f"look at the contract again and renew it: it ends in {left} day(s)"
        return Level.OK, ""

    def _judge_sources(self) -> Iterator[Finding]:
        executor = self.settings.generation.executor
        denials = {
            source: find_denials((source,), self.name, self.endpoint, self.policy, self.today, executor) for source in Source
        }
        served = ", ".join(source for source in Source if not denials[source]) or "none, synthetic data alone"
        what = f"{self.name}: sources"
        yield Finding(Area.ENDPOINTS, Level.OK, what, str(self.policy.path), served, f"those it may be sent, by {executor}")
        for use in self.uses:
            for source in use.sources:
                for denial in denials[source]:
                    what, expected = f"{use.key} for {source}", "an endpoint that the source's rule lets have its text"
                    yield explain_error(Area.ENDPOINTS, what, str(self.policy.path), EgressError(denial), expected=expected)
