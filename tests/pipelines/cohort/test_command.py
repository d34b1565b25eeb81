import argparse

import pytest

from pipelines.cohort.command import register


def call(*arguments):
    parser = argparse.ArgumentParser()
    register(parser.add_subparsers())
    parsed = parser.parse_args(["cohort", *arguments])
    return parsed.run(parsed)


def test_the_command_writes_a_cohort_per_source(tmp_path, capsys):
    assert call("--out", str(tmp_path), "--subjects", "8", "--seed", "3", "--source", "vqa_rad") == 0
    assert (tmp_path / "vqa_rad" / "VQA_RAD Dataset Public.json").is_file()
    assert "8 synthetic subjects" in capsys.readouterr().out


def test_a_folder_that_is_not_a_cohort_is_told_in_one_line(tmp_path, capsys):
    (tmp_path / "vqa_rad").mkdir()
    (tmp_path / "vqa_rad" / "real.json").write_text("x")
    assert call("--out", str(tmp_path), "--source", "vqa_rad") == 2
    told = capsys.readouterr()
    assert "may be a real download" in told.err
    assert told.err.count("\n") == 1
    assert told.out == ""


def test_too_few_subjects_are_told(tmp_path, capsys):
    assert call("--out", str(tmp_path), "--subjects", "7") == 2
    assert "got 7, expected at least 8" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_source_is_refused(tmp_path, capsys):
    with pytest.raises(SystemExit):
        call("--out", str(tmp_path), "--source", "mimic")
    assert "'vqa_rad'" in capsys.readouterr().err


def test_tables_alone_hold_no_image_file(tmp_path):
    assert call("--out", str(tmp_path), "--subjects", "8", "--tables-only") == 0
    suffixes = {path.suffix for path in tmp_path.rglob("*") if path.is_file()}
    assert suffixes.isdisjoint({".dcm", ".jpg", ".png", ".nii"}) and not list(tmp_path.rglob("*.nii.gz"))
    assert {folder.name for folder in tmp_path.iterdir()} == {"embed", "lumiere", "ms_cxr_t", "odir", "vqa_rad", "llava_med"}


def test_equal_seeds_give_equal_tables_in_every_source_and_another_seed_gives_others(tmp_path):
    def write(name, seed):
        assert call("--out", str(tmp_path / name), "--subjects", "8", "--seed", seed, "--tables-only") == 0
        return {
            str(path.relative_to(tmp_path / name)): path.read_bytes() for path in (tmp_path / name).rglob("*") if path.is_file()
        }

    assert write("one", "3") == write("two", "3") != write("three", "4")
