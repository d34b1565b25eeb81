"""What becomes of a synthetic breast from study to study, and the BI-RADS assessments that follow from it.

The assessments follow what is drawn: nothing (N), a smooth mass that stays as it is (B or P), something small and new (A), then
larger and larger (S, M, and K after the biopsy).

Example:
    >>> visits = draw_course(random.Random(1), Course.GROWING, n_studies=3)
    >>> [[finding.assessment.value for finding in findings] for findings in visits]
    [['A'], ['M'], ['K']]
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType

from pipelines.cohort.phantoms.breast_lesion import Lesion, LesionShape


class Assessment(StrEnum):
    """BI-RADS assessment by EMBED's letter (its legend file)."""

    ADDITIONAL_EVALUATION = "A"  # BI-RADS 0
    NEGATIVE = "N"  # 1
    BENIGN = "B"  # 2
    PROBABLY_BENIGN = "P"  # 3
    SUSPICIOUS = "S"  # 4
    MALIGNANCY_SUGGESTED = "M"  # 5
    MALIGNANCY_KNOWN = "K"  # 6
    NONE = "X"  # no assessment


class Course(StrEnum):
    """What becomes of one breast over its studies."""

    NEGATIVE = "negative"
    BENIGN = "benign"  # one mass that stays
    GROWING = "growing"
    GROWING_BESIDE_BENIGN = "growing_beside_benign"


@dataclass(frozen=True, slots=True)
class BreastFinding:
    """One finding in one breast at one study: its own row of the clinical table."""

    assessment: Assessment
    lesions: tuple[Lesion, ...]


_A, _S, _M, _K = (
    Assessment.ADDITIONAL_EVALUATION,
    Assessment.SUSPICIOUS,
    Assessment.MALIGNANCY_SUGGESTED,
    Assessment.MALIGNANCY_KNOWN,
)
_N, _B, _P = Assessment.NEGATIVE, Assessment.BENIGN, Assessment.PROBABLY_BENIGN
_GROWTH: Mapping[int, tuple[tuple[Assessment, ...], ...]] = MappingProxyType(
    {
        2: ((_A, _M), (_N, _S), (_A, _S)),
        3: ((_N, _A, _M), (_N, _A, _S), (_A, _S, _K), (_A, _M, _K)),
        4: ((_N, _A, _M, _K), (_N, _N, _A, _M), (_N, _A, _S, _K)),
    }
)
_STABLE: tuple[tuple[Assessment, ...], ...] = ((_B, _B, _B, _B), (_P, _P, _B, _B), (_B, _B, _B, _B))
_RADII: Mapping[Assessment, float] = MappingProxyType({_A: 0.062, _S: 0.092, _M: 0.130, _K: 0.165})
_CALCIFICATION_SHARE = 0.25
STUDIES_RANGE = (min(_GROWTH), max(_GROWTH))


def draw_course(rng: random.Random, course: Course, n_studies: int) -> list[tuple[BreastFinding, ...]]:
    """Return the findings of one breast at each of 2 to 4 studies; a negative breast has none."""
    visits: list[tuple[BreastFinding, ...]] = [()] * n_studies
    place = _draw_place(rng)
    if course in (Course.GROWING, Course.GROWING_BESIDE_BENIGN):
        is_calcified = course is Course.GROWING and rng.random() < _CALCIFICATION_SHARE
        stages = rng.choice(_GROWTH[n_studies])
        visits = [() if stage is _N else (_grow(place, stage, is_calcified),) for stage in stages]
    if course in (Course.BENIGN, Course.GROWING_BESIDE_BENIGN):
        # In the other quarter of the breast than the growing one, so that they are told apart in both views.
        other = replace(
            place, lateral=-place.lateral, height=-place.height, seed=place.seed + 1, radius=rng.uniform(0.085, 0.115)
        )
        stages = rng.choice(_STABLE)
        visits = [(*found, BreastFinding(stage, (other,))) for found, stage in zip(visits, stages, strict=False)]
    return visits


def _draw_place(rng: random.Random) -> Lesion:
    """Return an oval mass away from the nipple's level, with its outline's seed."""
    return Lesion(
        LesionShape.OVAL,
        radius=0.1,
        depth=rng.uniform(0.38, 0.66),
        lateral=rng.choice((-1, 1)) * rng.uniform(0.22, 0.50),
        height=rng.choice((-1, 1)) * rng.uniform(0.18, 0.42),
        seed=rng.randrange(2**32),
    )


def _grow(place: Lesion, stage: Assessment, is_calcified: bool) -> BreastFinding:
    """Return the growing lesion at a stage; calcifications turn into a mass with calcifications."""
    mass = replace(place, shape=LesionShape.SPICULATED, radius=_RADII[stage], has_clip=stage is _K)
    if not is_calcified:
        return BreastFinding(stage, (mass,))
    cluster = replace(place, shape=LesionShape.CALCIFICATIONS, radius=_RADII[stage] * 1.2)
    if stage in (_A, _S):
        return BreastFinding(stage, (cluster,))
    return BreastFinding(stage, (replace(mass, radius=mass.radius * 0.7), cluster))
