r"""Printed options as people print them: the release's `A: text` lines, and `A. x`, `(A) x`, `a) x`, several on a line.

The release's own form is read by `parse_closed_question` alone. The tolerant reading is a guess ("panels (A) and (B)" is no
option list), so that a question counts as closed by it only where its answer names a letter or an option: see `questions`.

Example:
    >>> find_options("Which side? (A) left (B) right")
    OptionList(stem='Which side?', options=(('A', 'left'), ('B', 'right')), form=<OptionForm.INLINE: 'inline'>)
    >>> find_options("Is vitamin A: low or high?") is None
    True
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from pipelines.formats.closed_question import MIN_OPTIONS, parse_closed_question

# One character for one: what is found in the translated text has the same place in the original.
NARROW = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: " ", 0x3001: ".", 0x3010: "[", 0x3011: "]"}
"""Full-width letters, digits and punctuation as their plain forms, for `str.translate`."""

_LABEL = r"(?:[(\[]([A-Za-z])[)\]][:.]?|\*{0,2}([A-Z])\s?[:.)]\*{0,2}|([a-z])\))"
_AT_LINE_START = re.compile(rf"^[ \t]*(?:[-*•][ \t]+)?{_LABEL}(?!\w\.)[ \t]*", re.MULTILINE)
_ANYWHERE = re.compile(rf"(?<![\w(\[]){_LABEL}[ \t]*")
_BETWEEN = " \t\r\n,;|/"


class OptionForm(StrEnum):
    """How sure it is that a text is an option list."""

    RELEASED = "released"  # lines `A: text`
    LINES = "lines"  # each option begins a line
    INLINE = "inline"  # several on a line


@dataclass(frozen=True, slots=True)
class OptionList:
    """A question's text before its options, and the options as (letter, text) in print order, repeats included."""

    stem: str
    options: tuple[tuple[str, str], ...]
    form: OptionForm


def find_options(text: str) -> OptionList | None:
    """Return the options that a question prints, None where there are fewer than two; `text` is without image tokens."""
    released = parse_closed_question(text) if ": " in text else None
    if released is not None and not any(_AT_LINE_START.match(line) for line in released.stray_lines):
        return _part_from_stem(OptionList(released.stem, released.lines, OptionForm.RELEASED))
    plain = text.translate(NARROW)
    tolerant = _split(plain, _AT_LINE_START, OptionForm.LINES) or _split(plain, _ANYWHERE, OptionForm.INLINE)
    if released is not None and (tolerant is None or len(tolerant.options) <= len(released.lines)):
        return OptionList(released.stem, released.lines, OptionForm.RELEASED)
    return tolerant


def _part_from_stem(found: OptionList) -> OptionList:
    """Return the options without the lines of a stem that begins like an option: "A: a man of 50. Which is true?"."""
    letters = [letter for letter, _ in found.options]
    last = len(letters) - 1 - letters[::-1].index("A") if "A" in letters else 0
    if last == 0 or len(letters) - last < MIN_OPTIONS or not found.options[last - 1][1].endswith("?"):
        return found
    lines = [f"{letter}: {text}" for letter, text in found.options[:last]]
    return OptionList("\n".join([found.stem, *lines]), found.options[last:], found.form)


def count_option_lines(text: str) -> int:
    """Return how many lines begin like an option, for questions that are no option list."""
    return len(_AT_LINE_START.findall(text.translate(NARROW)))


def _split(text: str, label: re.Pattern[str], form: OptionForm) -> OptionList | None:
    """Return the options of the last run of labels A, B, ... in rising order, cut at the labels."""
    labels = [(next(filter(None, match.groups())).upper(), match) for match in label.finditer(text)]
    starts = [place for place, (letter, _) in enumerate(labels) if letter == "A"]
    if not starts or len(labels) - starts[-1] < MIN_OPTIONS:
        return None
    run = labels[starts[-1] :]
    letters = [letter for letter, _ in run]
    if letters[1] not in "BC" or letters != sorted(set(letters)):
        return None
    ends = [match.start() for _, match in run[1:]] + [len(text)]
    texts = [text[match.end() : end].strip(_BETWEEN) for (_, match), end in zip(run, ends, strict=True)]
    stem = text[: run[0][1].start()].rstrip(_BETWEEN)
    return OptionList(stem, tuple(zip(letters, texts, strict=True)), form)
