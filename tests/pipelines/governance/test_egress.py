"""The planner's gate: every source of every request must allow the endpoint, or nothing goes."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from pipelines.calls.kinds import Executor
from pipelines.choices import Endpoint
from pipelines.governance.egress import EgressError, check_egress, find_denials
from pipelines.governance.policy import Policy, load_policy
from pipelines.vocabulary import Source

MakePolicy = Callable[[str], Policy]
TODAY = date(2026, 6, 1)
LOCAL = Endpoint(base_url="http://127.0.0.1:8000/v1", model="m")
CLOUD = Endpoint(base_url="https://models.example/v1", model="m")
ATTESTED = """
[endpoints.cloud.attestation]
zero_retention = true
no_training = true
no_human_review = true
signed_by = "A. Steward"
date = 2026-01-31
expires = 2027-01-31
evidence = "contract 7"
"""
POLICY = """
[endpoints.here]
url = "http://127.0.0.1:8000"
place = "local"
[endpoints.cloud]
url = "https://models.example"
place = "remote"
{attestation}
[sources.ms_cxr_t]
endpoints = ["here", "cloud"]
[sources.embed]
endpoints = ["here"]
[sources.lumiere]
class = "{lumiere}"
endpoints = ["cloud"]
[sources.vqa_rad]
endpoints = ["cloud"]
"""


def write(attestation: str = ATTESTED, lumiere: str = "open") -> str:
    return POLICY.format(attestation=attestation, lumiere=lumiere)


def test_the_built_in_policy_lets_nothing_out_not_even_synthetic_or_open_data(tmp_path: Path) -> None:
    policy = load_policy(tmp_path / "policy.toml")
    for sources in [(), *((source,) for source in Source)]:
        with pytest.raises(
            EgressError, match=r"none of 1 request\(s\) was sent to endpoint here:\n  endpoint here is not approved"
        ):
            check_egress([sources], "here", LOCAL, policy, TODAY)


def test_a_local_endpoint_takes_credentialed_data_without_attestation(make_policy: MakePolicy) -> None:
    check_egress([(Source.MS_CXR_T,), (Source.EMBED,)], "here", LOCAL, make_policy(write("")), TODAY)


def test_a_source_goes_only_where_it_names_the_endpoint(make_policy: MakePolicy) -> None:
    policy = make_policy(write())
    with pytest.raises(EgressError) as caught:
        check_egress([(Source.EMBED,)] * 3, "cloud", CLOUD, policy, TODAY)
    assert str(caught.value) == (
        "none of 3 request(s) was sent to endpoint cloud:\n"
        "  embed (registered) does not allow endpoint cloud (remote, https://models.example); if its terms do, write "
        f'endpoints = ["here", "cloud"] under [sources.embed] in {policy.path}'
    )


@pytest.mark.parametrize(
    "requests",
    [
        [(Source.VQA_RAD,), (Source.VQA_RAD,), (Source.EMBED,)],
        [(Source.VQA_RAD, Source.EMBED)],
        [(), (Source.EMBED, Source.VQA_RAD)],
    ],
)
def test_one_denied_source_denies_the_whole_file(make_policy: MakePolicy, requests: list[tuple[Source, ...]]) -> None:
    with pytest.raises(EgressError, match=rf"none of {len(requests)} request"):
        check_egress(requests, "cloud", CLOUD, make_policy(write()), TODAY)


def test_synthetic_data_may_go_to_any_endpoint_that_is_named(make_policy: MakePolicy) -> None:
    policy = make_policy(write(""))
    check_egress([()], "cloud", CLOUD, policy, TODAY)
    with pytest.raises(EgressError, match="endpoint elsewhere is not approved"):
        check_egress([()], "elsewhere", CLOUD, policy, TODAY)


def test_nothing_to_send_is_no_error(tmp_path: Path) -> None:
    check_egress([], "here", LOCAL, load_policy(tmp_path / "none"), TODAY)


@pytest.mark.parametrize(
    "base_url",
    [
        "http://127.0.0.1:8001/v1",
        "http://127.0.0.1/v1",
        "https://127.0.0.1:8000/v1",
        "http://127.0.0.2:8000/v1",
        "http://localhost:8000/v1",
        "http://127.0.0.1:8000@127.0.0.2/v1",
        "http://2130706433:8000/v1",
        "http://127.0.0.1:8000\\@127.0.0.2",
    ],
)
def test_another_base_url_than_the_approved_origin_is_denied(make_policy: MakePolicy, base_url: str) -> None:
    with pytest.raises(EgressError, match=r"base_url"):
        check_egress([()], "here", Endpoint(base_url=base_url, model="m"), make_policy(write()), TODAY)


@pytest.mark.parametrize(
    ("attestation", "missing"),
    [
        ("", "no attestation of zero_retention, no_training, no_human_review"),
        (ATTESTED.replace("no_training = true", "no_training = false"), "no_training is not attested"),
        (ATTESTED.replace("no_human_review = true\n", ""), "no_human_review is not attested"),
        (ATTESTED.replace("2026-01-31", "2026-06-02"), "the attestation is dated 2026-06-02, after today, 2026-06-01"),
        (ATTESTED.replace("2027-01-31", "2026-05-31"), "the attestation expired on 2026-05-31; today is 2026-06-01"),
    ],
)
def test_credentialed_data_goes_to_a_third_party_only_with_a_full_valid_attestation(
    make_policy: MakePolicy, attestation: str, missing: str
) -> None:
    policy = make_policy(write(attestation))
    with pytest.raises(EgressError) as caught:
        check_egress([(Source.MS_CXR_T,)], "cloud", CLOUD, policy, TODAY)
    assert "ms_cxr_t (credentialed) may not go to remote endpoint cloud (https://models.example): " + missing in str(
        caught.value
    )
    assert f"see [endpoints.cloud.attestation] in {policy.path}" in str(caught.value)
    check_egress([(Source.VQA_RAD,)], "cloud", CLOUD, policy, TODAY)


def test_an_attestation_holds_on_its_first_and_last_day_and_on_no_other(make_policy: MakePolicy) -> None:
    policy = make_policy(write())
    held = [
        day
        for day in (date(2026, 1, 30), date(2026, 1, 31), date(2027, 1, 31), date(2027, 2, 1))
        if not find_denials([Source.MS_CXR_T], "cloud", CLOUD, policy, day)
    ]
    assert held == [date(2026, 1, 31), date(2027, 1, 31)]


def test_a_class_made_credentialed_needs_all_three_properties(make_policy: MakePolicy) -> None:
    check_egress([(Source.LUMIERE,)], "cloud", CLOUD, make_policy(write("")), TODAY)
    with pytest.raises(EgressError, match=r"lumiere \(credentialed\).*no attestation"):
        check_egress([(Source.LUMIERE,)], "cloud", CLOUD, make_policy(write("", "credentialed")), TODAY)


def test_batch_stores_a_file_so_zero_retention_must_cover_it(make_policy: MakePolicy) -> None:
    policy = make_policy(write())
    with pytest.raises(EgressError, match="covers_batch is not attested"):
        check_egress([(Source.MS_CXR_T,)], "cloud", CLOUD, policy, TODAY, Executor.BATCH)
    check_egress([(Source.VQA_RAD,)], "cloud", CLOUD, policy, TODAY, Executor.BATCH)
    covered = make_policy(write(ATTESTED + "covers_batch = true\n"))
    check_egress([(Source.MS_CXR_T,)], "cloud", CLOUD, covered, TODAY, Executor.BATCH)
