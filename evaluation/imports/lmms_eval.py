"""Samples files of lmms-eval (`*_samples_TASK.jsonl`, written with --log_samples): one JSON object per question.

A line has `doc_id`, the 0-based place in the task's data, and the answer under `resps` as the model gave it, or, where no
filter changed it, under `filtered_resps` alone. Tasks that this project exports also log an item's key and place; a task of
somebody else's is taken to hold the benchmark's questions in the benchmark's order.

Example:
    >>> translate_sample({"doc_id": 4, "filtered_resps": "B", "medmim_accuracy": {"position": 5, "key": "r5"}})
    {'id': 'r5', 'index': 5, 'output': 'B'}
"""

from collections.abc import Mapping
from typing import Any

_ANSWERS = ("resps", "filtered_resps")


def is_sample(line: Mapping[str, Any]) -> bool:
    """Whether a JSON object is a line of a samples file."""
    return "doc_id" in line and any(name in line for name in _ANSWERS)


def translate_sample(line: Mapping[str, Any]) -> dict[str, Any] | str:
    """Return a sample as a predictions line, or what is wrong with it: anything but one answer."""
    name = next(name for name in _ANSWERS if name in line)
    output = line[name]
    while isinstance(output, list) and len(output) == 1:
        output = output[0]
    if isinstance(output, list):
        return f"expected one answer under {name}, got {len(output)}; run a generate_until task with repeats: 1"
    logged = next((value for value in line.values() if isinstance(value, dict) and {"key", "position"} <= value.keys()), {})
    return {"id": logged.get("key"), "index": logged.get("position", line["doc_id"]), "output": output}
