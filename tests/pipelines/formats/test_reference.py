import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.formats.reference import fold, read_reference, unique_keys

OPTIONS = {"A": "left lung", "C": "right lung"}


@pytest.mark.parametrize(
    ("answer", "letter", "text"),
    [
        ("C: right lung", "C", "right lung"),
        ("D: right lung", "D", "right lung"),  # a letter that is not offered is kept as published
        ("C", "C", "right lung"),
        ("(C)", "C", "right lung"),
        ("C.", "C", "right lung"),
        ("Right  Lung.", "C", "Right  Lung."),
        ("the right lung", None, "the right lung"),
        ("B", None, "B"),
    ],
)
def test_a_reference_names_a_letter_or_the_text_of_one_option(answer, letter, text):
    assert read_reference(answer, OPTIONS) == (letter, text)


def test_a_text_that_two_options_have_names_neither():
    assert read_reference("cyst", {"A": "cyst", "B": "Cyst", "C": "mass"}) == (None, "cyst")


def test_an_open_reference_is_kept_whole():
    assert read_reference("A: a mass", {}) == (None, "A: a mass")


def test_a_key_of_an_id_that_recurs_has_the_place_in_the_file_though_records_before_it_were_left_out():
    assert unique_keys([(0, "r"), (3, "s"), (7, "r")]) == ["r#0", "s", "r#7"]


def test_case_blanks_unicode_form_and_a_mark_at_the_end_do_not_count():
    assert fold(" Ｌeft\tLung. ") == fold("left lung")
    assert fold("no mass") != fold("a mass")


@given(st.lists(st.sampled_from(["a", "b", "a#0", "a#1", "a##1", "b#2"]), max_size=8))
def test_keys_are_unique_whatever_the_ids_look_like(ids: list[str]) -> None:
    keys = unique_keys(enumerate(ids))
    assert len(set(keys)) == len(ids)
    assert all(key == name or key.startswith(f"{name}#") for key, name in zip(keys, ids, strict=True))
