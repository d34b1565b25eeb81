"""Closed questions print and parse to the same options, in the released form and with its defects."""

import string
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pipelines.formats.closed_question import (
    format_closed_question,
    letter_at,
    parse_closed_question,
    parse_keyed_answer,
    strip_image_tokens,
)
from pipelines.formats.mantis import read_mantis

one_line = st.text(st.characters(exclude_characters="\n"), max_size=20).map(str.strip)
stems = st.text(max_size=40)


@given(stems, st.lists(one_line, min_size=2, max_size=26))
def test_printed_options_are_read_back(stem: str, options: list[str]) -> None:
    try:
        text = format_closed_question(stem, options)
    except ValueError:
        assume(False)
        return
    question = parse_closed_question(text)
    assert question is not None
    assert list(question.options.values()) == options and question.stem == stem
    assert question.letters == tuple(string.ascii_uppercase[: len(options)])
    assert not question.repeated_letters and not question.stray_lines


@given(st.lists(one_line, min_size=2, max_size=5))
def test_keyed_answer_of_a_printed_option_names_that_option(options: list[str]) -> None:
    question = parse_closed_question(format_closed_question("Q", options))
    assert question is not None
    for letter, text in question.options.items():
        assert parse_keyed_answer(f"{letter}: {text}") == (letter, text)


def test_printed_form_is_the_released_one() -> None:
    assert format_closed_question("Which?", ("left", "right")) == "Which?\nA: left\nB: right\n"


@pytest.mark.parametrize(
    ("stem", "options"),
    [("Q", ["one"]), ("Q", ["x"] * 27), ("Q", ["a", "b\nc"]), ("Q", ["a", " b"]), ("Vitamin\nA: is it low?", ["yes", "no"])],
)
def test_question_that_would_not_be_read_back_is_refused(stem: str, options: list[str]) -> None:
    with pytest.raises(ValueError, match=r"got|reword"):
        format_closed_question(stem, options)


def test_open_question_with_one_lettered_line_stays_open() -> None:
    assert parse_closed_question("Compare hepatitis\nA: which image shows it?") is None


def test_letters_within_a_line_are_no_options() -> None:
    assert parse_closed_question("Is it A: left or B: right?") is None


def test_trailing_white_space_of_options_is_dropped_and_leading_kept() -> None:
    question = parse_closed_question("Q\nA: one  \nB:  two\r\n\n")
    assert question is not None and dict(question.options) == {"A": "one", "B": " two"}


def test_repeated_letter_and_stray_line_are_told() -> None:
    question = parse_closed_question("Q\nA: one\nwrapped\nA: two\nC: three\n")
    assert question is not None
    assert question.lines == (("A", "one"), ("A", "two"), ("C", "three"))
    assert question.repeated_letters == ("A",) and question.letters == ("A", "C")
    assert question.options["A"] == "one" and question.stray_lines == ("wrapped",)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("<image><image>Q", (2, "Q")),
        ("<image> \n<image>\nQ", (2, "Q")),
        ("Q <image> and <image>?", (2, "Q <image> and <image>?")),
        ("<image>Is <image> larger?", (2, "Is <image> larger?")),
        (" Q", (0, " Q")),
        ("<Image>Q", (0, "<Image>Q")),
        ("", (0, "")),
    ],
)
def test_only_leading_image_tokens_are_stripped_and_all_are_counted(content: str, expected: tuple[int, str]) -> None:
    assert strip_image_tokens(content) == expected


@pytest.mark.parametrize("answer", ["B", "B:text", "b: text", "The first image", "B: two\nlines", "AB: x", ""])
def test_other_answers_are_not_keyed(answer: str) -> None:
    assert parse_keyed_answer(answer) is None


def test_letters_run_from_a_to_z_and_no_further() -> None:
    assert (letter_at(0), letter_at(25)) == ("A", "Z")
    for index in (-1, 26):
        with pytest.raises(ValueError, match="places 0 to 25"):
            letter_at(index)


@pytest.mark.parametrize(
    ("name", "n_closed", "n_gaps", "keys_that_differ"),
    [
        ("Med_MIM_benchmark_Held_out_RAD.json", 293, 0, ["VQA_RAD929-488", "VQA_RAD1600-103"]),
        ("Med_MIM_benchmark_Held_out_ODIR.json", 300, 1, []),
    ],
)
def test_released_questions_parse(
    med_mim_root: Path, name: str, n_closed: int, n_gaps: int, keys_that_differ: list[str]
) -> None:
    n_found = n_found_gaps = 0
    differing = []
    for record in read_mantis(med_mim_root / name).records:
        n_tokens, text = strip_image_tokens(record.turns[0].content)
        assert n_tokens == len(record.images)
        question, key = parse_closed_question(text), parse_keyed_answer(record.turns[1].content)
        assert (question is None) == (key is None)
        if question is None or key is None:
            continue
        n_found += 1
        n_found_gaps += question.letters != tuple(string.ascii_uppercase[: len(question.letters)])
        assert not question.repeated_letters and not question.stray_lines
        if question.options.get(key[0]) != key[1]:
            differing.append(record.id)
    assert (n_found, n_found_gaps, sorted(differing)) == (n_closed, n_gaps, sorted(keys_that_differ))
