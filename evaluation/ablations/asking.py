"""One trained run is asked our held-in benchmark, with and without its images: what the study is made of.

Example:
    >>> read_arm("tiny-without_temporal"), read_arm("tiny")
    (<Arm.WITHOUT_TEMPORAL: 'without_temporal'>, <Arm.FULL: 'full'>)
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from evaluation.ablations.answers import AblationError, AblationRun
from evaluation.ablations.arms import Arm
from evaluation.benchmark import BenchmarkItem
from evaluation.models.options import TransformersOptions
from evaluation.models.spec import TINY_OPTIONS, ModelKind, ModelSpec
from evaluation.runs.answering import answer_benchmarks
from evaluation.runs.images import ImageFolder
from evaluation.scores.judged_answers import expand_views
from evaluation.scores.scorecard import score_model
from pipelines.progress import Say
from pipelines.provenance import ProvenanceError, read_provenance
from pipelines.score_records import Condition
from pipelines.settings import Settings
from pipelines.vocabulary import AnswerType, Split

CLOSED_ONLY = (AnswerType.CLOSED,)


def ask_run(
    folder: Path,
    benchmarks: Mapping[str, Sequence[BenchmarkItem]],
    images: ImageFolder,
    settings: Settings,
    answers: Path,
    say: Say | None,
    *,
    answer_types: Sequence[AnswerType] = CLOSED_ONLY,
    options: str = TINY_OPTIONS,
    threads: int | None = None,
) -> AblationRun:
    """Return a run's judged answers to the held-in benchmarks, sighted and blind; arm and seed are what its provenance says.

    Args:
        folder: the finished model of one run.
        benchmarks: items by benchmark; the held-in ones of ours are asked.
        images: where their images lie.
        settings: preset and seed of the evaluation.
        answers: file that keeps the answers; a later call goes on from it.
        say: told of progress, in counts.
        answer_types: of the items that are asked.
        options: of the model, as behind the "?" of its specification.
        threads: of the CPU that the model may take; None: all. Where other runs train beside it, more threads than free cores
            wait for each other: answers took eighteen times as long.

    Raises:
        AblationError: the run's provenance cannot be read, or the run is of no arm.
        ModelError, PresetError: as `answer_benchmarks` and `score_model`.
    """
    try:
        made = read_provenance(folder)
    except ProvenanceError as error:
        raise AblationError(str(error)) from error
    arm = read_arm(made.run)
    if threads is not None:
        import torch  # slow to load, and not needed to define the graph

        torch.set_num_threads(threads)
    name = f"{made.run}, seed {made.seed}"
    spec = ModelSpec(name, ModelKind.TRANSFORMERS, str(folder.resolve()), TransformersOptions.parse(options))
    chosen = settings.evaluation.model_copy(update={"controls": (Condition.BLIND,), "robustness": False})
    asked = choose_held_in(benchmarks, answer_types)
    own = settings.model_copy(update={"evaluation": chosen})
    predictions = answer_benchmarks(spec, asked, images, own, answers, say).predictions
    card = score_model(name, asked, predictions, preset=chosen.preset, bert_model=chosen.bert_model, seed=chosen.seed, draws=1)
    return AblationRun(arm, made.seed, tuple(expand_views(card.answers)))


def read_arm(run: str) -> Arm:
    """Return the arm of a run by its name, `<recipe>-<arm>` or of the full run `<recipe>`; AblationError where it is none."""
    _, hyphen, arm = run.partition("-")
    try:
        return Arm(arm) if hyphen else Arm.FULL
    except ValueError:
        raise AblationError(f"run {run!r}: {arm!r} is no arm; expected RECIPE or RECIPE-ARM with {', '.join(Arm)}") from None


def choose_held_in(
    benchmarks: Mapping[str, Sequence[BenchmarkItem]], answer_types: Sequence[AnswerType]
) -> dict[str, tuple[BenchmarkItem, ...]]:
    """Return the items of some answer types of our held-in benchmarks, which are named by their ability."""
    return {
        name: tuple(item for item in items if item.answer_type in answer_types)
        for name, items in benchmarks.items()
        if name.startswith(Split.HELD_IN)
    }
