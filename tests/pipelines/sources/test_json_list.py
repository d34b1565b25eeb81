import pytest

from pipelines.sources.corpus import SourceError
from pipelines.sources.json_list import read_json_list


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", ["empty", "download it again"]),
        (b'[{"qid": 0},\n{"qid": 1', ["line 2, column 10", "cut short"]),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0", ["git-LFS pointer", "git lfs pull"]),
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
