from pathlib import Path

import pytest

from pipelines.doctor.finding import Level
from pipelines.doctor.versions import PYPROJECT, examine_versions, judge_package, judge_python


def test_this_environment_fits_the_project() -> None:
    assert {finding.level for finding in examine_versions()} == {Level.OK}
    assert PYPROJECT.is_file()


@pytest.mark.parametrize(("found", "level"), [("2.0", Level.OK), ("3.1.4", Level.PROBLEM), (None, Level.PROBLEM)])
def test_a_package_that_is_missing_or_out_of_range_is_a_problem(found: str | None, level: Level) -> None:
    assert judge_package("numpy>=2,<3", found).level is level


@pytest.mark.parametrize("found", ["2.13.0+cpu", "2.14.0.dev1"])
def test_builds_and_previews_within_the_range_fit(found: str) -> None:
    assert judge_package("torch>=2.13,<2.15", found).level is Level.OK


@pytest.mark.parametrize(("found", "level"), [("3.11.9", Level.OK), ("3.10.14", Level.PROBLEM), ("3.13.0", Level.PROBLEM)])
def test_python_must_be_in_range(found: str, level: Level) -> None:
    assert judge_python(">=3.11,<3.13", found).level is level


def test_each_package_that_does_not_fit_is_named_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "pyproject.toml"
    wanted = '["numpy>=2,<3", "numpy>=99", "no-such-package-at-all>=1", "other; sys_platform == \'none\'"]'
    path.write_text(f'[project]\nrequires-python = ">=3.11"\ndependencies = {wanted}\n')
    found = [finding for finding in examine_versions(path) if finding.level is Level.PROBLEM]
    assert [finding.what for finding in found] == ["packages", "numpy", "no-such-package-at-all"]
    assert found[0].got.startswith("1 of 3 ")
    assert found[2].got == "not installed"
