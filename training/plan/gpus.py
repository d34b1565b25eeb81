"""The GPUs that a run can be planned for: memory and peak of each, with the page that states them (`gpus.toml`).

Example:
    >>> read_gpu("A40").peak_flops
    149700000000000.0
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path

GPUS_FILE = Path(__file__).parent / "gpus.toml"


class GpuError(ValueError):
    """A GPU of which nothing is known."""


@dataclass(frozen=True, slots=True)
class Gpu:
    """One kind of GPU; the kind "cpu" is one core of a CPU."""

    name: str
    memory_gb: float  # 10^9 bytes; 0 for "cpu", whose memory is the machine's
    peak_tflops: float  # dense bf16, 10^12 FLOP/s
    source: str  # the page that states both

    @property
    def is_cpu(self) -> bool:
        """Whether the step is computed without a GPU."""
        return self.memory_gb == 0

    @property
    def peak_flops(self) -> float:
        """Floating-point operations a second at the peak."""
        return self.peak_tflops * 1e12


def read_gpu(name: str) -> Gpu:
    """Return a GPU by its name; GpuError lists those that are known."""
    known = tomllib.loads(GPUS_FILE.read_text(encoding="utf-8"))
    if name not in known:
        raise GpuError(f"GPU {name!r}: nothing is known of it; take one of {', '.join(known)}, or add it to {GPUS_FILE.name}")
    values = known[name]
    return Gpu(name, float(values["memory_gb"]), float(values["peak_tflops"]), values["source"])
