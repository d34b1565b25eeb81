import json

import pytest

from pipelines.calls.attempt import BudgetSpentError, CallsPendingError, Outcome
from pipelines.calls.batch_file import BatchFileError
from pipelines.calls.client import EndpointError
from pipelines.calls.kinds import Executor
from pipelines.choices import Budget
from tests.pipelines.calls.loopback import PROMPT, asking, complete, make_requests

URL = "http://127.0.0.1:9"  # nobody is there, and nobody is asked


def run_vllm(folder, number: int, count: int | None = None) -> None:
    """Answer the first `count` lines of a request file as `vllm run-batch` does."""
    lines = (folder / f"calls/mock/requests-{number:03}.jsonl").read_bytes().splitlines()
    body = json.loads(complete("Stable.").get_data())
    answers = [
        {"id": "vllm-1", "custom_id": json.loads(line)["custom_id"], "error": None}
        | {"response": {"status_code": 200, "request_id": "vllm-batch-1", "body": body}}
        for line in lines[:count]
    ]
    content = "".join(json.dumps(answer) + "\n" for answer in answers)
    (folder / f"calls/mock/answers-{number:03}.jsonl").write_text(content, encoding="utf-8")


def test_requests_are_handed_over_once_and_their_answers_taken(tmp_path):
    requests = make_requests(3)
    with asking(tmp_path, URL, Executor.FILE) as ask:
        folder = tmp_path / "calls" / "mock"
        for _ in range(2):
            with pytest.raises(CallsPendingError) as caught:
                ask(requests)
            command = f"vllm run-batch -i {folder}/requests-001.jsonl -o {folder}/answers-001.jsonl --model m"
            assert command in str(caught.value)
            assert sorted(path.name for path in folder.iterdir()) == ["requests-001.jsonl"]
            assert PROMPT not in str(caught.value)
        assert folder.stat().st_mode & 0o077 == 0, "the files hold prompts"
        run_vllm(tmp_path, 1)
        answers = ask(requests)
        assert [answers[request.key].text for request in requests] == ["Stable."] * 3
        assert answers[requests[0].key].executor is Executor.FILE
        assert ask(requests) == answers
        assert ask.desk.ledger.verify() == 3


def test_partial_answers_are_kept_and_only_the_rest_is_handed_over(tmp_path):
    requests = make_requests(5)
    with asking(tmp_path, URL, Executor.FILE) as ask:
        with pytest.raises(CallsPendingError):
            ask(requests)
        run_vllm(tmp_path, 1, count=2)
        for _ in range(2):
            with pytest.raises(CallsPendingError, match=r"requests-002\.jsonl"):
                ask(requests)
        assert len((tmp_path / "calls/mock/requests-002.jsonl").read_bytes().splitlines()) == 3
        run_vllm(tmp_path, 1, count=3)  # was still being written
        with pytest.raises(CallsPendingError):
            ask(requests)
        run_vllm(tmp_path, 2)
        assert len(ask(requests)) == 5
        assert ask.desk.ledger.verify() == 5, "no answer is recorded twice"


def test_more_requests_go_into_a_next_file_beside_the_waiting_one(tmp_path):
    requests = make_requests(5)
    with asking(tmp_path, URL, Executor.FILE) as ask:
        with pytest.raises(CallsPendingError):
            ask(requests[:2])
        with pytest.raises(CallsPendingError, match="2 file"):
            ask(requests)
        run_vllm(tmp_path, 1)
        run_vllm(tmp_path, 2)
        assert len(ask(requests)) == 5


def test_changed_request_file_is_refused_and_its_answers_are_not_taken(tmp_path):
    requests = make_requests(2)
    with asking(tmp_path, URL, Executor.FILE) as ask:
        with pytest.raises(CallsPendingError):
            ask(requests)
        path = tmp_path / "calls/mock/requests-001.jsonl"
        path.write_text(path.read_text(encoding="utf-8").replace("Mrs Roe", "Mrs Doe"), encoding="utf-8")
        run_vllm(tmp_path, 1)
        with pytest.raises(BatchFileError, match=r"requests-001\.jsonl: line 1 "):
            ask(requests)
        assert ask.desk.ledger.open_requests(requests) == requests


def test_wrong_model_in_the_answers_is_a_matter_of_settings(tmp_path):
    requests = make_requests(1)
    with asking(tmp_path, URL, Executor.FILE) as ask:
        with pytest.raises(CallsPendingError):
            ask(requests)
        error = {"message": "The model `m` does not exist.", "type": "NotFoundError", "code": 404}
        row = {"custom_id": requests[0].key, "response": {"status_code": 404, "body": None}, "error": error}
        (tmp_path / "calls/mock/answers-001.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
        with pytest.raises(EndpointError, match="serves the model 'm'"):
            ask(requests)
        assert ask.desk.ledger.open_requests(requests) == requests


def test_request_that_fails_in_file_after_file_is_given_up(tmp_path):
    requests = make_requests(2)
    with asking(tmp_path, URL, Executor.FILE, max_attempts=2) as ask:
        for number in (1, 2):
            with pytest.raises(CallsPendingError):
                ask(requests)
            run_vllm(tmp_path, number)
            path = tmp_path / f"calls/mock/answers-{number:03}.jsonl"
            failed = {"custom_id": requests[1].key, "response": {"status_code": 400, "body": None}, "error": "engine died"}
            kept = [line for line in path.read_text(encoding="utf-8").splitlines() if requests[1].key not in line]
            path.write_text("\n".join([*kept, json.dumps(failed)]) + "\n", encoding="utf-8")
        assert list(ask(requests)) == [requests[0].key]
        assert [one.outcome for one in ask.desk.ledger.attempts(requests[1].key)] == [Outcome.SERVER_ERROR] * 2


def test_budget_bounds_what_is_handed_over(tmp_path):
    requests = make_requests(10)
    with asking(tmp_path, URL, Executor.FILE, budget=Budget(tokens=250)) as ask:
        with pytest.raises(CallsPendingError):
            ask(requests)
        n_lines = len((tmp_path / "calls/mock/requests-001.jsonl").read_bytes().splitlines())
        assert 0 < n_lines < 10
        with pytest.raises(CallsPendingError):
            ask(requests)
        assert not (tmp_path / "calls/mock/requests-002.jsonl").exists()
        run_vllm(tmp_path, 1)  # 120 tokens each, as it turns out
        with pytest.raises((BudgetSpentError, CallsPendingError)):
            ask(requests)
        assert ask.desk.ledger.spent().tokens == 120 * n_lines
