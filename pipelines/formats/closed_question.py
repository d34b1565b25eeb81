"""Closed questions in the released form: a stem, then one line per option, `A: text`, and an answer `B: text`.

Example:
    >>> text = format_closed_question("Which image shows an effusion?", ("the first", "the second"))
    >>> question = parse_closed_question(text)
    >>> question.stem, dict(question.options)
    ('Which image shows an effusion?', {'A': 'the first', 'B': 'the second'})
    >>> parse_keyed_answer("B: the second")
    ('B', 'the second')
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from string import ascii_uppercase

IMAGE_MARK = "<image>"
MIN_OPTIONS = 2
_LEADING_TOKENS = re.compile(rf"(?:\s*{IMAGE_MARK})+\s*")
_OPTION_LINE = re.compile(r"([A-Z]): (.*?)\s*")


@dataclass(frozen=True)
class ClosedQuestion:
    """A closed question as printed, its defects included."""

    stem: str  # everything before the first option line, without the newline that ends it
    lines: tuple[tuple[str, str], ...]  # (letter, text) of each option line in print order, repeats included
    stray_lines: tuple[str, ...]  # lines after the first option that are neither options nor blank

    @property
    def options(self) -> Mapping[str, str]:
        """Text by letter in print order; of a repeated letter the first."""
        first: dict[str, str] = {}
        for letter, text in self.lines:
            first.setdefault(letter, text)
        return first

    @property
    def letters(self) -> tuple[str, ...]:
        """Letters in print order, each once."""
        return tuple(self.options)

    @property
    def repeated_letters(self) -> tuple[str, ...]:
        """Letters printed before more than one option, in print order."""
        return tuple(letter for letter, count in Counter(letter for letter, _ in self.lines).items() if count > 1)


def strip_image_tokens(content: str) -> tuple[int, str]:
    """Return how many `<image>` tokens content holds anywhere, and its text without the leading ones.

    White space around leading tokens goes with them; tokens within the text stay, so nothing is glued together.
    """
    leading = _LEADING_TOKENS.match(content)
    return content.count(IMAGE_MARK), content[leading.end() :] if leading else content


def parse_closed_question(text: str) -> ClosedQuestion | None:
    r"""Return the stem and options of a question, None where it has fewer than two option lines (an open question).

    An option line is `^([A-Z]): (.*?)\s*$`; one alone is part of an open question's text. `text` comes without image
    tokens; trailing white space of options is dropped, as the release has up to two spaces there.
    """
    lines = text.split("\n")  # not splitlines(): it breaks at \x0b, \x85 and others, which options may hold
    matches = [_OPTION_LINE.fullmatch(line) for line in lines]
    places = [place for place, match in enumerate(matches) if match]
    if len(places) < MIN_OPTIONS:
        return None
    return ClosedQuestion(
        stem="\n".join(lines[: places[0]]),
        lines=tuple((match[1], match[2]) for match in matches if match),
        stray_lines=tuple(
            lines[place] for place in range(places[0], len(lines)) if not matches[place] and lines[place].strip()
        ),
    )


def format_closed_question(stem: str, options: Sequence[str]) -> str:
    """Return `stem`, then one line per option, each line ended by one newline; image tokens are not part of it.

    Raises:
        ValueError: the text would not be read back as these options (fewer than 2 or more than 26, an option of several
            lines or with white space around it, a stem that holds an option line).
    """
    if not MIN_OPTIONS <= len(options) <= len(ascii_uppercase):
        raise ValueError(f"a closed question has 2 to 26 options, got {len(options)}")
    for letter, option in zip(ascii_uppercase, options, strict=False):
        if "\n" in option or option != option.strip():
            raise ValueError(f"option {letter} must be one line without white space around it, got {option!r}; strip it")
    if any(_OPTION_LINE.fullmatch(line) for line in stem.split("\n")):
        raise ValueError("the stem holds a line of the form 'A: text', which would be read as an option; reword it")
    return "".join([f"{stem}\n", *(f"{letter_at(place)}: {option}\n" for place, option in enumerate(options))])


def parse_keyed_answer(answer: str) -> tuple[str, str] | None:
    """Return letter and text of an answer `B: text` of one line, None for any other answer (open, or a bare letter)."""
    match = _OPTION_LINE.fullmatch(answer)
    return (match[1], match[2]) if match else None


def letter_at(index: int) -> str:
    """Return the letter of the option at a 0-based place: 0 is "A", 25 is "Z"; ValueError beyond."""
    if not 0 <= index < len(ascii_uppercase):
        raise ValueError(f"options have places 0 to 25, got {index}")
    return ascii_uppercase[index]
