"""Runs that several tests compare with: each is made once."""

import pytest

from tests.training.run.small_run import LORA, prepare, read_losses, train
from training.run_folder import RunFolder


@pytest.fixture(scope="session")
def whole_run(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """A run of all weights that nothing stopped."""
    folder = prepare(tmp_path_factory.mktemp("whole"))
    train(folder)
    return folder


@pytest.fixture(scope="session")
def lora_losses(tmp_path_factory: pytest.TempPathFactory) -> list[float]:
    """The losses of a LoRA run that nothing stopped."""
    folder = prepare(tmp_path_factory.mktemp("lora"), LORA)
    train(folder)
    return read_losses(folder)
