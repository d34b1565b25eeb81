"""A plan told in text: for a terminal and for Dagster's metadata.

Example:
    >>> tell_bytes(48e9), tell_bytes(1.5e12), tell_count(8_480_007_232)
    ('48.0 GB', '1.5 TB', '8.48 B')
"""

from training.plan.planning import Plan


def render_plan(plan: Plan) -> str:
    """Return the plan as text, one quantity a line; whether it fits stands first."""
    sections = [_tell_verdict(plan), *(_lay_out(*section) for section in _list_sections(plan)), *plan.notes]
    return "\n".join(sections)


def tell_bytes(n_bytes: float) -> str:
    """Return bytes in GB or TB of 10^9 and 10^12 bytes, small ones in MB."""
    if n_bytes < 1e9:
        return f"{n_bytes / 1e6:.1f} MB"
    return f"{n_bytes / 1e12:.1f} TB" if n_bytes >= 1e12 else f"{n_bytes / 1e9:.1f} GB"


def tell_count(n: float) -> str:
    """Return a count of weights in thousands, millions or billions."""
    for size, letter in ((1e9, "B"), (1e6, "M"), (1e3, "k")):
        if n >= size:
            return f"{n / size:.2f} {letter}"
    return f"{n:.0f}"


_Section = tuple[str, list[tuple[str, str]]]


def _tell_verdict(plan: Plan) -> str:
    if plan.fits:
        return f"{plan.recipe} on {plan.hardware}: fits"
    return "\n".join([f"{plan.recipe} on {plan.hardware}: does not fit", *(f"  - {problem}" for problem in plan.problems)])


def _list_sections(plan: Plan) -> list[_Section]:
    found, work, lengths, disk = plan.parameters, plan.work, plan.lengths, plan.disk
    held = plan.memory.host + (plan.memory.gpu_total if plan.gpu.is_cpu else 0.0)
    where = "the machine" if plan.gpu.is_cpu else f"each {plan.gpu.name}"
    capacity = "" if plan.gpu.is_cpu else f" of {tell_bytes(plan.gpu_bytes)}"
    return [
        (
            "weights",
            [
                ("all", tell_count(found.total)),
                ("trained", f"{tell_count(found.trainable)} ({found.trainable / found.total:.2%})"),
                *((part.part.value, f"{tell_count(part.total)}, {tell_count(part.trainable)} trained") for part in found.parts),
            ],
        ),
        (
            f"memory, {where}",
            [
                *((part.value, tell_bytes(n_bytes)) for part, n_bytes in plan.memory.gpu),
                ("in all", tell_bytes(plan.memory.gpu_total) + capacity),
                ("machine", f"{tell_bytes(held)} of {tell_bytes(plan.host_bytes)}"),
            ],
        ),
        (
            "work",
            [
                ("samples", f"{lengths.n:,}"),
                ("tokens a sample", f"{lengths.total / max(lengths.n, 1):,.0f}, at most {lengths.maximum:,}"),
                ("steps", f"{work.steps:,}"),
                ("FLOP", f"{work.flops:.2e}"),
                ("time", f"{tell_hours(work.hours)} at {plan.utilisation:.0%} of {plan.gpu.peak_tflops:g} TFLOP/s"),
            ],
        ),
        (
            "disk",
            [
                ("checkpoint", f"{tell_bytes(disk.checkpoint)}, {disk.keep} kept and one being written"),
                ("model", tell_bytes(disk.model)),
                ("in all", tell_bytes(disk.total)),
            ],
        ),
    ]


def tell_hours(hours: float) -> str:
    """Return a time in hours, short ones in minutes."""
    return f"{hours:,.1f} h" if hours >= 1 else f"{hours * 60:.1f} min"


def _lay_out(heading: str, rows: list[tuple[str, str]]) -> str:
    width = max(len(name) for name, _ in rows)
    return "\n".join([heading, *(f"  {name.ljust(width)}  {value}" for name, value in rows)])
