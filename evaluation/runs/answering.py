"""All answers of one model to all benchmarks, whatever kind of model it is.

Example:
    >>> from evaluation.models.spec import parse_spec
    >>> spec, images = parse_spec("chance", "baseline:chance"), ImageFolder(Path())
    >>> answer_benchmarks(spec, {}, images, Settings(), Path(), None).predictions
    ()
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from evaluation.benchmark import BenchmarkItem
from evaluation.corruptions.kinds import LEVELS, Corruption, name_variant
from evaluation.models.given import describe_given, predict_given
from evaluation.models.opening import open_model
from evaluation.models.spec import ModelSpec
from evaluation.runs.answers_file import open_answers
from evaluation.runs.images import ImageFolder
from evaluation.runs.run import plan_run, run_model
from pipelines.progress import Say
from pipelines.score_records import Condition, ModelCard, Prediction
from pipelines.settings import Settings
from pipelines.vocabulary import Split

EVERY_CORRUPTION = tuple(name_variant(corruption, level) for corruption in Corruption for level in LEVELS)


@dataclass(frozen=True)
class Answered:
    """What a model answered, who it is, and what it could not be shown."""

    card: ModelCard
    predictions: tuple[Prediction, ...]
    left_out: Mapping[tuple[str, Condition, str], int]  # benchmark, condition, reason


def answer_benchmarks(
    spec: ModelSpec,
    benchmarks: Mapping[str, Sequence[BenchmarkItem]],
    images: ImageFolder,
    settings: Settings,
    answers: Path,
    say: Say | None,
) -> Answered:
    """Return a model's answers to every item, as it is and under the controls that the settings ask for.

    Args:
        spec: the model.
        benchmarks: items by benchmark; the held-in ones of ours are those that robustness is measured on.
        images: where their images lie.
        settings: controls, robustness, seed; endpoints, policy and budget of a model that is called.
        answers: the append-only file that a run goes on from.
        say: told of progress, in counts.

    Raises:
        ModelError: the model cannot be run, or left prompts without an answer; what it answered is kept.
        PredictionError: of a file of answers.
    """
    chosen = settings.evaluation
    if not spec.is_asked:
        return Answered(describe_given(spec, chosen.seed), tuple(predict_given(spec, benchmarks, chosen.seed)), {})
    with open_model(spec, settings, say) as model, open_answers(answers) as kept:
        plan = plan_run(
            model.card,
            benchmarks,
            images,
            controls=chosen.controls,
            corruptions=EVERY_CORRUPTION if chosen.robustness else (),
            corrupted=[name for name in benchmarks if name.startswith(Split.HELD_IN)],
            seed=chosen.seed,
        )
        return Answered(model.card, tuple(run_model(model, plan, kept, say)), plan.left_out)
