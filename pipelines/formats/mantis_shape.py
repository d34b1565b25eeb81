"""Whether a JSON value is a Mantis record, and if not, the first place at which it is none.

Example:
    >>> print(check_document({"id": 7, "images": "a.jpg", "conversation": []}, 3))
    record 3 at $[3].images: expected a list of paths, got a string of 5 characters; put the image paths in a list
"""

from typing import Any

from pipelines.formats.json_text import NumberText, find_unwritable, name_type
from pipelines.formats.problem import Problem
from pipelines.vocabulary import Role

_ROLES = tuple(role.value for role in Role)


def check_document(document: object, index: int) -> Problem | None:
    """Return the first thing that keeps a JSON value from being a Mantis record, None where it is one."""
    where = f"$[{index}]"
    if not isinstance(document, dict):
        return Problem(index, where, "an object", name_type(document), "remove it or replace it by a record")
    for place, what in find_unwritable(document, where):
        return Problem(index, place, "a JSON value that can be written back", what, "replace it by null or one plain value")
    for key in ("id", "images", "conversation"):
        if key not in document:
            return Problem(index, where, f"the key {key!r}", f"keys {sorted(document)}", f"add {key!r}")
    return (
        _check_id(document["id"], index, f"{where}.id")
        or _check_images(document["images"], index, f"{where}.images")
        or _check_conversation(document["conversation"], index, f"{where}.conversation")
        or _check_source(document.get("source"), index, f"{where}.source")
    )


def _check_id(value: Any, index: int, where: str) -> Problem | None:
    if value is None or isinstance(value, str | int | NumberText):
        return None
    return Problem(index, where, "a string, a number or null", name_type(value), "give the record an id")


def _check_images(value: Any, index: int, where: str) -> Problem | None:
    if not isinstance(value, list):
        return Problem(index, where, "a list of paths", name_type(value), "put the image paths in a list")
    for place, path in enumerate(value):
        if not isinstance(path, str):
            return Problem(index, f"{where}[{place}]", "a path", name_type(path), "give the image's path as a string")
    return None


def _check_conversation(value: Any, index: int, where: str) -> Problem | None:
    if not isinstance(value, list):
        return Problem(index, where, "a list of turns", name_type(value), 'write [{"role": ..., "content": ...}, ...]')
    for place, turn in enumerate(value):
        problem = _check_turn(turn, index, f"{where}[{place}]")
        if problem is not None:
            return problem
    return None


def _check_turn(turn: Any, index: int, where: str) -> Problem | None:
    if not isinstance(turn, dict):
        return Problem(index, where, "an object", name_type(turn), 'write {"role": ..., "content": ...}')
    if turn.get("role") not in _ROLES:
        got = repr(turn["role"])[:40] if isinstance(turn.get("role"), str) else name_type(turn.get("role"))
        return Problem(index, f"{where}.role", " or ".join(_ROLES), got, "name the speaker of the turn")
    if not isinstance(turn.get("content"), str):
        return Problem(index, f"{where}.content", "a string", name_type(turn.get("content")), "give the turn's text")
    return None


def _check_source(value: Any, index: int, where: str) -> Problem | None:
    if value is None or isinstance(value, str):
        return None
    return Problem(index, where, "a string", name_type(value), "give the source tag as a string, or leave it out")
