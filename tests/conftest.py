"""Fixtures that every test may use: the real inputs beside the project, when they are there."""

import os
from pathlib import Path

import pytest

SHARED = Path(__file__).parents[2] / "shared" / "data"


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
