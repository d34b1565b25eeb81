"""Rule about residue of templates and tables in texts that people read.

Example:
    >>> find_residue("ages nan and nan"), find_residue("Which {first/second} image?"), find_residue("nanometre")
    ('nan', '{first/second}', None)
"""

import re

from pipelines.reasons import Reason
from pipelines.records import Record
from pipelines.validation.context import Context, Failure

_RESIDUE = re.compile(
    r"\{[^{}]*\}?|\}|_{2,}|<image>|\b(?:nan|null|undefined)\b|\b[a-z]+_[a-z_]+\b|\[(?:insert|answer|option)[^\]]*\]|\ufffd",
    re.IGNORECASE,
)


def check_residue(record: Record, context: Context) -> Failure | None:
    """Placeholders, blanks, NaN, image tokens, raw codes ("pleural_effusion") or lost characters."""
    for text in (record.question, *record.options, record.answer):
        if (found := find_residue(text)) is not None:
            return Failure(Reason.TEMPLATE_RESIDUE, f"{found!r} in {text!r}")
    return None


def find_residue(text: str) -> str | None:
    """Return the first residue in a text, None where it is clean."""
    match = _RESIDUE.search(text)
    return None if match is None else match[0]
