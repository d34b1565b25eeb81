"""The class of every record: the strictest of its sources', which travels with it into every table and export.

Example:
    >>> from pathlib import Path
    >>> from pipelines.governance.policy import load_policy
    >>> classify_records([], load_policy(Path("none.toml")))
    ()
"""

from collections.abc import Iterable
from dataclasses import replace

from pipelines.governance.policy import Policy
from pipelines.records import Record
from pipelines.terms_of_use import DataClass


def classify_records(records: Iterable[Record], policy: Policy) -> tuple[Record, ...]:
    """Return the records with their class; those of the synthetic cohort, which hold nobody's data, are open."""
    return tuple(
        replace(record, data_class=DataClass.OPEN if record.is_synthetic else policy.class_of(record.source))
        for record in records
    )
