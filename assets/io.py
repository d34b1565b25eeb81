"""The one IO manager: Arrow tables to Parquet files, atomically, with the declared schema checked on every write.

An asset's key is its table's name; a partition is a file. Several partitions in one run travel as `dict[partition, table]`.
Values are `pyarrow.Table`, so a large table reaches DuckDB without a copy; assets turn them into typed rows.

Example:
    >>> ParquetTables(storage_root=".medmim").path_of("raw/studies", "vqa_rad")
    '.medmim/tables/raw/studies/vqa_rad.parquet'
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import dagster as dg
import pyarrow as pa

from evaluation.ablations.rows import AblationEffect
from evaluation.robustness.curves import RobustnessCurve, RobustnessPoint
from evaluation.scores.scorecard import JudgedAnswer
from pipelines import tables
from pipelines.audit.summary import AuditedKind
from pipelines.statistics.statistic import STATISTIC_KEY, Statistic
from pipelines.storage import read_table, table_path, write_table
from training.messages import TrainingExample
from training.plan.figures import PlanFigure
from training.run.trained_run import TrainedRun

TRAINING_EXAMPLES = tables.Table("training/examples", TrainingExample, ("record_id",), "one conversation as a trainer reads it")
TRAINING_PLANS = tables.Table("training/plan", PlanFigure, ("run", "quantity"), "one figure of what a run will take")
TRAINED_RUNS = tables.Table("training/checkpoint", TrainedRun, ("run",), "one finished run")
ABLATION_EFFECTS = tables.Table(
    "evaluation/ablations",
    AblationEffect,
    ("arm", "ability", "family", "answer_type"),
    "one arm against the full run on one ability",
)

JUDGED_ANSWERS = tables.Table(
    "evaluation/answers",
    JudgedAnswer,
    ("model", "benchmark", "record_key", "condition", "variant"),
    "one judged answer: what a score rests on",
)
_CURVE = ("model", "benchmark", "answer_type", "metric", "modality", "corruption")
ROBUSTNESS = tables.Table(
    "evaluation/robustness", RobustnessPoint, (*_CURVE, "level"), "one score under one corruption at one level"
)
ROBUSTNESS_CURVES = tables.Table(
    "evaluation/robustness_curves", RobustnessCurve, _CURVE, "what one corruption leaves of one score"
)
DATASET_STATISTICS = tables.Table("dataset/statistics", Statistic, STATISTIC_KEY, "one number about the data set")
RELEASED_AUDIT = tables.Table(
    "evaluation/released_audit", AuditedKind, ("kind",), "one kind of defect in the files that others released"
)
TABLES: Mapping[str, tables.Table] = {
    **{
        table.name: table
        for table in (
            tables.STUDIES,
            tables.LABELS,
            tables.QUESTIONS,
            tables.SOURCE_IMAGES,
            tables.RENDERED_IMAGES,
            tables.SUBJECT_SPLITS,
            tables.IMAGE_GROUPS,
            tables.PLANNED_COUNTS,
            tables.CANDIDATES,
            tables.VALIDATED,
            tables.APPROVED,
            tables.INSTRUCTIONS,
            tables.BENCHMARK,
            tables.PREDICTIONS,
            tables.MODELS,
            tables.SCORES,
            tables.CONTROLS,
            tables.CONSISTENCY,
            tables.COMPARISONS,
            TRAINING_EXAMPLES,
            TRAINING_PLANS,
            TRAINED_RUNS,
            ABLATION_EFFECTS,
            DATASET_STATISTICS,
            RELEASED_AUDIT,
            JUDGED_ANSWERS,
            ROBUSTNESS,
            ROBUSTNESS_CURVES,
            tables.RELEASED_BENCHMARK,
            tables.LEADERBOARD,
        )
    },
    **dict.fromkeys(
        (
            "raw/rejected",
            "rendered/rejected_images",
            "groups/ungrouped_images",
            "dataset/withheld_records",
            "qa/not_generated",
            "qa/rejected",
            "qa/not_approved",
        ),
        tables.REJECTIONS,
    ),
}

FAN_IN = "medmim/one_table_per_partition"
OPTIONAL = "medmim/empty_where_missing"
AS_FILE = "medmim/file_instead_of_table"


class MissingTableError(LookupError):
    """An upstream table that has not been materialized yet."""


def fan_in(name: str) -> dg.AssetIn:
    """Return an input that holds every materialized partition of an asset as `dict[partition, table]`."""
    return dg.AssetIn(key=key_of(name), partition_mapping=dg.AllPartitionMapping(), metadata={FAN_IN: True})


def optional(name: str) -> dg.AssetIn:
    """Return an input that is an empty table where the asset has not been materialized."""
    return dg.AssetIn(key=key_of(name), metadata={OPTIONAL: True})


def as_file(name: str) -> dg.AssetIn:
    """Return an input that is the Parquet file's path on a local disk, so that only what is needed of it is read."""
    return dg.AssetIn(key=key_of(name), metadata={AS_FILE: True})


def key_of(name: str) -> dg.AssetKey:
    """Return the asset key of a table's name: "raw/studies" -> AssetKey(["raw", "studies"])."""
    return dg.AssetKey(name.split("/"))


class ParquetTables(dg.ConfigurableIOManager):
    """Stores each asset as `<storage_root>/tables/<asset key>[/<partition>].parquet`."""

    storage_root: str

    def path_of(self, name: str, partition: str | None = None) -> str:
        """Return the path of one partition of a table."""
        return table_path(self.storage_root, name, partition)

    def handle_output(self, context: dg.OutputContext, obj: pa.Table | dict[str, pa.Table]) -> None:
        """Check the schema and write each partition; a killed run leaves the former file whole."""
        name = context.asset_key.to_user_string()
        for partition, table in _by_partition(context, obj).items():
            TABLES[name].check_schema(table)
            write_table(self.path_of(name, partition), table)

    def load_input(self, context: dg.InputContext) -> pa.Table | Path | dict[str, pa.Table]:
        """Return the upstream table (or its file, or an empty one: see the metadata), or one table per partition."""
        name = context.asset_key.to_user_string()
        wanted = context.definition_metadata or {}
        partitions: Sequence[str | None] = sorted(context.asset_partition_keys) if context.has_asset_partitions else [None]
        if AS_FILE in wanted and len(partitions) == 1:
            file = Path(self.path_of(name, partitions[0]))
            if file.is_file():  # not on s3:// and its like: there the whole table is read
                return file
        found = {partition: read_table(self.storage_root, name, partition) for partition in partitions}
        if FAN_IN in wanted or len(partitions) > 1:  # a fan-in takes what is there: sources are backfilled one by one
            return {str(partition): table for partition, table in found.items() if table is not None}
        (partition, table) = next(iter(found.items()))
        if table is None and OPTIONAL in wanted:
            return TABLES[name].to_arrow([])
        if table is None:
            select = name if partition is None else f"{name} --partition {partition}"
            raise MissingTableError(
                f"{self.path_of(name, partition)} is not there; materialize it first: "
                f"dagster asset materialize -m assets.definitions --select {select}"
            )
        return table


def _by_partition(context: dg.OutputContext, obj: pa.Table | dict[str, pa.Table]) -> Mapping[str | None, pa.Table]:
    if not context.has_asset_partitions:
        return {None: _one(obj)}
    expected = sorted(context.asset_partition_keys)  # Dagster gives them in no fixed order
    if isinstance(obj, pa.Table) and len(expected) == 1:
        return {expected[0]: obj}
    got = sorted(obj) if isinstance(obj, dict) else type(obj).__name__
    if not isinstance(obj, dict) or sorted(obj) != expected:
        raise TypeError(f"{context.asset_key.to_user_string()}: expected one table for each of {expected}, got {got}")
    return {partition: obj[partition] for partition in expected}


def _one(obj: pa.Table | dict[str, pa.Table]) -> pa.Table:
    if not isinstance(obj, pa.Table):
        raise TypeError(f"expected a pyarrow.Table, got {type(obj).__name__}")
    return obj
