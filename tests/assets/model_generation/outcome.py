"""What a run through Dagster came to, and the words that are planted to be looked for afterwards."""

import dataclasses
from pathlib import Path

import dagster as dg

from pipelines.keys import digest
from pipelines.records import Record
from tests.assets.model_generation.model_site import (
    Site,
)
from tests.pipelines.calls.loopback import FAST

REPOSITORY = Path(__file__).parents[3]
IN_REPORT, IN_ANSWER, IN_REFUSAL, IN_JUNK = "quibblewort", "zanthorply", "grimbleshank", "wexlebat"
FAST_AND_IMPATIENT = dataclasses.replace(FAST, patience_s=1.0)
IN_PROMPT = ("You write questions for people", "END OF SOURCES", "Class of the right answer")


def versions(site: Site) -> dict[str, str]:
    """Return the newest data version of every table of the source."""
    keys = [key for key in site.instance.all_asset_keys() if key.path[0] in {"raw", "rendered", "splits", "groups", "qa"}]
    found: dict[str, str] = {}
    for key in keys:
        event = site.instance.get_latest_materialization_event(key)
        if event is not None and event.asset_materialization is not None:
            found[key.to_user_string()] = (event.asset_materialization.tags or {})["dagster/data_version"]
    return found


def failed_checks(result: dg.ExecuteInProcessResult) -> list[str]:
    return [check.check_name for check in result.get_asset_check_evaluations() if not check.passed]


def metadata_of(result: dg.ExecuteInProcessResult, name: str) -> dict:
    (event,) = [one for one in result.get_asset_materialization_events() if one.asset_key == dg.AssetKey(name.split("/"))]
    return dict(event.materialization.metadata)


def seeds_of(records: list[Record]) -> dict[int, Record]:
    """Return records by the seed of the request that asks about them: texts may be alike, seeds are not."""
    return {int(digest([record.record_id, 0])[:7], 16): record for record in records}


def has_no_trace_of_the_cause(result: dg.ExecuteInProcessResult) -> bool:
    """Whether a failed step tells of its message alone, and is not tried again."""
    (event,) = [one for one in result.all_events if one.is_step_failure]
    retried = [one for one in result.all_events if one.event_type_value in ("STEP_UP_FOR_RETRY", "STEP_RESTARTED")]
    error = event.step_failure_data.error
    return error is not None and error.cause is None and error.context is None and not retried
