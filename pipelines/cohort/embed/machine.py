"""The mammography machines of the cohort. The makers are those of EMBED, the models are invented.

Example:
    >>> MACHINES[0].manufacturer, MACHINES[0].rows / MACHINES[0].columns
    ('HOLOGIC, Inc.', 1.3)
"""

from dataclasses import dataclass

from pipelines.cohort.embed.subject import EmbedSubject


@dataclass(frozen=True, slots=True)
class Machine:
    """A maker, a model, and the size of its detector in pixels; proportions as of real ones, a sixteenth of the length."""

    manufacturer: str
    model: str
    rows: int
    columns: int


MACHINES = (
    Machine("HOLOGIC, Inc.", "Phantom Dimensions", 208, 160),  # 3328 x 2560
    Machine("GE MEDICAL SYSTEMS", "Phantom Essential", 192, 160),
    Machine("FUJIFILM Corporation", "Phantom Aspire", 236, 188),
)


def machine_of(subject: EmbedSubject) -> Machine:
    """Return the machine that a subject is always imaged with; nine in twelve have the first."""
    return MACHINES[{5: 1, 8: 1, 11: 2}.get(subject.index % 12, 0)]
