"""Counts what the data set holds, over Arrow tables with DuckDB: no row of them becomes a Python object.

Example:
    >>> from pipelines.tables import BENCHMARK
    >>> numbers = summarise_dataset({}, {}, BENCHMARK.to_arrow([]))
    >>> {number.value for number in numbers}  # nothing yet: every size is there, and 0
    {0.0}
"""

import itertools
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import pyarrow as pa

from pipelines import tables
from pipelines.spilling_database import open_database
from pipelines.statistics import distinct_queries, queries
from pipelines.statistics.statistic import ALL, Counted, Measure, Population, Statistic
from pipelines.vocabulary import Source, Split, SubTask

if TYPE_CHECKING:
    import duckdb

MEMORY_MB = 400  # of the database; beyond it, intermediate results go to disk


class StatisticsError(ValueError):
    """Tables that cannot be counted, because a row of them says something that the vocabulary does not hold."""


def summarise_dataset(
    groups: Mapping[str, pa.Table], images: Mapping[str, pa.Table], records: pa.Table
) -> tuple[Statistic, ...]:
    """Return every number of `statistic`, ordered by its key.

    Counts are made for each combination of source, split and sub-task that occurs, and for all together. The sizes of all
    sources and splits are there even where they are 0.

    Args:
        groups: tables of groups/image_groups, by source; a source may be missing.
        images: tables of rendered/images, by source: they say of which modality an image is.
        records: rows of dataset/instructions and dataset/benchmark together; may be empty.

    Raises:
        TableError: a table of other columns.
        StatisticsError: a record whose `source` names none of the sources.
    """
    with open_database(MEMORY_MB) as database:
        database.register("groups", _gather(tables.IMAGE_GROUPS, groups.values(), queries.GROUP_COLUMNS))
        database.register("images", _gather(tables.RENDERED_IMAGES, images.values(), queries.IMAGE_COLUMNS))
        database.register("records", _gather(tables.BENCHMARK, [records], queries.RECORD_COLUMNS))
        database.execute(queries.ITEMS)
        _check_sources(database)
        database.execute(distinct_queries.PREPARE)
        counted = list(_count(database))
    return tuple(sorted((*counted, *_fill_sizes(counted)), key=_sort_key))


def _gather(contract: tables.Table, parts: Iterable[pa.Table], columns: tuple[str, ...]) -> pa.Table:
    chosen = [contract.schema.empty_table().select(columns)]
    for part in parts:
        contract.check_schema(part)
        chosen.append(part.select(columns).cast(chosen[0].schema))  # Parquet names the items of lists in its own way
    return pa.concat_tables(chosen)


def _check_sources(database: "duckdb.DuckDBPyConnection") -> None:
    found = {source for (source,) in database.sql("SELECT DISTINCT source FROM items").fetchall()}
    strange = sorted(found - {source.value for source in Source})
    if strange:
        raise StatisticsError(
            f"rows of {', '.join(map(repr, strange))}: a group's source, and what a record's source begins with, is one of "
            f"{', '.join(Source)} (records: '<source>_<subtask>_<answer type>'); materialize dataset/instructions again"
        )


def _count(database: "duckdb.DuckDBPyConnection") -> Iterable[Statistic]:
    parts = [queries.CUBE.format(counts=counts, measure=measure) for measure, counts in queries.ITEM_COUNTS.items()]
    for query in (*parts, distinct_queries.COUNTS):
        for row in database.sql(query).fetchall():
            yield _read(*row)


def _read(
    measure: str,
    counted: str,
    population: str,
    source: str | None,
    split: str | None,
    subtask: str | None,
    within: str,
    key: str,
    value: float,
    total: int,
) -> Statistic:
    return Statistic(
        measure=Measure(measure),
        population=Population(population),
        counted=Counted(counted),
        source=None if source is None else Source(source),
        split=None if split is None else Split(split),
        subtask=None if subtask is None else SubTask(subtask),
        within=within,
        key=key,
        value=float(value),
        total=int(total),
    )


def _fill_sizes(found: Iterable[Statistic]) -> Iterable[Statistic]:
    """Yield a size of 0 for each source and split that has nothing."""
    known = {
        (row.population, row.counted, row.source, row.split)
        for row in found
        if row.measure is Measure.SIZE and row.subtask is None
    }
    for place in itertools.product(Population, Counted, (None, *Source), (None, *Split)):
        if place not in known:
            population, counted, source, split = place
            yield Statistic(Measure.SIZE, population, counted, source, split, None, "", ALL, 0.0, 0)


def _sort_key(row: Statistic) -> tuple[str, ...]:
    named = (row.source or "", row.split or "", row.subtask or "")
    return (row.measure, row.population, row.counted, *named, row.within, row.key)
