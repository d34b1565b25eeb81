"""Provenance names the code by version and commit, read without running anything."""

from pathlib import Path

from training.run.made import find_code_version

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def make_git(root: Path, head: str) -> Path:
    (root / ".git" / "refs" / "heads").mkdir(parents=True)
    (root / ".git" / "HEAD").write_text(head + "\n")
    return root / ".git"


def test_commit_of_a_branch_is_found(tmp_path: Path) -> None:
    (make_git(tmp_path, "ref: refs/heads/main") / "refs" / "heads" / "main").write_text(COMMIT + "\n")
    assert find_code_version(tmp_path).endswith("+0123456789ab")


def test_commit_of_a_packed_branch_and_of_no_branch_is_found(tmp_path: Path) -> None:
    git = make_git(tmp_path / "packed", "ref: refs/heads/main")
    (git / "packed-refs").write_text(f"# pack-refs with: peeled\n{'f' * 40} refs/heads/other\n{COMMIT} refs/heads/main\n")
    make_git(tmp_path / "detached", COMMIT)
    assert find_code_version(tmp_path / "packed") == find_code_version(tmp_path / "detached")
    assert find_code_version(tmp_path / "packed").endswith("+0123456789ab")


def test_archive_is_named_by_its_version_alone(tmp_path: Path) -> None:
    assert "+" not in find_code_version(tmp_path)
