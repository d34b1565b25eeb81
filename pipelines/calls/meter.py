"""What all runs of a ledger have used up by now, at the most: read anew while a run goes on, for others may be asking, too.

An endpoint that tells no tokens is not one that is free. A call that it may have charged for counts as much as was set aside
for it: the prompt as estimated, and the longest answer that was allowed. The ledger itself keeps null.

Example:
    >>> from tempfile import TemporaryDirectory
    >>> from pathlib import Path
    >>> from pipelines.calls.ledger import open_call_ledger
    >>> with TemporaryDirectory() as folder, open_call_ledger(Path(folder) / "ledger.sqlite") as ledger:
    ...     Meter(ledger, PriceTable(()), date(2026, 11, 22), longest_answer=700).read()
    Spent(usd=0.0, tokens=0, n_unpriced=0)
"""

from dataclasses import replace
from datetime import date

from pipelines.calls.estimate import estimate_tokens
from pipelines.calls.ledger import CallLedger
from pipelines.calls.prices import PriceTable
from pipelines.calls.spending import Spent, Untold


class Meter:
    """Reads a ledger's attempts, each once."""

    def __init__(self, ledger: CallLedger, prices: PriceTable, day: date, longest_answer: int) -> None:
        self._ledger, self._prices, self._day, self._longest_answer = ledger, prices, day, longest_answer
        self._last = 0
        self._spent = Spent()

    def read(self) -> Spent:
        """Return what was used up to now by all that write to the ledger; what is not known at its upper bound."""
        used = self._ledger.use_after(self._last)
        self._last = used.last_id
        self._spent = self._spent.plus(used.told)
        for untold in used.untold:
            self._spent = self._spent.plus(self._bound(untold))
        return self._spent

    def _bound(self, untold: Untold) -> Spent:
        """Return what is to be added for an attempt of which tokens or price are missing."""
        estimate = estimate_tokens(untold.body)
        most = self._longest_answer if estimate.most_completion is None else estimate.most_completion
        prompt = estimate.prompt if untold.prompt_tokens is None else untold.prompt_tokens
        answer = most if untold.completion_tokens is None else untold.completion_tokens
        price = self._prices.price_of(untold.model, self._day)
        usd = 0.0 if price is None or untold.is_priced else price.cost_usd(prompt, answer, untold.executor)
        told = (untold.prompt_tokens or 0) + (untold.completion_tokens or 0)
        return replace(Spent(), usd=usd, tokens=prompt + answer - told)
