import shutil
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pytest

from pipelines.choices import OutputSize, Rendering, SourceRoots
from pipelines.cohort.marker import claim_folder
from pipelines.doctor.finding import Finding, Level
from pipelines.doctor.mounts import kind_of
from pipelines.doctor.storage import bytes_to_render, examine_storage
from pipelines.settings import Settings
from pipelines.storage import table_path, write_table
from pipelines.vocabulary import Source

LOCAL = "/dev/sda1 / ext4 rw 0 0\n"


class Usage(NamedTuple):
    total: int
    used: int
    free: int


def _look(settings: Settings, mounts: str = LOCAL) -> dict[str, Finding]:
    return {finding.what: finding for finding in examine_storage(settings, mounts)}


def test_a_root_that_is_not_there_yet_is_judged_by_the_folder_above_and_not_made(tmp_path: Path) -> None:
    found = _look(Settings(storage_root=str(tmp_path / "a" / "b")))
    assert {finding.level for finding in found.values()} == {Level.OK}
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_place_of_the_root_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    assert _look(Settings(storage_root=str(tmp_path / "file")))["write access"].level is Level.PROBLEM


def test_a_root_that_cannot_be_written_is_a_problem() -> None:
    found = _look(Settings(storage_root="/proc/medmim"))["write access"]
    assert (found.level, bool(found.advice)) == (Level.PROBLEM, True)


@pytest.mark.parametrize("root", ["s3://bucket/medmim", "~/medmim"])
def test_a_url_or_an_unreplaced_home_is_a_problem(root: str) -> None:
    assert _look(Settings(storage_root=root))["storage root"].level is Level.PROBLEM


@pytest.mark.parametrize(
    ("kind", "level"), [("nfs4", Level.WARNING), ("fuse.sshfs", Level.WARNING), ("cifs", Level.WARNING), ("xfs", Level.OK)]
)
def test_a_network_file_system_is_warned_of(tmp_path: Path, kind: str, level: Level) -> None:
    mounts = LOCAL + f"server:/x {tmp_path} {kind} rw 0 0\n"
    assert _look(Settings(storage_root=str(tmp_path / "medmim")), mounts)["file system"].level is level


def test_the_innermost_and_last_mount_decides() -> None:
    mounts = "a /data ext4 rw 0 0\nb /data/deep nfs rw 0 0\nc /data/deep xfs rw 0 0\nd /dat nfs rw 0 0\nbroken\n"
    assert [kind_of(Path(path), mounts) for path in ("/data/deep/x", "/data/deeper", "/elsewhere")] == ["xfs", "ext4", None]


@pytest.mark.parametrize(("free", "level"), [(0.5e9, Level.PROBLEM), (5e9, Level.WARNING), (2e12, Level.OK)])
def test_free_space_is_held_against_what_rendering_would_take(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: float, level: Level
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(0, 0, int(free)))
    settings = Settings(storage_root=str(tmp_path), sources=SourceRoots(embed=tmp_path / "embed"))
    assert _look(settings)["free space"].level is level


def test_only_real_downloads_that_are_not_rendered_take_space(tmp_path: Path) -> None:
    claim_folder(tmp_path / "cohort", seed=1, subjects=1)
    roots = SourceRoots(odir=tmp_path / "cohort", vqa_rad=tmp_path / "v", embed=tmp_path / "e")
    settings = Settings(storage_root=str(tmp_path), sources=roots)
    assert set(bytes_to_render(settings)) == {Source.EMBED, Source.VQA_RAD}
    write_table(table_path(str(tmp_path), "rendered/images", "embed"), pa.table({"image_id": ["a"]}))
    assert set(bytes_to_render(settings)) == {Source.VQA_RAD}


def test_images_that_were_counted_and_a_smaller_size_lower_the_guess(tmp_path: Path) -> None:
    roots = SourceRoots(embed=tmp_path / "e")
    whole = bytes_to_render(Settings(storage_root=str(tmp_path), sources=roots))[Source.EMBED]
    rendering = Rendering(size=OutputSize.SQUARE, pixels=512)
    small = bytes_to_render(Settings(storage_root=str(tmp_path), sources=roots, rendering=rendering))[Source.EMBED]
    write_table(table_path(str(tmp_path), "raw/images", "embed"), pa.table({"source_image_id": ["a", "b"]}))
    counted = bytes_to_render(Settings(storage_root=str(tmp_path), sources=roots))[Source.EMBED]
    assert small < whole / 10
    assert counted == pytest.approx(whole * 2 / 480_000)
