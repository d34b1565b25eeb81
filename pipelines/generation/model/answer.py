"""The form in which a model returns an item: one schema for closed and open items alike, in OpenAI's strict subset.

One schema, and not one for each answer type, so that all requests of a run lie in one file: a batch or a file that is handed
over comes back once. An open item has no wrong options. Strict mode wants every field required and no further ones, and allows
no length limits; what the schema cannot say is checked as the answer is read, so that one repair turn can mend it.

Models write the fields in the order of the schema, and requests are canonical JSON, whose keys stand in alphabetical order. The
names are chosen so that evidence comes before the question, that before the answers, and a judge's ground before its letter.

Example:
    >>> WrittenItem.model_validate_json('{"evidence": [], "question": "Which?", "right_answer": "  ", "wrong_options": []}')
    Traceback (most recent call last):
    ...
    pydantic_core._pydantic_core.ValidationError: 1 validation error for WrittenItem
    right_answer
      Value error, got only space, expected words [type=value_error, input_value='  ', input_type=str]
        For further information visit ...
"""

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

MOST_IMAGES = 7  # of a record
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})  # control, invisible, half a pair, private, unassigned


def _require_words(text: str) -> str:
    if not text.strip():
        raise ValueError("got only space, expected words")
    if any(unicodedata.category(sign) in _UNSEEN and sign not in "\n\r\t" for sign in text):
        raise ValueError("got a control character or an invisible sign, expected plain text")
    return text


def _require_image(image: int) -> int:
    if not 1 <= image <= MOST_IMAGES:
        raise ValueError(f"got a number that no image has, expected 1 to {MOST_IMAGES}, or null")
    return image


def _require_one_line(text: str) -> str:
    if _require_words(text) != " ".join(text.split()):
        raise ValueError("got a line break, a doubled space or space at an edge, expected one line with single spaces")
    return text


Words = Annotated[str, AfterValidator(_require_words)]
Line = Annotated[str, AfterValidator(_require_one_line)]


class WrongOption(BaseModel):
    """One wrong option."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    answer_class: Line = Field(description="the class that it states, copied from the case's classes of the wrong options")
    text: Line


class Evidence(BaseModel):
    """Words of a source that support the right answer."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    image: Annotated[int, AfterValidator(_require_image)] | None = Field(
        description="number of the image, 1 for the first; null for the visit that is not shown"
    )
    quote: Words = Field(description="copied character by character from the source of that image")


class WrittenItem(BaseModel):
    """One question with its answer, as a model words it; it never says a letter."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    evidence: list[Evidence]
    question: Line
    right_answer: Line = Field(description="closed: the right option; open: one or two full sentences")
    wrong_options: list[WrongOption] = Field(description="closed: one for each class of the wrong options; open: empty")


class Choice(BaseModel):
    """A letter, as a blind solver chooses it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    letter: Line


class Judgement(BaseModel):
    """The letter that a judge derives from the sources, None where they decide none, and on what grounds."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    ground: Line
    letter: Line | None
