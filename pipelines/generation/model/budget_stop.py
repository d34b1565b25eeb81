"""Where the budget ends, what was answered is taken and the rest is named, so that a run ends with rows and reasons.

An `Ask` that runs out of budget raises, and keeps in its ledger what was answered before. Here the requests are then asked in
halves, in their order, until the first that cannot be paid: those before it come from the ledger, it and those after it are
`unpaid`. A later run with a greater budget asks for these alone.

Example:
    >>> StoppedAsk(lambda requests: {})([])
    {}
"""

from collections.abc import Iterable, Mapping, Sequence

from pipelines.calls.attempt import Ask, Attempt, BudgetSpentError
from pipelines.calls.kinds import Executor
from pipelines.calls.request import CallRequest


class StoppedAsk:
    """An `Ask` that a spent budget does not end: requests that were not paid are missing from its answers, and named."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self.unpaid: set[str] = set()  # keys

    @property
    def executor(self) -> Executor | None:
        """How requests travel, where that is known."""
        return getattr(self._ask, "executor", None)

    def announce(self, first: CallRequest, requests: Iterable[CallRequest]) -> None:
        """Let the plan of all requests be told, where the `Ask` does so."""
        announce = getattr(self._ask, "announce", None)
        if announce is not None:
            announce(first, requests)

    def __call__(self, requests: Sequence[CallRequest]) -> Mapping[str, Attempt]:
        """Return the final attempts by key; raises as the `Ask` does, but no BudgetSpentError."""
        try:
            return self._ask(requests)
        except BudgetSpentError:
            if len(requests) == 1:
                self.unpaid.add(requests[0].key)
                return {}
        half = len(requests) // 2
        first = self(requests[:half])
        if any(request.key in self.unpaid for request in requests[:half]):
            self.unpaid.update(request.key for request in requests[half:])
            return first
        return {**first, **self(requests[half:])}
