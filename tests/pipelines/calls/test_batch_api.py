import email
import email.policy
import json
import re

import pytest
from werkzeug import Request, Response

from pipelines.calls import batch_api
from pipelines.calls.attempt import CallsPendingError, Outcome
from pipelines.calls.client import EndpointError
from pipelines.calls.kinds import Executor
from pipelines.governance.egress import EgressError
from pipelines.vocabulary import Source
from tests.pipelines.calls.loopback import PROMPT, MockEndpoint, asking, complete, make_requests


class MockBatches:
    """Files and batches of OpenAI's API, as far as they are used: https://platform.openai.com/docs/api-reference/batch."""

    def __init__(self, endpoint: MockEndpoint, root: str = "/v1/", chat: str = "/v1/chat/completions") -> None:
        self.root, self.chat = root, chat
        self.files: dict[str, bytes] = {}
        self.removed: list[str] = []
        self.batches: dict[str, dict] = {}
        self.n_requests = 0
        self.loses_the_reply_to_create = False
        for kind in ("files", "batches"):
            endpoint.server.expect_request(re.compile(f"{root}{kind}.*")).respond_with_handler(self._answer)

    def end(self, batch_id: str, status: str = "completed", n_done: int | None = None, **fields: object) -> None:
        batch = self.batches[batch_id]
        keys = [json.loads(line)["custom_id"] for line in self.files[batch["input_file_id"]].splitlines()]
        body = json.loads(complete("Stable.").get_data())
        done = keys[:n_done]
        rows = [
            {"custom_id": key, "response": {"status_code": 200, "request_id": "r", "body": body}, "error": None} for key in done
        ]
        left = [{"custom_id": key, "response": None, "error": {"code": "batch_expired"}} for key in keys[len(done) :]]
        batch |= {"status": status, **fields}
        for name, lines in (("output_file_id", rows), ("error_file_id", left)):
            if lines:
                batch[name] = f"{name}-{batch_id}"
                self.files[batch[name]] = "".join(json.dumps(line) + "\n" for line in lines).encode()

    def _answer(self, request: Request) -> Response:
        self.n_requests += 1
        kind, *rest = request.path.removeprefix(self.root).split("/")
        if kind == "files":
            return self._answer_file(request, rest)
        if request.method == "POST":
            return self._create(json.loads(request.get_data()))
        if rest:
            return self._json(self.batches[rest[0]])
        return self._json({"object": "list", "data": list(self.batches.values()), "has_more": False})

    def _answer_file(self, request: Request, rest: list[str]) -> Response:
        if request.method == "POST":
            file_id = f"file-{len(self.files)}"
            head = f"Content-Type: {request.content_type}\r\n\r\n".encode()
            parts = email.message_from_bytes(head + request.get_data(), policy=email.policy.HTTP).iter_parts()
            contents = {part.get_param("name", header="content-disposition"): part.get_payload(decode=True) for part in parts}
            assert contents["purpose"] == b"batch"
            self.files[file_id] = contents["file"]
            return self._json(
                {"id": file_id, "object": "file", "bytes": 1, "created_at": 1, "filename": "f", "purpose": "batch"}
            )
        if request.method == "DELETE":
            self.removed.append(rest[0])
            return self._json({"id": rest[0], "object": "file", "deleted": True})
        return Response(self.files[rest[0]], content_type="application/octet-stream")

    def _create(self, body: dict) -> Response:
        batch_id = f"batch_{len(self.batches)}"
        assert body["completion_window"] == "24h"
        assert body["endpoint"] == self.chat
        self.batches[batch_id] = body | {"id": batch_id, "object": "batch", "status": "in_progress", "created_at": 1}
        return Response("gone", status=500) if self.loses_the_reply_to_create else self._json(self.batches[batch_id])

    @staticmethod
    def _json(value: object) -> Response:
        return Response(json.dumps(value), content_type="application/json")


def test_batch_is_made_once_and_its_answers_are_taken_when_it_has_ended(tmp_path):
    requests = make_requests(4)
    said: list[str] = []
    with MockEndpoint() as server, asking(tmp_path, server.url, Executor.BATCH, said=said) as ask:
        batches = MockBatches(server)
        for _ in range(3):
            with pytest.raises(
                CallsPendingError, match="run again to take their answers:\n  batch_0: in_progress, 4 requests"
            ) as caught:
                ask(requests)
            assert PROMPT not in str(caught.value)
        assert list(batches.batches) == ["batch_0"]
        assert [json.loads(line)["body"] for line in batches.files["file-0"].splitlines()] == [one.document for one in requests]
        batches.end("batch_0")
        answers = ask(requests)
        assert [answers[request.key].text for request in requests] == ["Stable."] * 4
        assert batches.removed == ["file-0", "output_file_id-batch_0"], "prompts lie there no longer than they must"
        n_before = batches.n_requests
        assert ask(requests) == answers
        assert batches.n_requests == n_before, "all is known, nobody is asked"
        assert server.bodies == []
        assert PROMPT not in "".join(said)


@pytest.mark.parametrize("status", ["expired", "cancelled"])
def test_what_an_ended_batch_did_not_answer_goes_into_a_new_one(tmp_path, status):
    requests = make_requests(5)
    with MockEndpoint() as server, asking(tmp_path, server.url, Executor.BATCH) as ask:
        batches = MockBatches(server)
        with pytest.raises(CallsPendingError):
            ask(requests)
        batches.end("batch_0", status, n_done=2)
        with pytest.raises(CallsPendingError, match="batch_1"):
            ask(requests)
        assert len(batches.files[batches.batches["batch_1"]["input_file_id"]].splitlines()) == 3
        assert [one.outcome for one in ask.desk.ledger.attempts(requests[4].key)] == [Outcome.TIMED_OUT]
        batches.end("batch_1")
        assert len(ask(requests)) == 5
        assert ask.desk.ledger.verify() == 8


def test_batch_whose_reply_was_lost_is_found_and_not_paid_twice(tmp_path):
    requests = make_requests(2)
    with MockEndpoint() as server, asking(tmp_path, server.url, Executor.BATCH) as ask:
        batches = MockBatches(server)
        batches.loses_the_reply_to_create = True
        with pytest.raises(EndpointError, match="status 500"):
            ask(requests)
        batches.loses_the_reply_to_create = False
        batches.end("batch_0")
        assert len(ask(requests)) == 2
        assert list(batches.batches) == ["batch_0"]


def test_refused_file_is_told_by_code_and_line_and_made_anew(tmp_path):
    requests = make_requests(2)
    with MockEndpoint() as server, asking(tmp_path, server.url, Executor.BATCH) as ask:
        batches = MockBatches(server)
        with pytest.raises(CallsPendingError):
            ask(requests)
        batches.end(
            "batch_0", "failed", n_done=0, errors={"data": [{"code": "token_limit_exceeded", "line": 2, "message": PROMPT}]}
        )
        del batches.batches["batch_0"]["error_file_id"]
        with pytest.raises(EndpointError, match="token_limit_exceeded in line 2") as caught:
            ask(requests)
        assert PROMPT not in str(caught.value)
        with pytest.raises(CallsPendingError, match="batch_1"):
            ask(requests)


def test_many_requests_are_split_into_several_batches(tmp_path, monkeypatch):
    monkeypatch.setattr(batch_api, "split_requests", lambda requests: [requests[:3], requests[3:]])
    requests = make_requests(5)
    with MockEndpoint() as server, asking(tmp_path, server.url, Executor.BATCH) as ask:
        batches = MockBatches(server)
        with pytest.raises(CallsPendingError):
            ask(requests)
        batches.end("batch_0")
        with pytest.raises(CallsPendingError, match="batch_1"):
            ask(requests)
        assert len(ask(requests[:3])) == 3, "what is answered does not wait for the rest"
        batches.end("batch_1")
        assert len(ask(requests)) == 5
        assert len(batches.batches) == 2


def test_endpoint_without_batches_is_told_with_what_to_use(tmp_path):
    with MockEndpoint() as server, asking(tmp_path, server.url, Executor.BATCH) as ask:
        server.server.expect_request("/v1/files").respond_with_json({"error": {"message": PROMPT, "code": "nope"}}, status=404)
        with pytest.raises(EndpointError, match=r"status 404, code nope; .* use executor file or live") as caught:
            ask(make_requests(1))
        assert PROMPT not in str(caught.value)


def test_one_denied_source_keeps_the_whole_batch_at_home(tmp_path):
    with MockEndpoint() as server, asking(tmp_path, server.url, Executor.BATCH) as ask:
        batches = MockBatches(server)
        with pytest.raises(EgressError, match="ms_cxr_t"):
            ask([*make_requests(3), *make_requests(1, (Source.MS_CXR_T,), "denied")])
        assert batches.n_requests == 0


def test_azure_is_sent_its_own_word_for_chat_completions(tmp_path):
    requests = make_requests(2)
    with MockEndpoint() as server:
        settings = {"api": "azure", "api_version": "2024-10-21", "base_url": server.url}
        with asking(tmp_path, server.url, Executor.BATCH, **settings) as ask:
            batches = MockBatches(server, root="/openai/", chat="/chat/completions")
            with pytest.raises(CallsPendingError):
                ask(requests)
            assert {json.loads(line)["url"] for line in batches.files["file-0"].splitlines()} == {"/chat/completions"}
            batches.end("batch_0")
            assert len(ask(requests)) == 2


def test_words_in_the_place_of_names_do_not_reach_messages(tmp_path):
    requests = make_requests(2)
    said: list[str] = []
    with MockEndpoint() as server, asking(tmp_path, server.url, Executor.BATCH, said=said) as ask:
        batches = MockBatches(server)
        with pytest.raises(CallsPendingError):
            ask(requests)
        batches.batches["batch_0"]["status"] = PROMPT
        with pytest.raises(CallsPendingError, match=r"batch_0: \(no plain name\), 2 requests") as pending:
            ask(requests)
        errors = {"object": "list", "data": [{"code": PROMPT, "message": PROMPT, "line": PROMPT}]}
        batches.batches["batch_0"] |= {"id": PROMPT, "status": "failed", "errors": errors}
        with pytest.raises(EndpointError, match="was refused as a whole") as refused:
            ask(requests)
    assert PROMPT not in f"{pending.value} {refused.value} {said}"
