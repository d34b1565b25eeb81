"""Under which terms data may be used, and whom an export is for.

Example:
    >>> list(DataClass)[-1].value
    'credentialed'
"""

from enum import StrEnum


class DataClass(StrEnum):
    """Under which terms data may be used; the later one is the stricter one, and what is made of several has the strictest."""

    OPEN = "open"  # no agreement
    REGISTERED = "registered"  # each user signs or registers
    CREDENTIALED = "credentialed"  # trained, credentialed persons alone; no third party may see it


class Audience(StrEnum):
    """Whom an export is made for; the later one is the wider one."""

    GROUP = "group"  # those who hold the downloads themselves, on their own machines
    AGREEMENT = "agreement"  # others who have signed the same agreement
    PUBLIC = "public"
