"""What is asked about a phantom: four findings of its organ always, the other topics by chance.

Each answer follows from the truth that was drawn; topics that are answered alike for every phantom (an unshifted midline) are
true of every drawing.

Example:
    >>> [topic.wordings[0] for topic in FINDING_TOPICS[Organ.CHEST]][:2]
    ['Is there a pleural effusion?', 'Is there a pneumothorax?']
"""

from collections.abc import Mapping
from types import MappingProxyType

from pipelines.cohort.phantoms.truth import Finding, Truth
from pipelines.cohort.vqa_rad.topic import Topic, closed, open_ended, presence, side
from pipelines.vocabulary import AnswerType, Modality, Organ, Sequence

_MODALITY_NAMES = {Modality.XRAY: "X-ray", Modality.CT: "CT", Modality.MRI: "MRI"}
_SEQUENCE_NAMES = {Sequence.T1: "MRI - T1 weighted", Sequence.T2: "MRI - T2 weighted", Sequence.FLAIR: "MRI-FLAIR"}

FINDING_TOPICS: Mapping[Organ, tuple[Topic, ...]] = MappingProxyType(
    {
        Organ.CHEST: (
            presence(Finding.PLEURAL_EFFUSION, "Is there a pleural effusion?", "Is a pleural effusion present?"),
            presence(Finding.PNEUMOTHORAX, "Is there a pneumothorax?", "Do you see a pneumothorax?"),
            presence(Finding.LUNG_MASS, "Is there a mass in the lungs?", "Is a lung mass present?"),
            presence(Finding.CARDIOMEGALY, "Is the heart enlarged?", "Is the patient's heart enlarged?", code="SIZE"),
        ),
        Organ.HEAD: (
            presence(Finding.HEMORRHAGE, "Is there a hemorrhage?", "Is there evidence of a hemorrhage?"),
            presence(Finding.INFARCT, "Is there an infarct?", "Is an infarct present?"),
            presence(Finding.BRAIN_MASS, "Is there a mass in the brain?", "Is a brain mass present?"),
            presence(Finding.HYDROCEPHALUS, "Are the ventricles enlarged?", "Is there ventricular enlargement?", code="SIZE"),
        ),
        Organ.ABDOMEN: (
            presence(Finding.LIVER_MASS, "Is there a mass in the liver?", "Is a liver mass present?"),
            presence(Finding.RENAL_CYST, "Is there a renal cyst?", "Is there a cyst in one of the kidneys?"),
            presence(Finding.GALLSTONES, "Are there gallstones?", "Are gallstones present?"),
            presence(Finding.ASCITES, "Is there ascites?", "Does the patient have ascites?"),
        ),
    }
)


def _name_modality(truth: Truth) -> str:
    return _MODALITY_NAMES[truth.modality] if truth.sequence is None else _SEQUENCE_NAMES[truth.sequence]


def _shape_of_mass(truth: Truth) -> str | None:
    return "Round" if truth.shows(Finding.BRAIN_MASS) else None


_ANY_ORGAN: tuple[Topic, ...] = (
    open_ended("MODALITY", _name_modality, "What imaging modality was used?", "How was this image taken?"),
    closed("MODALITY", lambda truth: truth.modality is Modality.MRI, "Is this an MRI?", "Was this image taken by MRI?"),
    closed("MODALITY", lambda truth: truth.modality is Modality.CT, "Is this a CT?", "Is this a CT scan?"),
    closed("ABN", lambda truth: not truth.findings, "Is this image normal?", "Is this a normal image?"),
    open_ended("PLANE", lambda truth: truth.plane, "In what plane was this image taken?", "Which plane is this?"),
)
_OTHER_TOPICS: Mapping[Organ, tuple[Topic, ...]] = MappingProxyType(
    {
        Organ.CHEST: (
            side(Finding.PLEURAL_EFFUSION, "Which side is the effusion on?", "On which side is the pleural effusion?"),
            side(Finding.PNEUMOTHORAX, "Where is the pneumothorax?", "Which lung has collapsed?", noun="lung"),
            side(
                Finding.LUNG_MASS,
                "Is the mass on the left or the right?",
                "Is the mass in the left or the right lung?",
                answer_type=AnswerType.CLOSED,
            ),
            closed("PLANE", lambda truth: truth.plane == "PA", "Is this a PA film?", "Is this film taken PA?"),
            closed("PRES", lambda _: True, "Is the trachea midline?", "Is the trachea in the midline?"),
            open_ended("ORGAN", lambda _: "Heart, lungs", "What organs are seen in this image?", "Which organs are visible?"),
            open_ended("COUNT", lambda _: 2, "How many lungs are visible?", "How many lungs do you see?"),
        ),
        Organ.HEAD: (
            side(Finding.BRAIN_MASS, "Where is the mass located?", "Where is the mass?", noun="frontal lobe"),
            side(Finding.INFARCT, "Which hemisphere has the infarct?", "Which side is the infarct on?"),
            side(
                Finding.HEMORRHAGE,
                "Is the hemorrhage on the left or the right?",
                "Is the bleeding on the left or the right side?",
                answer_type=AnswerType.CLOSED,
            ),
            closed("PLANE", lambda _: True, "Is this an axial image?", "Is this an axial section?"),
            closed("PRES", lambda _: False, "Is there a midline shift?", "Is the midline shifted?"),
            open_ended("ORGAN", lambda _: "Brain, skull", "What structures are seen?", "What is visible in this image?"),
            open_ended("ATTRIB", _shape_of_mass, "What is the shape of the mass?", "How would you describe the mass?"),
        ),
        Organ.ABDOMEN: (
            side(Finding.RENAL_CYST, "Which kidney has the cyst?", "Where is the cyst?", noun="kidney"),
            closed("MODALITY", lambda truth: truth.has_contrast, "Was contrast used?", "Is there contrast in this image?"),
            closed("PLANE", lambda _: False, "Is this a coronal section?", "Is this image in the coronal plane?"),
            open_ended("COUNT", lambda _: 2, "How many kidneys are in this image?", "How many kidneys are visible?"),
        ),
    }
)


def topics_by_chance(organ: Organ) -> tuple[Topic, ...]:
    """Return the topics of an organ beside its findings."""
    return (*_ANY_ORGAN, *_OTHER_TOPICS[organ])
