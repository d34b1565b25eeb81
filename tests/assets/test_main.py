from pathlib import Path

import pytest

from assets.__main__ import build_parser, main
from pipelines.vocabulary import Source


@pytest.mark.parametrize("command", ["home", "demo"])
def test_a_storage_root_that_cannot_be_written_is_one_message_without_a_trace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    (tmp_path / "storage").write_bytes(b"a file where the folder should be")
    monkeypatch.setenv("MEDMIM_STORAGE_ROOT", str(tmp_path / "storage"))
    assert main([command]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"{tmp_path / 'storage/dagster/dagster.yaml'}: cannot be written (Not a directory); make its folder")


@pytest.mark.parametrize("wrong", ["lumiere", "lumiere=0", "lumiere=-3", "mars=5", "=5"])
def test_a_number_of_subjects_that_cannot_be_drawn_is_told_with_the_sources_there_are(
    capsys: pytest.CaptureFixture[str], wrong: str
) -> None:
    with pytest.raises(SystemExit) as stopped:
        build_parser().parse_args(["demo", "--subjects", wrong])
    assert stopped.value.code == 2
    assert "N above 0 and SOURCE of embed, lumiere" in capsys.readouterr().err


def test_subjects_are_drawn_by_source() -> None:
    chosen = build_parser().parse_args(["demo", "--subjects", "lumiere=500", "embed=7"])
    assert dict(chosen.subjects) == {Source.LUMIERE: 500, Source.EMBED: 7}
