"""Writes are whole or not at all, whatever happens to the writer."""

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.storage import TEMPORARY_SUFFIX, StorageError, read_table, table_path, write_bytes, write_table

ROOT = Path(__file__).parents[2]
# Writes the new content half, says so, then waits in the middle of the write for its end.
KILLED_WRITER = """
import os, sys, time
from pathlib import Path
from pipelines import storage

def stop_in_the_middle(descriptor):
    print("half", flush=True)
    time.sleep(60)

os.fsync = stop_in_the_middle
storage.write_bytes(sys.argv[1], b"new" * 100_000)
"""


def kill_in_the_middle_of_writing(target: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", KILLED_WRITER, str(target)], cwd=ROOT, stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"half\n"
        os.kill(writer.pid, signal.SIGKILL)
        assert writer.wait() == -signal.SIGKILL


def test_a_writer_killed_in_the_middle_leaves_the_former_table_readable(tmp_path: Path) -> None:
    table = pa.table({"subject_id": ["a", "b"]})
    target = Path(table_path(str(tmp_path), "raw/studies", "vqa_rad"))
    write_table(str(target), table)
    kill_in_the_middle_of_writing(target)
    former = read_table(str(tmp_path), "raw/studies", "vqa_rad")
    assert former is not None and former.equals(table)


def test_what_a_killed_writer_left_is_swept_by_the_next_write(tmp_path: Path) -> None:
    target = tmp_path / "studies.parquet"
    kill_in_the_middle_of_writing(target)
    assert [path.suffix for path in tmp_path.iterdir()] == [TEMPORARY_SUFFIX]
    write_table(str(target), pa.table({"value": [1]}))
    assert [path.name for path in tmp_path.iterdir()] == ["studies.parquet"]


def test_a_failing_write_leaves_the_former_file_and_nothing_beside_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "studies.parquet"
    write_bytes(str(target), b"former")

    def disk_is_full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", disk_is_full)
    with pytest.raises(OSError, match="No space left"):
        write_bytes(str(target), b"newer")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("studies.parquet", b"former")]


def test_equal_tables_give_equal_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_table(str(tmp_path / name), pa.table({"value": list(range(1000))}))
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_a_table_that_was_never_written_is_none(tmp_path: Path) -> None:
    assert read_table(str(tmp_path), "raw/studies", "vqa_rad") is None


def test_a_damaged_table_names_itself_and_the_way_out(tmp_path: Path) -> None:
    path = table_path(str(tmp_path), "raw/studies", "vqa_rad")
    write_bytes(path, b"PAR1 but no more")
    with pytest.raises(
        StorageError, match=r"raw/studies/vqa_rad\.parquet: not a whole Parquet file .* materialize raw/studies again"
    ):
        read_table(str(tmp_path), "raw/studies", "vqa_rad")


def test_object_stores_are_reached_by_their_url() -> None:
    table = pa.table({"value": [1, 2]})
    write_table(table_path("memory://bucket/medmim", "raw/studies"), table)
    assert fsspec.filesystem("memory").exists("/bucket/medmim/tables/raw/studies.parquet")
    stored = read_table("memory://bucket/medmim", "raw/studies")
    assert stored is not None and stored.equals(table)


def test_a_writer_that_still_runs_keeps_its_temporary_file(tmp_path: Path) -> None:
    mine = tmp_path / f".other.parquet.{os.getpid()}{TEMPORARY_SUFFIX}"
    mine.write_bytes(b"half")
    write_table(str(tmp_path / "studies.parquet"), pa.table({"value": [1]}))
    assert mine.is_file()


READER = """
import sys
from pathlib import Path
from pipelines.storage import parse_parquet

content = Path(sys.argv[1]).read_bytes()
for _ in range(5):
    parse_parquet(bytes(bytearray(content)))
"""


def test_a_process_that_has_read_tables_ends_in_peace(tmp_path: Path) -> None:
    """Read through arrow's dataset layer, two of three such processes abort at their end; six in a row tell reliably."""
    rows = pa.table({"number": list(range(5000)), "text": [str(number) for number in range(5000)]})
    pq.write_table(rows, tmp_path / "rows.parquet", row_group_size=50)
    command = [sys.executable, "-c", READER, str(tmp_path / "rows.parquet")]
    ended = [subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode for _ in range(6)]
    assert ended == [0] * 6


def test_a_full_disk_is_told_by_file_cause_and_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def disk_is_full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")  # the system names no file here

    monkeypatch.setattr(os, "fsync", disk_is_full)
    with pytest.raises(
        StorageError, match=r"a\.png: cannot be written \(No space left on device\); free space there, or .*storage_root"
    ):
        write_bytes(str(tmp_path / "a.png"), b"new")


def test_a_file_where_a_folder_should_be_is_told_by_file_cause_and_remedy(tmp_path: Path) -> None:
    (tmp_path / "tables").write_bytes(b"")
    with pytest.raises(StorageError, match=r"a\.png: cannot be written \(.+\); make its folder one that can be written to"):
        write_bytes(str(tmp_path / "tables" / "a.png"), b"new")


def test_threads_that_write_one_file_at_a_time_leave_it_whole(tmp_path: Path) -> None:
    target = tmp_path / "a.png"
    contents = [bytes([number]) * 300_000 for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        for _ in range(10):
            list(pool.map(partial(write_bytes, str(target), is_synced=False), contents))
    assert target.read_bytes() in contents
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]


@pytest.mark.parametrize("writer", ["99999999999999999999", "²", "", "name"])
def test_what_only_looks_like_an_abandoned_file_does_not_stop_a_write(tmp_path: Path, writer: str) -> None:
    (tmp_path / f".a.png.{writer}{TEMPORARY_SUFFIX}").write_bytes(b"")
    write_table(str(tmp_path / "studies.parquet"), pa.table({"value": [1]}))
    assert (tmp_path / "studies.parquet").is_file()
