"""A budget stops a run cleanly; what it paid for is kept, and a higher one adds the rest."""

import pytest

from pipelines.reasons import Reason
from pipelines.records import Record
from tests.assets.graphs import failures
from tests.assets.model_generation.model_site import (
    Site,
)


@pytest.mark.parametrize(("unit", "little", "enough"), [("tokens", 9_000, 1_000_000), ("usd", 0.009, 1.0)])
def test_a_spent_budget_ends_a_run_with_what_it_paid_for_and_a_higher_one_adds_the_rest(
    site: Site, undisturbed: list[Record], unit: str, little: float, enough: float
) -> None:
    prices = site.folder / "prices.yaml"
    prices.write_text("- {model: played, since: 2026-01-01, input: 1.0, output: 1.0}\n")
    result = site.generate({"budget": {unit: little}}, prices=prices)
    assert failures(result) == []
    written, told = site.candidates(), site.not_generated()
    n_sent = len(site.server.bodies)
    assert 0 < n_sent == len(written) < 17
    assert [record for record in undisturbed if record in written] == written, "no record changes when others are added"
    assert {row.reason for row in told} == {Reason.BUDGET_SPENT} and len(told) == 17 - n_sent
    assert "raise generation.budget" in told[0].detail
    assert sum(text.startswith("budget of ") for _, text in site.logged(result)) == 1
    with site.ledger() as ledger:
        spent = ledger.spent()
    assert getattr(spent, unit) <= little and spent.n_unpriced == 0

    assert failures(site.generate({"budget": {unit: enough}}, prices=prices)) == []
    assert site.candidates() == undisturbed and site.not_generated() == []
    assert len(site.server.bodies) == len(set(site.server.bodies)) == 17


def test_a_limit_of_money_without_a_price_sends_nothing_and_says_so(site: Site) -> None:
    assert failures(site.generate({"budget": {"usd": 5.0}})) == []
    assert site.candidates() == [] and site.server.bodies == []
    assert {row.reason for row in site.not_generated()} == {Reason.BUDGET_SPENT}
