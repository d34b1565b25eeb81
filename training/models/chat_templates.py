"""The chat templates that models are trained with: one Jinja file a family of `training/chat_templates/`.

A template writes the project's interleaved form (pipelines/interleave.py) with the model's own image token, and marks with
`{% generation %}` what the model learns to write: the answer and the token that ends a turn. It is saved with the model, so
that whoever asks it later asks in the words of its training.

Example:
    >>> "{%- generation -%}" in read_chat_template("tiny")
    True
"""

from pathlib import Path

from training.models.problem import BaseModelError

CHAT_TEMPLATES_FOLDER = Path(__file__).parents[1] / "chat_templates"


def read_chat_template(name: str) -> str:
    """Return the text of a template.

    Raises:
        BaseModelError: no such file.
    """
    try:
        return (CHAT_TEMPLATES_FOLDER / f"{name}.jinja").read_text(encoding="utf-8")
    except FileNotFoundError:
        known = ", ".join(list_chat_templates())
        raise BaseModelError(f"chat template {name!r}: no such file; set base.chat_template to one of {known}") from None


def list_chat_templates() -> list[str]:
    """Return the names of the templates."""
    return sorted(path.stem for path in CHAT_TEMPLATES_FOLDER.glob("*.jinja"))
