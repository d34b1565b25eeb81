"""A model's raw output as the page shows it: what was read from it marked, and no longer than a page can hold.

Example:
    >>> divide_output("Both differ. The answer is B.", "B", "cue")
    ('Both differ. The answer is ', 'B', '.')
    >>> divide_output("It is hard to tell.", None, "undecided")
    ('It is hard to tell.', '', '')
"""

import re

from evaluation.choice import ChoiceRule
from evaluation.choice_rules.text import strip_control_text, strip_reasoning
from evaluation.choice_rules.turns import first_reply

_HEAD, _TAIL = 900, 500  # characters of a part that is too long
_LONGEST = _HEAD + _TAIL + 100
# These rules read an output from its start; all others look for the last wording of their kind.
_FROM_START = frozenset({ChoiceRule.VERBATIM, ChoiceRule.LEADING})


def divide_output(output: str, span: str | None, rule: str | None) -> tuple[str, str, str]:
    """Return what stands before the span that the letter was read from, the span, and what stands after it.

    Rules read a cleaned output, so that a span may not be found in the raw one: then all of it stands first, and nothing is
    marked. A part of more than 1,500 characters keeps its start and its end, with a word on how much is left out between.
    """
    start, end = _find(output, span, rule)
    return shorten_output(output[:start]), shorten_output(output[start:end]), shorten_output(output[end:])


def shorten_output(text: str) -> str:
    """Return a text, or its start and end with `[... 98,600 characters left out ...]` between them."""
    if len(text) <= _LONGEST:
        return text
    left_out = f"{len(text) - _HEAD - _TAIL:,}"
    return f"{text[:_HEAD]} [... {left_out} characters left out ...] {text[-_TAIL:]}"


def _find(output: str, span: str | None, rule: str | None) -> tuple[int, int]:
    """Return where the span stands as a word of its own: the letter B is not the B of "Both"."""
    if not span:
        return len(output), len(output)
    reply, offset = _find_reply(output)
    wording = r"\s+".join(map(re.escape, span.split())) or re.escape(span)
    found = [match.span() for match in re.finditer(rf"(?<!\w){wording}(?!\w)", reply)]
    found = found or [match.span() for match in re.finditer(wording, reply, re.IGNORECASE)]
    if not found:
        return len(output), len(output)
    start, end = found[0] if rule in _FROM_START else found[-1]
    return offset + start, offset + end


def _find_reply(output: str) -> tuple[str, int]:
    """Return the part that rules read, without reasoning before it and further turns behind it, and where it starts."""
    reply = first_reply(strip_reasoning(output)).strip()
    place = output.rfind(reply)
    if not reply or place < 0:
        return output, 0
    ended = strip_control_text(reply).rstrip()
    return (ended if reply.startswith(ended) else reply), place
