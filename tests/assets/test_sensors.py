"""The ledger's sensor tells Dagster of new decisions once each, and of none where there is no ledger."""

import dagster as dg

from assets.sensors import review_ledger
from pipelines.review.ledger import open_ledger
from pipelines.vocabulary import Source
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
    (event,) = first.asset_events
    assert isinstance(event, dg.AssetMaterialization)
    assert event.metadata["events"].value == n_events
    assert (event.tags or {})["dagster/data_version"] == digest == first.cursor
    with dg.build_sensor_context(resources={"settings": graph.settings}, cursor=first.cursor) as context:
        second = review_ledger(context)
    assert isinstance(second, dg.SensorResult) and not second.asset_events
