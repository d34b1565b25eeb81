"""A plan as figures: one row each, for a table, and the same as JSON.

Example:
    >>> PlanFigure("tiny", "steps", 94.0, "steps", "").quantity
    'steps'
"""

import dataclasses
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from training.plan.planning import Plan


@dataclass(frozen=True, slots=True)
class PlanFigure:
    """One figure of one run's plan; run and quantity are its key."""

    run: str
    quantity: str
    value: float
    unit: str
    note: str  # what the figure rests on; "" where the quantity says it


def plan_rows(plan: Plan, run: str | None = None) -> list[PlanFigure]:
    """Return a plan's figures, the most asked for first; `run` is the run's name where it is another than the recipe's."""
    name = run or plan.recipe
    return [PlanFigure(name, *figure) for figure in _list_figures(plan)]


def plan_json(plan: Plan, run: str | None = None) -> dict[str, Any]:
    """Return a plan as JSON-like values: whether it fits, why not, what it rests on, and `figures` by quantity."""
    return {
        "run": run or plan.recipe,
        "recipe": plan.recipe,
        "fits": plan.fits,
        "problems": list(plan.problems),
        "notes": list(plan.notes),
        "gpu": dataclasses.asdict(plan.gpu),
        "gpus": plan.gpus,
        "lengths": dataclasses.asdict(plan.lengths),
        "figures": {row.quantity: {"value": row.value, "unit": row.unit, "note": row.note} for row in plan_rows(plan, run)},
    }


_Row = tuple[str, float, str, str]


def _list_figures(plan: Plan) -> Iterator[_Row]:
    work, memory, lengths = plan.work, plan.memory, plan.lengths
    basis = "assumed" if plan.lengths_are_assumed else "of the data"
    yield "fits", float(plan.fits), "1 or 0", "; ".join(plan.problems)
    yield "hours", work.hours, "h", f"{plan.hardware}, at {plan.utilisation:.0%} of the peak: an assumption"
    yield "memory_per_gpu", memory.gpu_total, "bytes", "at the longest sample"
    yield "memory_of_gpu", plan.gpu_bytes, "bytes", plan.gpu.source
    yield "memory_of_machine_needed", memory.host + (memory.gpu_total if plan.gpu.is_cpu else 0.0), "bytes", ""
    yield "memory_of_machine", plan.host_bytes, "bytes", "hardware.machine_memory_gb"
    for part, n_bytes in memory.gpu:
        yield f"memory_{part.value}", n_bytes, "bytes", ""
    yield from _list_parameters(plan)
    yield "samples", float(lengths.n), "samples", basis
    yield "tokens_per_sample", lengths.total / max(lengths.n, 1), "tokens", basis
    yield "tokens_longest", float(lengths.maximum), "tokens", basis
    yield "tokens_per_image", float(plan.image_tokens), "tokens", ""
    yield "steps", float(work.steps), "steps", "of the optimiser, all epochs"
    yield "tokens", work.tokens, "tokens", "all epochs, images included"
    yield "flops", work.flops, "FLOP", "counted on one step without numbers"
    yield "checkpoint", plan.disk.checkpoint, "bytes", "one"
    yield "model", plan.disk.model, "bytes", "finished"
    yield "disk", plan.disk.total, "bytes", f"{plan.disk.keep} checkpoints, one being written, and the model"


def _list_parameters(plan: Plan) -> Iterator[_Row]:
    found = plan.parameters
    yield "parameters", float(found.total), "weights", ""
    yield "parameters_trainable", float(found.trainable), "weights", f"{found.trainable / found.total:.2%}"
    yield "parameters_adapter", float(found.adapter), "weights", ""
    yield "parameters_in_4_bits", float(found.in_four_bits), "weights", ""
    yield "parameters_largest_layer", float(found.largest_layer), "weights", "what ZeRO-3 gathers at once"
    for part in found.parts:
        yield f"parameters_{part.part.value}", float(part.total), "weights", f"{part.trainable:,} trained"


def is_sound(rows: list[PlanFigure]) -> bool:
    """Return whether each quantity stands once and is a finite number that is not below zero."""
    names = [row.quantity for row in rows]
    return len(set(names)) == len(names) and all(math.isfinite(row.value) and row.value >= 0 for row in rows)
