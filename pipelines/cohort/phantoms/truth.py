"""What is to be drawn: the facts from which an image and the answers about it are both made.

Example:
    >>> truth = draw_truth(random.Random(1), Organ.CHEST)
    >>> truth.modality.value, truth.plane
    ('x_ray', 'PA')
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from pipelines.vocabulary import Laterality, Modality, Organ, Sequence


class Finding(StrEnum):
    """What may be wrong in a phantom; the value is its name in questions."""

    PLEURAL_EFFUSION = "pleural effusion"
    PNEUMOTHORAX = "pneumothorax"
    LUNG_MASS = "lung mass"
    CARDIOMEGALY = "cardiomegaly"
    HEMORRHAGE = "hemorrhage"
    INFARCT = "infarct"
    BRAIN_MASS = "brain mass"
    HYDROCEPHALUS = "hydrocephalus"
    LIVER_MASS = "liver mass"
    RENAL_CYST = "renal cyst"
    GALLSTONES = "gallstones"
    ASCITES = "ascites"


FINDINGS: Mapping[Organ, tuple[Finding, ...]] = MappingProxyType(
    {
        Organ.CHEST: (Finding.PLEURAL_EFFUSION, Finding.PNEUMOTHORAX, Finding.LUNG_MASS, Finding.CARDIOMEGALY),
        Organ.HEAD: (Finding.HEMORRHAGE, Finding.INFARCT, Finding.BRAIN_MASS, Finding.HYDROCEPHALUS),
        Organ.ABDOMEN: (Finding.LIVER_MASS, Finding.RENAL_CYST, Finding.GALLSTONES, Finding.ASCITES),
    }
)
# Findings that lie on one side of the body; the liver and the gallbladder have their place.
SIDED = frozenset(
    {
        Finding.PLEURAL_EFFUSION,
        Finding.PNEUMOTHORAX,
        Finding.LUNG_MASS,
        Finding.HEMORRHAGE,
        Finding.INFARCT,
        Finding.BRAIN_MASS,
        Finding.RENAL_CYST,
    }
)
_PRESENCE_SHARE = 0.45


@dataclass(frozen=True)
class Truth:
    """The facts of one drawn image."""

    organ: Organ
    modality: Modality
    plane: str  # "PA", "AP" or "axial"
    sequence: Sequence | None
    has_contrast: bool
    findings: Mapping[Finding, Laterality | None]  # what is present, and on which side of the body

    def shows(self, finding: Finding) -> bool:
        """Return whether the finding is present."""
        return finding in self.findings

    def offset(self, finding: Finding) -> float:
        """Return -1 or 1, the image half of a sided finding: the patient's left is the image's right."""
        return 1.0 if self.findings[finding] is Laterality.LEFT else -1.0


def draw_truth(rng: random.Random, organ: Organ) -> Truth:
    """Return the facts of one image of an organ."""
    modality, sequence = _draw_modality(rng, organ)
    findings = {
        finding: rng.choice(list(Laterality)) if finding in SIDED else None
        for finding in FINDINGS[organ]
        if rng.random() < _PRESENCE_SHARE
    }
    if Finding.PNEUMOTHORAX in findings and Finding.PLEURAL_EFFUSION in findings:
        # Side by side in one lung neither could be told from the other.
        findings[Finding.PNEUMOTHORAX] = _opposite(findings[Finding.PLEURAL_EFFUSION])
    if Finding.LUNG_MASS in findings and Finding.PNEUMOTHORAX in findings:
        findings[Finding.LUNG_MASS] = _opposite(findings[Finding.PNEUMOTHORAX])
    return Truth(
        organ=organ,
        modality=modality,
        plane=rng.choice(["PA", "PA", "AP"]) if organ is Organ.CHEST else "axial",
        sequence=sequence,
        has_contrast=organ is Organ.ABDOMEN and rng.random() < 0.5,
        findings=findings,
    )


def _draw_modality(rng: random.Random, organ: Organ) -> tuple[Modality, Sequence | None]:
    if organ is Organ.CHEST:
        return Modality.XRAY, None
    if organ is Organ.ABDOMEN or rng.random() < 0.4:
        return Modality.CT, None
    return Modality.MRI, rng.choice([Sequence.T1, Sequence.T2, Sequence.FLAIR])


def _opposite(side: Laterality | None) -> Laterality:
    return Laterality.LEFT if side is Laterality.RIGHT else Laterality.RIGHT
