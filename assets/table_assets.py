"""Several tables made by one function, each an asset that can also be selected alone.

Example:
    >>> from assets.publishing import publish
    >>> from pipelines.tables import LABELS, STUDIES
    >>> @table_assets("raw", "corpus", [TableOut("raw/studies", "Studies as found."), TableOut("raw/labels", "Labels.")])
    ... def raw(context: dg.AssetExecutionContext) -> Results:
    ...     yield publish("raw/studies", STUDIES.to_arrow([]))
    ...     yield publish("raw/labels", LABELS.to_arrow([]))
    >>> sorted(key.to_user_string() for key in raw.keys), raw.can_subset
    (['raw/labels', 'raw/studies'], True)
"""

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import dagster as dg

from assets.io import key_of
from assets.publishing import Results, contract_checks


@dataclass(frozen=True)
class TableOut:
    """One table of several: its name, what one reads of it in the UI, and its checks beyond unique keys."""

    name: str
    description: str
    is_counted: bool = False  # carries the stage's `nothing_disappears`
    checks: tuple[dg.AssetCheckSpec, ...] = ()
    code_version: str = "1"  # raise it when the stage makes other rows of the same input


def table_assets(
    name: str,
    group: str,
    outs: Sequence[TableOut],
    *,
    ins: Mapping[str, dg.AssetIn] | None = None,
    deps: Sequence[dg.AssetKey | dg.AssetDep] = (),
    partitions_def: dg.PartitionsDefinition | None = None,
    backfill_policy: dg.BackfillPolicy | None = None,
) -> Callable[[Callable[..., Results]], dg.AssetsDefinition]:
    """Return a decorator for a function that takes `context` first and publishes every table of `outs` in order."""

    def decorate(function: Callable[..., Results]) -> dg.AssetsDefinition:
        return dg.multi_asset(
            name=name,
            outs={out.name.replace("/", "__"): _declare(out, group) for out in outs},
            check_specs=[spec for out in outs for spec in (*contract_checks(out.name, out.is_counted), *out.checks)],
            ins=ins,
            deps=deps,
            partitions_def=partitions_def,
            backfill_policy=backfill_policy,
            can_subset=True,
        )(_yield_selected(function))

    return decorate


def _declare(out: TableOut, group: str) -> dg.AssetOut:
    return dg.AssetOut(
        key=key_of(out.name),
        group_name=group,
        description=out.description,
        code_version=out.code_version,
        kinds={"parquet"},
        is_required=False,
    )


def _yield_selected(function: Callable[..., Results]) -> Callable[..., Results]:
    """Drop the tables and checks that a run did not ask for; what was asked for is the same with or without them."""

    @functools.wraps(function)
    def selected(context: dg.AssetExecutionContext, **arguments: object) -> Results:
        for result in function(context, **arguments):
            wanted = {check.name for check in context.selected_asset_check_keys if check.asset_key == result.asset_key}
            if isinstance(result, dg.AssetCheckResult):
                if result.check_name in wanted:
                    yield result
            elif result.asset_key in context.selected_asset_keys:
                yield result._replace(check_results=[one for one in result.check_results if one.check_name in wanted])

    return selected
