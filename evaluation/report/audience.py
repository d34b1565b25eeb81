"""Which items a page for an audience may show: those of which every source's terms reach as far.

Example:
    >>> from pathlib import Path
    >>> from pipelines.governance.policy import load_policy
    >>> from pipelines.terms_of_use import Audience
    >>> choose_visible(Audience.PUBLIC, load_policy(Path("none.toml"))).__name__
    'may_show'
"""

from collections.abc import Callable

from evaluation.benchmark import BenchmarkItem
from pipelines.governance.policy import Policy
from pipelines.terms_of_use import Audience

_ORDER = tuple(Audience)


def choose_visible(audience: Audience, policy: Policy) -> Callable[[BenchmarkItem], bool]:
    """Return what tells whether an audience may see an item; one whose sources nobody knows is for the group alone."""

    def may_show(item: BenchmarkItem) -> bool:
        if item.sources is None:
            return audience is Audience.GROUP
        return all(_ORDER.index(audience) <= _ORDER.index(policy.audience_of(source)) for source in item.sources)

    return may_show
