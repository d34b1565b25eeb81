"""The ledger's sensor tells Dagster of new decisions once each, and of none where there is no ledger."""

import dagster as dg

from assets.sensors import describe_ledger, review_ledger
from pipelines.reasons import RejectReason
from pipelines.review.decisions import NewDecision
from pipelines.review.ledger import open_ledger
from pipelines.review.rejects import read_rejects
from pipelines.vocabulary import Source, Verdict
from tests.assets.graphs import Graph


def test_no_ledger_is_no_event_and_makes_no_ledger(graph: Graph) -> None:
    with dg.build_sensor_context(resources={"settings": graph.settings}) as context:
        result = review_ledger(context)
    assert isinstance(result, dg.SensorResult) and not result.asset_events
    assert not graph.settings.review_ledger().exists()


def test_new_decisions_are_reported_once_with_the_ledgers_digest(graph: Graph) -> None:
    assert graph.run("build_corpus", Source.VQA_RAD).success
    n_events = graph.review_synthetically()
    with open_ledger(graph.settings.review_ledger()) as ledger:
        digest = ledger.digest()
    with dg.build_sensor_context(resources={"settings": graph.settings}) as context:
        first = review_ledger(context)
    assert isinstance(first, dg.SensorResult)
    event, rejects = first.asset_events
    assert isinstance(event, dg.AssetMaterialization) and isinstance(rejects, dg.AssetMaterialization)
    assert event.metadata["events"].value == n_events
    assert (event.tags or {})["dagster/data_version"] == digest == (first.cursor or "").split()[0]
    assert rejects.metadata["rejects"].value == len(read_rejects(graph.settings.review_ledger())) > 0
    with dg.build_sensor_context(resources={"settings": graph.settings}, cursor=first.cursor) as context:
        second = review_ledger(context)
    assert isinstance(second, dg.SensorResult) and not second.asset_events


def test_an_approval_leaves_the_rejects_as_they_are_and_a_reject_changes_them(graph: Graph) -> None:
    assert graph.run("build_corpus", Source.VQA_RAD).success
    versions = []
    for verdict, reason in ((Verdict.APPROVE, None), (Verdict.APPROVE, None), (Verdict.REJECT, RejectReason.WORDING)):
        with open_ledger(graph.settings.review_ledger()) as ledger:
            ledger.append([NewDecision("record-1", "d" * 64, f"Ada {len(versions)}", verdict, reason)])
        versions.append([(event.tags or {})["dagster/data_version"] for event in describe_ledger(graph.settings)])
    (whole, part), (more, same), (_, other) = versions
    assert (whole != more, part == same, part != other) == (True, True, True)
