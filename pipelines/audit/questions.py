r"""One question with its answer, as a record prints it: stem, options, and what the answer names.

Example:
    >>> asked = read_question("<image><image>Which?\nA: left\nB: right\n", "B: right", is_closed_tag=False)
    >>> asked.stem, asked.texts, asked.key.letters, asked.n_marks
    ('Which?', ('left', 'right'), ('B',), 2)
"""

import re
from dataclasses import dataclass
from functools import cached_property

from pipelines.audit.answer_keys import Key, read_key, says_option
from pipelines.audit.option_lists import OptionForm, OptionList, count_option_lines, find_options
from pipelines.formats.closed_question import parse_keyed_answer
from pipelines.formats.reference import fold

_MARK = re.compile(r"<\|?im(?:age|g)(?:here|[ _]?\d{1,2}|_pad|_token)?\|?>", re.IGNORECASE)
_KEYED = re.compile(r"\s*\(?[A-H][:.)]\s?\S", re.DOTALL)


@dataclass(frozen=True)
class Question:
    """A question and its answer. Open questions have no options and a key without letters."""

    stem: str  # without image tokens and without options
    options: tuple[tuple[str, str], ...]  # (letter, text) in print order, repeats included
    answer: str | None  # as written; None where no answer follows
    key: Key
    n_marks: int
    has_lost_options: bool  # the answer names a letter, but no list of two or more options is printed

    @property
    def is_closed(self) -> bool:
        """Whether options are printed."""
        return bool(self.options)

    @property
    def texts(self) -> tuple[str, ...]:
        """The options' texts in print order."""
        return tuple(text for _, text in self.options)

    @property
    def is_lettered_well(self) -> bool:
        """Whether the letters are A, B, C, ... each once."""
        return all(ord(letter) == ord("A") + place for place, (letter, _) in enumerate(self.options))

    @cached_property
    def keyed_place(self) -> int | None:
        """The 0-based place of the one option that the answer names; None where open, or where it names none or several.

        Where a letter stands twice, or its text differs, the letter decides, as it does in scoring.
        """
        if len(self.key.letters) != 1:
            return None
        places = [place for place, (letter, _) in enumerate(self.options) if letter == self.key.letters[0]]
        return next((place for place in places if says_option(self.key.text, self.texts[place])), next(iter(places), None))

    @property
    def answer_text(self) -> str:
        """The answer as a text to compare: the keyed option's where there is one, else what is written."""
        place = self.keyed_place
        return fold(self.key.text if place is None else self.texts[place])


def read_question(user: str, assistant: str | None, *, is_closed_tag: bool) -> Question:
    """Return the question of a user's turn and the answer of the turn that follows it.

    Options in another form than the release's count only where the answer names a letter or an option, or where
    `is_closed_tag` tells that the record has options.
    """
    n_marks = len(_MARK.findall(user))
    text = _MARK.sub(" ", user).strip() if n_marks else user.strip()
    found, answer = find_options(text), assistant or ""
    key = None if found is None else read_key(answer, found.options)
    if (
        found is not None
        and key is not None
        and (found.form is OptionForm.RELEASED or is_closed_tag or _is_named(key, found, answer))
    ):
        return Question(found.stem, found.options, assistant, key, n_marks, has_lost_options=False)
    is_keyed = parse_keyed_answer(answer.strip()) is not None and _KEYED.match(answer) is not None
    is_lost = is_keyed or (count_option_lines(text) == 1 and bool(read_key(answer, ()).letters))
    return Question(text, (), assistant, Key((), answer.strip()), n_marks, has_lost_options=is_lost)


def _is_named(key: Key, found: OptionList, answer: str) -> bool:
    """Whether an answer speaks of an option list by a printed letter; of one within a line, with no text that belies it."""
    if not any(letter in key.letters for letter, _ in found.options) or find_options(answer) is not None:
        return False  # an answer that is a list itself answers several questions
    return found.form is OptionForm.LINES or not key.text or any(says_option(key.text, text) for _, text in found.options)
