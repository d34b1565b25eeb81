r"""A shown item as the prompt that a model is given: question, options by letter, images in order.

Example:
    >>> from evaluation.benchmark import items_from_mantis
    >>> from evaluation.conditions.posed import show_as_is
    >>> from pipelines.formats.mantis import build_record
    >>> from pipelines.records import Turn
    >>> from pipelines.vocabulary import Role
    >>> turns = (Turn(Role.USER, "<image>Which?\nA: left\nB: right\n"), Turn(Role.ASSISTANT, "B: right"))
    >>> item = items_from_mantis([build_record("r1", ("a.jpg",), turns, None)])[0]
    >>> write_text(show_as_is(item).shown)
    'Which?\nA: left\nB: right\n'
"""

from collections.abc import Sequence
from dataclasses import replace

from evaluation.benchmark import BenchmarkItem
from evaluation.conditions.posed import PosedItem
from evaluation.corruptions.kinds import CORRUPTION_PROTOCOL
from evaluation.models.model import Prompt, ShownImage
from pipelines.keys import mint_id
from pipelines.score_records import Condition, ModelCard


def build_prompt(posed: PosedItem, images: Sequence[ShownImage], card: ModelCard) -> Prompt:
    """Return the prompt of a shown item; its key covers the model, the record, everything shown and how it is decoded."""
    shown = posed.shown
    corruption = posed.variant if posed.condition is Condition.CORRUPTED else ""
    prompt = Prompt(
        key="",
        record_key=posed.item.key,
        text=write_text(shown),
        images=tuple(replace(image, corruption=corruption) for image in images),
        letters=tuple(shown.options),
        sources=shown.sources,
    )
    # how an image is spoilt hangs on the seed and on how the corruptions are made
    spoilt = f"{CORRUPTION_PROTOCOL}, seed {card.seed}" if corruption else None
    return replace(prompt, key=mint_id("answer", card.digest, card.decoding, posed.item.key, prompt.digest, spoilt))


def write_text(item: BenchmarkItem) -> str:
    """Return question and options as records print them: one line per option under its own letter, gaps kept."""
    if not item.options:
        return item.question
    return "".join([f"{item.question}\n", *(f"{letter}: {text}\n" for letter, text in item.options.items())])
