import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.sources.text_repair import is_damaged, repair_text


@pytest.mark.parametrize(
    ("text", "repaired", "names"),
    [
        ("Heart \tlungs", "Heart, lungs", ("tab_to_comma",)),
        ("a \tb c\td", "a, b c, d", ("tab_to_comma",)),
        (" Is it? ", "Is it?", ("edge_space",)),
        ("Is  it\nthere?", "Is it there?", ("inner_space",)),
        ("it\ufffds", "it's", ("replacement_character",)),
        ("\tIs it\ufffds  one? ", "Is it's one?", ("edge_space", "inner_space", "replacement_character")),
        ("plain text", "plain text", ()),
    ],
)
def test_each_accident_is_repaired_under_its_name(text, repaired, names):
    assert repair_text(text) == (repaired, names)


@settings(deadline=None)  # a busy machine is no failure
@given(st.text("ab \t\n\ufffd'", max_size=12))
def test_repairing_twice_changes_nothing_more(text):
    repaired, _ = repair_text(text)
    assert repair_text(repaired) == (repaired, ())


@pytest.mark.parametrize(("text", "damaged"), [("a\x07b", True), ("\ud800", True), ("\ufffd?", True), ("é\t\n", False)])
def test_what_no_repair_knows_is_damage(text, damaged):
    assert is_damaged(text) is damaged
