import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from werkzeug import Response

from pipelines.calls.attempt import BudgetSpentError, Outcome
from pipelines.calls.client import EndpointError
from pipelines.calls.interrupts import HeldSignals
from pipelines.calls.kinds import Executor
from pipelines.calls.ledger import open_call_ledger
from pipelines.calls.pacing import Waits
from pipelines.calls.prices import Price, PriceTable
from pipelines.choices import Budget
from tests.pipelines.calls.loopback import PROMPT, MockEndpoint, asking, complete, fail, make_requests, own_server

ROOT = Path(__file__).parents[3]


def outcomes(ask, request) -> list[str]:
    return [str(attempt.outcome) for attempt in ask.desk.ledger.attempts(request.key)]


def test_body_is_sent_byte_for_byte_and_the_answer_is_recorded_whole(tmp_path):
    with MockEndpoint() as server, asking(tmp_path, server.url) as ask:
        requests = make_requests(3)
        answers = ask(requests)
        assert sorted(server.bodies) == sorted(request.body.encode() for request in requests)
        assert list(answers) == [request.key for request in requests]
        one = answers[requests[0].key]
        assert (one.outcome, one.text, one.finish_reason) == (Outcome.ANSWERED, "Stable.", "stop")
        assert (one.prompt_tokens, one.completion_tokens, one.model_echoed) == (100, 20, "mock-2026")
        assert (one.system_fingerprint, one.request_id, one.http_status) == ("fp_1", "req-1", 200)
        assert one.seconds > 0
        assert datetime.fromisoformat(one.started).tzinfo is not None


def test_what_is_answered_is_never_sent_again_and_equal_requests_go_once(tmp_path):
    with MockEndpoint() as server, asking(tmp_path, server.url) as ask:
        requests = make_requests(3)
        first = ask([*requests, requests[0]])
        assert ask(requests) == first
        assert len(server.bodies) == 3


@pytest.mark.parametrize(
    ("reply", "outcome", "text"),
    [
        (complete(None, refusal="I cannot."), Outcome.REFUSED, "I cannot."),
        (complete("The left", "length"), Outcome.CUT_OFF, "The left"),
        (complete(None, "content_filter"), Outcome.FILTERED, None),
        (fail(400, "content_filter", innererror={"code": "ResponsibleAIPolicyViolation"}), Outcome.FILTERED, None),
        (fail(400, "context_length_exceeded"), Outcome.NOT_ACCEPTED, None),
        (fail(422), Outcome.NOT_ACCEPTED, None),
    ],
)
def test_final_outcomes_are_kept_and_not_asked_again(tmp_path, reply, outcome, text):
    with MockEndpoint(lambda n_before, body: reply) as server, asking(tmp_path, server.url) as ask:
        [request] = make_requests(1)
        answer = ask([request])[request.key]
        assert (answer.outcome, answer.text) == (outcome, text)
        ask([request])
        assert len(server.bodies) == 1


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        (fail(500), "server_error"),
        (fail(408), "server_error"),
        (fail(409), "server_error"),
        (fail(429), "rate_limited"),
        (Response(complete("Stable.").get_data()[:40], content_type="application/json"), "not_a_completion"),
        (Response("<html>busy</html>", content_type="text/html"), "not_a_completion"),
        (Response('{"choices": []}', content_type="application/json"), "not_a_completion"),
        (Response("[]", content_type="application/json"), "not_a_completion"),
        (Response("null", content_type="application/json"), "not_a_completion"),
        (Response('{"choices": [{"message": null}]}', content_type="application/json"), "not_a_completion"),
        (Response(b"\xff\xfe", content_type="application/json"), "not_a_completion"),
        (Response("[" * 100_000, content_type="application/json"), "not_a_completion"),
        (complete(" "), "not_a_completion"),
        (complete("Half a letter: \ud83d"), "not_a_completion"),
    ],
)
def test_passing_failure_is_recorded_and_asked_again(tmp_path, reply, outcome):
    def script(n_before: int, body: dict) -> Response:
        return reply if n_before == 0 else complete("Stable.")

    with MockEndpoint(script) as server, asking(tmp_path, server.url) as ask:
        requests = make_requests(2)
        answers = ask(requests)
        assert [answers[request.key].text for request in requests] == ["Stable.", "Stable."]
        assert outcomes(ask, requests[0]) == [outcome, "answered"]


def test_request_that_never_succeeds_is_missing_and_its_neighbours_are_there(tmp_path):
    def script(n_before: int, body: dict) -> Response:
        return fail(500) if body["messages"][0]["content"].endswith(" 1") else complete("Stable.")

    said: list[str] = []
    with MockEndpoint(script) as server, asking(tmp_path, server.url, said=said, max_attempts=3) as ask:
        requests = make_requests(3)
        answers = ask(requests)
        assert list(answers) == [requests[0].key, requests[2].key]
        assert outcomes(ask, requests[1]) == ["server_error"] * 3
        assert said[-1] == "1 requests found no final outcome in 3 attempts each"
        assert PROMPT not in "".join(said)


def as_date(seconds: float) -> str:
    return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)


@pytest.mark.parametrize(
    ("header", "shortest_s"),
    [
        ({"retry-after-ms": "300"}, 0.3),
        ({"Retry-After": "0.3"}, 0.3),
        ({"Retry-After": "3600"}, 0.4),  # the longest that is waited
        ({"Retry-After": as_date(3600)}, 0.4),
        ({"Retry-After": as_date(-5)}, 0.0),
        ({"Retry-After": "soon"}, 0.0),
        ({}, 0.0),
    ],
)
def test_nothing_is_sent_before_the_endpoint_wants_to_be_asked_again(tmp_path, header, shortest_s):
    times: list[float] = []

    def script(n_before: int, body: dict) -> Response:
        times.append(time.monotonic())
        return fail(429, headers=header) if len(times) == 1 else complete("Stable.")

    with MockEndpoint(script) as server, asking(tmp_path, server.url, max_in_flight=1) as ask:
        answers = ask(make_requests(2))
        assert len(answers) == 2
        assert shortest_s <= times[1] - times[0] < shortest_s + 1


def test_silence_and_a_slow_body_end_at_the_timeout(tmp_path):
    def drip():
        for _ in range(40):
            yield b" "  # each byte in time, the whole never
            time.sleep(0.05)

    def script(n_before: int, body: dict) -> Response:
        if n_before:
            return complete("Stable.")
        if body["messages"][0]["content"].endswith(" 0"):
            time.sleep(1.2)
            return complete("too late")
        return Response(drip(), content_type="application/json")

    with MockEndpoint(script) as server, asking(tmp_path, server.url, timeout_seconds=0.6) as ask:
        requests = make_requests(2)
        answers = ask(requests)
        assert [answers[request.key].text for request in requests] == ["Stable.", "Stable."]
        assert outcomes(ask, requests[0]) == outcomes(ask, requests[1]) == ["timed_out", "answered"]
        assert ask.desk.ledger.attempts(requests[1].key)[0].seconds < 1.2


def test_overload_lowers_what_is_in_flight_and_all_are_answered(tmp_path):
    allowed = 3
    endpoint = MockEndpoint()

    def script(n_before: int, body: dict) -> Response:
        if endpoint.n_in_flight > allowed:
            return fail(429)
        time.sleep(0.02)
        return complete("Stable.")

    endpoint.script = script
    with endpoint as server, asking(tmp_path, server.url, max_in_flight=16, max_attempts=20) as ask:
        requests = make_requests(60)
        assert len(ask(requests)) == 60
        first, last = server.bodies[:60], server.bodies[-30:]
        n_refused = len(server.bodies) - 60
        assert 0 < n_refused < 60, "a limit that never falls is refused far more often"
        assert len(set(first)) > 20
        assert len(set(last)) > 10


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        (fail(401, "invalid_api_key"), "wants a key: set api_key_variable"),
        (fail(403), "may not use this model"),
        (fail(404, "model_not_found"), "serves the model 'm'"),
        (fail(429, "insufficient_quota"), "no credit left"),
        (Response(status=307, headers={"Location": "http://127.0.0.1:9/v1"}), "no redirect is followed"),
    ],
)
def test_wrong_settings_stop_the_run_with_one_message_and_nothing_final(tmp_path, reply, told):
    with MockEndpoint(lambda n_before, body: reply) as server, asking(tmp_path, server.url) as ask:
        requests = make_requests(30)
        with pytest.raises(EndpointError, match=r"endpoints\.mock") as caught:
            ask(requests)
        assert told in str(caught.value)
        assert PROMPT not in str(caught.value)
        assert len(server.bodies) <= 4, "those in flight at most"
        assert ask.desk.ledger.open_requests(requests) == requests
        server.script = lambda n_before, body: complete("Stable.")
        assert len(ask(requests)) == 30


def test_endpoint_that_refuses_whatever_it_is_asked_stops_the_run(tmp_path):
    reply = fail(400, "unsupported_value", "temperature is not supported", param="temperature")
    with MockEndpoint(lambda n_before, body: reply) as server, asking(tmp_path, server.url) as ask:
        requests = make_requests(100)
        with pytest.raises(EndpointError, match=r"first 20 requests were all refused .*param temperature"):
            ask(requests)
        assert 20 <= len(server.bodies) <= 24
        server.script = lambda n_before, body: reply if body["messages"][0]["content"].endswith("9") else complete("Stable.")
        assert len(ask(requests)) == 100


def test_answers_in_flight_are_kept_when_wrong_settings_stop_the_run(tmp_path):
    def script(n_before: int, body: dict) -> Response:
        if body["messages"][0]["content"].endswith(" 0"):
            return fail(401)
        time.sleep(0.2)
        return complete("Stable.")

    with MockEndpoint(script) as server, asking(tmp_path, server.url) as ask:
        requests = make_requests(4)
        with pytest.raises(EndpointError):
            ask(requests)
        assert ask.desk.ledger.open_requests(requests) == requests[:1]


def test_server_that_dies_and_returns_is_survived_without_using_up_attempts(tmp_path):
    requests = make_requests(12)

    def script(n_before: int, body: dict) -> Response:
        time.sleep(0.02)
        return complete("Stable.")

    said: list[str] = []
    is_up, is_done = threading.Event(), threading.Event()
    ports: list[int] = []

    def live_twice() -> None:
        with own_server() as server, MockEndpoint(script, server) as endpoint:
            ports.append(server.port)
            is_up.set()
            while len(endpoint.bodies) < 3:
                time.sleep(0.005)
        time.sleep(0.6)  # some 12 tries to connect; a request may fail 3 times
        with own_server(ports[0]) as server, MockEndpoint(script, server):
            is_done.wait(30)

    thread = threading.Thread(target=live_twice)
    thread.start()
    assert is_up.wait(10)
    try:
        with asking(tmp_path, f"http://127.0.0.1:{ports[0]}", said=said) as ask:
            answers = ask(requests)
            counts = Counter(attempt.outcome for request in requests for attempt in ask.desk.ledger.attempts(request.key))
    finally:
        is_done.set()
        thread.join()
    assert len(answers) == 12
    assert counts[Outcome.ANSWERED] == 12
    assert counts[Outcome.NOT_REACHED] >= 3
    assert any("cannot be connected to" in line for line in said)


def find_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_endpoint_that_stays_away_stops_the_run_when_patience_ends(tmp_path):
    waits = Waits(probe_s=0.02, patience_s=0.2)
    with asking(tmp_path, f"http://127.0.0.1:{find_free_port()}", waits=waits) as ask:
        requests = make_requests(5)
        started = time.monotonic()
        with pytest.raises(EndpointError, match=r"no connection to .* in 0\.2 s; start it"):
            ask(requests)
        assert time.monotonic() - started < 5
        assert ask.desk.ledger.open_requests(requests) == requests


def test_budget_in_tokens_stops_cleanly_and_a_larger_one_goes_on(tmp_path):
    with MockEndpoint(lambda n_before, body: complete("Stable.", usage=(20, 10))) as server:
        requests = make_requests(40)
        budget = Budget(tokens=600)
        with asking(tmp_path, server.url, budget=budget) as ask:
            with pytest.raises(BudgetSpentError, match="are open") as caught:
                ask(requests)
            spent = ask.desk.ledger.spent().tokens
        n_answered = len(server.bodies)
        assert spent == 30 * n_answered <= 600
        assert n_answered >= 17, "only the last call's upper bound of about 75 may be left over"
        assert f"{40 - n_answered} requests are open" in str(caught.value)
        with asking(tmp_path, server.url, budget=budget) as ask, pytest.raises(BudgetSpentError):
            ask(requests)
        assert len(server.bodies) == n_answered
        with asking(tmp_path, server.url, budget=Budget(tokens=60_000)) as ask:
            assert len(ask(requests)) == 40
        assert len(server.bodies) == 40


def test_budget_in_money_counts_what_attempts_cost(tmp_path):
    day = datetime(2026, 1, 1, tzinfo=UTC).date()
    prices = PriceTable((Price(model="m", since=day, input=1000.0, output=10_000.0),))  # 0.3 USD a call
    with MockEndpoint() as server, asking(tmp_path, server.url, prices=prices, budget=Budget(usd=1.2), max_in_flight=1) as ask:
        requests = make_requests(10)
        with pytest.raises(BudgetSpentError, match="USD"):
            ask(requests)
        assert ask.desk.ledger.spent().usd == pytest.approx(0.3 * len(server.bodies))
        assert ask.desk.ledger.spent().usd <= 1.2
        first = ask.desk.ledger.final_attempts([requests[0].key])[requests[0].key]
        assert (first.cost_usd, first.price_date) == (pytest.approx(0.3), "2026-01-01")


def test_calls_a_minute_are_held(tmp_path):
    with MockEndpoint() as server, asking(tmp_path, server.url, requests_per_minute=1200) as ask:
        started = time.monotonic()
        assert len(ask(make_requests(13))) == 13
        assert 12 * 0.05 - 0.1 <= time.monotonic() - started < 6


def test_asking_works_in_a_thread_without_a_loop(tmp_path):
    found: list[int] = []
    with MockEndpoint() as server, asking(tmp_path, server.url) as ask:
        thread = threading.Thread(target=lambda: found.append(len(ask(make_requests(3)))))
        thread.start()
        thread.join()
    assert found == [3]


RUN = """
import signal  # a test suite may run where they are ignored: behind nohup, or in a shell's background
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGTERM, signal.SIG_DFL)
import sys
from pathlib import Path
from tests.pipelines.calls.loopback import asking, make_requests
with asking(Path(sys.argv[1]), sys.argv[2], said=[]) as ask:
    print(len(ask(make_requests(int(sys.argv[3])))), flush=True)
"""


def start_run(folder: Path, url: str, count: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", RUN, str(folder), url, str(count)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_run_killed_in_the_middle_is_finished_by_the_next_with_exactly_the_missing_requests(tmp_path):
    requests = make_requests(40)

    def script(n_before: int, body: dict) -> Response:
        time.sleep(0.02)
        return complete("Of " + body["messages"][0]["content"])

    with MockEndpoint(script) as server:
        run = start_run(tmp_path, server.url, 40)
        while len(server.bodies) < 15 and run.poll() is None:
            time.sleep(0.005)
        run.kill()
        run.communicate()
        while server.n_in_flight:  # calls that the killed run had begun
            time.sleep(0.01)
        before = Counter(server.bodies)
        assert 15 <= len(before) < 40
        with open_call_ledger(tmp_path / "ledger.sqlite") as ledger:
            assert ledger.verify() >= 1
            missing = Counter(request.body.encode() for request in ledger.open_requests(requests))
        with asking(tmp_path, server.url) as ask:
            answers = ask(requests)
        assert Counter(server.bodies) - before == missing, "exactly the requests without a recorded answer"
        twice = [body for body, count in Counter(server.bodies).items() if count > 1]
        assert len(twice) <= 4, "at most those in flight are paid twice"
        assert max(Counter(server.bodies).values()) <= 2
        assert [answers[request.key].text for request in requests] == [f"Of {PROMPT} {number}" for number in range(40)]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, -signal.SIGINT), (signal.SIGTERM, -signal.SIGTERM)])
def test_signal_lets_the_calls_in_flight_end_and_then_ends_the_run(tmp_path, number, code):
    def script(n_before: int, body: dict) -> Response:
        time.sleep(0.3)
        return complete("Stable.")

    with MockEndpoint(script) as server:
        run = start_run(tmp_path, server.url, 40)
        while len(server.bodies) < 6 and run.poll() is None:
            time.sleep(0.005)
        os.kill(run.pid, number)
        _, problems = run.communicate(timeout=20)
        assert run.returncode == code, problems
        with open_call_ledger(tmp_path / "ledger.sqlite") as ledger:
            assert 40 - len(ledger.open_requests(make_requests(40))) == len(server.bodies), (
                "each call that was sent is recorded"
            )
    assert len(server.bodies) < 20


def test_a_signal_that_the_process_ignores_stays_ignored():
    former = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        with HeldSignals() as held:
            told: list[str] = []
            held.tell(lambda: told.append("stop"))
            signal.raise_signal(signal.SIGTERM)
        assert (told, signal.getsignal(signal.SIGTERM)) == ([], signal.SIG_IGN)
    finally:
        signal.signal(signal.SIGTERM, former)


def test_ledger_that_cannot_be_written_stops_the_run(tmp_path, monkeypatch):
    with MockEndpoint() as server, asking(tmp_path, server.url) as ask:

        def refuse(attempts: object) -> None:
            raise OSError("disk full")

        monkeypatch.setattr(ask.desk.ledger, "append", refuse)
        with pytest.raises(OSError, match="disk full"):
            ask(make_requests(30))
        assert len(server.bodies) <= 4


def test_error_that_repeats_the_prompt_is_not_kept(tmp_path):
    def script(n_before: int, body: dict) -> Response:
        return fail(400, "bad_request", "could not read: " + body["messages"][0]["content"])

    with MockEndpoint(script) as server, asking(tmp_path, server.url, Executor.LIVE) as ask:
        [request] = make_requests(1)
        detail = ask([request])[request.key].detail
        assert detail == "status 400, type some_error, code bad_request: (message withheld: it repeats the request)"
        assert PROMPT not in json.dumps(detail)
