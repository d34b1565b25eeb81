"""A model as the last reader of what a model wrote: asked only where no rule can decide, and believed only with a quote.

It is shown the question, the options and the output, never the key, and says a letter or "none". It has to quote the words
of the output that say so; where the quote is not in the output, or the letter is not offered, the output stays undecided.
Requests go the way of every other model call: the policy decides whose text may leave, the ledger answers a second time.

Example:
    >>> def ask(requests):
    ...     raise AssertionError("nothing is sent")
    >>> from pipelines.choices import Endpoint
    >>> endpoint = Endpoint(base_url="http://127.0.0.1:8080/v1", model="m")
    >>> empty = Undecided("item-1", "Which side?", {"A": "left", "B": "right"}, "<think>left or", sources=())
    >>> judge_undecided([empty], endpoint, ask)["item-1"].letter is None
    True
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from evaluation.choice import UNDECIDED, Choice, ChoiceRule
from evaluation.choice_rules.text import clean_output
from pipelines.calls.attempt import Ask
from pipelines.calls.question import Question
from pipelines.calls.request import Purpose
from pipelines.calls.structured import ask_structured
from pipelines.choices import Endpoint
from pipelines.generation.model.prompt_texts import PromptText
from pipelines.governance.scrubbing import scrub_text
from pipelines.vocabulary import Source

PROMPT = Path(__file__).parent / "prompts" / "choice_judge.txt"
_LONGEST, _HEAD, _TAIL = 8000, 2000, 6000  # characters of an output that are shown; an answer stands at one of its ends
_LEFT_OUT = "\n[...]\n"


@dataclass(frozen=True, slots=True)
class Undecided:
    """An output from which no rule read a letter."""

    item: str  # names the answer among those judged together: record, model and condition
    question: str = field(repr=False)  # without the options
    options: Mapping[str, str] = field(repr=False)  # letter -> text, as the model was shown them
    output: str = field(repr=False)
    sources: tuple[Source, ...]  # whose text the question is; empty for synthetic data


class ChoiceReading(BaseModel):
    """What the judge says; the excerpt comes before the letter, as requests sort the fields by name."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    excerpt: str = Field(description="the words of the reply that say which answer it chose, copied; empty for none")
    letter: Literal["A", "B", "C", "D", "E", "F", "G", "H", "I", "J", "none"]


def judge_undecided(undecided: Sequence[Undecided], endpoint: Endpoint, ask: Ask) -> Mapping[str, Choice]:
    """Return a choice for each undecided output, by item: a letter of the rule JUDGE and its quote, or UNDECIDED.

    Args:
        undecided: each of another item; an output in which no word is left is not sent.
        endpoint: of the judge; better not the model that is judged.
        ask: sends requests to it, see `pipelines.calls.executors.open_ask`.

    Raises:
        ValueError: two outputs have one item.
        Whatever `ask` raises, such as a source that the policy does not let go there; what was answered is in the ledger.
    """
    if len({one.item for one in undecided}) != len(undecided):
        raise ValueError("two undecided outputs have the same item, and choices are given by item; name each for itself")
    shown = {one.item: _show(one.output) for one in undecided}
    asked = [one for one in undecided if any(sign.isalnum() for sign in shown[one.item])]
    answers = ask_structured([_build_question(one, shown[one.item]) for one in asked], ChoiceReading, endpoint, ask)
    choices = dict.fromkeys(shown, UNDECIDED)
    for one in asked:
        value = answers[one.item].value
        choices[one.item] = UNDECIDED if value is None else _believe(value, shown[one.item], one.options)
    return choices


@cache
def load_choice_prompt() -> PromptText:
    """Return the judge's prompt; its hash is in every request, so that another text asks anew."""
    return PromptText("choice_judge", PROMPT.read_text(encoding="utf-8").strip())


def _build_question(one: Undecided, shown: str) -> Question:
    prompt = load_choice_prompt()
    answers = "\n".join(f"{letter}: {text}" for letter, text in one.options.items())
    case = f"QUESTION\n{scrub_text(one.question)}\n\nANSWERS\n{scrub_text(answers)}\n\nREPLY\n{shown}\nEND OF REPLY"
    messages = ({"role": "system", "content": prompt.text}, {"role": "user", "content": case})
    return Question(one.sources, Purpose.JUDGE_CHOICE, one.item, prompt.hash, messages)


def _show(output: str) -> str:
    """Return the part of an output that is shown and may be quoted: no reasoning blocks, no middle of a long one."""
    text = clean_output(output)
    if len(text) > _LONGEST:
        text = f"{text[:_HEAD]}{_LEFT_OUT}{text[-_TAIL:]}"
    return scrub_text(text)


def _believe(reading: ChoiceReading, shown: str, options: Mapping[str, str]) -> Choice:
    """Return the judge's choice where the output bears it out, else UNDECIDED."""
    quote = reading.excerpt.strip()
    is_word = any(sign.isalnum() for sign in quote)
    if reading.letter not in options or not is_word or quote not in shown:
        return UNDECIDED
    return Choice(reading.letter, ChoiceRule.JUDGE, quote)
