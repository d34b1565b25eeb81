"""Errors that a user can mend become one message of a failed run; everything else stays an exception with its trace.

Example:
    >>> try:
    ...     with told_plainly():
    ...         raise SourceError("VQA-RAD: /nowhere does not exist")
    ... except dg.Failure as failure:
    ...     print(failure.description)
    SourceError: VQA-RAD: /nowhere does not exist
"""

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from evaluation.answer_files.predictions import PredictionError
from evaluation.benchmark import BenchmarkError
from evaluation.leaderboard.table import LeaderboardError
from evaluation.models.model import ModelError
from evaluation.models.spec import ModelSpecError
from evaluation.open_answers.presets import PresetError
from evaluation.runs.answers_file import AnswersError
from evaluation.scores.scoring import ScoringError
from pipelines.append_only.kind import LedgerError
from pipelines.assembly import AssemblyError
from pipelines.calls.attempt import BudgetSpentError, CallsPendingError
from pipelines.calls.batch_file import BatchFileError
from pipelines.calls.client import EndpointError
from pipelines.calls.prices import PriceError
from pipelines.formats.problem import FormatError
from pipelines.generation.composed.write import GroupError
from pipelines.generation.key_facts import KeyFactsError
from pipelines.generation.model.prompt_texts import PromptError
from pipelines.generation.template.wording import WordingsError
from pipelines.governance.egress import EgressError
from pipelines.governance.exports import ExportError
from pipelines.governance.policy_file import PolicyError
from pipelines.grouping.lumiere.common_grid import GridError
from pipelines.provenance import ProvenanceError
from pipelines.released import ReleasedError
from pipelines.review.standing import MixedDecisionsError
from pipelines.settings import SettingsError
from pipelines.sources.corpus import SourceError
from pipelines.storage import StorageError
from pipelines.tables import TableError
from training.ablations import AblationError
from training.architecture import ArchitectureError
from training.deepspeed_config import DeepSpeedConfigError
from training.messages import ExampleError
from training.models.problem import BaseModelError
from training.plan.planning import PlanError
from training.recipe import RecipeError
from training.run.stops import RunError
from training.tokens.encoded import EncodedDataError

MENDABLE = (
    AblationError,
    AnswersError,
    ArchitectureError,
    AssemblyError,
    BaseModelError,
    BatchFileError,
    BenchmarkError,
    BudgetSpentError,
    CallsPendingError,
    DeepSpeedConfigError,
    EgressError,
    EncodedDataError,
    EndpointError,
    ExampleError,
    ExportError,
    FormatError,
    GridError,
    GroupError,
    KeyFactsError,
    LeaderboardError,
    LedgerError,
    MixedDecisionsError,
    ModelError,
    ModelSpecError,
    PlanError,
    PolicyError,
    PredictionError,
    PresetError,
    PriceError,
    PromptError,
    ProvenanceError,
    RecipeError,
    ReleasedError,
    RunError,
    ScoringError,
    SettingsError,
    SourceError,
    StorageError,
    TableError,
    WordingsError,
)


@contextmanager
def told_plainly() -> Iterator[None]:
    """Turn an error that names its own fix into a run failure that says just that and is not retried."""
    try:
        yield
    except MENDABLE as error:
        raise dg.Failure(f"{type(error).__name__}: {error}", allow_retries=False) from None
