"""What answers a benchmark, by specification: `baseline:longest_option`, or `file:answers.jsonl` for answers made elsewhere.

Example:
    >>> parse_spec("mine", "file:answers.jsonl").argument
    'answers.jsonl'
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from evaluation.baselines import CHANCE, Baseline, BaselineError, predict_baseline
from evaluation.benchmark import BenchmarkItem
from evaluation.predictions import match_predictions, read_predictions
from pipelines.score_records import Prediction


class ModelKind(StrEnum):
    """Where answers come from."""

    BASELINE = "baseline"
    FILE = "file"


class ModelSpecError(ValueError):
    """A model specification that means nothing here; names what was found and what is known."""


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """One model: its name in the score table, its kind, and what the kind needs to know."""

    name: str
    kind: ModelKind
    argument: str


def parse_spec(name: str, text: str) -> ModelSpec:
    """Return the model of a specification `KIND:ARGUMENT`.

    Raises:
        ModelSpecError: an unknown kind or baseline, or nothing behind the colon.
    """
    kind, _, argument = text.partition(":")
    if kind not in set(ModelKind) or not argument:
        raise ModelSpecError(
            f"evaluation.models.{name}: got {text!r}, expected one of {', '.join(f'{k}:...' for k in ModelKind)}"
        )
    known = [CHANCE, *Baseline]
    if kind == ModelKind.BASELINE and argument not in known:
        raise ModelSpecError(f"evaluation.models.{name}: no baseline {argument!r}; there are {', '.join(known)}")
    return ModelSpec(name, ModelKind(kind), argument)


def list_models(chosen: Mapping[str, str]) -> dict[str, ModelSpec]:
    """Return every baseline, then the chosen models, by name; ModelSpecError where a name is taken or unfit for a partition."""
    models = {str(name): parse_spec(str(name), f"{ModelKind.BASELINE}:{name}") for name in (CHANCE, *Baseline)}
    for name, text in chosen.items():
        if name in models:
            raise ModelSpecError(f"evaluation.models.{name}: this is the name of a baseline; choose another")
        if not name.replace("-", "_").replace(".", "_").isidentifier():
            raise ModelSpecError(f"evaluation.models.{name}: a name has letters, digits, '_', '-' and '.' only; choose another")
        models[name] = parse_spec(name, text)
    return models


def predict_benchmarks(model: ModelSpec, benchmarks: Mapping[str, Sequence[BenchmarkItem]], seed: int) -> list[Prediction]:
    """Return a model's answers to several benchmarks as rows, in the benchmarks' order."""
    return [
        Prediction(model.name, name, key, output)
        for name, items in benchmarks.items()
        for key, output in predict(model, items, seed).items()
    ]


def predict(model: ModelSpec, items: Sequence[BenchmarkItem], seed: int) -> dict[str, str]:
    """Return the raw output by item key, for those items that the model answers; none where it answers none.

    A baseline that a benchmark is too small for answers nothing; chance is an expectation and has no answers.

    Raises:
        PredictionError: a file that cannot be read, or whose lines contradict each other.
    """
    if model.kind is ModelKind.FILE:
        outputs, _ = match_predictions(read_predictions(Path(model.argument)), items)
        return outputs
    if model.argument == CHANCE:
        return {}
    try:
        return predict_baseline(Baseline(model.argument), items, seed)
    except BaselineError:
        return {}
