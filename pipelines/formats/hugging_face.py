"""Mantis records as `messages` + `images` Parquet, which TRL, axolotl, LLaMA-Factory and ms-swift read.

Each `<image>` mark becomes a part `{"type": "image"}` at its place, the text between stays verbatim. `images` holds paths
as the record does: give the loader the folder that they are relative to (with `datasets`: map it onto the column, then
`cast_column("images", Sequence(Image()))`). Form: https://huggingface.co/docs/trl/dataset_formats (vision, conversational).

Example:
    >>> split_content("<image><image>Same side?")
    [{'type': 'image', 'text': None}, {'type': 'image', 'text': None}, {'type': 'text', 'text': 'Same side?'}]
"""

from pathlib import Path
from typing import Any

import pyarrow as pa

from pipelines.formats.closed_question import IMAGE_MARK
from pipelines.formats.mantis import MantisFile, MantisRecord
from pipelines.formats.usable import Usable, check_encodable, select_usable
from pipelines.storage import write_table

_PART = pa.struct([pa.field("type", pa.string(), nullable=False), pa.field("text", pa.string())])
_MESSAGE = pa.struct(
    [
        pa.field("role", pa.string(), nullable=False),
        pa.field("content", pa.list_(pa.field("item", _PART, nullable=False)), nullable=False),
    ]
)
SCHEMA = pa.schema(
    [
        pa.field("id", pa.string(), nullable=False),
        pa.field("source", pa.string()),
        pa.field("messages", pa.list_(pa.field("item", _MESSAGE, nullable=False)), nullable=False),
        pa.field("images", pa.list_(pa.field("item", pa.string(), nullable=False)), nullable=False),
    ]
)


def write_hugging_face(file: MantisFile, path: Path) -> Usable:
    """Write the usable records as one Parquet file, atomically; return which they are and why others are left out."""
    usable = select_usable(file, check_encodable)
    rows = [build_row(record) for record in usable.records]
    write_table(str(path), pa.Table.from_pylist(rows, schema=SCHEMA))
    return usable


def build_row(record: MantisRecord) -> dict[str, Any]:
    """Return a record as a row of `SCHEMA`."""
    messages = [{"role": turn.role.value, "content": split_content(turn.content)} for turn in record.turns]
    return {"id": record.id, "source": record.source, "messages": messages, "images": list(record.images)}


def split_content(content: str) -> list[dict[str, str | None]]:
    """Return a turn's text as parts: an image part for each mark, a text part for each text between that is not empty."""
    parts: list[dict[str, str | None]] = []
    for place, text in enumerate(content.split(IMAGE_MARK)):
        if place:
            parts.append({"type": "image", "text": None})
        if text:
            parts.append({"type": "text", "text": text})
    return parts
