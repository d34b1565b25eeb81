"""Blind questions of a released benchmark to a real small model behind llama.cpp's server, as an approved endpoint."""

import socket
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from evaluation.benchmark import BenchmarkItem
from evaluation.models.endpoint import EndpointModel
from evaluation.models.model import Prompt
from evaluation.models.options import OpenAiOptions
from evaluation.runs.prompt import write_text
from pipelines.calls.executors import open_ask
from pipelines.calls.kinds import Executor
from pipelines.calls.ledger import open_call_ledger
from pipelines.calls.prices import load_prices
from pipelines.choices import Budget, Endpoint
from pipelines.governance.policy import load_policy
from pipelines.score_records import Finish
from pipelines.vocabulary import Source
from tests.evaluation.models.endpoint_site import answer_all
from tests.pipelines.calls.loopback import FAST, write_policy
from tests.pipelines.calls.small_model import find_weights, serve

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def test_a_real_model_answers_blind_questions_once_and_a_rerun_needs_no_server(
    tmp_path: Path, rad: tuple[BenchmarkItem, ...]
) -> None:
    prompts = [
        Prompt(f"answer-{item.key}", item.key, write_text(item), (), tuple(item.options), (Source.VQA_RAD,)) for item in rad[:3]
    ]
    server = serve(find_weights())
    address = server.listening_address
    settings = {"base_url": f"{address}/v1", "model": "smollm2-135m-instruct", "max_in_flight": 1, "max_completion_tokens": 24}
    endpoint = Endpoint.model_validate(settings)
    policy = load_policy(write_policy(tmp_path, address, (Source.VQA_RAD,)))
    with (
        open_call_ledger(tmp_path / "ledger.sqlite") as ledger,
        open_ask("mock", endpoint, Executor.LIVE, policy, ledger, load_prices(), Budget(), tmp_path, None, waits=FAST) as ask,
    ):
        model = EndpointModel("smollm2", "mock", endpoint, OpenAiOptions.parse("prompt=direct&images=none"), ask, seed=7)
        answers = answer_all(model, prompts)
        assert set(answers) == {prompt.key for prompt in prompts}
        for answer in answers.values():
            assert answer.output and answer.finish in (Finish.STOP, Finish.LENGTH)
            assert answer.n_output_tokens is not None and 1 <= answer.n_output_tokens <= 24
        assert ledger.verify() == 3
        del server
        with pytest.raises(OSError), socket.create_connection(("127.0.0.1", urlsplit(address).port or 0), timeout=5):
            pass
        assert answer_all(model, prompts) == answers
        assert ledger.verify() == 3
