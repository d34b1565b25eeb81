import json

import pytest

from evaluation.benchmark import BenchmarkError, items_from_records, items_of_type, load_benchmark
from pipelines.formats.problem import FormatError
from pipelines.vocabulary import AnswerType
from tests.pipelines.made_rows import make_row


def test_released_rad_file_has_293_closed_and_73_open_items(rad):
    assert len(items_of_type(rad, AnswerType.CLOSED)) == 293
    assert len(items_of_type(rad, AnswerType.OPEN)) == 73
    assert len({item.key for item in rad}) == 366


def test_released_rad_keys_are_a_129_b_47_c_117(rad):
    letters = [item.letter for item in items_of_type(rad, AnswerType.CLOSED)]
    assert {letter: letters.count(letter) for letter in "ABC"} == {"A": 129, "B": 47, "C": 117}


def test_two_released_rad_references_are_no_option(rad):
    closed = items_of_type(rad, AnswerType.CLOSED)
    assert [item.position for item in closed if item.answer not in item.options.values()] == [119, 355]


def test_a_missing_letter_leaves_a_gap_and_shifts_nothing(odir):
    gapped = next(item for item in odir if item.id == "VQA_RAD-77")
    assert list(gapped.options) == ["A", "B", "D"]
    assert gapped.letter == "D" and gapped.options["D"] == gapped.answer


def test_odir_prints_the_keyed_text_twice_in_102_items(odir):
    closed = items_of_type(odir, AnswerType.CLOSED)
    repeated = [item for item in closed if len(set(item.options.values())) < len(item.options)]
    assert len(repeated) == 102
    assert all(list(item.options.values()).count(item.answer) > 1 for item in repeated)


def test_rad_items_of_one_first_image_are_one_unit(rad):
    assert all(item.unit == item.images[0] for item in rad)
    assert len({item.unit for item in items_of_type(rad, AnswerType.CLOSED)}) == 188


def test_repeated_ids_get_their_position_and_unique_ones_stay(write_benchmark):
    path = write_benchmark(("r", ["a.jpg"], "Q1", "A1"), ("s", ["b.jpg"], "Q2", "A2"), ("r", ["c.jpg"], "Q3", "A3"))
    assert [item.key for item in load_benchmark(path)] == ["r#0", "s", "r#2"]


@pytest.mark.parametrize(
    ("answer", "letter", "text"),
    [("B: right", "B", "right"), ("B", "B", "right"), ("B.", "B", "right"), ("right", "B", "right"), ("Right.", "B", "Right."),
     ("other", None, "other"), ("E: gone", "E", "gone")],
)  # fmt: skip
def test_the_key_is_read_from_letter_or_text(write_benchmark, answer, letter, text):
    item = load_benchmark(write_benchmark(("r", ["a.jpg"], "Which?\nA: left\nB: right\n", answer)))[0]
    assert (item.letter, item.answer) == (letter, text)


def test_ten_options_are_all_read(write_benchmark):
    question = "Which?\n" + "".join(f"{letter}: finding {letter}\n" for letter in "ABCDEFGHIJ")
    item = load_benchmark(write_benchmark(("r", ["a.jpg"], question, "J: finding J")))[0]
    assert "".join(item.options) == "ABCDEFGHIJ" and item.letter == "J"


def test_a_record_of_three_turns_is_refused_by_its_place(tmp_path):
    turns = [{"role": "user", "content": "<image>Q"}, {"role": "assistant", "content": "A"}, {"role": "user", "content": "Q2"}]
    path = tmp_path / "b.json"
    path.write_text(json.dumps([{"id": "x1", "images": ["a.jpg"], "conversation": turns, "source": "s"}]))
    with pytest.raises(BenchmarkError, match="record 0: a benchmark record has one user"):
        load_benchmark(path)


def test_an_empty_list_is_refused(tmp_path):
    path = tmp_path / "b.json"
    path.write_text("[]")
    with pytest.raises((BenchmarkError, FormatError)):
        load_benchmark(path)


def test_rows_of_our_own_dataset_keep_their_record_id_and_unit():
    row = make_row(id="vqa_rad-1", record_id="record-1", source="vqa_rad", unit_id="unit-1")
    item = items_from_records([row])[0]
    assert (item.key, item.id, item.unit, item.letter) == ("record-1", "vqa_rad-1", "unit-1", "B")
