"""VLMEvalKit's answer files: its table with a column `prediction`, written by the kit's own calls of pandas."""

import csv
from pathlib import Path

import pandas as pd
import pytest

from evaluation.answer_files.predictions import PredictionError, match_predictions, read_predictions
from evaluation.benchmark import load_benchmark
from evaluation.imports.vlmevalkit import FAILED
from pipelines.formats.mantis import read_mantis
from pipelines.formats.vlmevalkit import write_vlmevalkit


def write_as_kit(table: pd.DataFrame, path: Path) -> Path:
    if path.suffix == ".tsv":
        table.to_csv(path, sep="\t", index=False, encoding="utf-8", quoting=csv.QUOTE_ALL)
    elif path.suffix == ".xlsx":
        table.to_excel(path, index=False)
    else:
        table.to_json(path, orient="records")
    return path


@pytest.mark.parametrize("suffix", [".tsv", ".xlsx", ".json"])
def test_answers_to_an_exported_table_come_back_to_the_releases_items(med_mim_root: Path, tmp_path: Path, suffix: str) -> None:
    path = med_mim_root / "Med_MIM_benchmark_Held_out_ODIR.json"
    write_vlmevalkit(read_mantis(path), tmp_path / "MIM.tsv", None)
    items = {item.key: item for item in load_benchmark(path)}
    found = {}
    for name in ("MIM", "MIM_openended"):
        table = pd.read_csv(tmp_path / f"{name}.tsv", sep="\t").drop(columns="image_path")
        table["prediction"] = [f'{key}:\tno\n"change"' for key in table["key"]]
        outputs, unknown = match_predictions(
            read_predictions(write_as_kit(table, tmp_path / f"model_{name}{suffix}")), list(items.values())
        )
        assert not unknown
        found |= outputs
    assert found == {key: f'{key}:\tno\n"change"' for key in items}


@pytest.mark.parametrize("suffix", [".tsv", ".xlsx"])
def test_missing_answers_failed_calls_and_words_for_nothing_are_told_apart(tmp_path: Path, suffix: str) -> None:
    table = pd.DataFrame({"index": [0, 1, 2, 3], "prediction": [None, FAILED, "None", "3"]})
    rows = read_predictions(write_as_kit(table, tmp_path / f"p{suffix}"))
    assert [(row.index, row.output) for row in rows] == [(0, ""), (1, ""), (2, "None"), (3, "3")]


def test_ids_that_are_numbers_keep_their_form_on_the_way(write_benchmark, tmp_path: Path) -> None:
    path = write_benchmark(("007", ["a.jpg"], "Q\nA: x\nB: y\n", "A: x"), ("1e5", ["a.jpg"], "Q\nA: x\nB: y\n", "A: x"))
    write_vlmevalkit(read_mantis(path), tmp_path / "X.tsv", None)
    table = pd.read_csv(tmp_path / "X.tsv", sep="\t")
    table["prediction"] = "A"
    rows = read_predictions(write_as_kit(table, tmp_path / "p.xlsx"))
    assert match_predictions(rows, load_benchmark(path)) == ({"007": "A", "1e5": "A"}, ())


def test_an_index_that_counts_from_one_is_found_out_by_the_key(write_benchmark, tmp_path: Path) -> None:
    path = write_benchmark(("a", ["a.jpg"], "Q", "x"), ("b", ["a.jpg"], "Q", "x"))
    table = pd.DataFrame({"index": [1], "key": ["a"], "prediction": ["x"]})
    with pytest.raises(PredictionError, match="index 1 is one item, but its id says another"):
        match_predictions(read_predictions(write_as_kit(table, tmp_path / "p.tsv")), load_benchmark(path))


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"PK\x03\x04 cut off", "no whole Excel workbook"),
        (b'index\tprediction\n0\tA\n1\t"', r"p\.xlsx: is no whole TSV table"),
        (b"index\tprediction\n0\tA\n1\tA\tB\n2\n", r"row 2 below the header has 3 cells \(2 such rows in all\), expected 2"),
        (b"index\tprediction\nfirst\tA\n", "line 1: expected a whole number as index, got str"),
        (b"index\tprediction\n", "holds no predictions"),
    ],
)
def test_a_broken_table_says_what_it_is(tmp_path: Path, raw: bytes, says: str) -> None:
    (tmp_path / "p.xlsx").write_bytes(raw)
    with pytest.raises(PredictionError, match=says):
        read_predictions(tmp_path / "p.xlsx")


def test_a_workbook_of_something_else_names_its_columns(tmp_path: Path) -> None:
    path = write_as_kit(pd.DataFrame({"index": [0], "score": [1.0]}), tmp_path / "p.xlsx")
    with pytest.raises(PredictionError, match="has no column prediction, but index, score"):
        read_predictions(path)
