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
    assert call("--out", str(tmp_path)) == 2
    told = capsys.readouterr()
    assert "may be a real download" in told.err
    assert told.err.count("\n") == 1
    assert told.out == ""


def test_too_few_subjects_are_told(tmp_path, capsys):
    assert call("--out", str(tmp_path), "--subjects", "7") == 2
    assert "got 7, expected at least 8" in capsys.readouterr().err
    assert not (tmp_path / "vqa_rad").exists()


def test_an_unknown_source_is_refused(tmp_path, capsys):
    with pytest.raises(SystemExit):
        call("--out", str(tmp_path), "--source", "embed")
    assert "'vqa_rad'" in capsys.readouterr().err
