"""A lock that a killed build left behind is removed; one that is held stays."""

from pathlib import Path

from torch.utils.file_baton import FileBaton

from training.run.extensions import place_extensions, remove_stale_locks


def test_lock_of_an_ended_build_is_removed_and_the_next_build_gets_it(tmp_path: Path) -> None:
    lock = tmp_path / "py311_cpu" / "deepspeed_shm_comm" / "lock"
    lock.parent.mkdir(parents=True)
    lock.touch()
    assert not FileBaton(str(lock)).try_acquire()  # torch would wait for it for ever
    assert remove_stale_locks(tmp_path) == [lock]
    baton = FileBaton(str(lock))
    assert baton.try_acquire()
    baton.release()


def test_lock_of_a_build_that_goes_on_stays(tmp_path: Path) -> None:
    baton = FileBaton(str(tmp_path / "lock"))
    assert baton.try_acquire()
    assert remove_stale_locks(tmp_path) == [] and (tmp_path / "lock").exists()
    baton.release()


def test_folder_of_builds_is_chosen_by_the_user_first(tmp_path: Path) -> None:
    assert place_extensions({"TORCH_EXTENSIONS_DIR": "/mine"}, "node") == Path("/mine")
    assert remove_stale_locks(tmp_path / "absent") == []
