import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.reasons import Reason
from pipelines.sources.llava_med.turns import is_damaged, pair_turns

HUMAN, GPT = {"from": "human", "value": "What?"}, {"from": "gpt", "value": "That."}


def reasons(turns):
    return [(problem.turn, problem.reason) for problem in pair_turns(turns)[1]]


@pytest.mark.parametrize(
    ("value", "question", "repair"),
    [
        ("<image>\nWhat?", "What?", "image_token_first"),
        ("What?\n<image>", "What?", "image_token_last"),
        (" What? \n<image>\n", "What?", "image_token_last"),
        ("See <image> here", "See here", "image_token_inside"),
        ("<image>\nWhat?\n<image>", "What?", "image_token_first"),
    ],
)
def test_the_image_mark_is_taken_out_and_its_place_is_told(value, question, repair):
    [pair], problems = pair_turns([HUMAN | {"value": value}, GPT])
    assert (pair.question, pair.repairs, problems) == (question, (repair,), [])
    assert pair.question_as_found == value


def test_a_mark_in_a_later_turn_or_in_an_answer_is_told_apart():
    pairs, _ = pair_turns([HUMAN, GPT | {"value": "<image> That."}, HUMAN | {"value": "<image>\nAnd?"}, GPT])
    assert [(pair.question, pair.answer) for pair in pairs] == [("What?", "That."), ("And?", "That.")]
    assert [pair.repairs for pair in pairs] == [("image_token_in_answer",), ("image_token_later",)]


def test_a_conversation_without_any_mark_says_so_once():
    pairs, _ = pair_turns([HUMAN, GPT, HUMAN, GPT])
    assert [pair.repairs for pair in pairs] == [("image_token_absent",), ()]


def test_the_mark_of_a_pair_that_is_rejected_still_counts_as_there():
    pairs, problems = pair_turns([HUMAN | {"value": "<image>\nWhat?"}, GPT | {"value": ""}, HUMAN, GPT])
    assert [pair.repairs for pair in pairs] == [()]
    assert [problem.turn for problem in problems] == [0]


@pytest.mark.parametrize(
    ("turns", "expected"),
    [
        ([HUMAN, GPT, HUMAN], [(2, Reason.FIELD_MISSING)]),
        ([HUMAN, HUMAN, GPT], [(0, Reason.FIELD_MISSING)]),
        ([GPT, HUMAN, GPT], [(0, Reason.FIELD_MISSING)]),
        ([HUMAN, GPT, GPT], [(2, Reason.FIELD_MISSING)]),
        ([HUMAN, GPT, HUMAN, {"from": "bing", "value": "x"}], [(2, Reason.UNKNOWN_VALUE)]),
        ([{"from": "system", "value": "x"}, HUMAN, GPT], [(0, Reason.UNKNOWN_VALUE)]),
        ([{"value": "x"}, GPT, HUMAN, GPT], [(0, Reason.FIELD_MISSING)]),
        (["x", GPT, HUMAN, GPT], [(0, Reason.ROW_NOT_AN_OBJECT)]),
        ([HUMAN, GPT | {"value": " \n"}, HUMAN, GPT], [(0, Reason.FIELD_EMPTY)]),
        ([HUMAN | {"value": "<image>\n"}, GPT, HUMAN, GPT], [(0, Reason.FIELD_EMPTY)]),
        ([HUMAN | {"value": 7}, GPT, HUMAN, GPT], [(0, Reason.FIELD_WRONG_TYPE)]),
        ([{"from": "human"}, GPT, HUMAN, GPT], [(0, Reason.FIELD_MISSING)]),
        ([HUMAN, GPT, HUMAN, GPT | {"value": "a \ufffd"}], [(2, Reason.TEXT_DAMAGED)]),
        ([HUMAN, GPT, HUMAN, GPT | {"value": "a \ud83d"}], [(2, Reason.TEXT_DAMAGED)]),
    ],
)
def test_a_bad_pair_is_rejected_alone(turns, expected):
    assert reasons(turns) == expected
    assert len(pair_turns(turns)[0]) == 1


def test_speakers_in_other_letters_are_read_and_told():
    [pair], problems = pair_turns([HUMAN | {"from": "Human"}, GPT | {"from": " GPT"}])
    assert "from_case" in pair.repairs
    assert problems == []


def test_line_breaks_accents_and_symbols_are_no_damage():
    assert not is_damaged("α-SMA, 37 °C\r\n\t– naïve 😀")
    assert is_damaged("a\x00b")


@given(st.lists(st.sampled_from(["human", "gpt", "bing", None]), min_size=1, max_size=12))
def test_every_turn_belongs_to_exactly_one_pair_and_a_good_pair_is_human_then_gpt(speakers):
    turns = [{"from": speaker, "value": "x"} if speaker else 5 for speaker in speakers]
    pairs, problems = pair_turns(turns)
    begins = sorted([*(pair.turn for pair in pairs), *(problem.turn for problem in problems)])
    assert len(set(begins)) == len(begins)
    assert begins[0] == 0
    assert all(0 < after - before <= 2 for before, after in zip(begins, [*begins[1:], len(turns)], strict=True))
    assert all(speakers[pair.turn : pair.turn + 2] == ["human", "gpt"] for pair in pairs)
