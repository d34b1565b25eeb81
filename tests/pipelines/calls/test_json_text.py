import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.calls.json_text import Mend, parse_object

VALUES = st.dictionaries(
    st.text(max_size=5),
    st.recursive(st.none() | st.integers() | st.text(max_size=20), lambda inner: st.lists(inner, max_size=3)),
    max_size=4,
)


@given(VALUES)
def test_plain_json_is_read_as_it_is_and_nothing_is_mended(value):
    parsed = parse_object(json.dumps(value))
    assert (parsed.value, parsed.mends) == (value, ())


@given(
    VALUES,
    st.sampled_from(["Here it is:\n", "```json\n", "Sure!\n```\n"]),
    st.sampled_from(["", "\n```", "\nHope {that} helps."]),
)
def test_surroundings_are_left_out_and_named(value, before, after):
    parsed = parse_object(before + json.dumps(value) + after)
    assert (parsed.value, parsed.mends) == (value, (Mend.SURROUNDINGS,))


def test_trailing_commas_are_left_out_but_not_those_within_strings():
    parsed = parse_object('{"a": [1, 2,], "b": "x,} y,]", "c": "\\",}",}')
    assert parsed.value == {"a": [1, 2], "b": "x,} y,]", "c": '",}'}
    assert parsed.mends == (Mend.TRAILING_COMMA,)


@pytest.mark.parametrize("text", ["", "no object", "[1, 2]", '{"a": 1', "{'a': 1}", "{" * 10_000])
def test_what_holds_no_object_is_refused_without_its_words(text):
    with pytest.raises(ValueError, match=r"^no JSON object was found$"):
        parse_object(text)
