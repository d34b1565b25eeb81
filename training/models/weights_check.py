"""Weights of files against the weights of a model: none may be missing, unknown or of another shape.

Example:
    >>> check_weights("mine", {"missing_keys": {"lm_head.weight"}, "unexpected_keys": set(), "mismatched_keys": set()})
    Traceback (most recent call last):
    training.models.problem.BaseModelError: mine: 1 weights are not in its files and would be drawn at random \
(lm_head.weight); fetch the model again, or correct base.layout and base.architecture
"""

from collections.abc import Collection, Mapping
from typing import Any

from training.models.problem import BaseModelError

_NAMED = 5
_DERIVED = ("position_ids", "rotary_emb.inv_freq")  # no weights: older files hold what the model computes for itself
_KINDS = {
    "missing_keys": "are not in its files and would be drawn at random",
    "unexpected_keys": "of its files are unknown to the model and would be left out",
    "mismatched_keys": "have another shape in its files than in the model",
}


def check_weights(name: str, told: Mapping[str, Collection[Any]]) -> None:
    """Check what `from_pretrained(..., output_loading_info=True)` tells.

    Raises:
        BaseModelError: weights are missing, unknown or of another shape; names the first of each kind.
    """
    found = {kind: _name(told.get(kind, ())) for kind in _KINDS}
    problems = [f"{len(names)} weights {_KINDS[kind]} ({_list(names)})" for kind, names in found.items() if names]
    if told.get("error_msgs"):
        problems.append(" ".join(map(str, told["error_msgs"])))
    if problems:
        raise BaseModelError(
            f"{name}: {'; '.join(problems)}; fetch the model again, or correct base.layout and base.architecture"
        )


def _name(keys: Collection[Any]) -> list[str]:
    """Return the names of keys, which stand beside shapes where they have another one."""
    names = (key[0] if isinstance(key, tuple) else str(key) for key in keys)
    return sorted(name for name in names if not name.endswith(_DERIVED))


def _list(names: list[str]) -> str:
    return ", ".join(names[:_NAMED]) + (" ..." if len(names) > _NAMED else "")
