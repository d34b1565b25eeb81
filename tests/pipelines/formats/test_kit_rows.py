"""Rows for other kits are the benchmark's own items, under the same keys, letters and places."""

import json
from pathlib import Path

import pytest

from evaluation.benchmark import items_from_mantis
from pipelines.formats.kit_rows import select_rows
from pipelines.formats.mantis import MantisFile, build_record, read_mantis
from pipelines.formats.problem import FormatError
from pipelines.records import Turn
from pipelines.vocabulary import Role


def record(record_id="r", question="<image>Q\nA: x\nB: y\n", answer="B: y", images=("a.jpg",)):
    return build_record(record_id, images, (Turn(Role.USER, question), Turn(Role.ASSISTANT, answer)), "test")


@pytest.mark.parametrize("name", ["Held_out_RAD", "Held_out_ODIR"])
def test_released_rows_are_the_items_that_are_scored(med_mim_root: Path, name: str) -> None:
    file = read_mantis(med_mim_root / f"Med_MIM_benchmark_{name}.json")
    chosen = select_rows(file, None)
    assert not chosen.problems
    for row, item in zip(chosen.rows, items_from_mantis(file.records), strict=True):
        assert (row.key, row.position, row.id, row.images) == (item.key, item.position, item.id, item.images)
        assert (row.stem, dict(row.options), row.letter, row.answer) == (item.question, item.options, item.letter, item.answer)
        assert row.unit == item.unit


def test_repeated_ids_get_keys_of_their_own_as_in_scoring() -> None:
    records = (record("r"), record("s"), record("r"))
    rows = select_rows(MantisFile(records), None).rows
    assert [row.key for row in rows] == ["r#0", "s", "r#2"] == [item.key for item in items_from_mantis(records)]


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        (record("bad", answer="C, or so"), "expected a letter or the text of one option, got neither"),
        (record("bad", question="<image>Q\nA: x\nB: x\n", answer="x"), "expected a letter or the text of one option"),
        (record("bad", images=()), "expected 0 <image> marks"),
        (build_record("bad", (), (), None), "expected turns"),
        (record("bad", answer="\ud800"), "half of a surrogate pair"),
        (build_record("bad", (), (Turn(Role.USER, "Q"), Turn(Role.ASSISTANT, "A")) * 2, None), "got 4 turns"),
    ],
)
def test_a_record_that_cannot_be_asked_is_told_and_its_neighbours_keep_their_places(bad, says: str) -> None:
    chosen = select_rows(MantisFile((record("a"), bad, record("c"))), None)
    assert [(row.position, row.key) for row in chosen.rows] == [(0, "a"), (2, "c")]
    assert [problem.record for problem in chosen.problems] == [1] and says in str(chosen.problems[0])


@pytest.mark.parametrize("answer", ["B: y", "B", "(B)", "y", " Y "])
def test_every_way_of_keying_an_option_gives_its_letter(answer: str) -> None:
    assert select_rows(MantisFile((record(answer=answer),)), None).rows[0].letter == "B"


def test_image_paths_become_absolute_and_a_missing_image_leaves_its_record_out(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").touch()
    chosen = select_rows(MantisFile((record("a"), record("b", images=("b.jpg",)))), tmp_path)
    assert [row.images for row in chosen.rows] == [(str(tmp_path / "a.jpg"),)]
    assert chosen.rows[0].unit == "a.jpg"  # the unit stays the record's word: it must not change with the machine
    assert "record 1 at b images[0]" in str(chosen.problems[0])


def test_a_file_of_which_nothing_can_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "in.json").write_text(json.dumps([]))
    with pytest.raises(FormatError, match="it holds no records"):
        select_rows(read_mantis(tmp_path / "in.json"), None)
    with pytest.raises(FormatError, match=r"nowhere: no such folder.*--images"):
        select_rows(MantisFile((record(),)), tmp_path / "nowhere")
