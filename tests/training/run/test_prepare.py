"""A prepared run is named by what decides its model, and is there whole or not at all."""

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from pipelines.records import Fact, Turn
from pipelines.terms_of_use import DataClass
from pipelines.vocabulary import Role
from tests.training.run.small_run import SMALL, make_recipe, make_rows
from training.run.finish import load_base
from training.run.prepare import prepare_run
from training.run.prepared import read_facts, read_recipe
from training.run.stops import RunError
from training.run_folder import RunFolder

ONE_IMAGE = (Turn(Role.USER, "<image>Side?\nA: left\nB: right\n"), Turn(Role.ASSISTANT, "B: right"))

PLAIN = {"data__closed_answer": "class_first", "curriculum__alignment_share": 0, "curriculum__replay": 0}


def quiet(line: str) -> None:
    """Say nothing."""


def prepare(root: Path, rows: Any = None, **values: Any) -> RunFolder:
    rows = make_rows(root, 4) if rows is None else rows
    recipe = make_recipe(SMALL | {name.replace("__", "."): value for name, value in values.items()})
    return prepare_run(recipe, rows, root, root / "storage", "tiny", quiet)


def test_second_call_finds_the_run_and_does_nothing(tmp_path: Path) -> None:
    first = prepare(tmp_path)
    before = {path: path.stat().st_mtime_ns for path in first.path.rglob("*")}
    rows = make_rows(tmp_path, 4)
    assert prepare(tmp_path, rows[::-1]) == first  # the table's order decides nothing
    assert {path: path.stat().st_mtime_ns for path in first.path.rglob("*")} == before


def test_other_recipe_or_other_records_are_another_run(tmp_path: Path) -> None:
    rows = make_rows(tmp_path, 4)
    changed = [dataclasses.replace(rows[0], digest="other"), *rows[1:]]
    folders = [prepare(tmp_path), prepare(tmp_path, changed), prepare(tmp_path, seed=1), prepare(tmp_path, rows[:3])]
    assert len({folder.path.name for folder in folders}) == 4
    assert prepare(tmp_path, checkpoints__every_steps=7) == folders[0]  # decides nothing of the model


def test_facts_state_the_strictest_class_and_what_was_left_out(tmp_path: Path) -> None:
    rows = make_rows(tmp_path, 4)  # of 1, 2, 3 and 1 images
    rows[1] = dataclasses.replace(rows[1], data_class=DataClass.CREDENTIALED, is_synthetic=True)
    folder = prepare(tmp_path, rows, data__max_images=2)
    facts = read_facts(folder)
    assert (facts.data_class, facts.is_synthetic, facts.base) == (DataClass.CREDENTIALED, True, "new")
    assert (facts.n_examples, facts.n_rejected, facts.left_out) == (3, 0, (("too_many_images", 1),))
    assert read_recipe(folder).digest == facts.recipe_digest


def test_record_without_its_picture_is_counted_and_the_others_stay(tmp_path: Path) -> None:
    rows = make_rows(tmp_path, 4)
    (tmp_path / rows[0].images[0]).unlink()
    facts = read_facts(prepare(tmp_path, rows))
    assert (facts.n_examples, facts.n_rejected) == (3, 1)


def test_ablations_share_one_tokenizer(tmp_path: Path) -> None:
    folders = [prepare(tmp_path, data__share=share) for share in (0.25, 1.0)]
    assert len({(folder.path / "processor" / "tokenizer.json").read_bytes() for folder in folders}) == 1


def test_preparation_that_fails_leaves_no_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError

    monkeypatch.setattr("training.tokens.encode.encode_examples", fail)
    with pytest.raises(OSError):
        prepare(tmp_path)
    assert not [path for path in (tmp_path / "storage" / "runs" / "tiny").iterdir() if path.is_dir()]


def test_record_that_is_no_example_is_named(tmp_path: Path) -> None:
    rows = make_rows(tmp_path, 2)
    with pytest.raises(RunError, match="record-1: expected a user turn"):
        prepare(tmp_path, [rows[0], dataclasses.replace(rows[1], conversation=())])


def test_folder_that_is_no_run_is_told(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="no prepared run is there"):
        read_recipe(RunFolder(tmp_path))


def test_other_classes_or_facts_of_the_same_records_are_other_data(tmp_path: Path) -> None:
    rows = make_rows(tmp_path, 4)
    rows[0] = dataclasses.replace(rows[0], images=rows[0].images[:1], conversation=ONE_IMAGE)
    changed = [dataclasses.replace(rows[0], answer_class="left"), *rows[1:]]
    stated = [dataclasses.replace(rows[0], evidence=(Fact(0, "image", "side", "left"),)), *rows[1:]]
    assert prepare(tmp_path, rows, **PLAIN).path != prepare(tmp_path, changed, **PLAIN).path
    assert len({prepare(tmp_path, found).path for found in (rows, changed, stated)}) == 3


@pytest.mark.parametrize("harm", ["missing", "truncated", "empty"])
def test_a_first_layer_that_cannot_be_read_stops_the_run_and_no_other_one_is_trained(tmp_path: Path, harm: str) -> None:
    folder = prepare(tmp_path)
    content = folder.whitening.read_bytes()
    folder.whitening.unlink()
    if harm != "missing":
        folder.whitening.write_bytes(content[: len(content) // 2] if harm == "truncated" else b"")
    with pytest.raises(RunError, match=r"whitening\.npz: cannot be read .*prepare the run again"):
        load_base(folder, read_recipe(folder))


def test_one_picture_shows_no_difference_and_is_trained_on_from_a_random_first_layer(tmp_path: Path) -> None:
    row = make_rows(tmp_path, 1)[0]
    folder = prepare(tmp_path, [dataclasses.replace(row, images=row.images[:1], conversation=ONE_IMAGE, evidence=())], **PLAIN)
    assert not read_facts(folder).is_whitened and not folder.whitening.exists()
    load_base(folder, read_recipe(folder))
