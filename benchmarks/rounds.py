"""Interleaved rounds: every arm runs once per round, so that a noisy machine slows all of them alike.

Example:
    >>> measure(Arms(ours=lambda: None), rounds=1).rounds
    1
"""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

Arm = Callable[[], object]


@dataclass(frozen=True)
class Arms:
    """What is compared: ours, what a careful user writes first, and the least that any way must do."""

    ours: Arm
    baseline: Arm | None = None
    floor: Arm | None = None
    prepare: Arm | None = None  # run once, before all and not measured: writes what the arms read, compares what they give
    uncounted: Callable[[], float] | None = None  # seconds of the baseline's last run that are not held against it
    max_rounds: int | None = None  # of arms that run for long: at most this many rounds, and no warm-up


@dataclass(frozen=True)
class Figure:
    """What is measured once and is no time: its figure stands in the column of ours."""

    take: Callable[[], float]


@dataclass(frozen=True)
class Measurement:
    """Medians over rounds, in seconds; ratios are medians of per-round pairs."""

    baseline_s: float | None
    ours_s: float
    ratio: float | None  # baseline / ours: above 1 we are faster
    floor_ratio: float | None  # ours / floor: 1 is as fast as can be
    rounds: int


def measure(arms: Arms | Figure, rounds: int) -> Measurement:
    """Run each arm once to warm up, then `rounds` times in turn; a figure is taken once."""
    if isinstance(arms, Figure):
        return Measurement(baseline_s=None, ours_s=arms.take(), ratio=None, floor_ratio=None, rounds=1)
    if arms.prepare is not None:
        arms.prepare()
    chosen = {"ours": arms.ours, "baseline": arms.baseline, "floor": arms.floor}
    present = {name: arm for name, arm in chosen.items() if arm is not None}
    if arms.max_rounds is None:
        for arm in present.values():
            arm()
    rounds = min(rounds, arms.max_rounds or rounds)
    seconds: dict[str, list[float]] = {name: [] for name in present}
    for _ in range(rounds):
        for name, arm in present.items():
            started = time.perf_counter()
            arm()
            spent = time.perf_counter() - started
            seconds[name].append(spent - arms.uncounted() if name == "baseline" and arms.uncounted is not None else spent)
    return Measurement(
        baseline_s=statistics.median(seconds["baseline"]) if "baseline" in seconds else None,
        ours_s=statistics.median(seconds["ours"]),
        ratio=_median_ratio(seconds.get("baseline"), seconds["ours"]),
        floor_ratio=_median_ratio(seconds["ours"], seconds.get("floor")),
        rounds=rounds,
    )


def _median_ratio(above: list[float] | None, below: list[float] | None) -> float | None:
    if above is None or below is None:
        return None
    return statistics.median(one / other for one, other in zip(above, below, strict=True))
