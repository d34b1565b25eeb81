"""Models that are not asked: rules that need no image, and files of answers made elsewhere.

Example:
    >>> predict_given(ModelSpec("chance", ModelKind.BASELINE, "chance"), {}, seed=1)
    []
"""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from evaluation.answer_files.find import find_answers
from evaluation.baselines.rules import CHANCE, Baseline, BaselineError, predict_baseline
from evaluation.benchmark import BenchmarkItem
from evaluation.models.spec import ModelKind, ModelSpec
from pipelines.score_records import ImageUse, ModelCard, Prediction


def predict_given(spec: ModelSpec, benchmarks: Mapping[str, Sequence[BenchmarkItem]], seed: int) -> list[Prediction]:
    """Return a rule's or a file's answers to several benchmarks as rows, in the benchmarks' order.

    A baseline that a benchmark is too small for answers nothing; chance is an expectation and has no answers.

    Raises:
        PredictionError: a file that cannot be read, whose lines contradict each other, or which fits no benchmark.
    """
    if spec.kind is ModelKind.FILE:
        return list(find_answers(spec.name, [Path(spec.argument)], benchmarks).predictions)
    return [
        Prediction(spec.name, name, key, output)
        for name, items in benchmarks.items()
        for key, output in _apply_rule(spec.argument, items, seed).items()
    ]


def describe_given(spec: ModelSpec, seed: int) -> ModelCard:
    """Return the card of a rule or of a file of answers; a file's digest is that of its content."""
    is_file = spec.kind is ModelKind.FILE
    path = Path(spec.argument)
    digest = hashlib.sha256(path.read_bytes() if is_file and path.is_file() else spec.argument.encode()).hexdigest()
    return ModelCard(
        model=spec.name,
        kind=str(spec.kind),
        label=path.name if is_file else spec.argument,
        digest=digest,
        decoding="unknown: made elsewhere" if is_file else "none: a rule",
        image_use=ImageUse.MANY if is_file else ImageUse.NONE,
        prompt_form="unknown: made elsewhere" if is_file else "none: a rule",
        versions=(),
        seed=seed,
        remarks=("answers made elsewhere",) if is_file else ("a rule that sees no image",),
    )


def _apply_rule(name: str, items: Sequence[BenchmarkItem], seed: int) -> dict[str, str]:
    if name == CHANCE:
        return {}
    try:
        return predict_baseline(Baseline(name), items, seed)
    except BaselineError:
        return {}
