"""Fixtures that every test may use: the real inputs beside the project, when they are there."""

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings

SHARED = Path(__file__).parents[2] / "shared" / "data"


settings.register_profile(
    "ci", derandomize=True
)  # a run of CI is the same run again; elsewhere new examples are drawn each time


def pytest_configure() -> None:
    """Keep the settings of whoever runs the tests out of them: no medmim.toml, no MEDMIM_ variable but the one for tests."""
    for name in [name for name in os.environ if name.startswith("MEDMIM_") and name != "MEDMIM_REQUIRE_SHARED"]:
        del os.environ[name]
    empty = Path(tempfile.mkdtemp(prefix="medmim-tests-")) / "medmim.toml"
    empty.touch()
    os.environ["MEDMIM_CONFIG"] = str(empty)
    if os.environ.get("CI"):
        settings.load_profile("ci")


def _shared(name: str) -> Path:
    folder = SHARED / name
    if not folder.is_dir():
        if os.environ.get("MEDMIM_REQUIRE_SHARED") == "1":
            pytest.fail(f"MEDMIM_REQUIRE_SHARED=1, but the real input {name!r} is not at ../shared/data/{name}")
        pytest.skip(f"real input ../shared/data/{name} is not here; put it there to run this test")
    return folder


@pytest.fixture(scope="session")
def vqa_rad_root() -> Path:
    """The genuine VQA-RAD release (CC0): 2,248 questions, 315 images."""
    return _shared("vqa_rad")


@pytest.fixture(scope="session")
def med_mim_root() -> Path:
    """Two benchmark files of the Med-MIM release."""
    return _shared("med_mim")
