"""A hint leaves no match out: each pattern finds behind its hints what it finds without them."""

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.validation import ordinals, remarks
from pipelines.validation.hinted import Hinted

PATTERNS = {name: value for name, value in {**vars(ordinals), **vars(remarks)}.items() if isinstance(value, Hinted)}
WORDS = [
    "first",
    "second",
    "third",
    "fourth",
    "one",
    "two",
    "three",
    "the",
    "these",
    "of",
    "both",
    "either",
    "neither",
    "pair",
    "image",
    "images",
    "picture",
    "photo",
    "scan",
    "slice",
    "panel",
    "film",
    "former",
    "latter",
    "left",
    "right",
    "leftmost",
    "middle",
    "center",
    "central",
    "last",
    "final",
    "in",
    "on",
    "to",
    "and",
    "or",
    ",",
    "no.",
    "#",
    "1",
    "2",
    "12",
    "other",
    "remaining",
    "shown",
    "chest",
    "brain",
]


def test_the_patterns_are_found() -> None:
    assert len(PATTERNS) >= 10


@pytest.mark.parametrize("name", PATTERNS)
@given(data=st.data())
@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much], max_examples=20, deadline=None)
def test_whatever_a_pattern_matches_holds_one_of_its_hints(name: str, data: st.DataObject) -> None:
    hinted = PATTERNS[name]
    text = data.draw(st.from_regex(re.compile(hinted.pattern.pattern, re.ASCII)), label="text")
    assert hinted.pattern.search(text) is None or hinted.search(text) is not None


@given(st.lists(st.sampled_from(WORDS), max_size=14).map(" ".join))
def test_a_text_is_read_as_without_hints(text: str) -> None:
    for hinted in PATTERNS.values():
        assert hinted.findall(text) == hinted.pattern.findall(text)
        assert (hinted.search(text) is None) == (hinted.pattern.search(text) is None)


def test_without_a_hint_nothing_is_found() -> None:
    assert Hinted(re.compile("b"), ("a",)).search("bb") is None and Hinted(re.compile("b"), ("a",)).findall("bb") == []
