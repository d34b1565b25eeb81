"""Keeps calls within a budget of tokens and of money: reserve before sending, settle after the answer.

A reservation counts with its upper bound until its call is settled, so that calls in flight cannot go beyond the limit
together; what a call really used then takes its place. Nothing new starts once a reservation does not fit: calls in flight
are settled, and what they brought is kept. Runs of several processes see what each of them has used, and not what the others
have in flight: by so much they may go beyond the limit together. Made for one thread (all of asyncio): nothing here waits, so
nothing comes between.

Example:
    >>> guard = BudgetGuard(Budget(tokens=1_000), Spent(tokens=400))
    >>> reservation = guard.reserve(500, None)
    >>> guard.settle(reservation, tokens=200, usd=None)
    >>> guard.spent.tokens, guard.reserved.tokens
    (600, 0)
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from pipelines.calls.attempt import BudgetSpentError
from pipelines.calls.spending import Spent
from pipelines.choices import Budget

REREAD_S = 0.1  # how long it may take until this run counts what another one has used


@dataclass(frozen=True, slots=True)
class Reservation:
    """The most that a call in flight may use."""

    tokens: int = 0
    usd: float | None = None  # None where the price is not known: only without a limit of money


class BudgetGuard:
    """Counts what was used and what calls in flight may still use, against one budget."""

    def __init__(
        self,
        budget: Budget,
        spent: Spent,
        read: Callable[[], Spent] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Guard a budget of which `spent` is used up.

        Args:
            budget: the limits.
            spent: by all runs before.
            read: tells what all runs have used by now, those of other processes among them; None where no other is asking.
            clock: seconds, to ask `read` no more often than `REREAD_S`.
        """
        self._budget = budget
        self._spent = spent
        self._read, self._clock = read, clock
        self._last_read = clock()
        self._dropped = Spent()  # of calls whose attempt never got into the ledger
        self._in_flight = Reservation(usd=0.0)
        self._n_in_flight = 0

    @property
    def spent(self) -> Spent:
        """What was used up: before this run, as the ledger has it, and by the calls that are settled."""
        return self._spent

    @property
    def reserved(self) -> Reservation:
        """The most that the calls in flight may use together."""
        return self._in_flight

    def reserve(self, tokens: int, usd: float | None, n_open: int | None = None) -> Reservation:
        """Set aside the most that a call may use, prompt and answer, before it is sent.

        Args:
            tokens: upper bound of the call's tokens.
            usd: what those cost; None where the model's price is not known.
            n_open: requests without an answer, this one among them, for the message.

        Raises:
            BudgetSpentError: it does not fit; nothing was set aside. Once calls in flight are settled a call may fit again.
        """
        if self._budget.usd is not None and usd is None:
            raise BudgetSpentError(tell_unkeepable(self._budget.usd, "the model", n_open))
        self._see_others(REREAD_S)
        try:
            self._refuse_all_excess(tokens, usd, n_open)
        except BudgetSpentError:
            if not self._see_others(0.0):
                raise
            self._refuse_all_excess(
                tokens, usd, n_open
            )  # what was read in between may count a call twice: as set aside and used
        self._move(tokens, usd, 1)
        return Reservation(tokens, usd)

    def _see_others(self, after_s: float) -> bool:
        """Read again what all have used, if it was read so long ago; whether it was."""
        now = self._clock()
        if self._read is None or now - self._last_read < after_s:
            return False
        self._last_read, self._spent = now, self._read().plus(self._dropped)
        return True

    def _refuse_all_excess(self, tokens: int, usd: float | None, n_open: int | None) -> None:
        self._refuse_excess("tokens", self._budget.tokens, self._spent.tokens, self._in_flight.tokens, tokens, n_open)
        self._refuse_excess("USD", self._budget.usd, self._spent.usd, self._in_flight.usd or 0.0, usd or 0.0, n_open)

    def drop(self, reservation: Reservation) -> None:
        """Settle a call whose attempt is not in the ledger, and which may have used all that was set aside."""
        self.settle(reservation, None, None)
        self._dropped = self._dropped.plus(Spent(reservation.usd or 0.0, reservation.tokens, 1))

    def settle(self, reservation: Reservation, tokens: int | None, usd: float | None) -> None:
        """Put what a call really used in place of what was set aside, each reservation once.

        None says that the endpoint told nothing: then the upper bound counts as used (in later runs, too: `Meter`); the ledger
        keeps null. A call that is not billed is settled with 0 and 0.0. What went beyond its bound counts whole.
        """
        if self._n_in_flight == 0:
            raise ValueError("nothing is in flight: each reservation is settled once")
        self._move(-reservation.tokens, None if reservation.usd is None else -reservation.usd, -1)
        used_usd = reservation.usd if usd is None else usd
        self._spent = replace(
            self._spent,
            usd=self._spent.usd + (used_usd or 0.0),
            tokens=self._spent.tokens + (reservation.tokens if tokens is None else tokens),
            n_unpriced=self._spent.n_unpriced + (usd is None),
        )

    def _move(self, tokens: int, usd: float | None, n_calls: int) -> None:
        self._n_in_flight += n_calls
        kept_usd = (self._in_flight.usd or 0.0) + (usd or 0.0) if self._n_in_flight else 0.0  # no residue of rounding
        self._in_flight = Reservation(self._in_flight.tokens + tokens, kept_usd)

    def _refuse_excess(
        self, unit: str, limit: float | None, used: float, in_flight: float, wanted: float, n_open: int | None
    ) -> None:
        if limit is None or used + in_flight + wanted <= limit:
            return
        flight = f", {_amount(in_flight, unit)} set aside for {self._n_in_flight:,} in flight" if self._n_in_flight else ""
        raise BudgetSpentError(
            f"budget of {_amount(limit, unit)}: {_amount(used, unit)} used, in all runs together{flight}, and the next call "
            f"may need {_amount(wanted, unit)}; {_tell_open(n_open)}nothing new is sent; what was answered is kept and not "
            f"paid for again; raise generation.budget.{unit.lower()} and run again"
        )


def tell_unkeepable(limit_usd: float, model: str, n_open: int | None) -> str:
    """Return why a limit of money cannot be kept for a model without a price, and what to do."""
    return (
        f"budget of {_amount(limit_usd, 'USD')}: it cannot be kept, since no price of {model} is known; {_tell_open(n_open)}"
        "nothing was sent; give its price in a price list (a model of your own may cost 0), or limit generation.budget.tokens "
        "in its place"
    )


def _tell_open(n_open: int | None) -> str:
    return "" if n_open is None else f"{n_open:,} requests are open; "


def _amount(value: float, unit: str) -> str:
    return f"{value:,.0f} {unit}" if unit == "tokens" else f"{value:,.4f} {unit}"
