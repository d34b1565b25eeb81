import shutil
from pathlib import Path

import pytest

from pipelines.choices import FolderPaths, SourceFolders, SourceRoots
from pipelines.cohort.writers import write_cohort
from pipelines.doctor.finding import Finding, Level
from pipelines.doctor.sources import examine_sources, hide_numbers
from pipelines.settings import Settings
from pipelines.vocabulary import Source


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small synthetic cohort of all sources."""
    root = tmp_path_factory.mktemp("cohort")
    write_cohort(root, dict.fromkeys(Source), tables_only=True)
    return root


def _look(source: Source, root: Path | FolderPaths) -> list[Finding]:
    found = list(examine_sources(Settings(sources=SourceRoots.model_validate({source.value: root}))))
    return [finding for finding in found if finding.what == source.value]


@pytest.mark.parametrize("source", list(Source))
def test_the_tables_of_every_source_are_found(cohort: Path, source: Source) -> None:
    first, *others = _look(source, cohort / source.value)
    assert first.level is Level.OK
    assert first.got.startswith("a synthetic cohort: ")
    assert {finding.level for finding in others} <= {Level.WARNING}
    assert all(finding.advice for finding in others)


@pytest.mark.parametrize("source", list(Source))
@pytest.mark.parametrize("kind", ["absent", "a file", "empty"])
def test_a_root_that_holds_no_download_is_one_problem(tmp_path: Path, source: Source, kind: str) -> None:
    root = tmp_path / "download"
    if kind == "a file":
        root.write_text("x")
    elif kind == "empty":
        root.mkdir()
    [finding] = _look(source, root)
    assert finding.level is Level.PROBLEM
    assert finding.advice
    assert str(root) in finding.where


def test_real_vqa_rad_is_found_whole(vqa_rad_root: Path) -> None:
    [finding] = _look(Source.VQA_RAD, vqa_rad_root)
    assert (finding.level, finding.got) == (Level.OK, "VQA_RAD Dataset Public.json; 315 image file(s)")


@pytest.mark.parametrize(
    ("source", "table"),
    [
        (Source.EMBED, "**/EMBED_OpenData_metadata.csv"),
        (Source.LUMIERE, "**/LUMIERE-ExpertRating*.csv"),
        (Source.MS_CXR_T, "**/*temporal_image_classification*.csv"),
        (Source.ODIR, "**/full_df.csv"),
        (Source.VQA_RAD, "**/VQA_RAD Dataset Public.json"),
    ],
)
def test_a_git_lfs_pointer_in_place_of_a_table_is_a_problem(cohort: Path, tmp_path: Path, source: Source, table: str) -> None:
    root = tmp_path / "copy"
    shutil.copytree(cohort / source.value, root)
    [path] = root.glob(table)
    path.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 5\n")
    [finding] = _look(source, root)
    assert finding.level is Level.PROBLEM
    assert "LFS" in finding.got


def test_a_pointer_in_place_of_the_preferred_question_file_is_told_though_another_is_read(cohort: Path, tmp_path: Path) -> None:
    root = tmp_path / "copy"
    shutil.copytree(cohort / "llava_med", root)
    [path] = root.glob("**/llava_med_instruct_60k_inline_mention.json")
    path.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 5\n")
    first, *others = _look(Source.LLAVA_MED, root)
    assert path.name not in first.got
    [told] = [finding for finding in others if path.name in finding.got]
    assert (told.level, "git lfs pull" in told.advice) == (Level.WARNING, True)


def test_what_a_run_can_do_without_is_a_warning(cohort: Path, tmp_path: Path) -> None:
    root = tmp_path / "copy"
    shutil.copytree(cohort / "lumiere", root)
    for path in root.glob("LUMIERE-Demographics*"):
        path.unlink()
    first, *others = _look(Source.LUMIERE, root)
    assert first.level is Level.OK
    assert "no table Demographics" in {finding.got for finding in others}


def test_no_number_of_a_patient_is_repeated_of_a_wrong_folder(tmp_path: Path) -> None:
    root = tmp_path / "cohort_1"
    for name in ("10000032", "Patient-017", "p10003456"):
        (root / name).mkdir(parents=True)
    for source in Source:
        for finding in _look(source, root):
            assert not [number for number in ("10000032", "017", "10003456") if number in finding.got + finding.advice]


def test_the_users_own_folders_and_versions_stay_readable() -> None:
    folders = SourceFolders(Path("/data/2024"), Path("/data/2024/images"), Path("/data/2024"))
    text = "/data/2024/images: no Imaging-v202211.zip (there is: 4711_right.jpg, 3_left.jpg)"
    assert hide_numbers(text, folders) == "/data/2024/images: no Imaging-v202211.zip (there is: #_right.jpg, #_left.jpg)"


def test_parts_that_lie_apart_are_each_looked_at(cohort: Path, tmp_path: Path) -> None:
    [finding] = _look(Source.EMBED, FolderPaths(tables=cohort / "embed", images=tmp_path / "gone"))
    assert finding.level is Level.PROBLEM
    assert str(tmp_path / "gone") in finding.got


def test_sources_that_are_not_set_say_that_their_cohort_is_used(tmp_path: Path) -> None:
    found = list(examine_sources(Settings(storage_root=str(tmp_path))))
    assert [finding.what for finding in found] == [source.value for source in Source]
    assert {finding.level for finding in found} == {Level.OK}
    assert all("synthetic cohort" in finding.got for finding in found)
