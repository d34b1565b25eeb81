"""What the codes of the VQA-RAD file mean (Lau et al., Sci Data 5:180251, 2018; codes as found in the released file).

Example:
    >>> QUESTION_TYPES["PRSE"], ANSWER_TYPES["CLOSED"]
    (<QuestionType.PRESENCE: 'presence'>, <AnswerType.CLOSED: 'closed'>)
"""

from types import MappingProxyType

from pipelines.vocabulary import AnswerType, Modality, Organ, QuestionType, Sequence, View

ORGANS = MappingProxyType({"HEAD": Organ.HEAD, "CHEST": Organ.CHEST, "ABD": Organ.ABDOMEN})

ANSWER_TYPES = MappingProxyType({"CLOSED": AnswerType.CLOSED, "OPEN": AnswerType.OPEN})

QUESTION_TYPES = MappingProxyType(
    {
        "PRES": QuestionType.PRESENCE,
        "POS": QuestionType.POSITION,
        "ABN": QuestionType.ABNORMALITY,
        "SIZE": QuestionType.SIZE,
        "MODALITY": QuestionType.MODALITY,
        "ATTRIB": QuestionType.ATTRIBUTE,
        "PLANE": QuestionType.PLANE,
        "COLOR": QuestionType.COLOR,
        "ORGAN": QuestionType.ORGAN,
        "COUNT": QuestionType.COUNT,
        "OTHER": QuestionType.OTHER,
        "PRSE": QuestionType.PRESENCE,
        "ATRIB": QuestionType.ATTRIBUTE,
    }
)
# Misspellings of the release, once each; using one is named as a repair.
MISSPELT_QUESTION_TYPES = frozenset({"PRSE", "ATRIB"})

# What the file writes for "no value".
NULL = "NULL"

# Words of an answer, or of a question that was answered with yes, that tell how an image was acquired. MRI contrasts and
# DWI count as MRI; PA and AP exist only for radiographs. Each pattern is searched in case-folded text.
MODALITY_WORDS = MappingProxyType(
    {
        Modality.CT: r"\bcta?\b|computed tomograph",
        Modality.MRI: r"\bmri?\b|magnetic resonance|\bflair\b|\bdwi\b|\badc\b|diffusion[- ]weighted|\bt[12]\b",
        Modality.XRAY: r"\bx[- ]?rays?\b|\bxr\b|\bcxr\b|plain film|radiograph|\bkub\b|\bpa\b|\bap\b|poster(o|ior)[- ]?anterior",
        Modality.ULTRASOUND: r"ultrasound|sonogra",
    }
)
PLANE_WORDS = MappingProxyType(
    {
        "axial": r"\baxial\b|\btransverse\b",
        "coronal": r"\bcoronal\b",
        "sagittal": r"sag+it+al\b",
        View.PA.value: r"\bpa\b|\bposter(o|ior)[- ]?anterior\b",
        View.AP.value: r"\bap\b|\banter(o|ior)[- ]?posterior\b",
        View.LATERAL.value: r"\blateral (film|view|image|x-?ray|radiograph)",
    }
)
SEQUENCE_WORDS = MappingProxyType(
    {Sequence.T1.value: r"\bt1\b", Sequence.T2.value: r"\bt2\b", Sequence.FLAIR.value: r"\bflair\b"}
)
