"""Whose images may go where: held to a real server that counts what reaches it, and a socket that nobody may connect to."""

import pytest

from evaluation.models.endpoint import EndpointModel
from evaluation.models.options import OpenAiOptions
from pipelines.calls.executors import open_ask
from pipelines.calls.kinds import Executor
from pipelines.calls.ledger import open_call_ledger
from pipelines.calls.prices import load_prices
from pipelines.choices import Budget, Endpoint
from pipelines.governance.egress import EgressError
from pipelines.governance.policy import load_policy
from pipelines.vocabulary import Source
from tests.evaluation.models.endpoint_site import answer_all, draw_image, make_prompt, opened
from tests.pipelines.calls.loopback import FAST, MockEndpoint, write_policy

pytestmark = pytest.mark.usefixtures("shared_server")


def test_one_denied_source_in_the_last_chunk_denies_all_and_no_byte_is_sent(tmp_path):
    prompts = [make_prompt(number, [draw_image(tmp_path, f"{number}.png", seed=number)]) for number in range(12)]
    prompts.append(make_prompt(12, [draw_image(tmp_path, "film.png")], sources=(Source.ODIR, Source.MS_CXR_T)))
    with MockEndpoint() as server, opened(tmp_path, server.url, max_in_flight=1) as model:
        with pytest.raises(EgressError, match=r"none of 13 request\(s\) was sent .*\n.*ms_cxr_t \(credentialed\)") as caught:
            answer_all(model, prompts)
        assert server.bodies == []
        assert len(answer_all(model, prompts[:12])) == 12
    assert "--source" not in str(caught.value)


def test_data_of_nobody_knows_whom_is_refused_and_the_message_says_how_to_tell(tmp_path):
    prompts = [make_prompt(1), make_prompt(2, sources=None)]
    with MockEndpoint() as server, opened(tmp_path, server.url) as model:
        with pytest.raises(EgressError) as caught:
            answer_all(model, prompts)
        assert server.bodies == []
    told = str(caught.value)
    assert "of 1 prompts nobody knows whose data they hold" in told and told.endswith("say so with --source")
    assert all(str(source) in told for source in Source if source is not Source.ODIR)


def test_data_of_nobody_knows_whom_may_go_where_data_of_every_source_may(tmp_path):
    with MockEndpoint() as server:
        policy = load_policy(write_policy(tmp_path, server.url, tuple(Source)))
        endpoint = Endpoint(base_url=f"{server.url}/v1", model="m")
        with (
            open_call_ledger(tmp_path / "ledger.sqlite") as ledger,
            open_ask(
                "mock", endpoint, Executor.LIVE, policy, ledger, load_prices(), Budget(), tmp_path, None, waits=FAST
            ) as ask,
        ):
            model = EndpointModel("played", "mock", endpoint, OpenAiOptions(), ask, seed=7)
            assert len(answer_all(model, [make_prompt(1, sources=None)])) == 1


@pytest.mark.parametrize("is_named", [True, False])
def test_synthetic_data_may_go_only_where_the_policy_names_the_endpoint(tmp_path, is_named):
    prompts = [make_prompt(1, [draw_image(tmp_path, "phantom.png")], sources=())]
    with MockEndpoint() as server:
        write_policy(tmp_path, server.url, ())
        policy = load_policy(tmp_path / ("policy.toml" if is_named else "none.toml"))
        endpoint = Endpoint(base_url=f"{server.url}/v1", model="m")
        with (
            open_call_ledger(tmp_path / "ledger.sqlite") as ledger,
            open_ask(
                "mock", endpoint, Executor.LIVE, policy, ledger, load_prices(), Budget(), tmp_path, None, waits=FAST
            ) as ask,
        ):
            model = EndpointModel("played", "mock", endpoint, OpenAiOptions(), ask, seed=7)
            if is_named:
                assert len(answer_all(model, prompts)) == 1
            else:
                with pytest.raises(EgressError, match="endpoint mock is not approved"):
                    answer_all(model, prompts)
        assert len(server.bodies) == is_named


def test_an_endpoint_that_moved_after_it_was_approved_gets_no_byte(tmp_path):
    with MockEndpoint() as server, opened(tmp_path, server.url) as model:
        moved = model.endpoint.model_copy(update={"base_url": "http://127.0.0.1:1/v1"})
        ledger, policy = model.ask.desk.ledger, model.ask.desk.policy
        arguments = ("mock", moved, Executor.LIVE, policy, ledger, load_prices(), Budget(), tmp_path, None)
        with open_ask(*arguments, waits=FAST) as ask, pytest.raises(EgressError, match=r"leads to http://127\.0\.0\.1:1,"):
            answer_all(EndpointModel("played", "mock", moved, OpenAiOptions(), ask, 7), [make_prompt(1)])
        assert server.bodies == []
