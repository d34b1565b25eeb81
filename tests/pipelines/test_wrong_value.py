import pytest

from pipelines.wrong_value import tell_value


@pytest.mark.parametrize(
    "value",
    [
        "sk-proj-4f9c21",
        "Bearer 4f9c21",
        "hf_4f9c21",
        "ghp_4f9c21aa07b3",
        "0123456789abcdef0123456789abcdef",
        "https://user:4f9c21@host",
        "https://host?key=4f9c21",
        "4f9c21 " * 20,
        ["4f9c21"],
        {"api_key": "4f9c21"},
        {"sk-proj-4f9c21": 1},
    ],
)
def test_what_may_be_a_key_is_described_and_not_shown(value: object):
    assert "4f9c21" not in tell_value(value)
    assert "0123456789abcdef" not in tell_value(value)


@pytest.mark.parametrize(
    "value", ["oblique", "/data/embed_2024/images", "2026-01-31", "http://127.0.0.1:8000/v1", 3, 0.9, True, None]
)
def test_what_is_no_key_is_shown_for_it_says_what_to_mend(value: object):
    assert tell_value(value) == repr(value)


def test_where_keys_are_likely_no_text_is_shown():
    assert tell_value("hunter2", is_in_secret_place=True) == "a text of 7 characters (not shown, it may be a key)"
    assert tell_value(0, is_in_secret_place=True) == "0"
