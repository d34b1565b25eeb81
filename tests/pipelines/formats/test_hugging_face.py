"""Hugging Face rows hold the same images and text, in the same order."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.formats.hugging_face import SCHEMA, split_content, write_hugging_face
from pipelines.formats.mantis import MantisFile, build_record, read_mantis
from pipelines.formats.problem import FormatError
from pipelines.records import Turn
from pipelines.vocabulary import Role

ANSWER = Turn(Role.ASSISTANT, "Yes")


@given(st.lists(st.sampled_from(["<image>", "Q", " ", "\n", "<imag", "e>"]), max_size=8).map("".join))
def test_parts_joined_are_the_content(content: str) -> None:
    parts = split_content(content)
    assert "".join(part["text"] or "<image>" for part in parts) == content
    assert sum(part["type"] == "image" for part in parts) == content.count("<image>")


def test_released_file_becomes_rows_a_trainer_can_take(med_mim_root: Path, tmp_path: Path) -> None:
    file = read_mantis(med_mim_root / "Med_MIM_benchmark_Held_out_RAD.json")
    out = tmp_path / "new" / "rad.parquet"
    assert len(write_hugging_face(file, out).records) == 366
    table = pq.read_table(out)
    assert table.schema.equals(SCHEMA)
    for row, record in zip(table.to_pylist(), file.records, strict=True):
        parts = [part for message in row["messages"] for part in message["content"]]
        assert sum(part["type"] == "image" for part in parts) == len(row["images"]) == len(record.images)
        assert [message["role"] for message in row["messages"]] == ["user", "assistant"]
        assert row["messages"][1]["content"] == [{"type": "text", "text": record.turns[1].content}]
        assert (row["id"], row["source"], tuple(row["images"])) == (record.id, record.source, record.images)


def test_record_that_cannot_be_used_is_told_and_the_others_are_written(tmp_path: Path) -> None:
    good = build_record("good", ("a",), (Turn(Role.USER, "<image>Q"), ANSWER), None)
    bad = [
        build_record("marks", ("a",), (Turn(Role.USER, "Q"), ANSWER), None),
        build_record("order", (), (ANSWER,), None),
        build_record("none", (), (), None),
        build_record("surrogate", ("a",), (Turn(Role.USER, "<image>\ud800"), ANSWER), None),
    ]
    out = tmp_path / "out.parquet"
    usable = write_hugging_face(MantisFile((*bad[:2], good, *bad[2:])), out)
    assert [problem.record for problem in usable.problems] == [0, 1, 3, 4]
    assert pq.read_table(out).column("id").to_pylist() == ["good"]


def test_file_without_a_usable_record_is_not_written(tmp_path: Path) -> None:
    file = MantisFile((build_record("marks", ("a",), (Turn(Role.USER, "Q"), ANSWER), None),))
    with pytest.raises(FormatError, match="none of the 1 records can be used"):
        write_hugging_face(file, tmp_path / "out.parquet")
    assert not list(tmp_path.iterdir())
