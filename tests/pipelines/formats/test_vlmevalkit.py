"""The TSV is read here as VLMEvalKit reads it: `pandas.read_csv(path, sep="\t")` with every default."""

import ast
import csv
import io
from pathlib import Path
from string import ascii_uppercase

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.formats.kit_rows import select_rows
from pipelines.formats.mantis import MantisFile, build_record, read_mantis
from pipelines.formats.problem import FormatError
from pipelines.formats.vlmevalkit import GUARD, protect_cell, write_vlmevalkit
from pipelines.records import Turn
from pipelines.vocabulary import Role

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
AWKWARD = st.sampled_from(["", "NA", "None", "nan", "1", "02", "1e5", "inf", "True", "2019-05-01", '"', "a\tb", "a\nb", " 4 "])


def record(record_id="r", question="<image>Q\nA: x\nB: y\n", answer="B: y", images=("a.jpg",)):
    return build_record(record_id, images, (Turn(Role.USER, question), Turn(Role.ASSISTANT, answer)), "test")


def load(path: Path) -> list[dict]:
    return pd.read_csv(path, sep="\t").to_dict("records")


def list_options(row: dict) -> dict[str, str]:
    """Return the options as the kit lists them: every capital letter that is a column and not missing."""
    return {letter: row[letter] for letter in ascii_uppercase if letter in row and not pd.isna(row[letter])}


def list_paths(cell: str) -> list[str]:
    return ast.literal_eval(cell) if cell.startswith("[") and cell.endswith("]") else [cell]


@pytest.mark.parametrize(("name", "n_closed", "n_open"), [("Held_out_RAD", 293, 73), ("Held_out_ODIR", 300, 300)])
def test_released_benchmark_is_read_by_the_kit_without_loss(
    med_mim_root: Path, tmp_path: Path, name: str, n_closed: int, n_open: int
) -> None:
    file = read_mantis(med_mim_root / f"Med_MIM_benchmark_{name}.json")
    write_vlmevalkit(file, tmp_path / "MIM.tsv", None)
    closed, opened = load(tmp_path / "MIM.tsv"), load(tmp_path / "MIM_openended.tsv")
    assert (len(closed), len(opened)) == (n_closed, n_open) and "A" not in opened[0]
    wanted = {row.position: row for row in select_rows(file, None).rows}
    assert sorted(row["index"] for row in [*closed, *opened]) == sorted(wanted)
    for row in [*closed, *opened]:
        original = wanted[row["index"]]
        assert {letter: text.rstrip(GUARD) for letter, text in list_options(row).items()} == original.options
        assert row["answer"] == (original.letter or original.answer)
        assert (row["key"], row["question"], list_paths(row["image_path"])) == (
            original.key,
            original.stem,
            list(original.images),
        )


@given(st.lists(TEXT | AWKWARD | st.floats().map(str) | st.integers().map(str), min_size=1, max_size=20))
def test_every_text_is_read_as_itself_whatever_stands_in_its_column(texts: list[str]) -> None:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter="\t", quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow([str(place) for place in range(len(texts))])
    writer.writerow([protect_cell(text) for text in texts])  # one row: pandas guesses each type from the one text alone
    read = pd.read_csv(io.StringIO(out.getvalue()), sep="\t").iloc[0].tolist()
    assert all(isinstance(cell, str) and cell.removesuffix(GUARD) == text.removesuffix(GUARD)
               for cell, text in zip(read, texts, strict=True))  # fmt: skip


@pytest.mark.parametrize("text", ["no change", "B", "3 mm", "1,000", "N.A.", "none"])
def test_ordinary_texts_are_left_as_they_are(text: str) -> None:
    assert protect_cell(text) == text


@pytest.mark.parametrize("text", ["None", "NA", "4", "02", "True"])
def test_an_option_that_pandas_would_take_for_a_gap_or_a_number_is_printed_as_it_is(tmp_path: Path, text: str) -> None:
    question = f"<image>Q\nA: {text}\nB: y\n"
    write_vlmevalkit(MantisFile((record(question=question, answer=f"A: {text}"),)), tmp_path / "X.tsv", None)
    options = list_options(load(tmp_path / "X.tsv")[0])
    assert list(options) == ["A", "B"] and options["A"].strip() == text


def test_letter_gaps_repeated_texts_and_letters_beyond_d_survive(tmp_path: Path) -> None:
    gap = record("gap", "<image>Q\nA: x\nB: x\nD: z\n", "D: z")
    many = record("many", "<image><image>Q\n" + "".join(f"{letter}: same\n" for letter in "ABCDEFGHIJ"), "J: same", ("a", "b"))
    write_vlmevalkit(MantisFile((gap, many)), tmp_path / "X.tsv", None)
    rows = load(tmp_path / "X.tsv")
    assert list_options(rows[0]) == {"A": "x", "B": "x", "D": "z"}
    assert list(list_options(rows[1])) == list("ABCDEFGHIJ") and rows[1]["answer"] == "J"
    assert list_paths(rows[1]["image_path"]) == ["a", "b"] and not (tmp_path / "X_openended.tsv").exists()


def test_what_the_kits_form_cannot_hold_is_told_and_the_others_are_written(tmp_path: Path) -> None:
    twice = record("twice", "<image>Q\nA: x\nA: y\nB: z\n", "B: z")
    between = record("between", "<image>first <image>second?\nA: x\nB: y\n", "A: x", ("a", "b"))
    bare = record("bare", "Q\nA: x\nB: y\n", "A: x", ())
    chosen = write_vlmevalkit(MantisFile((record("r"), twice, between, bare)), tmp_path / "X.tsv", None)
    assert [row["key"] for row in load(tmp_path / "X.tsv")] == ["r"]
    assert [problem.record for problem in chosen.problems] == [1, 2, 3]
    assert "A more than once" in str(chosen.problems[0]) and "--to lmms_eval" in str(chosen.problems[1])


@pytest.mark.parametrize("name", ["X.csv", "X", "X_openended.tsv"])
def test_a_name_that_the_kit_would_not_take_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(FormatError, match=r"expected a name NAME\.tsv"):
        write_vlmevalkit(MantisFile((record(),)), tmp_path / name, None)
