"""Mantis records as LLaVA JSON: `{"id", "image": [path], "conversations": [{"from": "human", "value"}, {"from": "gpt", ...}]}`.

`image` is a list, as LLaVA-NeXT-Interleave's trainer takes for several images; `source` is kept as a further key. Form:
https://github.com/haotian-liu/LLaVA/blob/main/docs/Finetune_Custom_Data.md.

Example:
    >>> from pipelines.formats.mantis import build_record
    >>> from pipelines.records import Turn
    >>> build_row(build_record("r1", ("a.jpg",), (Turn(Role.USER, "<image>Normal?"),), None))
    {'id': 'r1', 'image': ['a.jpg'], 'conversations': [{'from': 'human', 'value': '<image>Normal?'}]}
"""

from pathlib import Path
from typing import Any

from pipelines.formats.json_file import encode_text
from pipelines.formats.json_text import format_json
from pipelines.formats.mantis import RELEASED_FORMATTING, MantisFile, MantisRecord
from pipelines.formats.usable import Usable, select_usable
from pipelines.storage import write_bytes
from pipelines.vocabulary import Role

_SPEAKERS = {Role.USER: "human", Role.ASSISTANT: "gpt"}


def write_llava(file: MantisFile, path: Path) -> Usable:
    """Write the usable records as LLaVA JSON, atomically; return which they are and why others are left out."""
    usable = select_usable(file)
    text = format_json([build_row(record) for record in usable.records], RELEASED_FORMATTING)
    write_bytes(str(path), encode_text(text, has_bom=False))
    return usable


def build_row(record: MantisRecord) -> dict[str, Any]:
    """Return a record as a LLaVA object; the image marks stay where they are in the text."""
    conversations = [{"from": _SPEAKERS[turn.role], "value": turn.content} for turn in record.turns]
    row: dict[str, Any] = {"id": record.id, "image": list(record.images), "conversations": conversations}
    return row if record.source is None else row | {"source": record.source}
