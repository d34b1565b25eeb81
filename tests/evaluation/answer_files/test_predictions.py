import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.answer_files.predictions import (
    PredictionError,
    match_predictions,
    parse_predictions,
    read_predictions,
    write_predictions,
)

KEYS = st.sampled_from(["id", "record_id", "key", "question_id"])
OUTPUTS = st.sampled_from(["output", "prediction", "response", "text"])


@given(KEYS, OUTPUTS, st.text(max_size=20))
def test_every_spelling_of_the_two_keys_is_read(id_key, output_key, output):
    rows = parse_predictions(json.dumps({id_key: "r1", output_key: output}), "p.jsonl")
    assert [(row.id, row.output) for row in rows] == [("r1", output)]


def test_an_empty_output_is_an_answer_and_not_a_missing_one():
    assert parse_predictions('{"id": "r", "output": ""}', "p.jsonl")[0].output == ""


def test_each_broken_line_is_named_by_its_number():
    text = '{"id": "a", "output": "A"}\n{"id": "b", "output": \n\n{"id": "c"}\n[1]\n{"id": "d", "output": 3}\n'
    with pytest.raises(
        PredictionError, match=r"4 broken.*line 2: not JSON.*line 4: .*none of them.*line 5: .*list.*line 6: .*int"
    ):
        parse_predictions(text, "p.jsonl")


def test_line_separators_within_an_answer_do_not_end_the_line():
    assert parse_predictions('{"id": "a", "output": "x\u2028y\x85z"}', "p").__len__() == 1


def test_byte_order_mark_and_windows_line_ends_are_read(tmp_path):
    path = tmp_path / "p.jsonl"
    path.write_bytes(b'\xef\xbb\xbf{"id": "a", "output": "A"}\r\n{"id": "b", "output": "B"}\r\n')
    assert [row.output for row in read_predictions(path)] == ["A", "B"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "git lfs pull"),
        (b'[{"id": "a", "output": "A"}, {"output": "B"}]', r"p\.jsonl: is a JSON list, and element 1 \(1 in all\).*\"id\""),
        (b'[{"id": "a", "output": "A"}', "JSON list that cannot be read"),
        (b"", "no predictions"),
        (b"\n\n", "no predictions"),
        (b'{"id": "\xff"}', "not UTF-8"),
    ],
)
def test_a_file_that_is_no_json_lines_says_what_it_is(tmp_path, content, says):
    path = tmp_path / "p.jsonl"
    path.write_bytes(content)
    with pytest.raises(PredictionError, match=says):
        read_predictions(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(PredictionError, match=r"nowhere\.jsonl.*cannot be read"):
        read_predictions(tmp_path / "nowhere.jsonl")


def test_unknown_ids_are_told_and_the_others_kept(make_item):
    rows = parse_predictions('{"id": "a", "output": "1"}\n{"id": "zz", "output": "2"}', "p")
    assert match_predictions(rows, [make_item("a")]) == ({"a": "1"}, ("zz",))


def test_equal_duplicates_are_one_and_different_ones_are_refused(make_item):
    items = [make_item("a")]
    same = parse_predictions('{"id": "a", "output": "1"}\n{"id": "a", "output": "1"}', "p")
    assert match_predictions(same, items)[0] == {"a": "1"}
    other = parse_predictions('{"id": "a", "output": "1"}\n{"id": "a", "output": "2"}', "p")
    with pytest.raises(PredictionError, match="lines 1 and 2 give one item"):
        match_predictions(other, items)


def test_an_id_that_items_share_is_matched_in_order_if_each_has_a_line(make_item):
    items = [make_item("r#0", record_id="r"), make_item("r#1", record_id="r", position=1)]
    rows = parse_predictions('{"id": "r", "output": "first"}\n{"id": "r", "output": "second"}', "p")
    assert match_predictions(rows, items)[0] == {"r#0": "first", "r#1": "second"}
    with pytest.raises(PredictionError, match=r'2 items and 1 line.*"index"'):
        match_predictions(rows[:1], items)


def test_an_index_finds_the_item_and_must_agree_with_the_id(make_item):
    items = [make_item("r#0", record_id="r"), make_item("r#1", record_id="r", position=1)]
    rows = parse_predictions('{"id": "r", "index": 1, "output": "x"}', "p")
    assert match_predictions(rows, items)[0] == {"r#1": "x"}
    for line, says in (
        ('{"index": 5, "output": "x"}', "index 5 is no position"),
        ('{"id": "q", "index": 0, "output": "x"}', "its id says another"),
    ):
        with pytest.raises(PredictionError, match=says):
            match_predictions(parse_predictions(line, "p"), items)


def test_outputs_without_ids_are_matched_by_order_only_if_there_is_one_each(make_item):
    items = [make_item("a"), make_item("b", position=1)]
    rows = parse_predictions('{"output": "1"}\n{"output": "2"}', "p")
    assert match_predictions(rows, items)[0] == {"a": "1", "b": "2"}
    with pytest.raises(PredictionError, match="1 lines cannot be matched in order to 2 items"):
        match_predictions(rows[:1], items)


@given(st.lists(st.text(max_size=30), min_size=1, max_size=6))
def test_written_predictions_are_read_back_as_they_were(tmp_path_factory, outputs):
    from evaluation.benchmark import BenchmarkItem
    from pipelines.vocabulary import AnswerType

    items = [BenchmarkItem(f"r#{i}", i, "r", (), "Q", {}, None, "A", AnswerType.OPEN, "u") for i in range(len(outputs))]
    path = tmp_path_factory.mktemp("p") / "p.jsonl"
    wanted = {item.key: output for item, output in zip(items, outputs, strict=True)}
    write_predictions(path, items, wanted)
    assert match_predictions(read_predictions(path), items) == (wanted, ())


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('{"id": "a", "note": "x"}', "got none of them"),
        ('{"id": ' + "9" * 5000 + ', "output": "B"}', "line 1: not JSON .*thousands of digits"),
    ],
)
def test_a_line_without_a_usable_output_is_named_with_what_it_holds(line, says):
    with pytest.raises(PredictionError, match=says):
        parse_predictions(line, "p.jsonl")


def test_null_is_no_answer_and_loses_no_other_line():
    rows = parse_predictions('{"id": "a", "output": null}\n{"id": "b", "output": "B"}\n', "p.jsonl")
    assert [(row.id, row.output) for row in rows] == [("a", ""), ("b", "B")]


def test_one_item_has_one_answer_per_condition_and_variant(make_item):
    lines = [
        {"id": "a", "output": "seen"},
        {"id": "a", "output": "unseen", "condition": "blind"},
        {"id": "a", "output": "weak", "condition": "corrupted", "variant": "blur:1"},
        {"id": "a", "output": "strong", "condition": "corrupted", "variant": "blur:5"},
    ]
    rows, items = parse_predictions("\n".join(map(json.dumps, lines)), "p"), [make_item("a")]
    assert match_predictions(rows, items) == ({"a": "seen"}, ())
    assert match_predictions(rows, items, condition="blind") == ({"a": "unseen"}, ())
    assert match_predictions(rows, items, condition="corrupted", variant="blur:5") == ({"a": "strong"}, ())
    assert match_predictions(rows, items, condition="swapped_order") == ({}, ())
    again = parse_predictions("\n".join(map(json.dumps, [*lines, lines[1] | {"output": "other"}])), "p")
    assert match_predictions(again, items)[0] == {"a": "seen"}
    with pytest.raises(PredictionError, match="lines 2 and 5"):
        match_predictions(again, items, condition="blind")


def test_an_id_that_items_share_counts_its_lines_within_a_condition(make_item):
    items = [make_item("r#0", record_id="r"), make_item("r#1", record_id="r", position=1)]
    lines = [
        {"id": "r", "output": f"{condition} {n}", "condition": condition} for condition in ("sighted", "blind") for n in "01"
    ]
    rows = parse_predictions("\n".join(map(json.dumps, lines)), "p")
    assert match_predictions(rows, items, condition="blind")[0] == {"r#0": "blind 0", "r#1": "blind 1"}


@pytest.mark.parametrize("fields", [{"condition": "blnd"}, {"condition": 3}, {"condition": ["blind"]}, {"variant": 5}])
def test_a_condition_that_is_none_is_named_and_not_left_out_in_silence(fields):
    with pytest.raises(PredictionError, match=r"line 1: expected a condition \(sighted, blind, "):
        parse_predictions(json.dumps({"id": "a", "output": "B"} | fields), "p")
