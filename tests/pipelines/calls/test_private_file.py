import os
import stat

import pytest

from pipelines.calls.attempt import CallsPendingError
from pipelines.calls.kinds import Executor
from pipelines.calls.private_file import write_private
from pipelines.storage import StorageError
from tests.pipelines.calls.loopback import asking, make_requests


@pytest.fixture(autouse=True)
def _open_to_all():
    former = os.umask(0)
    yield
    os.umask(former)


def test_a_hand_over_is_its_owner_s_alone_also_in_a_folder_that_others_made(tmp_path):
    folder = tmp_path / "calls" / "mock"
    folder.mkdir(parents=True)
    with asking(tmp_path, "http://127.0.0.1:9", Executor.FILE) as ask, pytest.raises(CallsPendingError):
        ask(make_requests(1))
    assert [stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()] == [0o600]


def test_a_link_is_replaced_and_what_it_leads_to_stays(tmp_path):
    elsewhere, path = tmp_path / "elsewhere", tmp_path / "requests.jsonl"
    elsewhere.write_text("theirs", encoding="utf-8")
    path.symlink_to(elsewhere)
    write_private(path, b"ours")
    assert (elsewhere.read_text(encoding="utf-8"), path.read_bytes(), path.is_symlink()) == ("theirs", b"ours", False)


def test_a_file_that_cannot_be_written_leaves_nothing_behind(tmp_path):
    (tmp_path / "requests.jsonl").mkdir()
    with pytest.raises(StorageError, match="cannot be written"):
        write_private(tmp_path / "requests.jsonl", b"ours")
    assert [path.name for path in tmp_path.iterdir()] == ["requests.jsonl"]
