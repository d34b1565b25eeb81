import json

from hypothesis import given
from hypothesis import strategies as st

from pipelines.calls.echo import SHARED_RUN
from pipelines.calls.failure import ABOUT_FORM, tell_failure
from pipelines.calls.request import canonical_body

PROMPT = 'Film 1: "no effusion".\nFilm 2 of Mrs Roé, Dr. Smith: moderate left effusion, device unchanged since 3 May.'
BODY = canonical_body({"model": "m", "messages": [{"role": "user", "content": PROMPT}]})


@given(
    st.integers(0, len(PROMPT)),
    st.integers(0, len(PROMPT)),
    st.text(max_size=30),
    st.sampled_from(["message", "code", "param", "type"]),
)
def test_detail_never_shares_a_run_with_the_prompt(start, end, before, field):
    body = json.dumps({"error": {"message": "m", field: before + PROMPT[start:end]}}).encode()
    detail = tell_failure(BODY, 400, body).detail
    runs = (PROMPT[place : place + SHARED_RUN] for place in range(len(PROMPT) - SHARED_RUN + 1))
    assert not any(run in detail for run in runs)


def test_echo_with_other_spacing_case_or_escapes_is_an_echo():
    for echo in (PROMPT.upper(), " ".join(PROMPT), json.dumps(PROMPT), PROMPT.replace(" ", "\n")):
        told = tell_failure(BODY, 400, json.dumps({"error": {"message": echo}}).encode())
        assert told.detail == "status 400: (message withheld: it repeats the request)"


def test_harmless_message_is_kept_on_one_line():
    told = tell_failure(BODY, 400, b'{"error": {"message": "Too many\\n tokens", "code": "context_length_exceeded"}}')
    assert told.detail == "status 400, code context_length_exceeded: Too many tokens"
    assert told.codes == {"context_length_exceeded"}


def test_errors_of_vllm_and_llama_cpp_are_read():
    vllm = b'{"object": "error", "message": "The model `x` does not exist.", "type": "NotFoundError", "code": 404}'
    assert tell_failure(BODY, 404, vllm).detail == "status 404, type NotFoundError, code 404: The model `x` does not exist."
    assert tell_failure(BODY, 400, b'{"error": "bad line"}').detail == "status 400: bad line"
    for page in (b"<html>", b"", b"[]", b'{"error": 3}', b"\xff"):
        assert tell_failure(BODY, 502, page).detail == "status 502"


def test_error_about_the_response_format_is_marked_also_where_its_message_is_withheld():
    for error in (
        {"message": "no", "param": "response_format"},
        {"message": "'json_schema' is not supported"},
        {"message": f"response_format not supported for {PROMPT}"},
        {"message": "failed to parse grammar"},
    ):
        assert ABOUT_FORM in tell_failure(BODY, 400, json.dumps({"error": error}).encode()).detail
    assert ABOUT_FORM not in tell_failure(BODY, 400, b'{"error": {"message": "too long"}}').detail
