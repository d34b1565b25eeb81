"""The reviewed texts that models are prompted with: `prompts/*.txt`, put together and versioned by their hash.

A prompt is `system.txt` and the text of the sub-task, and of a further version also `rewrite.txt`. Its hash is that of the
text as it is sent, so that changing any of the files makes a new prompt, new requests and new records; an identifier such as
`prompt/finding_progression@<12 digits>` names the text that a record was made with.

Example:
    >>> prompt = load_writing_prompt(SubTask.FINDING_PROGRESSION)
    >>> prompt.template_id == f"prompt/finding_progression@{prompt.hash[:12]}"
    True
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pipelines.keys import digest
from pipelines.vocabulary import SubTask

PROMPTS = Path(__file__).parent / "prompts"
SYSTEM, REWRITE, JUDGE, BLIND_SOLVER = "system", "rewrite", "judge", "blind_solver"


class PromptError(FileNotFoundError):
    """A text that a prompt needs is not among the reviewed ones."""


@dataclass(frozen=True, slots=True)
class PromptText:
    """The fixed part of a prompt."""

    name: str
    text: str

    @property
    def hash(self) -> str:
        """Content hash (64 hex digits); `Record.template_hash` of what is made with it."""
        return digest(self.text)

    @property
    def template_id(self) -> str:
        """Name and the first 12 digits of the hash."""
        return f"prompt/{self.name}@{self.hash[:12]}"


def load_writing_prompt(subtask: SubTask) -> PromptText:
    """Return the prompt that a record of a sub-task is written with; PromptError for a composed sub-task."""
    return PromptText(str(subtask), _join(SYSTEM, subtask))


def load_rewriting_prompt(subtask: SubTask) -> PromptText:
    """Return the prompt that a rejected record of a sub-task is written anew with."""
    return PromptText(f"{subtask}+{REWRITE}", _join(SYSTEM, subtask, REWRITE))


def load_judging_prompt() -> PromptText:
    """Return the judge's prompt, one for all sub-tasks."""
    return PromptText(JUDGE, _join(JUDGE))


def load_blind_prompt() -> PromptText:
    """Return the blind solver's prompt, one for all sub-tasks."""
    return PromptText(BLIND_SOLVER, _join(BLIND_SOLVER))


def _join(*names: str) -> str:
    return "\n\n".join(_read(name) for name in names)


@cache
def _read(name: str) -> str:
    path = PROMPTS / f"{name}.txt"
    if not path.is_file():
        known = ", ".join(sorted(found.stem for found in PROMPTS.glob("*.txt")))
        raise PromptError(f"{path.name}: no such prompt; write it into {PROMPTS} (there are: {known})")
    return path.read_text(encoding="utf-8").strip()
