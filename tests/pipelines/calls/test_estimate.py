import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.calls.estimate import TokenEstimate, count_tokens, estimate_tokens
from pipelines.calls.request import canonical_body


def test_english_takes_a_token_for_four_characters_and_other_scripts_one_each() -> None:
    assert [count_tokens(text) for text in ("", "abc", "abcd", "abcde", "医学图像", "Größe")] == [0, 1, 1, 2, 4, 3]


def test_all_message_text_and_the_schema_count() -> None:
    messages = [{"role": "system", "content": "x" * 400}, {"role": "user", "content": [{"type": "text", "text": "y" * 400}]}]
    plain = estimate_tokens(canonical_body({"model": "m", "messages": messages}))
    assert plain == TokenEstimate(400 // 4 + 400 // 4 + 2 * 4, None)
    schema = {"type": "json_schema", "json_schema": {"name": "item", "schema": {"type": "object", "description": "z" * 400}}}
    longer = estimate_tokens(canonical_body({"model": "m", "messages": messages, "response_format": schema}))
    assert 100 < longer.prompt - plain.prompt < 150


@pytest.mark.parametrize(("name", "value"), [("max_completion_tokens", 700), ("max_tokens", 50)])
def test_the_longest_answer_is_what_the_request_allows(name: str, value: int) -> None:
    assert estimate_tokens(canonical_body({"model": "m", "messages": [], name: value})).most_completion == value


@pytest.mark.parametrize(
    ("model", "tokens"),
    [("gpt-4o", 1536), ("a-model-of-ours", 1536), ("gpt-4o-mini", 48169), ("gpt-4.1-nano-2025-04-14", 3779)],
)
def test_each_image_counts_as_the_most_that_its_model_may_take_for_one(model: str, tokens: int) -> None:
    image = {"type": "image_url", "image_url": {"url": "medmim-image:sha256:" + "0" * 64}}
    one, three = (
        estimate_tokens(canonical_body({"model": model, "messages": [{"role": "user", "content": [image] * count}]}))
        for count in (1, 3)
    )
    assert (one.prompt, three.prompt) == (tokens + 4, 3 * tokens + 4)


def test_parts_of_other_kinds_do_not_count() -> None:
    parts = [{"type": "file", "file": {"file_id": "f"}}, {"type": "text", "text": "abcd"}]
    body = canonical_body(
        {"model": "m", "messages": [{"role": "user", "content": parts}, {"role": "assistant", "content": None}]}
    )
    assert estimate_tokens(body).prompt == 1 + 2 * 4


@given(st.text(), st.text())
def test_more_text_never_takes_fewer_tokens(text: str, more: str) -> None:
    assert count_tokens(text) <= count_tokens(text + more) <= count_tokens(text) + len(more) + 1
