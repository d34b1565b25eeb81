import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipelines.__main__ import main
from pipelines.doctor import command

Doctor = Callable[..., tuple[int, list[dict[str, Any]], str]]


def test_without_settings_the_synthetic_cohort_is_announced_and_all_is_well(doctor: Doctor, here: Path) -> None:
    code, findings, text = doctor()
    assert code == 0
    assert {finding["level"] for finding in findings} == {"ok"}
    assert "no settings; the synthetic cohort under .medmim/cohort will be used" in text
    assert {path.name for path in here.iterdir()} == {"out.json"}  # it looks, and makes nothing


def test_a_look_that_raises_becomes_a_problem_and_the_others_still_run(doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    def break_down(settings: object) -> None:
        raise ZeroDivisionError("by nothing")

    monkeypatch.setattr(command, "examine_storage", break_down)
    code, findings, _ = doctor()
    assert code == 1
    [broken] = [finding for finding in findings if finding["level"] == "problem"]
    assert (broken["area"], broken["got"]) == ("storage", "ZeroDivisionError: by nothing")
    assert {finding["area"] for finding in findings} == {"settings", "versions", "storage", "endpoints", "ledgers", "sources"}


def test_settings_that_cannot_be_used_leave_versions_and_one_problem_a_key(doctor: Doctor) -> None:
    code, findings, _ = doctor('storage_rot = "x"\n[rendering]\npixels = 3\n')
    assert code == 1
    problems = {finding["what"]: finding for finding in findings if finding["level"] == "problem"}
    assert set(problems) == {"storage_rot", "rendering.pixels"}
    assert problems["rendering.pixels"]["got"] == "3"
    assert {finding["area"] for finding in findings} == {"settings", "versions"}


@pytest.mark.parametrize("content", [b"storage_root = \n", b"\xff\xfe\x00"], ids=["no TOML", "no UTF-8"])
def test_a_broken_settings_file_is_a_problem_and_no_crash(doctor: Doctor, here: Path, content: bytes) -> None:
    (here / "medmim.toml").write_bytes(content)
    code, findings, _ = doctor()
    assert code == 1
    assert [finding["area"] for finding in findings if finding["level"] == "problem"] == ["settings"]


def test_a_config_variable_that_points_nowhere_is_a_problem(doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEDMIM_CONFIG", "nowhere.toml")
    code, findings, _ = doctor()
    assert code == 1
    assert "nowhere.toml is not a file" in findings[0]["got"]


def test_every_row_that_is_not_well_says_where_what_was_expected_and_what_to_do(doctor: Doctor) -> None:
    _, findings, _ = doctor('[sources]\nodir = "gone"\n[evaluation.released]\na = "gone.json"\n[generation]\njudge = "j"\n')
    unwell = [finding for finding in findings if finding["level"] != "ok"]
    # how full the disk is that the tests run on is not theirs to claim
    assert {finding["what"] for finding in unwell} - {"free space"} == {"odir", "evaluation.released.a", "generation.judge"}
    assert all(finding[field] for finding in unwell for field in ("what", "where", "got", "expected", "advice"))


def test_counts_of_the_json_are_those_of_its_rows_and_of_the_last_line(doctor: Doctor, here: Path) -> None:
    _, findings, text = doctor('[sources]\nodir = "gone"\n')
    counts = json.loads((here / "out.json").read_text())["counts"]
    assert counts == {level: sum(one["level"] == level for one in findings) for level in ("ok", "warning", "problem")}
    assert f"{counts['ok']} ok, {counts['warning']} warning(s), {counts['problem']} problem(s)" in text


def test_a_json_file_that_cannot_be_written_is_one_message(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "taken").write_text("a file")
    assert main(["doctor", "--json", "taken/out.json"]) == 2
    assert "taken/out.json: cannot be written" in capsys.readouterr().err


def test_a_path_that_no_terminal_can_show_does_not_end_the_report(doctor: Doctor) -> None:
    code, _, text = doctor('[sources]\nodir = "d\\u00f6wn\\u2028load"\n')
    assert code == 1
    assert "problem(s)" in text
