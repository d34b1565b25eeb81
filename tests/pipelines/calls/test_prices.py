import math
from datetime import date
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pipelines.calls.kinds import Executor
from pipelines.calls.prices import BUILT_IN, Price, PriceError, PriceTable, load_prices

TODAY = date(2026, 11, 22)


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "prices.yaml"
    path.write_text(text)
    return path


def test_the_papers_generator_has_its_list_price() -> None:
    price = load_prices().price_of("gpt-4o", TODAY)
    assert price is not None
    # 17,000 calls of 1,200 tokens in and 300 out: the paper's run, about 100 USD
    assert price.cost_usd(17_000 * 1_200, 17_000 * 300, Executor.LIVE) == pytest.approx(102.0)
    assert price.cost_usd(17_000 * 1_200, 17_000 * 300, Executor.BATCH) == pytest.approx(51.0)


def test_a_file_that_is_handed_over_counts_in_full() -> None:
    price = Price(model="m", since=TODAY, input=2.0, output=8.0, batch=0.5)
    assert price.cost_usd(500_000, 250_000, Executor.FILE) == price.cost_usd(500_000, 250_000, Executor.LIVE) == 3.0


@pytest.mark.parametrize("model", ["gpt-4o-2031-01-01", "gpt-4o-", "GPT-4o", "gpt-4", "openai/gpt-4o", "SmolLM2-135M", ""])
def test_a_model_that_is_not_listed_has_no_price_whatever_its_name_begins_with(model: str) -> None:
    assert load_prices().price_of(model, TODAY) is None


def test_every_built_in_row_has_its_source_and_was_seen_after_it_began() -> None:
    prices = load_prices().prices
    assert len(prices) > 15
    for price in prices:
        assert price.source.startswith("https://"), price
        assert price.seen is not None and price.since <= price.seen <= TODAY, price
        assert 0 < price.input < price.output, price
        assert price.batch == 0.5, price


def test_a_price_holds_from_its_day_until_the_next_one() -> None:
    rows = [Price(model="m", since=date(2025, month, 1), input=month, output=month) for month in (6, 3, 9)]
    table = PriceTable((*rows, Price(model="n", since=date(2025, 1, 1), input=1, output=1)))
    found = {day: table.price_of("m", day) for day in (date(2025, 2, 28), date(2025, 3, 1), date(2025, 8, 31), TODAY)}
    assert [None if price is None else price.input for price in found.values()] == [None, 3, 6, 9]


@given(st.lists(st.dates(date(2020, 1, 1), date(2030, 1, 1)), unique=True), st.dates(date(2020, 1, 1), date(2030, 1, 1)))
def test_the_latest_price_that_began_is_found_in_any_order(begins: list[date], day: date) -> None:
    table = PriceTable(tuple(Price(model="m", since=since, input=1, output=1) for since in begins))
    found = table.price_of("m", day)
    assert (None if found is None else found.since) == max((since for since in begins if since <= day), default=None)


def test_a_list_of_ones_own_replaces_every_row_of_the_models_that_it_names(tmp_path: Path) -> None:
    gpt, azure = (
        "model: gpt-4o, since: 2026-01-01, input: 1.5, output: 6",
        "model: my-azure, since: 2026-01-01, input: 0, output: 0",
    )
    rows = f"- {{{gpt}}}\n- {{{azure}}}"
    path = write(tmp_path, rows)
    table = load_prices(path)
    own = table.price_of("gpt-4o", TODAY)
    assert own is not None and (own.input, own.batch) == (1.5, 1.0)
    assert table.price_of("gpt-4o", date(2025, 12, 31)) is None  # not the built-in one of 2024: the list is the user's
    free = table.price_of("my-azure", TODAY)
    assert free is not None and free.cost_usd(10**9, 10**9, Executor.LIVE) == 0.0
    assert table.price_of("gpt-4o-mini", TODAY) == load_prices().price_of("gpt-4o-mini", TODAY)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- {model: m, since: 2026-01-01, input: -1, output: 2}", r"row 1, input: .*greater than or equal to 0, got -1"),
        ("- {model: m, since: 2026-01-01, input: .inf, output: 2}", r"row 1, input: .*finite"),
        ("- {model: m, since: 2026-01-01, input: '2.5', output: 2}", r"row 1, input: .*number, got '2.5'"),
        ("- {model: m, since: 2026-01-01, input: true, output: 2}", r"row 1, input: .*number, got True"),
        ("- {model: m, since: 2026-01-01, input: 1}", r"row 1, output: Field required; expected a row with model, since"),
        ("- {model: m, since: spring, input: 1, output: 2}", r"row 1, since: .*date, got 'spring'"),
        ("- {model: m, since: 2026-01-01, input: 1, output: 2, ouput: 3}", r"row 1, ouput: Extra inputs"),
        ("- {model: m, since: 2026-01-01, input: 1, output: 2, batch: 50}", r"row 1, batch: .*less than or equal to 1, got 50"),
        ("- {model: 4, since: 2026-01-01, input: 1, output: 2}", r"row 1, model: .*string, got 4"),
        ("- gpt-4o", r"row 1: .*got 'gpt-4o'; expected a row with model"),
        ("gpt-4o: 2.5", r"got dict, expected a list of rows"),
        ("", r"got NoneType, expected a list of rows"),
        ("- {model: [", r"not YAML"),
        ("- {model: m, since: 2026-01-01, input: 1, output: 2}\n" * 2, r"row 2: a second price of m since 2026-01-01"),
    ],
)
def test_a_list_that_is_not_of_the_form_is_refused_with_its_row(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(PriceError, match=r"prices\.yaml: " + message):
        load_prices(write(tmp_path, text))


def test_a_missing_list_is_told(tmp_path: Path) -> None:
    with pytest.raises(PriceError, match=r"none\.yaml: the price list cannot be read .*mend the path"):
        load_prices(tmp_path / "none.yaml")


def test_the_built_in_list_is_sorted_by_nothing_that_matters() -> None:
    rows = yaml.safe_load(BUILT_IN.read_text())
    shuffled = PriceTable(tuple(reversed(load_prices().prices)))
    for row in rows:
        assert shuffled.price_of(row["model"], TODAY) == load_prices().price_of(row["model"], TODAY)


@given(st.integers(0, 10**7), st.integers(0, 10**6))
def test_tokens_cost_in_proportion_and_a_batch_half(prompt: int, completion: int) -> None:
    price = Price(model="m", since=TODAY, input=2.5, output=10.0, batch=0.5)
    live = price.cost_usd(prompt, completion, Executor.LIVE)
    assert math.isclose(live, prompt * 2.5e-6 + completion * 10e-6, abs_tol=1e-12)
    assert price.cost_usd(prompt, completion, Executor.BATCH) == live / 2
