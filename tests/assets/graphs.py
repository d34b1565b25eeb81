"""The graph over a storage root of its own, and how a test runs it."""

from collections.abc import Callable
from dataclasses import dataclass

import dagster as dg
import pyarrow as pa

from assets.definitions import build_defs
from pipelines.records import Record
from pipelines.review.decisions import NewDecision
from pipelines.review.ledger import open_ledger
from pipelines.review.plan import ReviewPlan, sample_for_review
from pipelines.review.synthetic import decide_synthetically
from pipelines.settings import Settings
from pipelines.storage import read_table
from pipelines.tables import VALIDATED
from pipelines.vocabulary import Source, Verdict

QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


@dataclass(frozen=True)
class Graph:
    """The whole graph over one storage root."""

    settings: Settings
    instance: dg.DagsterInstance

    def run(self, job: str, partition: str | None = None, **tags: str) -> dg.ExecuteInProcessResult:
        """Run a job in this process; a failure is in the result."""
        found = build_defs(self.settings).resolve_job_def(job)
        return found.execute_in_process(
            instance=self.instance,
            partition_key=partition and str(partition),
            tags=tags,
            run_config=QUIET,
            raise_on_error=False,
        )

    def evaluate_every_model(self) -> dg.ExecuteInProcessResult:
        """Run all models in one run, as a range of partitions."""
        partitions = build_defs(self.settings).resolve_asset_graph().get(dg.AssetKey(["evaluation", "scores"])).partitions_def
        assert partitions is not None
        keys = partitions.get_partition_keys()
        ends = {"dagster/asset_partition_range_start": keys[0], "dagster/asset_partition_range_end": keys[-1]}
        return self.run("evaluate", **ends)

    def table(self, name: str, partition: str | None = None) -> pa.Table:
        """Return a stored table, which must be there."""
        found = read_table(self.settings.storage_root, name, partition)
        assert found is not None, f"{name} was not materialized"
        return found

    def review_synthetically(self) -> int:
        """Append the demo's decisions and return how many there were."""
        return self._decide(lambda pending, plan: decide_synthetically(pending, plan, seed=1))

    def approve_all(self, *reviewers: str) -> int:
        """Append an approval by each reviewer of everything that needs one, and return how many there were."""
        return self._decide(
            lambda pending, plan: [
                NewDecision(record.record_id, record.digest, reviewer, Verdict.APPROVE)
                for record in pending
                for reviewer in reviewers
            ]
        )

    def _decide(self, decide: Callable[[list[Record], ReviewPlan], list[NewDecision]]) -> int:
        records = VALIDATED.to_rows(self.table("qa/validated", Source.VQA_RAD))
        plan = ReviewPlan.from_settings(self.settings.review)
        with open_ledger(self.settings.review_ledger()) as ledger:
            return len(ledger.append(decide(sample_for_review(records, ledger.read(), plan), plan)))


def failures(result: dg.ExecuteInProcessResult) -> list[str]:
    """Return what each failed step said."""
    events = [event for event in result.all_events if event.is_step_failure]
    return [event.step_failure_data.error_display_string for event in events]
