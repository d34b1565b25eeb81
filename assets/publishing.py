"""What every asset says of its table: content hash as data version, row count, schema, and the two contract checks.

`keys_are_unique` fails where a key occurs twice; `nothing_disappears` fails where in is not out + rejected. Metadata holds
counts, hashes and schemas only: never a row, a report or a prompt.

Example:
    >>> [spec.name for spec in contract_checks("raw/rejected", is_counted=True)]
    ['keys_are_unique', 'nothing_disappears']
"""

from collections.abc import Iterator, Mapping, Sequence

import dagster as dg
import pyarrow as pa

from assets.io import TABLES, key_of
from pipelines.keys import digest
from pipelines.outcome import Count
from pipelines.tables import content_digest

Metadata = Mapping[str, dg.MetadataValue | dg.TableSchema | float | int | str | None]
# Assets yield their results: Dagster takes a function that returns a MaterializeResult to have no value to store.
Results = Iterator[dg.MaterializeResult | dg.AssetCheckResult]


def contract_checks(name: str, is_counted: bool = False) -> list[dg.AssetCheckSpec]:
    """Return the specs of the checks that `publish` reports for a table."""
    told = {"keys_are_unique": f"No two rows have the same {', '.join(TABLES[name].key)}."}
    if is_counted:
        told["nothing_disappears"] = "What went in came out or is a row with a reason in the table of rejections."
    return [
        dg.AssetCheckSpec(check, asset=key_of(name), blocking=True, description=description)
        for check, description in told.items()
    ]


def publish(
    name: str,
    table: pa.Table | dict[str, pa.Table],
    counts: Sequence[Count] | None = None,
    metadata: Metadata | None = None,
    checks: Sequence[dg.AssetCheckResult] = (),
) -> dg.MaterializeResult:
    """Return a table with its data version, metadata and contract checks; a dict holds one table per partition."""
    parts = table if isinstance(table, dict) else {"": table}
    contract = [_check_keys(name, parts), *([] if counts is None else [_check_counts(name, counts)])]
    return dg.MaterializeResult(
        asset_key=key_of(name),
        value=table,
        data_version=dg.DataVersion(data_version(parts)),
        metadata={
            "dagster/row_count": sum(part.num_rows for part in parts.values()),
            "dagster/column_schema": _column_schema(name),
            "grain": TABLES[name].grain,
            **(metadata or {}),
        },
        check_results=[*contract, *checks],
    )


def data_version(parts: Mapping[str, pa.Table]) -> str:
    """Return the content hash of a table; of several partitions in one run, the hash of their hashes."""
    hashes = {partition: content_digest(part) for partition, part in parts.items()}
    return next(iter(hashes.values())) if len(hashes) == 1 else digest(hashes)


def counts_table(counts: Mapping[str, int], what: str) -> dg.MarkdownMetadataValue:
    """Return counts as a Markdown table, largest first."""
    rows = "\n".join(f"| {name} | {count:,} |" for name, count in sorted(counts.items(), key=lambda item: -item[1]))
    return dg.MetadataValue.md(f"| {what} | count |\n|---|---:|\n{rows}" if counts else f"no {what}")


def _check_keys(name: str, parts: Mapping[str, pa.Table]) -> dg.AssetCheckResult:
    repeated = {partition: len(TABLES[name].repeated_keys(part)) for partition, part in parts.items()}
    return dg.AssetCheckResult(
        check_name="keys_are_unique",
        asset_key=key_of(name),
        passed=not any(repeated.values()),
        metadata={"key": ", ".join(TABLES[name].key), "repeated": sum(repeated.values())},
    )


def _check_counts(name: str, counts: Sequence[Count]) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        check_name="nothing_disappears",
        asset_key=key_of(name),
        passed=all(count.is_balanced for count in counts),
        metadata={count.unit: f"{count.n_in:,} in = {count.n_out:,} out + {count.n_rejected:,} rejected" for count in counts},
    )


def _column_schema(name: str) -> dg.TableSchema:
    constraint = {True: dg.TableColumnConstraints(), False: dg.TableColumnConstraints(nullable=False)}
    columns = [
        dg.TableColumn(field.name, str(field.type), constraints=constraint[field.nullable]) for field in TABLES[name].schema
    ]
    return dg.TableSchema(columns=columns)
