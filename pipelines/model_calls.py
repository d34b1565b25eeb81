"""Opens what the settings say about calling models: ledger, policy, prices, budget and executor, one `Ask` an endpoint.

Example:
    >>> with open_calls(Settings(), None) as ask_of:
    ...     callable(ask_of)
    True
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache

from pipelines.calls.attempt import Ask
from pipelines.calls.executors import open_ask
from pipelines.calls.ledger import open_call_ledger
from pipelines.calls.prices import load_prices
from pipelines.governance.policy import load_policy
from pipelines.progress import Say
from pipelines.settings import Settings
from pipelines.writers import AskOf


@contextmanager
def open_calls(settings: Settings, say: Say | None) -> Iterator[AskOf]:
    """Give what sends requests to an endpoint by its name; nothing is opened before it is asked for.

    Args:
        settings: endpoints, executor, budget, policy and storage root.
        say: told of progress, in counts.
    """
    with ExitStack() as opened:

        @cache
        def ask_of(name: str) -> Ask:
            endpoint = settings.endpoint(name)
            ledger = opened.enter_context(open_call_ledger(settings.call_ledger()))
            return opened.enter_context(
                open_ask(
                    name,
                    endpoint,
                    settings.generation.executor,
                    load_policy(settings.policy),
                    ledger,
                    load_prices(settings.prices),
                    settings.generation.budget,
                    settings.call_ledger().parent,
                    say,
                )
            )

        yield ask_of
