"""What a model costs: a dated list of prices, built in and the user's own; what is not listed has no known price.

The built-in list is `prices.yaml` beside this file, which also tells the form of a list of your own.

Example:
    >>> price = load_prices().price_of("gpt-4o", date(2026, 11, 22))
    >>> price.since, price.cost_usd(1_000_000, 100_000, Executor.LIVE), price.cost_usd(1_000_000, 100_000, Executor.BATCH)
    (datetime.date(2024, 10, 2), 3.5, 1.75)
    >>> load_prices().price_of("a-model-of-my-own", date(2026, 11, 22)) is None
    True
"""

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from pipelines.calls.attempt import Attempt
from pipelines.calls.kinds import Executor

BUILT_IN = Path(__file__).with_name("prices.yaml")
MILLION = 1_000_000


class PriceError(ValueError):
    """A price list that cannot be used; the message names the file, the row and what it should hold."""


class Price(BaseModel):
    """What one model costs from one day on."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    model: str = Field(min_length=1)  # exactly as requests name it
    since: date
    input: float = Field(ge=0, allow_inf_nan=False)  # USD per million prompt tokens
    output: float = Field(ge=0, allow_inf_nan=False)  # USD per million completion tokens
    batch: float = Field(default=1.0, ge=0, le=1)  # share of the price that the Batch API charges; 1 where none is known
    seen: date | None = None  # last read at the source
    source: str = ""

    def cost_usd(self, prompt_tokens: int, completion_tokens: int, executor: Executor) -> float:
        """Return what so many tokens cost in USD; a file handed over counts in full, since nobody tells how it was run."""
        share = self.batch if executor is Executor.BATCH else 1.0
        return share * (prompt_tokens * self.input + completion_tokens * self.output) / MILLION


@dataclass(frozen=True)
class PriceTable:
    """Prices of any number of models and days."""

    prices: tuple[Price, ...]

    def price_of(self, model: str, day: date) -> Price | None:
        """Return the price of exactly this model on a day: the latest that began by then; None where none is known."""
        begun = [price for price in self.prices if price.model == model and price.since <= day]
        return max(begun, key=lambda price: price.since, default=None)

    def price_attempt(self, attempt: Attempt, model: str, day: date) -> Attempt:
        """Return an attempt with what it cost, where the tokens and the price of the model that was asked are known."""
        price = self.price_of(model, day)
        if price is None or attempt.prompt_tokens is None or attempt.completion_tokens is None:
            return attempt
        cost_usd = price.cost_usd(attempt.prompt_tokens, attempt.completion_tokens, attempt.executor)
        return replace(attempt, cost_usd=cost_usd, price_date=price.since.isoformat())


def load_prices(path: Path | None = None) -> PriceTable:
    """Return the built-in prices; a list of the user's own replaces all rows of the models that it names.

    Raises:
        PriceError: the file cannot be read, or a row is not of the form; the whole list is refused, for a price that is left
            out would look like one that is not known.
    """
    built_in = _read(BUILT_IN)
    if path is None:
        return PriceTable(built_in)
    own = _read(path)
    models = {price.model for price in own}
    return PriceTable((*(price for price in built_in if price.model not in models), *own))


def _read(path: Path) -> tuple[Price, ...]:
    try:
        rows = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise PriceError(f"{path}: the price list cannot be read ({error}); mend the path or leave it out") from error
    except yaml.YAMLError as error:
        raise PriceError(f"{path}: not YAML: {error}; expected a list of rows as in {BUILT_IN.name}") from error
    try:
        prices = TypeAdapter(tuple[Price, ...]).validate_python(tuple(rows) if isinstance(rows, list) else rows)
    except ValidationError as error:
        raise PriceError(f"{path}: {_explain(error)}") from error
    _refuse_twice(path, prices)
    return prices


def _explain(error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    place = first["loc"]
    if not place:
        return f"got {type(first['input']).__name__}, expected a list of rows with model, since, input and output"
    row = f"row {int(place[0]) + 1}"
    field = f", {'.'.join(str(part) for part in place[1:])}" if len(place) > 1 else ""
    got = "" if first["type"] == "missing" else f", got {first['input']!r}"
    return (
        f"{row}{field}: {first['msg']}{got}; expected a row with model, since (YYYY-MM-DD), input and output (USD per million)"
    )


def _refuse_twice(path: Path, prices: tuple[Price, ...]) -> None:
    seen: set[tuple[str, date]] = set()
    for number, price in enumerate(prices, start=1):
        if (price.model, price.since) in seen:
            raise PriceError(
                f"{path}: row {number}: a second price of {price.model} since {price.since}; remove one of the two"
            )
        seen.add((price.model, price.since))
