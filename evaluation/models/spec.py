"""A model by one line of text: `KIND:ARGUMENT`, with `?key=value&key=value` where the kind has options.

Example:
    >>> spec = parse_spec("mine", "transformers:runs/mine?dtype=bf16")
    >>> spec.argument, str(spec.options.dtype)
    ('runs/mine', 'bf16')
    >>> parse_spec("rule", "baseline:longest").argument
    'longest_option'
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from evaluation.baselines.rules import BASELINES
from evaluation.models.options import OpenAiOptions, OptionsError, TransformersOptions
from pipelines.settings import Settings


class ModelKind(StrEnum):
    """Where answers come from."""

    BASELINE = "baseline"
    FILE = "file"
    OPENAI = "openai"
    TRANSFORMERS = "transformers"
    CHECKPOINT = "checkpoint"  # of a training run of ours, by the run's name


# In place of a name or folder: a tiny model with random weights, written when it is first asked.
UNTRAINED = "untrained"
# The run that is trained on the synthetic cohort, to show that the whole way teaches a model to look.
TINY = "tiny"
UNTRAINED_OPTIONS = "answer=letters&max_new_tokens=24"  # what it says never ends of itself
TINY_OPTIONS = "max_new_tokens=48"  # it answers by an option's text; the cohort's longest answers end within it
_OPTIONS = {
    ModelKind.OPENAI: OpenAiOptions,
    ModelKind.TRANSFORMERS: TransformersOptions,
    ModelKind.CHECKPOINT: TransformersOptions,
}
_FORMS = (
    "baseline:NAME, file:PATH, openai:ENDPOINT, transformers:NAME-OR-FOLDER or checkpoint:RUN, the last three with "
    "?key=value&key=value"
)
_RUN_NAME = re.compile(r"\w[\w-]*", re.ASCII)


class ModelSpecError(ValueError):
    """A model specification that means nothing here; names what was found and what is known."""


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """One model: its name in the score table, its kind, what the kind needs to know, and its options."""

    name: str
    kind: ModelKind
    argument: str
    options: OpenAiOptions | TransformersOptions | None = None

    @property
    def is_asked(self) -> bool:
        """Whether it is shown items and answers them, which takes time; rules and files of answers are not."""
        return self.kind in _OPTIONS


def parse_spec(name: str, text: str) -> ModelSpec:
    """Return the model of a specification.

    Raises:
        ModelSpecError: an unknown kind, baseline or option, nothing behind the colon, or a run that is no name.
    """
    where = f"evaluation.models.{name}"
    kind, _, argument = text.partition(":")
    if kind not in set(ModelKind) or not argument:
        raise ModelSpecError(f"{where}: got {text!r}, expected {_FORMS}")
    if kind == ModelKind.BASELINE:
        return ModelSpec(name, ModelKind.BASELINE, _find_baseline(where, argument))
    if kind == ModelKind.FILE:
        return ModelSpec(name, ModelKind.FILE, argument)
    argument, _, query = argument.partition("?")
    if kind == ModelKind.CHECKPOINT and not _RUN_NAME.fullmatch(argument):
        raise ModelSpecError(
            f"{where}: got {text!r}, expected checkpoint:RUN with the name of a run, such as {TINY!r}; of a folder say "
            "transformers:FOLDER"
        )
    try:
        return ModelSpec(name, ModelKind(kind), argument, _OPTIONS[ModelKind(kind)].parse(query))
    except OptionsError as error:
        raise ModelSpecError(f"{where}: {error}") from error


def list_models(chosen: Mapping[str, str]) -> dict[str, ModelSpec]:
    """Return every baseline, then the chosen models, by name; ModelSpecError where a name is taken or unfit for a partition."""
    models = {name: ModelSpec(name, ModelKind.BASELINE, name) for name in BASELINES}
    for name, text in chosen.items():
        if name in models:
            raise ModelSpecError(f"evaluation.models.{name}: this is the name of a baseline; choose another")
        if not name.replace("-", "_").replace(".", "_").isidentifier():
            raise ModelSpecError(f"evaluation.models.{name}: a name has letters, digits, '_', '-' and '.' only; choose another")
        models[name] = parse_spec(name, text)
    return models


def models_of(settings: Settings) -> dict[str, ModelSpec]:
    """Return every model of the score table.

    On the synthetic cohort there are two to show the whole way: one that is untrained, and the run that is trained on it.
    """
    is_synthetic = not any(settings.sources.model_dump().values())
    shown = {
        UNTRAINED: f"{ModelKind.TRANSFORMERS}:{UNTRAINED}?{UNTRAINED_OPTIONS}",
        TINY: f"{ModelKind.CHECKPOINT}:{TINY}?{TINY_OPTIONS}",
    }
    return list_models((shown if is_synthetic else {}) | settings.evaluation.models)


def _find_baseline(where: str, name: str) -> str:
    """Return the one baseline that a name begins: "longest" is longest_option."""
    found = [known for known in BASELINES if known.startswith(name)]
    if len(found) != 1:
        raise ModelSpecError(f"{where}: no baseline {name!r}; there are {', '.join(BASELINES)}")
    return found[0]
