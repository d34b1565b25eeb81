r"""The text of a question as a model is given it: as published, or with one line that asks for a short answer.

Example:
    >>> prompt = Prompt("answer-1", "r1", "Which?\nA: left\nB: right\n", (), ("A", "B"), ())
    >>> write_question(prompt, PromptForm.DIRECT).splitlines()[-1]
    'Answer with the letter of the right option only.'
    >>> write_question(prompt, PromptForm.PUBLISHED) == prompt.text
    True
"""

from evaluation.models.model import Prompt
from evaluation.models.options import PromptForm

DIRECT_CLOSED = "Answer with the letter of the right option only."
DIRECT_OPEN = "Answer in one or two sentences."


def write_question(prompt: Prompt, form: PromptForm) -> str:
    """Return a prompt's text in a form."""
    if form is PromptForm.PUBLISHED:
        return prompt.text
    return prompt.text.rstrip("\n") + "\n" + (DIRECT_CLOSED if prompt.letters else DIRECT_OPEN)
