"""The grades as a Markdown table, for a document that cannot go stale: a test compares it with the code.

Example:
    >>> print(render_grades().splitlines()[2][:34])
    | noise | CT | ReconstructionNoise
"""

from collections.abc import Mapping
from dataclasses import fields

from evaluation.corruptions.grades import GRADES, Effect, Ladder
from evaluation.corruptions.kinds import label_corruption
from pipelines.vocabulary import Modality

_REST = "all others, unknown"


def render_grades() -> str:
    """Return one row per corruption and effect: what it is for, its parameters at levels 1-5, why these."""
    lines = ["| corruption | images | effect | levels 1 to 5 | why |", "|---|---|---|---|---|"]
    for corruption, ladders in GRADES.items():
        for ladder, images in _group(ladders).items():
            effect = type(ladder.rungs[0]).__name__
            lines.append(f"| {label_corruption(corruption)} | {images} | {effect} | {_list_levels(ladder)} | {ladder.reason} |")
    return "\n".join(lines) + "\n"


def _group(ladders: Mapping[Modality | None, Ladder]) -> dict[Ladder, str]:
    """Return the images that each ladder is for; modalities first, the rest last."""
    if len(ladders) == 1:
        return dict.fromkeys(ladders.values(), "all")
    named: dict[Ladder, list[str]] = {}
    for modality, ladder in sorted(ladders.items(), key=lambda pair: (pair[0] is None, pair[0] or "")):
        named.setdefault(ladder, []).append(_label(modality))
    return {ladder: ", ".join(names) for ladder, names in named.items()}


def _label(modality: Modality | None) -> str:
    if modality is None:
        return _REST
    return modality.upper() if modality in (Modality.CT, Modality.MRI) else modality.value.replace("x_ray", "X-ray")


def _list_levels(ladder: Ladder) -> str:
    names = [field.name for field in fields(ladder.rungs[0])]
    return "; ".join(f"{name.replace('_', ' ')} {', '.join(_read(effect, name) for effect in ladder.rungs)}" for name in names)


def _read(effect: Effect, name: str) -> str:
    return f"{getattr(effect, name):g}"
