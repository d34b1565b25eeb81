"""Joins things that belong together: connected components, told by the smallest member.

Example:
    >>> join_linked(["a", "b", "c", "d"], [("c", "b"), ("b", "a")])
    {'a': 'a', 'b': 'a', 'c': 'a', 'd': 'd'}
"""

from collections.abc import Iterable


def join_linked(members: Iterable[str], pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return each member's representative: the smallest member that a chain of pairs joins it to.

    The result depends on neither the order of the members nor that of the pairs. Members named by pairs alone are included.
    """
    parent: dict[str, str] = {member: member for member in members}
    for first, second in pairs:
        parent.setdefault(first, first)
        parent.setdefault(second, second)
        low, high = sorted((_root(parent, first), _root(parent, second)))
        parent[high] = low
    return {member: _root(parent, member) for member in sorted(parent)}


def _root(parent: dict[str, str], member: str) -> str:
    while parent[member] != member:
        parent[member] = parent[parent[member]]
        member = parent[member]
    return member
