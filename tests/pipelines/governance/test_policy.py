"""The policy denies by default; a file may approve and tighten, and never loosen in silence."""

import traceback
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.governance.policy import DEFAULT_POLICY, Policy, load_policy
from pipelines.governance.policy_file import Place, PolicyError, Property
from pipelines.terms_of_use import Audience, DataClass
from pipelines.vocabulary import Source

MakePolicy = Callable[[str], Policy]
EXAMPLE = Path(__file__).parents[3] / "policy.example.toml"

REMOTE = """
[endpoints.cloud]
url = "https://models.example"
place = "remote"
[endpoints.cloud.attestation]
zero_retention = true
signed_by = "A. Steward"
date = 2026-01-31
expires = 2027-01-31
evidence = "contract 7"
"""


def test_without_a_file_no_endpoint_is_approved_and_the_terms_hold(tmp_path: Path) -> None:
    policy = load_policy(tmp_path / "policy.toml")
    assert not policy.endpoints
    assert all(not rule.endpoints for rule in policy.sources.values())
    assert {source: (str(policy.class_of(source)), str(policy.audience_of(source))) for source in Source} == {
        Source.EMBED: ("registered", "group"),
        Source.LUMIERE: ("open", "agreement"),
        Source.MS_CXR_T: ("credentialed", "group"),
        Source.ODIR: ("registered", "group"),
        Source.VQA_RAD: ("open", "public"),
        Source.LLAVA_MED: ("open", "agreement"),
    }


def test_the_built_in_policy_names_every_source_in_full() -> None:
    for source, rule in load_policy(DEFAULT_POLICY).sources.items():
        assert rule.data_class is DataClass.OPEN or rule.attestations == frozenset(Property), source


def test_the_example_at_the_root_is_a_valid_policy_that_approves_a_local_endpoint_for_every_source() -> None:
    policy = load_policy(EXAMPLE)
    local = [name for name, endpoint in policy.endpoints.items() if endpoint.place is Place.LOCAL]
    assert local
    assert all(set(local) & set(rule.endpoints) for rule in policy.sources.values())
    assert Place.REMOTE in {endpoint.place for endpoint in policy.endpoints.values()}


def test_a_source_that_the_file_does_not_name_keeps_its_rule(make_policy: MakePolicy) -> None:
    policy = make_policy(
        '[endpoints.here]\nurl = "http://127.0.0.1:8000"\nplace = "local"\n[sources.odir]\nendpoints = ["here"]\n'
    )
    assert policy.sources[Source.ODIR].endpoints == ("here",)
    assert policy.sources[Source.MS_CXR_T] == load_policy(Path("none")).sources[Source.MS_CXR_T]
    assert policy.audience_of(Source.ODIR) is Audience.GROUP


def test_the_class_of_a_mixture_is_its_strictest(make_policy: MakePolicy) -> None:
    policy = make_policy("")
    assert policy.strictest([Source.VQA_RAD, Source.EMBED]) is DataClass.REGISTERED
    assert policy.strictest([Source.EMBED, Source.MS_CXR_T, Source.VQA_RAD]) is DataClass.CREDENTIALED
    assert policy.strictest([]) is DataClass.OPEN


def test_a_file_may_be_stricter(make_policy: MakePolicy) -> None:
    policy = make_policy(
        '[sources.vqa_rad]\nclass = "credentialed"\naudience = "group"\n[sources.lumiere]\nattestations = ["no_training"]\n'
    )
    assert (policy.class_of(Source.VQA_RAD), policy.audience_of(Source.VQA_RAD)) == (DataClass.CREDENTIALED, Audience.GROUP)
    assert policy.sources[Source.LUMIERE].attestations == {Property.NO_TRAINING}


def test_attestations_that_the_terms_need_cannot_be_left_out(make_policy: MakePolicy) -> None:
    policy = make_policy("[sources.ms_cxr_t]\nattestations = []\n[sources.embed]\nattestations = ['no_training']\n")
    assert policy.sources[Source.MS_CXR_T].attestations == frozenset(Property)
    assert policy.sources[Source.EMBED].attestations == frozenset(Property)


@pytest.mark.parametrize("laxer", ["open", "registered"])
def test_no_file_makes_a_class_laxer_not_even_with_permission(make_policy: MakePolicy, laxer: str) -> None:
    permission = '[sources.ms_cxr_t.permission]\ntext = "yes"\nsigned_by = "me"\ndate = 2026-01-31\n'
    with pytest.raises(PolicyError, match=rf"sources\.ms_cxr_t\.class: got '{laxer}', expected 'credentialed' or stricter"):
        make_policy(f'[sources.ms_cxr_t]\nclass = "{laxer}"\n{permission}')


def test_a_wider_audience_needs_a_signed_and_dated_permission(make_policy: MakePolicy) -> None:
    wider = '[sources.embed]\naudience = "public"\n'
    with pytest.raises(PolicyError, match=r"sources\.embed\.audience: got 'public', expected 'group' or narrower.*permission"):
        make_policy(wider)
    permission = '[sources.embed.permission]\ntext = "letter of the School of Medicine"\nsigned_by = "A. Steward"\ndate = {}\n'
    assert make_policy(wider + permission.format("2026-01-31")).audience_of(Source.EMBED) is Audience.PUBLIC
    with pytest.raises(PolicyError, match=r"permission\.date: got 9999-01-01, expected no later day than today"):
        make_policy(wider + permission.format("9999-01-01"))
    with pytest.raises(PolicyError, match=r"sources\.embed\.permission\.signed_by: got ' ', expected .*; write it out"):
        make_policy(wider + permission.format("2026-01-31").replace("A. Steward", " "))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[endpoints.x", "not valid TOML"),
        ("surprise = 1", "surprise: got an unknown key; remove or correct it"),
        ('[sources.odir]\nendpoint = ["x"]', r"sources\.odir\.endpoint: got an unknown key"),
        ("[sources.mimic]", r"sources\.mimic: got 'mimic', expected .*'embed'"),
        (
            '[sources.odir]\nclass = "secret"',
            r"sources\.odir\.class: got 'secret', expected 'open', 'registered' or 'credentialed'",
        ),
        (
            '[sources.odir]\nendpoints = ["x"]',
            r"sources\.odir\.endpoints: got 'x', expected one of the file's \(it has none\); add \[endp",
        ),
        ('[sources.odir]\nattestations = ["soc2"]', r"sources\.odir\.attestations\.0: got 'soc2', expected 'zero_retention'"),
        ('[endpoints.x]\nurl = "http://127.0.0.1:8000"', r"endpoints\.x\.place: got nothing, expected a value; add it"),
        ('[endpoints.x]\nurl = "http://127.0.0.1:8000/v1"\nplace = "local"', r"endpoints\.x\.url: .* has a path"),
        ('[endpoints.x]\nurl = "http://models.example"\nplace = "remote"', r"endpoints\.x: a remote endpoint must be https"),
        (
            '[endpoints.x]\nurl = "http://8.8.8.8"\nplace = "local"',
            r"endpoints\.x: .* neither a loopback nor a private address",
        ),
        (
            REMOTE.replace("= true", '= "yes"'),
            r"attestation\.zero_retention: got 'yes', expected .*true or false without quotation",
        ),
        (
            REMOTE.replace("= 2026-01-31", '= "2026-01-31"'),
            r"attestation\.date: got '2026-01-31', expected .*date.*without quotation",
        ),
        (REMOTE.replace('"A. Steward"', '""'), r"attestation\.signed_by: got ''"),
        (REMOTE.replace('evidence = "contract 7"', ""), r"attestation\.evidence: got nothing"),
        (REMOTE.replace("= 2027", "= 2025"), r"attestation: expires 2025-01-31 is not after date 2026-01-31"),
    ],
)
def test_a_wrong_file_is_named_with_key_and_fix(make_policy: MakePolicy, text: str, message: str) -> None:
    with pytest.raises(PolicyError, match=message) as caught:
        make_policy(text)
    assert "policy.toml: " in str(caught.value)


def test_every_problem_is_told_at_once(make_policy: MakePolicy) -> None:
    with pytest.raises(PolicyError, match=r"2 problem\(s\)"):
        make_policy('[sources.odir]\nclass = "open"\n[sources.embed]\naudience = "public"\n')


def test_a_file_that_cannot_be_read_is_never_taken_for_none(tmp_path: Path) -> None:
    (tmp_path / "policy.toml").write_bytes(b"\xff\xfe")
    for path in (tmp_path / "policy.toml", tmp_path):
        with pytest.raises(PolicyError, match="cannot be read"):
            load_policy(path)


def test_a_link_that_leads_nowhere_is_never_taken_for_no_file(tmp_path: Path) -> None:
    lost, loop = tmp_path / "lost.toml", tmp_path / "loop.toml"
    lost.symlink_to(tmp_path / "nowhere.toml")
    loop.symlink_to(loop)
    for path in (lost, loop):
        with pytest.raises(PolicyError, match="cannot be read"):
            load_policy(path)


@pytest.mark.parametrize(
    "text",
    [
        'endpoints.x = "sk-proj-4f9c21aa07b3"',
        '[endpoints.x]\nurl = "https://user:4f9c21aa07b3@host"\nplace = "remote"',
        '[endpoints.x]\nurl = "https://host?api-key=4f9c21aa07b3"\nplace = "remote"',
        '[endpoints.x]\nurl = "https://host"\nplace = "sk-4f9c21aa07b3"',
        '[endpoints.x]\nurl = {key = "4f9c21aa07b3"}\nplace = "remote"',
    ],
)
def test_a_key_that_was_put_into_the_policy_is_not_repeated(make_policy: MakePolicy, text: str) -> None:
    with pytest.raises(PolicyError) as caught:
        make_policy(text)
    assert "endpoints.x" in str(caught.value)
    assert "4f9c21aa07b3" not in "".join(traceback.format_exception(caught.value))
