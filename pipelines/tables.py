"""Tables: an Arrow schema for each row type, rows to Arrow and back, and the checks made on every write.

Example:
    >>> STUDIES.schema.field("visit").nullable
    True
    >>> STUDIES.repeated_keys(STUDIES.to_arrow([]))
    []
"""

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, is_dataclass
from enum import StrEnum
from typing import Any, Generic, TypeVar, get_args, get_origin

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines import records, score_records, source_records
from pipelines.columns import hints_of, plain_values, read_column, without_none

Row = TypeVar("Row")

_SCALARS: dict[type, pa.DataType] = {str: pa.string(), int: pa.int64(), float: pa.float64(), bool: pa.bool_()}


class TableError(ValueError):
    """A table that breaks its contract: wrong columns, wrong types, or a key that is not unique."""


@dataclass(frozen=True)
class Table(Generic[Row]):
    """A table's contract: one row type, its key, its grain in words."""

    name: str
    row_type: type[Row]
    key: tuple[str, ...]
    grain: str

    @property
    def schema(self) -> pa.Schema:
        """Arrow schema derived from the row type's fields."""
        return schema_of(self.row_type)

    def to_arrow(self, rows: Iterable[Row]) -> pa.Table:
        """Return rows as an Arrow table with exactly this table's schema; TableError where a field does not fit."""
        schema, given = self.schema, list(rows)
        columns = ([getattr(row, name) for row in given] for name in schema.names)
        plain = (plain_values(values, hint) for values, hint in zip(columns, hints_of(self.row_type).values(), strict=True))
        try:
            arrays = [pa.array(values, type=field.type) for values, field in zip(plain, schema, strict=True)]
            table = pa.Table.from_arrays(arrays, schema=schema)
        except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
            raise TableError(f"{self.name}: a row does not fit the schema of {self.row_type.__name__}: {error}") from error
        self.check_schema(table)
        return table

    def to_rows(self, table: pa.Table) -> list[Row]:
        """Return the typed rows of an Arrow table written by `to_arrow`; TableError where the columns are others."""
        self.check_schema(table)
        columns = [read_column(table.column(name), hint) for name, hint in hints_of(self.row_type).items()]
        return [self.row_type(*values) for values in zip(*columns, strict=True)]

    def rows_where(self, table: pa.Table, column: str, values: Iterable[str]) -> list[Row]:
        """Return the typed rows whose column holds one of the values: of half a million images those that are asked for."""
        return self.to_rows(self.filter(table, column, values))

    def filter(self, table: pa.Table, column: str, values: Iterable[str]) -> pa.Table:
        """Return the rows whose column holds one of the values; TableError where the columns are others."""
        self.check_schema(table)
        wanted = pc.SetLookupOptions(value_set=pa.array(sorted(set(values)), pa.string()))
        return table.filter(pc.call_function("is_in", [table.column(column)], wanted))

    def check_schema(self, table: pa.Table) -> None:
        """Raise TableError unless the table's schema is this table's and no required column holds a null."""
        if not table.schema.equals(self.schema, check_metadata=False):
            raise TableError(
                f"{self.name}: columns differ from {self.row_type.__name__}; got {table.schema.to_string()!r}, "
                f"expected {self.schema.to_string()!r}; written by another version? Materialize it again"
            )
        for field in table.schema:  # Arrow itself does not enforce nullability
            if not field.nullable and table.column(field.name).null_count:
                raise TableError(f"{self.name}: column {field.name!r} holds a null; every row of it must have a value")

    def repeated_keys(self, table: pa.Table) -> list[tuple[object, ...]]:
        """Return the key values that occur more than once, in order of first occurrence."""
        columns = [_hashable(table.column(name)) for name in self.key]
        return [key for key, count in Counter(zip(*columns, strict=True)).items() if count > 1]


def _hashable(column: pa.ChunkedArray) -> list[object]:
    values = column.to_pylist()
    return [tuple(value) for value in values] if pa.types.is_list(column.type) else values


def schema_of(row_type: type) -> pa.Schema:
    """Return the Arrow schema of a dataclass: `X | None` is nullable, tuples are lists, nested dataclasses structs."""
    return pa.schema(_arrow_fields(row_type))


def content_digest(table: pa.Table) -> str:
    """Return the sha256 of a table's schema and values; row order counts, file layout and chunking do not.

    Parquet writes nothing where there is no value; Arrow's own form has there whatever happened to be in memory.
    """
    sink = hashlib.sha256(table.schema.remove_metadata().to_string().encode())
    buffer = pa.BufferOutputStream()
    whole = table.replace_schema_metadata(None).combine_chunks()
    pq.write_table(whole, buffer, compression="none", use_dictionary=False, write_statistics=False, store_schema=False)
    sink.update(buffer.getvalue())
    return sink.hexdigest()


def _arrow_fields(row_type: type) -> list[pa.Field]:
    return [_arrow_field(name, hint) for name, hint in hints_of(row_type).items()]


def _arrow_field(name: str, hint: Any) -> pa.Field:
    plain, is_optional = without_none(hint)
    return pa.field(name, _arrow_type(plain), nullable=is_optional)


def _arrow_type(hint: Any) -> pa.DataType:
    if get_origin(hint) is tuple:
        return pa.list_(_arrow_field("item", get_args(hint)[0]))
    if is_dataclass(hint):
        return pa.struct(_arrow_fields(hint))  # pyright: ignore[reportArgumentType]
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return pa.string()
    return _SCALARS[hint]


STUDIES = Table("raw/studies", source_records.Study, ("study_id",), "one study")
_LABEL_KEY = ("subject_id", "study_id", "target", "target_ids", "code", "value")
LABELS = Table("raw/labels", source_records.Label, _LABEL_KEY, "one typed label")
QUESTIONS = Table("raw/questions", source_records.SourceQuestion, ("question_id",), "one question-answer pair of the source")
SOURCE_IMAGES = Table("raw/images", source_records.SourceImage, ("source_image_id",), "one image file as found")
REJECTIONS = Table(
    "rejected", records.Rejection, ("stage", "unit", "item", "reason", "detail"), "one input that could not be used"
)
RENDERED_IMAGES = Table("rendered/images", records.RenderedImage, ("image_id",), "one 8-bit view")
SUBJECT_SPLITS = Table("splits/subjects", records.SubjectSplit, ("subject_id",), "one subject")
IMAGE_GROUPS = Table("groups/image_groups", records.ImageGroup, ("group_id",), "one image group")
PLANNED_COUNTS = Table(
    "groups/planned_counts",
    records.PlannedCount,
    ("subtask", "split", "asked", "label", "fate"),
    "one kind of group and what became of it",
)
CANDIDATES = Table("qa/candidates", records.Record, ("record_id", "version"), "one generated record, every version")
VALIDATED = Table("qa/validated", records.Record, ("record_id", "version"), "one record that passed every rule")
APPROVED = Table("qa/approved", records.Record, ("record_id",), "one record that may be used")
REVIEW_DECISIONS = Table("review/decisions", records.ReviewDecision, ("event_id",), "one reviewer event")
INSTRUCTIONS = Table("dataset/instructions", records.DatasetRecord, ("record_id",), "one training record")
BENCHMARK = Table("dataset/benchmark", records.DatasetRecord, ("record_id",), "one held-in or held-out record")
RELEASED_BENCHMARK = Table(
    "evaluation/released_benchmark",
    score_records.ReleasedRecord,
    ("benchmark", "position"),
    "one record of a released benchmark",
)
_SHOWN = ("model", "benchmark", "record_key", "condition", "variant")
PREDICTIONS = Table("evaluation/predictions", score_records.Prediction, _SHOWN, "one raw answer")
MODELS = Table("evaluation/models", score_records.ModelCard, ("model",), "what stands behind one name in the score table")
_CELL = ("model", "benchmark", "answer_type", "metric", "view", "condition", "variant")
SCORES = Table("evaluation/scores", score_records.Score, _CELL, "one cell of the score table")
LEADERBOARD = Table("evaluation/leaderboard", score_records.Score, _CELL, "one cell of the score table, all models")
CONTROLS = Table(
    "evaluation/controls",
    score_records.ControlEffect,
    ("model", "benchmark", "answer_type", "metric", "view", "condition"),
    "what one cell of the score table owes to what a control takes away",
)
CONSISTENCY = Table(
    "evaluation/consistency",
    score_records.Consistency,
    ("model", "benchmark", "condition"),
    "whether one model keeps to its answers on one benchmark when only an order changes",
)
COMPARISONS = Table(
    "evaluation/comparisons",
    score_records.Comparison,
    ("model_a", "model_b", "benchmark", "answer_type", "metric", "view"),
    "two models on the same items",
)
