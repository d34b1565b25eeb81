"""The code location: what `dagster_workspace.yaml`, `dg` and `dagster asset` load. Loads neither torch nor transformers.

Example:
    >>> sorted(job.name for job in defs.jobs or [])
    ['ablate', 'assemble_dataset', 'build_corpus', 'evaluate', 'train']
"""

import dagster as dg

from assets.ablations import build_ablations
from assets.audit import released_audit
from assets.corpus import CORPUS
from assets.dataset import DATASET
from assets.evaluation import build_evaluation
from assets.io import ParquetTables
from assets.jobs import JOBS
from assets.launchers.choosing import choose_launcher
from assets.leaderboard import comparisons, leaderboard
from assets.milestones import LOGGERS
from assets.released import released_benchmark
from assets.sensors import REVIEW_DECISIONS, REVIEW_REJECTS, review_ledger
from assets.statistics import dataset_statistics
from assets.training import build_training, training_examples
from pipelines.settings import Settings, load_settings


def build_defs(settings: Settings) -> dg.Definitions:
    """Return the whole graph for given settings; tests call it with a storage root of their own."""
    return dg.Definitions(
        assets=[
            *CORPUS,
            REVIEW_DECISIONS,
            REVIEW_REJECTS,
            *DATASET,
            dataset_statistics,
            training_examples,
            *build_training(settings),
            released_benchmark,
            released_audit,
            *build_evaluation(settings),
            comparisons,
            leaderboard,
            build_ablations(settings),
        ],
        jobs=JOBS,
        sensors=[review_ledger],
        resources={
            "io_manager": ParquetTables(storage_root=settings.storage_root),
            "settings": settings,
            "launcher": choose_launcher(settings.training, settings.storage_root),
        },
        loggers=LOGGERS,
        executor=dg.in_process_executor,  # stages are short; a process per step costs 2-8 s each
    )


defs = build_defs(load_settings())
