"""A folder is there whole or not at all, and damage to it is told by file."""

import os
from pathlib import Path

import pytest

from training.run.whole_folder import (
    DamagedFolderError,
    build_folder,
    check_folder,
    finish_folder,
    name_unfinished,
    start_folder,
)


def build(final: Path) -> None:
    with build_folder(final) as temporary:
        (temporary / "a").write_bytes(b"aa")
        (temporary / "deep").mkdir()
        (temporary / "deep" / "b").write_bytes(b"bbb")


def test_folder_gets_its_name_when_it_is_whole(tmp_path: Path) -> None:
    final = tmp_path / "checkpoint-4"
    with build_folder(final) as temporary:
        (temporary / "a").write_bytes(b"a")
        assert not final.exists()
    assert (final / "a").read_bytes() == b"a" and [path.name for path in tmp_path.iterdir()] == ["checkpoint-4"]


def test_writer_that_fails_leaves_nothing_and_the_former_folder_stays(tmp_path: Path) -> None:
    final = tmp_path / "model"
    build(final)
    with pytest.raises(RuntimeError), build_folder(final) as temporary:
        (temporary / "a").write_bytes(b"new")
        raise RuntimeError
    assert [path.name for path in tmp_path.iterdir()] == ["model"] and (final / "a").read_bytes() == b"aa"


def test_what_a_killed_writer_left_is_not_taken_over(tmp_path: Path) -> None:
    final = tmp_path / "checkpoint-4"
    name_unfinished(final).mkdir()
    (name_unfinished(final) / "stale").touch()
    start_folder(final)
    finish_folder(final)
    assert not (final / "stale").exists()


def test_equal_contents_have_equal_digests(tmp_path: Path) -> None:
    build(tmp_path / "one")
    build(tmp_path / "two")
    assert check_folder(tmp_path / "one") == check_folder(tmp_path / "two")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, r"deep/b: is missing"),
        (b"bb", r"deep/b: 2 bytes, expected 3"),
        (b"bbc", r"deep/b: other bytes than were written"),
    ],
)
def test_damage_is_told_by_file(tmp_path: Path, content: bytes | None, told: str) -> None:
    build(tmp_path / "one")
    path = tmp_path / "one" / "deep" / "b"
    path.unlink() if content is None else path.write_bytes(content)
    with pytest.raises(DamagedFolderError, match=told):
        check_folder(tmp_path / "one")


def test_folder_without_its_list_is_not_whole(tmp_path: Path) -> None:
    build(tmp_path / "one")
    os.truncate(tmp_path / "one" / "manifest.json", 5)
    with pytest.raises(DamagedFolderError, match=r"manifest\.json: cannot be read"):
        check_folder(tmp_path / "one")
