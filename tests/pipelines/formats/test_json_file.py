"""A file that cannot be read as a JSON list says which of the many ways it went wrong."""

from pathlib import Path

import pytest

from pipelines.formats.json_file import read_json_list, read_json_values
from pipelines.formats.problem import FormatError


def refusal(folder: Path, content: bytes) -> str:
    path = folder / "bad.json"
    path.write_bytes(content)
    with pytest.raises(FormatError) as caught:
        read_json_list(path)
    assert str(caught.value).startswith(str(path))
    return str(caught.value).removeprefix(f"{path}: ")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "is empty (0 bytes)"),
        (b" \n", "is empty (2 bytes)"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "git-LFS pointer"),
        (b'[{"id": "r1",\n "images"', "line 2, column 10: the JSON ends too early"),
        (b'[{"id": "r', "line 1, column 9: the JSON ends too early"),
        (b'[\n  {"id": "r1",,}]', "line 2, column 15: is not JSON"),
        (b'{"id": 1}\n{"id": 2}\n', "line 2, column 1: is JSON Lines"),
        (b'{"data": []}', "expected a JSON list of records, got an object with 1 keys"),
        (b"null", "expected a JSON list of records, got null"),
        (b"<!DOCTYPE html><html>", "is a web page"),
        ("[]".encode("utf-16"), "byte 0 (0xff) is not UTF-8"),
        ('["é'.encode()[:-1], "ends within a character"),
        (b"[" * 100_000, "nested too deeply"),
        (b'[{"id":' + b"[" * 600 + b"]" * 600 + b"}]", "nested too deeply"),
    ],
)
def test_file_that_cannot_be_read_says_what_is_wrong(tmp_path: Path, content: bytes, told: str) -> None:
    assert told in refusal(tmp_path, content)


def test_missing_file_and_folder_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="no such file; check the path"):
        read_json_list(tmp_path / "absent.json")
    with pytest.raises(FormatError, match="is a folder"):
        read_json_list(tmp_path)


def test_the_values_alone_are_those_of_the_list(tmp_path: Path):
    path = tmp_path / "good.json"
    path.write_bytes(b'\xef\xbb\xbf[{"id": 1e400}, {"id": "a", "id": "b"}, NaN]')
    assert tuple(read_json_values(path)) == read_json_list(path).values


@pytest.mark.parametrize("content", [b"", b'[{"id": "r', b'{"id": 1}\n{"id": 2}\n', b'{"data": []}', b"[" * 100_000])
def test_the_values_alone_are_refused_for_the_same_reasons(tmp_path: Path, content: bytes):
    told = refusal(tmp_path, content)
    with pytest.raises(FormatError) as caught:
        read_json_values(tmp_path / "bad.json")
    assert str(caught.value).endswith(told)
