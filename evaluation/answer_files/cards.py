"""What a model is, kept beside its answers: a predictions file alone has only digests.

Example:
    >>> name_card(Path("runs/mine.jsonl")).name
    'mine.jsonl.model.json'
"""

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from evaluation.answer_files.predictions import PredictionError
from pipelines.score_records import ImageUse, ModelCard
from pipelines.storage import write_bytes

_TUPLES = ("versions", "remarks")


def name_card(answers: Path) -> Path:
    """Return where the card of a file of answers lies."""
    return answers.with_name(f"{answers.name}.model.json")


def write_card(answers: Path, card: ModelCard) -> None:
    """Write a model's card beside its answers, atomically; the same card gives the same bytes."""
    write_bytes(str(name_card(answers)), f"{json.dumps(asdict(card), indent=2)}\n".encode("ascii"))


def read_card(answers: Path, model: str) -> ModelCard | None:
    """Return the card beside a file of answers, under a model's name in a table; None where there is none, or it is of others.

    Raises:
        PredictionError: the card is there and is none.
    """
    path = name_card(answers)
    if not path.is_file():
        return None
    try:
        values: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        lists = {name: tuple(values[name]) for name in _TUPLES}
        card = replace(ModelCard(**values), model=model, image_use=ImageUse(values["image_use"]), **lists)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise PredictionError(f"{path}: is no model's card ({type(error).__name__}: {error}); remove it") from error
    return card if card.digest == _read_digest(answers) else None


def _read_digest(answers: Path) -> str | None:
    """Return the digest that the first answer carries; None where it has none: the file was made elsewhere."""
    try:
        with answers.open("rb") as stream:
            first = json.loads(stream.readline())
    except (OSError, ValueError):
        return None
    return first.get("model") if isinstance(first, dict) else None
