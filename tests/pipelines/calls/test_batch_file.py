import json
from pathlib import Path

import pytest

from pipelines.calls.attempt import Outcome
from pipelines.calls.batch_file import BatchFileError, check_requests, format_requests, read_answers, split_requests, vet_file
from pipelines.calls.kinds import Executor
from pipelines.calls.request import CallRequest, Purpose, canonical_body
from pipelines.governance.egress import EgressError
from pipelines.vocabulary import Source
from tests.pipelines.calls.loopback import PROMPT, MockEndpoint, asking, complete, fail, make_requests


def answer_line(request: CallRequest, text: str = "Stable.", status: int = 200, **row: object) -> bytes:
    """As OpenAI's output file has it."""
    body = json.loads((complete(text) if status == 200 else fail(status)).get_data())
    response = {"status_code": status, "request_id": "req-1", "body": body}
    return (
        json.dumps({"id": "batch_req_1", "custom_id": request.key, "response": response, "error": None, **row}).encode() + b"\n"
    )


def change(content: bytes, line: int, **values: object) -> bytes:
    rows = content.splitlines(keepends=True)
    rows[line] = json.dumps(json.loads(rows[line]) | values).encode() + b"\n"
    return b"".join(rows)


def test_file_is_one_ascii_line_a_request_and_gives_the_requests_back():
    body = canonical_body({"model": "m", "messages": [{"role": "user", "content": "é \u2028 \x85 line ends for some readers"}]})
    requests = [*make_requests(3), CallRequest((), Purpose.WRITE, "g", "0" * 64, body)]
    content = format_requests(requests)
    assert content.isascii()
    assert len(content.decode().splitlines()) == 4
    assert json.loads(content.splitlines()[0]) == {
        "custom_id": requests[0].key,
        "method": "POST",
        "url": "/v1/chat/completions",
        "body": json.loads(requests[0].body),
    }
    assert check_requests(content, {request.key: request for request in requests}, "f") == requests


@pytest.mark.parametrize(
    "values",
    [
        {"body": {"model": "other", "messages": []}},
        {"custom_id": "call-unknown"},
        {"url": "/v1/embeddings"},
        {"method": "GET"},
        {"extra": 1},
        {"body": None},
    ],
)
def test_changed_line_is_refused_by_number_without_its_words(values):
    requests = make_requests(3)
    content = change(format_requests(requests), 1, **values)
    with pytest.raises(BatchFileError, match=r"^f: line 2 .*delete it and run again$") as caught:
        check_requests(content, {request.key: request for request in requests}, "f")
    assert PROMPT not in str(caught.value)


def test_added_doubled_and_broken_lines_are_refused():
    requests = make_requests(3)
    known = {request.key: request for request in requests}
    content = format_requests(requests)
    stranger = format_requests(make_requests(1, name="stranger"))
    for spoilt in (content + stranger, content + content, content + b"{", content + b"\n", content + b"[]\n"):
        with pytest.raises(BatchFileError, match="f: "):
            check_requests(spoilt, known, "f")


def test_parts_keep_the_order_and_both_limits():
    requests = make_requests(10)
    size = len(format_requests(requests[:1]))
    assert [len(part) for part in split_requests(requests, max_lines=4)] == [4, 4, 2]
    parts = list(split_requests(requests, max_bytes=3 * size))
    assert [request for part in parts for request in part] == requests
    assert all(len(format_requests(part)) <= 3 * size for part in parts)
    assert list(split_requests([])) == []


def test_bad_line_is_one_named_problem_and_its_neighbours_count():
    requests = make_requests(4)
    known = {request.key: request for request in requests}
    lines = [
        answer_line(requests[0]),
        b'{"custom_id": \n',
        answer_line(requests[1], "Worse."),
        answer_line(make_requests(1, name="stranger")[0]),
        b"[]\n",
        answer_line(requests[0], "again"),
        b"\n",
        answer_line(requests[2])[:-30],  # cut off by a full disk
    ]
    answers = read_answers(b"".join(lines), known, "mock", Executor.BATCH)
    assert [(attempt.key, attempt.text) for attempt in answers.attempts] == [
        (requests[0].key, "Stable."),
        (requests[1].key, "Worse."),
    ]
    assert [problem.line for problem in answers.problems] == [2, 4, 5, 6, 8]
    assert answers.describe_problems().startswith(
        "5 lines could not be used (line 2: not an answer line (JSONDecodeError); line 4"
    )


@pytest.mark.parametrize(
    ("row", "outcome"),
    [
        (
            {"response": {"status_code": 200, "request_id": "r", "body": json.loads(complete("A", "length").get_data())}},
            Outcome.CUT_OFF,
        ),
        ({"response": {"status_code": 400, "request_id": "r", "body": json.loads(fail(400).get_data())}}, Outcome.NOT_ACCEPTED),
        ({"response": {"status_code": 429, "request_id": "r", "body": json.loads(fail(429).get_data())}}, Outcome.RATE_LIMITED),
        ({"response": None, "error": {"code": "batch_expired", "message": "not in time"}}, Outcome.TIMED_OUT),
        ({"response": None, "error": {"code": "batch_cancelled", "message": "stopped"}}, Outcome.SERVER_ERROR),
        # vllm run-batch
        (
            {"response": {"status_code": 400, "request_id": "v", "body": None}, "error": "CUDA out of memory"},
            Outcome.SERVER_ERROR,
        ),
        (
            {
                "response": {"status_code": 400, "request_id": "v", "body": None},
                "error": {"error": {"message": "too long", "type": "BadRequestError", "code": 400}},
            },
            Outcome.NOT_ACCEPTED,
        ),
        (
            {
                "response": {"status_code": 404, "request_id": "v", "body": None},
                "error": {"message": "no such model", "type": "NotFoundError", "code": 404},
            },
            Outcome.MISCONFIGURED,
        ),
    ],
)
def test_each_kind_of_line_is_the_outcome_that_it_would_be_live(row, outcome):
    [request] = make_requests(1)
    line = json.dumps({"id": "1", "custom_id": request.key, "error": None, **row}).encode()
    [attempt] = read_answers(line, {request.key: request}, "mock", Executor.FILE).attempts
    assert attempt.outcome is outcome
    assert attempt.executor is Executor.FILE


def test_file_with_one_denied_line_sends_nothing_at_all(tmp_path: Path):
    allowed, denied = make_requests(2), make_requests(1, (Source.MS_CXR_T,), "denied")
    with MockEndpoint() as server, asking(tmp_path, server.url, Executor.BATCH) as ask:
        ask.desk.ledger.add_requests([*allowed, *denied])
        path = tmp_path / "mixed.jsonl"
        path.write_bytes(format_requests([*allowed, *denied]))
        with pytest.raises(EgressError, match="ms_cxr_t"):
            vet_file(ask.desk, path, Executor.BATCH)
        path.write_bytes(format_requests(allowed))
        assert vet_file(ask.desk, path, Executor.BATCH) == (path.read_bytes(), allowed)


def _twice(name: str, other: str, line: bytes) -> bytes:
    return line.replace(f'"{name}":'.encode(), f'"{name}":{other},"{name}":'.encode(), 1)


@pytest.mark.parametrize(
    "alter",
    [
        lambda line: _twice("body", '{"messages":[{"content":"of another source","role":"user"}],"model":"m"}', line),
        lambda line: _twice("messages", '[{"content":"of another source","role":"user"}]', line),
        lambda line: _twice("custom_id", '"call-other"', line),
        lambda line: line.replace(b"\n", b"\r\n"),
        lambda line: b"\xef\xbb\xbf" + line,
        lambda line: line.replace(b'"url":', b'"url": '),
        lambda line: line.removesuffix(b"\n"),
    ],
    ids=["two bodies", "two messages", "two keys", "CRLF", "BOM", "a space", "no end"],
)
def test_line_that_another_program_might_read_otherwise_is_refused(alter):
    requests = make_requests(1)
    content = format_requests(requests)
    known = {request.key: request for request in requests}
    assert check_requests(content, known, "f") == requests
    with pytest.raises(BatchFileError, match=r"^f: line 1 .*delete it and run again$") as caught:
        check_requests(alter(content), known, "f")
    assert "another source" not in str(caught.value)


def test_prompt_in_the_place_of_an_error_code_is_not_kept():
    requests = make_requests(1)
    line = json.dumps({"custom_id": requests[0].key, "response": None, "error": {"code": PROMPT}}).encode()
    answers = read_answers(line, {request.key: request for request in requests}, "mock", Executor.FILE)
    assert [attempt.detail for attempt in answers.attempts] == ["code (no plain name)"]


@pytest.mark.parametrize("status", [10**30, float("inf"), "200", -1, 99, 600, None])
def test_status_that_is_none_is_a_problem_of_its_line_alone(status):
    first, second = make_requests(2)
    row = json.loads(answer_line(first))
    row["response"]["status_code"] = status
    known = {request.key: request for request in (first, second)}
    answers = read_answers(json.dumps(row).encode() + b"\n" + answer_line(second), known, "mock", Executor.FILE)
    assert [attempt.key for attempt in answers.attempts] == [second.key]
    assert [problem.line for problem in answers.problems] == [1]
