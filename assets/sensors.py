"""The sensor that tells Dagster when reviewers have decided something: lineage then shows `qa/approved` as stale.

Example:
    >>> review_ledger.name
    'review_ledger'
"""

import dagster as dg

from assets.io import key_of
from pipelines.review.ledger import open_ledger
from pipelines.settings import Settings

DATA_VERSION = "dagster/data_version"
REVIEW_DECISIONS = dg.AssetSpec(
    key_of("review/decisions"),
    group_name="dataset",
    description="One row per reviewer event: an append-only ledger that people write and Dagster only reads.",
    kinds={"sqlite"},
)


@dg.sensor(minimum_interval_seconds=60, default_status=dg.DefaultSensorStatus.RUNNING)
def review_ledger(context: dg.SensorEvaluationContext, settings: dg.ResourceParam[Settings]) -> dg.SensorResult:
    """Report the ledger's digest as data version of review/decisions whenever it has changed."""
    if not settings.review_ledger().is_file():
        return dg.SensorResult(skip_reason=f"no decisions yet: {settings.review_ledger()} is not there")
    event = describe_ledger(settings)
    digest = (event.tags or {})[DATA_VERSION]
    if digest == context.cursor:
        return dg.SensorResult(skip_reason="no new decisions", cursor=digest)
    return dg.SensorResult(asset_events=[event], cursor=digest)


def describe_ledger(settings: Settings) -> dg.AssetMaterialization:
    """Return the ledger's present state as an event of review/decisions: number of events, digest as data version."""
    with open_ledger(settings.review_ledger()) as ledger:
        n_events, digest = ledger.verify(), ledger.digest()
    return dg.AssetMaterialization(REVIEW_DECISIONS.key, metadata={"events": n_events}, tags={DATA_VERSION: digest})
