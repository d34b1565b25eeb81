from pathlib import Path

import pytest

from assets.__main__ import main


@pytest.mark.parametrize("command", ["home", "demo"])
def test_a_storage_root_that_cannot_be_written_is_one_message_without_a_trace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    (tmp_path / "storage").write_bytes(b"a file where the folder should be")
    monkeypatch.setenv("MEDMIM_STORAGE_ROOT", str(tmp_path / "storage"))
    assert main([command]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"{tmp_path / 'storage/dagster/dagster.yaml'}: cannot be written (Not a directory); make its folder")
