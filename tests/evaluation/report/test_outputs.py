import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.choice import parse_choice
from evaluation.report.outputs import divide_output, shorten_output

OPTIONS = {"A": "no change", "B": "worsening", "C": "improvement"}


@pytest.mark.parametrize(
    ("output", "before"),
    [
        ("Both show a Big mass. The answer is B.", "Both show a Big mass. "),
        ("B: worsening, though A or B were likely", ""),
        ("<think>B, or A? B!</think>B", "<think>B, or A? B!</think>"),
        ("B<|endoftext|>Question: which? A: left B: right", ""),
        ("The answer is A. On reflection, the answer is B.", "The answer is A. On reflection, "),
    ],
)
def test_what_is_marked_is_where_the_parser_read_it(output, before):
    choice = parse_choice(output, OPTIONS)
    assert choice.letter == "B"
    found, span, _ = divide_output(output, choice.span, str(choice.rule))
    assert "B" in span and found.startswith(before) and len(found) <= len(before) + len("the answer is ")


@pytest.mark.parametrize(("span", "rule"), [(None, "undecided"), ("", "cue"), ("absent", "cue")])
def test_nothing_is_marked_where_nothing_was_read_or_it_is_not_there(span, rule):
    assert divide_output("It is hard to tell.", span, rule) == ("It is hard to tell.", "", "")


@given(output=st.text(max_size=300), span=st.none() | st.text(max_size=5), rule=st.sampled_from(["cue", "leading", "whole"]))
def test_the_three_parts_are_the_output(output, span, rule):
    assert "".join(divide_output(output, span, rule)) == output


@given(st.text(max_size=50), st.integers(1, 400))
def test_a_text_is_cut_only_where_it_is_long_and_keeps_both_ends(text, times):
    long = text * times
    short = shorten_output(long)
    assert len(short) <= 1_500
    assert short == long if len(long) <= 1_500 else (short[:900], short[-500:]) == (long[:900], long[-500:])
