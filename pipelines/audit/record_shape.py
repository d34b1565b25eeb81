"""One JSON value as a record, whatever dialect it is written in; of a malformed one, what can still be read.

Mantis form has `images`, `conversation`, `role`, `content`; LLaVA form `image`, `conversations`, `from`, `value` (LLaVA-Med's
alignment file spells it `conversatons`: https://github.com/microsoft/LLaVA-Med); others say `messages`.

Example:
    >>> talk = [{"from": "human", "value": "<image>Normal?"}, {"from": "gpt", "value": "Yes"}]
    >>> read_shape({"id": 7, "image": "a.jpg", "conversations": talk}, 0)
    ShapedRecord(id='7', images=('a.jpg',), exchanges=(Exchange(user='<image>Normal?', assistant='Yes'),), tag='', faults=())
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.audit.kinds import Kind
from pipelines.formats.json_text import NumberText, RepeatedKeys
from pipelines.formats.mantis_shape import check_document
from pipelines.vocabulary import Role

_TALK = ("conversation", "conversations", "conversatons", "messages")
_ROLES = {
    "user": Role.USER.value,
    "human": Role.USER.value,
    "assistant": Role.ASSISTANT.value,
    "gpt": Role.ASSISTANT.value,
    "model": Role.ASSISTANT.value,
}
_SYSTEM = "system"  # sets the tone and asks nothing


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question and the answer that follows it; None where that turn is missing."""

    user: str | None
    assistant: str | None


@dataclass(frozen=True, slots=True)
class ShapedRecord:
    """What could be read of one record. `faults` are (kind, where and what was expected), without any text of it."""

    id: str  # "" where there is none
    images: tuple[str, ...]
    exchanges: tuple[Exchange, ...]
    tag: str  # the source tag, "" where there is none
    faults: tuple[tuple[Kind, str], ...]


def read_shape(document: object, index: int) -> ShapedRecord:
    """Return the record of a JSON value; what is wrong with its shape is told in `faults`, the rest is read all the same."""
    if not isinstance(document, dict):
        return ShapedRecord("", (), (), "", tuple(_find_faults(document, index, ())))
    mantis = _translate(document)
    turns = [turn for turn in mantis["conversation"] if isinstance(turn, dict)] if _is_list(mantis, "conversation") else []
    said = [(turn.get("role"), turn["content"]) for turn in turns if isinstance(turn.get("content"), str)]
    document_id, tag = mantis["id"], mantis.get("source")
    return ShapedRecord(
        id=_name(document_id),
        images=tuple(path for path in mantis["images"] if isinstance(path, str)) if _is_list(mantis, "images") else (),
        exchanges=tuple(_pair(said)),
        tag=tag if isinstance(tag, str) else "",
        faults=tuple(_find_faults(mantis, index, [role for role, _ in said])),
    )


def _is_list(document: Mapping[str, Any], key: str) -> bool:
    return isinstance(document.get(key), list)


def _translate(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the document with Mantis's keys and role names; what has no counterpart stays and is told as a fault."""
    mantis: dict[str, Any] = RepeatedKeys(document) if isinstance(document, RepeatedKeys) else dict(document)
    mantis.setdefault("id", None)
    image = mantis.get("images", mantis.get("image"))
    if isinstance(image, str):
        image = [image]
    has_images = "images" in document or "image" in document
    talk_key = next((key for key in _TALK if key in document), None)
    if has_images or talk_key not in (None, "conversation"):  # LLaVA's text-only records have no key for images
        mantis["images"] = image if has_images else []
    if talk_key is not None:
        talk = document[talk_key]
        mantis["conversation"] = [_translate_turn(turn) for turn in talk] if isinstance(talk, list) else talk
    if mantis.get("conversation"):
        first = mantis["conversation"][0]
        if isinstance(first, dict) and first.get("role") == _SYSTEM:
            mantis["conversation"] = mantis["conversation"][1:]
    return mantis


def _translate_turn(turn: object) -> object:
    if not isinstance(turn, dict):
        return turn
    role = turn.get("role", turn.get("from"))
    name = _ROLES.get(role.lower(), role) if isinstance(role, str) else role
    return {"role": name, "content": turn.get("content", turn.get("value"))}


def _name(value: object) -> str:
    if isinstance(value, NumberText):
        return value.text
    return str(value) if isinstance(value, str | int) else ""


def _pair(said: Sequence[tuple[object, str]]) -> Iterator[Exchange]:
    """Yield each question with its answer; a turn of an unknown role stands in for the one that is due."""
    waiting: str | None = None
    for role, text in said:
        if role == Role.ASSISTANT.value or (role not in _ROLES and waiting is not None):
            yield Exchange(waiting, text)
            waiting = None
        else:
            if waiting is not None:
                yield Exchange(waiting, None)
            waiting = text
    if waiting is not None:
        yield Exchange(waiting, None)


def _find_faults(document: object, index: int, roles: Sequence[object]) -> Iterator[tuple[Kind, str]]:
    problem = check_document(document, index)
    if problem is not None:
        is_role = problem.where.endswith(".role")
        place = problem.where.removeprefix(f"$[{index}]").lstrip(".") or "the record"
        yield (
            (Kind.WRONG_ROLES if is_role else Kind.MALFORMED_RECORD),
            f"{place}: expected {problem.expected}, got {problem.got}",
        )
    elif isinstance(document, dict):
        if not _name(document["id"]).strip():
            yield Kind.MISSING_ID, "id: expected a name or number, got none"
        if not document["images"]:
            yield Kind.NO_IMAGES, "images: expected at least one, got none"
        if list(roles) != [Role.USER.value, Role.ASSISTANT.value] * (len(roles) // 2) or not roles:
            yield Kind.WRONG_ROLES, f"turns: {', '.join(map(str, roles[:6]))}" if roles else "no turns"
