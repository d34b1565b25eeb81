"""How a glioblastoma may go from visit to visit, as ratings and as what the images then show.

Growth is plain to see (the new nodule's radius at least doubles), and so is shrinkage: a progression takes at least 25 % more,
a partial response at least 50 % less of the product of diameters (RANO; Wen et al., J Clin Oncol 28:1963, 2010).

Example:
    >>> [step.rating for step in COURSES[0].visits]
    ['Pre-Op', 'Post-Op', 'SD', 'PD']
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from pipelines.cohort.lumiere.tumour import State


@dataclass(frozen=True)
class Step:
    """One visit: the rating as the source spells it, its rationale ({long}, {short} are millimetres), the tumour."""

    rating: str
    rationale: str
    state: State


@dataclass(frozen=True)
class Course:
    """The visits of one subject; whether all that enhances was taken out."""

    is_complete: bool
    visits: tuple[Step, ...]


_TARGET = "Target L.: {long}mm x {short}mm"
_STEPS: Mapping[str, Step] = MappingProxyType(
    {
        "before": Step("Pre-Op", "", State(core=1.0, edema_mm=12)),
        "taken": Step("Post-Op", "CRET", State(cavity=0.80, edema_mm=8)),
        "left": Step("Post-Op", "PRET", State(cavity=0.74, residue_mm=9, edema_mm=9)),
        "calm": Step("SD", "", State(cavity=0.76, edema_mm=7)),
        "still": Step("SD", "", State(cavity=0.72, residue_mm=9, edema_mm=8)),
        "shrunk": Step("PR", _TARGET, State(cavity=0.70, residue_mm=4.5, edema_mm=6)),
        "gone": Step("CR", "", State(cavity=0.68, edema_mm=4)),
        "back": Step("PD", "new L. on the wall of the cavity", State(cavity=0.72, nodule_mm=11, edema_mm=10)),
        "more": Step("PD", _TARGET, State(cavity=0.70, nodule_mm=17, edema_mm=13)),
        "grown": Step("PD", _TARGET, State(cavity=0.68, residue_mm=9, nodule_mm=15, edema_mm=13)),
        "spread": Step("PD", "T2-Progr.", State(cavity=0.74, nodule_mm=7, edema_mm=19)),
    }
)


def _course(is_complete: bool, *names: str) -> Course:
    return Course(is_complete, tuple(_STEPS[name] for name in names))


COURSES = (
    _course(True, "before", "taken", "calm", "back"),
    _course(False, "before", "left", "grown"),
    _course(True, "before", "taken", "calm"),
    _course(False, "before", "left", "shrunk", "gone"),
    _course(False, "before", "left", "still", "grown"),
    _course(True, "before", "taken", "back", "more"),
    _course(True, "before", "taken"),
    _course(False, "before", "left", "still", "still"),
    _course(True, "before", "taken", "calm", "calm", "spread"),
    _course(False, "before", "left", "shrunk"),
)
"""Taken in turn by the subjects."""
