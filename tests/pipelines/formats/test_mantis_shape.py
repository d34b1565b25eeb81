"""A record of the wrong shape is told by its place, without its text, and its neighbours stay."""

import json
from pathlib import Path
from typing import Any

import pytest

from pipelines.formats.mantis import read_mantis
from pipelines.formats.problem import FormatError


def record(**changes: Any) -> dict[str, Any]:
    turns = [{"role": "user", "content": "<image>Normal?"}, {"role": "assistant", "content": "Yes"}]
    return {"id": "r1", "images": ["a.jpg"], "conversation": turns, "source": "demo"} | changes


def refusal(folder: Path, content: bytes) -> str:
    path = folder / "bad.json"
    path.write_bytes(content)
    with pytest.raises(FormatError) as caught:
        read_mantis(path)
    assert str(caught.value).startswith(str(path))
    return str(caught.value).removeprefix(f"{path}: ")


BAD_RECORDS = [
    ("3", "$[1]: expected an object, got a number"),
    ('{"id": 1, "images": []}', "$[1]: expected the key 'conversation'"),
    (json.dumps(record(id=["7"])), "$[1].id: expected a string, a number or null, got a list of 1"),
    (json.dumps(record(images="a.jpg")), "$[1].images: expected a list of paths, got a string of 5 characters"),
    (json.dumps(record(images=["a", None])), "$[1].images[1]: expected a path, got null"),
    (json.dumps(record(conversation={})), "$[1].conversation: expected a list of turns, got an object with 0 keys"),
    (json.dumps(record(conversation=["hi"])), "$[1].conversation[0]: expected an object"),
    (json.dumps(record(conversation=[{"role": "system", "content": ""}])), "$[1].conversation[0].role: expected user or"),
    (json.dumps(record(conversation=[{"role": [], "content": ""}])), "got a list of 0"),
    (json.dumps(record(conversation=[{"role": "user"}])), "$[1].conversation[0].content: expected a string, got null"),
    (json.dumps(record(source=3)), "$[1].source: expected a string, got a number"),
    (json.dumps(record(age=[float("nan")])), "$[1].age[0]: expected a JSON value that can be written back, got NaN"),
    (json.dumps(record(age=float("-inf"))), "$[1].age: expected a JSON value that can be written back, got -Infinity"),
    (json.dumps(record(x=1)).replace('"x"', '"id"'), "$[1]: expected a JSON value that can be written back, got an object in"),
    (json.dumps(record(x={"a": 1, "b": 2})).replace('"b"', '"a"'), "$[1].x: expected a JSON value that can be written back"),
]


@pytest.mark.parametrize(("bad", "told"), BAD_RECORDS)
def test_bad_record_is_told_and_its_neighbours_stay(tmp_path: Path, bad: str, told: str) -> None:
    path = tmp_path / "in.json"
    path.write_text(f"[{json.dumps(record(id='before'))}, {bad}, {json.dumps(record(id='after'))}]")
    with pytest.raises(FormatError, match="1 of 3 records are not of the Mantis form") as caught:
        read_mantis(path)
    assert told in str(caught.value)
    file = read_mantis(path, strict=False)
    assert [problem.record for problem in file.problems] == [1] and told in str(file.problems[0])
    assert [(place, item.id) for place, item in file.numbered()] == [(0, "before"), (2, "after")]


def test_long_list_of_bad_records_is_cut_and_counted(tmp_path: Path) -> None:
    message = refusal(tmp_path, json.dumps([None] * 50).encode())
    assert "50 of 50 records" in message and "and 30 more" in message


def test_error_quotes_no_text_of_a_record(tmp_path: Path) -> None:
    message = refusal(tmp_path, json.dumps([record(images="SECRET"), record(source={"SECRET": 1})]).encode())
    assert "2 of 2" in message and "SECRET" not in message
