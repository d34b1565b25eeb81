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

from evaluation.benchmark import BenchmarkError
from evaluation.leaderboard import LeaderboardError
from evaluation.predictions import PredictionError
from evaluation.presets import PresetError
from evaluation.scoring import ScoringError
from pipelines.assembly import AssemblyError
from pipelines.formats.problem import FormatError
from pipelines.generation.composed import GroupError
from pipelines.grouping.lumiere.common_grid import GridError
from pipelines.review.ledger_schema import LedgerError
from pipelines.review.standing import MixedDecisionsError
from pipelines.sources.corpus import SourceError
from pipelines.storage import StorageError
from pipelines.tables import TableError
from training.messages import ExampleError

MENDABLE = (
    AssemblyError,
    BenchmarkError,
    ExampleError,
    FormatError,
    GridError,
    GroupError,
    LeaderboardError,
    LedgerError,
    MixedDecisionsError,
    PredictionError,
    PresetError,
    ScoringError,
    SourceError,
    StorageError,
    TableError,
)


@contextmanager
def told_plainly() -> Iterator[None]:
    """Turn an error that names its own fix into a run failure that says just that and is not retried."""
    try:
        yield
    except MENDABLE as error:
        raise dg.Failure(f"{type(error).__name__}: {error}", allow_retries=False) from None
