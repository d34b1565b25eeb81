r"""The picture of a run: loss and learning rate over its steps.

Example:
    >>> from training.run.step_log import StepRecord
    >>> draw_losses([StepRecord(1, 5.4, 1e-3, 0.7, 80.0, 0.4, 0.01)], "tiny")[:4]
    b'\x89PNG'
"""

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

from training.run.step_log import StepRecord

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_INK, _BLUE, _PALE, _ORANGE = "#2b2f36", "#3b6fb6", "#b9cbe4", "#c77f00"
_WINDOW = 25  # steps of the running mean


def draw_losses(records: Sequence[StepRecord], run: str, n_alignment_steps: int = 0) -> bytes:
    """Return a PNG: each step's loss in pale under its running mean, the learning rate below; equal records, equal bytes.

    Where the first steps are of alignment samples alone, a line stands at their end: what comes after is another task, and its
    loss is not to be held against theirs.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 4.6), dpi=110, layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    steps = [record.step for record in records]
    losses = [record.loss for record in records]
    above.plot(steps, losses, color=_PALE, linewidth=0.8, label="each step")
    label: str | None = f"mean of {_WINDOW} steps"
    for stage_steps, means in smooth_by_stage(records, n_alignment_steps):
        above.plot(stage_steps, means, color=_BLUE, linewidth=1.8, label=label)
        label = None  # named once
    above.set_ylabel("loss, nats a token")
    above.legend(frameon=False)
    above.set_title(f"{run}: loss on answer tokens", loc="left", color=_INK)
    below.plot(steps, [record.learning_rate for record in records], color=_ORANGE)
    below.set(xlabel="step", ylabel="learning rate")
    below.ticklabel_format(axis="y", style="sci", scilimits=(0, 0))
    for axes in (above, below):
        _clean(axes)
        if n_alignment_steps:
            axes.axvline(n_alignment_steps + 0.5, color=_INK, linewidth=0.8, linestyle=(0, (4, 3)))
    if n_alignment_steps:
        where = {"xycoords": ("data", "axes fraction"), "textcoords": "offset points", "va": "top", "color": _INK}
        for text, offset, side in (("alignment", -5, "right"), ("questions", 5, "left")):
            above.annotate(text, (n_alignment_steps + 0.5, 0.99), xytext=(offset, 0), ha=side, **where)
    sink = io.BytesIO()
    figure.savefig(sink, format="png", metadata={"Software": None})
    return sink.getvalue()


def smooth_by_stage(records: Sequence[StepRecord], n_alignment_steps: int) -> list[tuple[list[int], list[float]]]:
    """Return steps and running mean of each stage by itself: one mean over both would rise before the second begins."""
    stages = [
        [record for record in records if record.step <= n_alignment_steps],
        [record for record in records if record.step > n_alignment_steps],
    ]
    return [
        ([record.step for record in stage], smooth([record.loss for record in stage], _WINDOW)) for stage in stages if stage
    ]


def smooth(values: Sequence[float], window: int) -> list[float]:
    """Return the mean of each value and its neighbours within an odd window, which is cut at both ends.

    >>> smooth([1.0, 3.0, 8.0], 3)
    [2.0, 4.0, 5.5]
    """
    half = window // 2
    parts = [values[max(0, place - half) : place + half + 1] for place in range(len(values))]
    return [sum(part) / len(part) for part in parts]


def _clean(axes: "Axes") -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", color="#e3e6ea")
