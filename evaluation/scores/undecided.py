"""Closed answers that no rule can decide, read by a model where the settings ask for one; off by default.

Example:
    >>> with open_reader(Settings(), None) as reader:
    ...     read_undecided(reader, "model benchmark", [], {}).judge is None
    True
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from evaluation.choice import Choice, parse_choice
from evaluation.choice_judge import Undecided, judge_undecided, load_choice_prompt
from evaluation.conditions.posed import PosedItem
from evaluation.scores.scoring import RULES_ALONE, Reading
from pipelines.model_calls import open_calls
from pipelines.progress import Say
from pipelines.settings import Settings
from pipelines.vocabulary import Source


@dataclass(frozen=True)
class UndecidedReader:
    """A model that reads what no rule can."""

    label: str  # named in the protocol: scores with it and without never stand in one table
    read: Callable[[Sequence[Undecided]], Mapping[str, Choice]]  # by item


@contextmanager
def open_reader(settings: Settings, say: Say | None) -> Iterator[UndecidedReader | None]:
    """Give the reader that `evaluation.choice_judge` names, None where it names none.

    Raises:
        SettingsError: the name is none of `endpoints`.
    """
    name = settings.evaluation.choice_judge
    if name is None:
        yield None
        return
    endpoint = settings.endpoint(name)
    with open_calls(settings, say) as ask_of:
        label = f"{endpoint.model} at {name}, prompt {load_choice_prompt().hash[:12]}"
        yield UndecidedReader(label, lambda undecided: judge_undecided(undecided, endpoint, ask_of(name)))


def read_undecided(
    reader: UndecidedReader | None, name: str, asked: Sequence[PosedItem], outputs: Mapping[str, str]
) -> Reading:
    """Return what the reader says of the closed answers that no rule decides, by item key; empty answers are not shown to it.

    Args:
        reader: None leaves them undecided.
        name: of model and benchmark, which makes an answer's name unique.
        asked: items as they were shown.
        outputs: by item key.
    """
    if reader is None:
        return RULES_ALONE
    undecided = {
        one.item.key: Undecided(
            item=" ".join((name, one.item.key, one.condition, one.variant)),
            question=one.shown.question,
            options=one.shown.options,
            output=output,
            sources=tuple(Source) if one.shown.sources is None else one.shown.sources,  # those of images of others, too
        )
        for one in asked
        if one.shown.options and (output := outputs.get(one.item.key, "")).strip()
        if parse_choice(output, one.shown.options).letter is None
    }
    read = reader.read(list(undecided.values()))
    return Reading(reader.label, {key: read[one.item] for key, one in undecided.items()})
