"""The sensor that tells Dagster when reviewers have decided something: lineage then shows `qa/approved` as stale.

Example:
    >>> review_ledger.name
    'review_ledger'
"""

import dagster as dg

from assets.io import key_of
from pipelines.keys import digest
from pipelines.review.ledger import open_ledger
from pipelines.review.rejects import standing_rejects
from pipelines.settings import Settings

DATA_VERSION = "dagster/data_version"
REVIEW_DECISIONS = dg.AssetSpec(
    key_of("review/decisions"),
    group_name="dataset",
    description="One row per reviewer event: an append-only ledger that people write and Dagster only reads.",
    kinds={"sqlite"},
)
REVIEW_REJECTS = dg.AssetSpec(
    key_of("review/rejects"),
    group_name="corpus",
    description="The ledger's standing rejects: what qa/candidates writes anew. Approvals leave it as it is.",
    kinds={"sqlite"},
)


@dg.sensor(minimum_interval_seconds=60, default_status=dg.DefaultSensorStatus.RUNNING)
def review_ledger(context: dg.SensorEvaluationContext, settings: dg.ResourceParam[Settings]) -> dg.SensorResult:
    """Report the ledger's digest as data version of review/decisions whenever it has changed."""
    if not settings.review_ledger().is_file():
        return dg.SensorResult(skip_reason=f"no decisions yet: {settings.review_ledger()} is not there")
    events = describe_ledger(settings)
    cursor = " ".join((event.tags or {})[DATA_VERSION] for event in events)
    if cursor == context.cursor:
        return dg.SensorResult(skip_reason="no new decisions", cursor=cursor)
    return dg.SensorResult(asset_events=events, cursor=cursor)


def describe_ledger(settings: Settings) -> list[dg.AssetMaterialization]:
    """Return the ledger's present state as events of review/decisions and review/rejects: how many, digest as data version."""
    with open_ledger(settings.review_ledger()) as ledger:
        n_events, whole = ledger.verify(), ledger.digest()
        rejects = standing_rejects(ledger.read())
    part = digest([[one.event_id, one.item, one.item_digest, one.reason, one.comment] for one in rejects])
    return [
        dg.AssetMaterialization(REVIEW_DECISIONS.key, metadata={"events": n_events}, tags={DATA_VERSION: whole}),
        dg.AssetMaterialization(REVIEW_REJECTS.key, metadata={"rejects": len(rejects)}, tags={DATA_VERSION: part}),
    ]
