"""Read the chosen letter from whatever a model wrote. Never guesses: what cannot be decided has no letter.

Rules are asked in a fixed order, from the marked answer to the lone capital letter; the first that recognises its wording
decides. The order and the failure kinds that it avoids come from comparing five evaluation kits on hand-labelled outputs.
Before them goes what is not the answer: reasoning blocks, a repeated prompt, the options printed again, and what a base model
writes after its answer (`choice_rules.text`, `choice_rules.turns`).

Example:
    >>> options = {"A": "no change", "B": "worsening", "C": "improvement"}
    >>> parse_choice("The answer is A. On reflection, the answer is (B).", options).letter
    'B'
    >>> choice = parse_choice("It is either A or B.", options)
    >>> choice.letter is None, str(choice.rule)
    (True, 'undecided')
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from evaluation.choice_rules.capital import read_capital, read_leading
from evaluation.choice_rules.collective import read_collective, read_pair
from evaluation.choice_rules.cues import read_cue
from evaluation.choice_rules.marked import read_boxed, read_json, read_tag, read_verbatim
from evaluation.choice_rules.option_text import read_exact_text, read_option_text
from evaluation.choice_rules.reading import Reading, Rule
from evaluation.choice_rules.text import clean_output
from evaluation.choice_rules.turns import before_next_question, drop_echo
from evaluation.choice_rules.verdicts import read_verdicts
from evaluation.choice_rules.whole import read_whole

CHOICE_PROTOCOL = "choice_v2"  # changes whenever an output could be read differently


class ChoiceRule(StrEnum):
    """Which wording the letter was read from."""

    VERBATIM = "verbatim"  # "B: <text of B>"
    BOXED = "boxed"
    TAG = "tag"  # <answer>B</answer>, [[B]]
    JSON = "json"
    WHOLE = "whole"  # the letter is the whole output
    EXACT_TEXT = "exact_text"  # an option's text is the whole output
    CUE = "cue"  # "the answer is B"
    VERDICT = "verdict"  # "A: wrong / B: correct / C: wrong"
    LEADING = "leading"  # "B: ...", "B because ..."
    OPTION_TEXT = "option_text"  # exactly one option is named and not denied
    COLLECTIVE = "collective"  # "both", "none of the above"
    CAPITAL = "capital"  # the only capital letter that stands alone
    JUDGE = "judge"  # read by a model, see `evaluation.choice_judge`
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen, by which rule, read from which text of the cleaned output."""

    letter: str | None
    rule: ChoiceRule
    span: str | None


UNDECIDED = Choice(None, ChoiceRule.UNDECIDED, None)

_RULES: tuple[tuple[ChoiceRule, Rule], ...] = (
    (ChoiceRule.VERBATIM, read_verbatim),
    (ChoiceRule.BOXED, read_boxed),
    (ChoiceRule.TAG, read_tag),
    (ChoiceRule.JSON, read_json),
    (ChoiceRule.WHOLE, read_whole),
    (ChoiceRule.EXACT_TEXT, read_exact_text),
    (ChoiceRule.COLLECTIVE, read_pair),
    (ChoiceRule.CUE, read_cue),
    (ChoiceRule.VERDICT, read_verdicts),
    (ChoiceRule.LEADING, read_leading),
    (ChoiceRule.OPTION_TEXT, read_option_text),
    (ChoiceRule.COLLECTIVE, read_collective),
    (ChoiceRule.CAPITAL, read_capital),
)
# An answer stands at the start or at the end; pages between them are not read, and so no rule may ask them what they name
_READ_WHOLE, _HEAD, _TAIL = 6000, 1000, 5000  # characters
_WEAK_RULES = {ChoiceRule.OPTION_TEXT, ChoiceRule.COLLECTIVE, ChoiceRule.CAPITAL}
_STRONG_RULES = tuple((rule, read) for rule, read in _RULES if rule not in _WEAK_RULES)


def parse_choice(output: str, options: Mapping[str, str]) -> Choice:
    """Return the letter that an output chooses among options (capital letter -> text); letters outside them never count.

    `letter` is None and `rule` UNDECIDED for refusals, hedges ("A or B"), an echo of all options, and everything that no
    rule recognises; also for a letter with another option's text, and for a position ("the second option"), as it is no
    letter and its options may have been printed in another order. Score such an output as wrong and count it apart.

    An option's text may differ in case, punctuation, number, spelling (British, American) and articles, by no other letter.
    Of an output beyond 6,000 characters both ends are read, and only by rules that an announced or marked answer meets.
    """
    if not options:
        return UNDECIDED
    if verbatim := read_verbatim(output, options):  # before clean-up: an option's text may hold what is cleaned away
        return _choice_of(ChoiceRule.VERBATIM, verbatim, options)
    text = clean_output(output)
    if parts := before_next_question(text, options):
        head, is_other = parts
        choice = _read(head, options, _RULES if is_other else _STRONG_RULES)
        if choice is not None or is_other:
            return choice or UNDECIDED
    return _read(drop_echo(text, options), options, _RULES) or UNDECIDED


def _read(text: str, options: Mapping[str, str], rules: tuple[tuple[ChoiceRule, Rule], ...]) -> Choice | None:
    if len(text) > _READ_WHOLE:
        text, rules = f"{text[:_HEAD]}\n\n{text[-_TAIL:]}", _STRONG_RULES
    for rule, read in rules:
        reading = read(text, options)
        if reading is not None:
            return _choice_of(rule, reading, options)
    return None


def _choice_of(rule: ChoiceRule, reading: Reading, options: Mapping[str, str]) -> Choice:
    if reading.letter is None or reading.letter not in options:
        return UNDECIDED
    return Choice(reading.letter, rule, reading.span)
