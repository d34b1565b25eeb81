"""Everything that is measured of baselines and of files of answers, ready for the page.

Example:
    >>> from pipelines.choices import Evaluation
    >>> settings = Settings.model_construct(evaluation=Evaluation())
    >>> find_in_files({}, {}, settings, Missing.REFUSED, print).scores
    []
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from evaluation.answer_files.cards import read_card
from evaluation.answer_files.completeness import Missing, complete
from evaluation.answer_files.find import FoundAnswers, find_answers
from evaluation.benchmark import BenchmarkItem
from evaluation.comparisons.models import compare_models
from evaluation.measuring import Measured, measure_model
from evaluation.models.given import describe_given, predict_given
from evaluation.models.spec import ModelKind, ModelSpec, list_models
from evaluation.report.findings import Findings
from evaluation.scores.judged_answers import expand_views
from pipelines.progress import Say
from pipelines.score_records import Condition, ModelCard, Prediction
from pipelines.settings import Settings

Benchmarks = Mapping[str, Sequence[BenchmarkItem]]


def find_in_files(
    benchmarks: Benchmarks, files: Mapping[str, Sequence[Path]], settings: Settings, missing: Missing, say: Say
) -> Findings:
    """Return scores, controls and comparisons of every baseline and of every model with files.

    Args:
        benchmarks: items by name.
        files: of each model.
        settings: how answers are scored.
        missing: what becomes of items of which a file has no answer, in an answer type of which it has any.
        say: told what files do not answer.

    Raises:
        PredictionError, ScoringError: a file that cannot be used, or does not answer all.
        PresetError: the preset's model is not on this machine.
    """
    seed = settings.evaluation.seed
    cards: list[ModelCard] = []
    measured: list[Measured] = []
    for name, spec in list_models({}).items():
        cards.append(describe_given(spec, seed))
        measured.append(measure_model(name, benchmarks, predict_given(spec, benchmarks, seed), {}, settings))
    for name, paths in files.items():
        cards.append(_describe(name, paths, seed))
        found = find_answers(name, paths, benchmarks)
        if found.unknown:
            say(f"warning: {len(found.unknown):,} id(s) of {name} are in no benchmark: {', '.join(found.unknown[:5])}")
        items, predictions = _complete(name, found, benchmarks, missing, say)
        measured.append(measure_model(name, items, predictions, {}, settings))
    answers = [answer for one in measured for answer in one.answers]
    draws = settings.evaluation.bootstrap_draws
    return Findings(
        scores=[score for one in measured for score in one.scores],
        cards=cards,
        effects=[effect for one in measured for effect in one.effects],
        consistency=[row for one in measured for row in one.consistency],
        comparisons=compare_models(expand_views(answers), seed=seed, draws=draws),
        robustness=[point for one in measured for point in one.points],
        answers=answers,
        benchmarks=benchmarks,
    )


def _describe(name: str, paths: Sequence[Path], seed: int) -> ModelCard:
    if card := read_card(paths[0], name):
        return card
    card = describe_given(ModelSpec(name, ModelKind.FILE, str(paths[0])), seed)
    return replace(card, label=", ".join(path.name for path in paths))


def _complete(
    model: str, found: FoundAnswers, benchmarks: Benchmarks, missing: Missing, say: Say
) -> tuple[Benchmarks, list[Prediction]]:
    """Return the items to score and the answers to them; a benchmark or answer type without any answer stays out."""
    chosen: dict[str, tuple[BenchmarkItem, ...]] = {}
    predictions: list[Prediction] = []
    for name, items in benchmarks.items():
        rows = found.of(name)
        answered = {row.record_key for row in rows}
        types = {item.answer_type for item in items if item.key in answered}
        if silent := sorted({str(item.answer_type) for item in items} - {str(one) for one in types}):
            say(f"{model}: has no answers to {' and '.join(silent)} items of {name}, which get no score")
        if not types:
            continue
        own = complete([item for item in items if item.answer_type in types], rows, model, name, missing)
        if own.missing:
            how = "count as wrong" if missing is Missing.WRONG else "are left out"
            say(f"{model}: {len(own.missing):,} items of {name} have no answer and {how}")
        if own.condition is not Condition.SIGHTED:
            say(f"{model}: was asked {name} {own.condition} only")
        chosen[name] = own.items
        predictions += own.predictions
    return chosen, predictions
