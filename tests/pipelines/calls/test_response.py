import json

from hypothesis import given
from hypothesis import strategies as st

from pipelines.calls.attempt import Outcome
from pipelines.calls.kinds import Executor
from pipelines.calls.response import Reply, Sending, read_reply
from tests.pipelines.calls.loopback import complete, make_requests

SENDING = Sending("here", Executor.LIVE, "2026-11-22T09:00:00+00:00", 0.2)
[REQUEST] = make_requests(1)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
KEYS = ("choices", "usage", "model", "system_fingerprint")


@given(st.integers(100, 599), st.binary(max_size=60) | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_reply_is_an_attempt_and_none_but_a_completion_is_an_answer(status, body):
    attempt = read_reply(REQUEST, SENDING, Reply(status, body))
    assert attempt.key == REQUEST.key
    assert attempt.outcome is not Outcome.ANSWERED
    assert attempt.detail


@given(
    st.fixed_dictionaries({}, optional=dict.fromkeys(KEYS, JSON)),
    st.dictionaries(st.sampled_from(["finish_reason", "message"]), JSON),
)
def test_completion_with_any_odd_part_is_an_attempt_that_the_ledger_can_keep(parts, choice):
    document = json.loads(complete("Stable.").get_data())
    document["choices"][0] |= choice
    attempt = read_reply(REQUEST, SENDING, Reply(200, json.dumps(document | parts).encode()))
    for value in (attempt.prompt_tokens, attempt.completion_tokens):
        assert value is None or (isinstance(value, int) and value >= 0)
    for text in (attempt.text, attempt.model_echoed, attempt.system_fingerprint, attempt.finish_reason):
        assert text is None or text.encode().decode() == text


def test_truncation_at_any_byte_is_no_completion():
    body = complete("Stable.").get_data()
    outcomes = {read_reply(REQUEST, SENDING, Reply(200, body[:length])).outcome for length in range(len(body))}
    assert outcomes == {Outcome.NOT_A_COMPLETION}


def test_usage_that_no_endpoint_can_mean_is_not_known():
    for tokens in (-1, True, 1.5, "7", None, 2**31, 2**53 - 1, 2**70):
        body = json.loads(complete("Stable.").get_data()) | {"usage": {"prompt_tokens": tokens, "completion_tokens": 3}}
        attempt = read_reply(REQUEST, SENDING, Reply(200, json.dumps(body).encode()))
        assert (attempt.prompt_tokens, attempt.completion_tokens) == (None, 3)
