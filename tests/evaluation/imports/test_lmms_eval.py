"""Samples files of lmms-eval 0.7.3 find their items again; the lines below have that version's fields."""

import json
from pathlib import Path

import pytest

from evaluation.answer_files.predictions import PredictionError, match_predictions, parse_predictions, read_predictions
from evaluation.benchmark import load_benchmark
from pipelines.formats.kit_rows import select_rows
from pipelines.formats.lmms_eval.task_folder import build_doc
from pipelines.formats.lmms_eval.task_functions import doc_to_target, process_results
from pipelines.formats.mantis import read_mantis


def sample(doc_id, answer, **more):
    line = {"doc_id": doc_id, "target": "A", "filtered_resps": answer, "doc_hash": "0", "token_counts": [None], "input": "Q"}
    return json.dumps(line | more) + "\n"


def test_samples_of_an_exported_task_come_back_to_every_item_of_the_release(med_mim_root: Path, tmp_path: Path) -> None:
    path = med_mim_root / "Med_MIM_benchmark_Held_out_RAD.json"
    items = load_benchmark(path)
    rows = select_rows(read_mantis(path), None).rows[5:]  # the first five left out: doc_id is no longer the place
    lines = []
    for doc_id, doc in enumerate(build_doc(row) for row in reversed(rows)):
        answer = f"answer to {doc['key']}"
        lines.append(sample(doc_id, answer, **process_results(doc, [answer]), target=doc_to_target(doc)))
    (tmp_path / "20261122_samples_mim_rad.jsonl").write_text("".join(lines))
    outputs, unknown = match_predictions(read_predictions(tmp_path / "20261122_samples_mim_rad.jsonl"), items)
    assert not unknown and outputs == {item.key: f"answer to {item.key}" for item in items[5:]}


def test_somebody_elses_task_is_matched_by_its_place_in_the_data(make_item) -> None:
    items = [make_item("a"), make_item("b", position=1)]
    rows = parse_predictions(sample(1, "B") + sample(0, "A", medmim=0.5), "s.jsonl")
    assert match_predictions(rows, items) == ({"a": "A", "b": "B"}, ())


@pytest.mark.parametrize("resps", [["because B"], [["because B"]], "because B"])
def test_the_answer_as_the_model_gave_it_is_read_and_not_what_a_filter_made_of_it(resps) -> None:
    assert parse_predictions(sample(0, "B", resps=resps), "s.jsonl")[0].output == "because B"


def test_several_answers_to_one_question_are_named_and_not_chosen_from() -> None:
    with pytest.raises(PredictionError, match=r"line 2: expected one answer under resps, got 2; .*repeats: 1"):
        parse_predictions(sample(0, "A") + sample(1, "A", resps=[["A", "B"]]), "s.jsonl")


def test_no_answer_is_a_wrong_one_and_loses_no_other_line() -> None:
    assert [row.output for row in parse_predictions(sample(0, None) + sample(1, "B"), "s.jsonl")] == ["", "B"]
