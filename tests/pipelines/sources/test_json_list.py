import pytest

from pipelines.sources.corpus import SourceError
from pipelines.sources.json_list import read_json_list, tell_stand_in


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", ["an empty file of 0 bytes", "download the file again"]),
        (b'[{"qid": 0},\n{"qid": 1', ["line 2, column 10", "cut short"]),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0", ["git-LFS pointer", "git lfs pull"]),
        (b"\n<!DOCTYPE html><title>404</title>", ["a web page", "download the file again"]),
        (b"<?xml version='1.0'?><Error>BlobNotFound</Error>", ["a web page of 48 bytes", "expected a JSON list"]),
        (b'{"rows": []}', ["got an object", "expected a list"]),
        (b'{"info": 1, "data": [1, 2]}', ["got an object", "'data' holds a list of 2", "jq"]),
        (b'{"qid": 0}\n{"qid": 1}\n', ["several JSON values", "line 2", "jq -s"]),
        (b"[]", ["0 rows"]),
        (b'["caf\xe9"]', ["byte 5 is not UTF-8", "0xe9"]),
        (b"[" * 100_000, ["is it the right file?"]),
        (b"[" + b"9" * 5000 + b"]", ["is it the right file?"]),
    ],
    ids=[
        "empty",
        "broken",
        "lfs pointer",
        "web page",
        "error of a storage service",
        "object",
        "wrapped list",
        "json lines",
        "empty list",
        "not utf-8",
        "deep",
        "huge number",
    ],
)
def test_a_file_that_is_no_list_is_told_with_what_and_where(tmp_path, content, words):
    path = tmp_path / "rows.json"
    path.write_bytes(content)
    with pytest.raises(SourceError) as caught:
        read_json_list(path)
    assert all(word in str(caught.value) for word in [str(path), *words])


def test_a_folder_in_place_of_the_file_is_told(tmp_path):
    with pytest.raises(SourceError, match="cannot be opened"):
        read_json_list(tmp_path)


def test_a_byte_order_mark_is_no_obstacle(tmp_path):
    path = tmp_path / "rows.json"
    path.write_bytes(b"\xef\xbb\xbf[1]")
    assert read_json_list(path) == [1]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b'\xef\xbb\xbf[{"id": 1}]', None),
        (b" " * 5000 + b"[1]", None),
        (b"\xef\xbb\xbf \n", "an empty file"),
        (b"\xef\xbb\xbf<html>", "a web page"),
        (b"version https://git-lfs.github.com/spec/v1\n", "a git-LFS pointer"),
    ],
)
def test_what_lies_in_place_of_a_file_is_told_from_its_first_bytes(tmp_path, content, expected):
    path = tmp_path / "rows.json"
    path.write_bytes(content)
    assert tell_stand_in(path) == expected


def test_a_file_that_is_not_there_has_no_stand_in(tmp_path):
    assert tell_stand_in(tmp_path / "rows.json") is None
