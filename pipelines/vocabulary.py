"""The words of the house as enums: one word per idea, in code, tables and documents alike.

Example:
    >>> Source("vqa_rad") is Source.VQA_RAD
    True
"""

from enum import StrEnum


class Source(StrEnum):
    """Source data sets of Med-MIM (arXiv 2505.19031), by the key used in partitions, paths and settings."""

    EMBED = "embed"
    LUMIERE = "lumiere"
    MS_CXR_T = "ms_cxr_t"
    ODIR = "odir"
    VQA_RAD = "vqa_rad"
    LLAVA_MED = "llava_med"


class Modality(StrEnum):
    """How an image was acquired."""

    XRAY = "x_ray"
    CT = "ct"
    MRI = "mri"
    MAMMOGRAPHY = "mammography"
    FUNDUS = "fundus"
    ULTRASOUND = "ultrasound"
    HISTOLOGY = "histology"
    GROSS_PATHOLOGY = "gross_pathology"
    OTHER = "other"


class Laterality(StrEnum):
    """Body side as in DICOM (0020,0060)."""

    LEFT = "L"
    RIGHT = "R"


class View(StrEnum):
    """Projection of a radiograph or mammogram."""

    CC = "CC"
    MLO = "MLO"
    ML = "ML"
    LM = "LM"
    XCCL = "XCCL"
    XCCM = "XCCM"
    PA = "PA"
    AP = "AP"
    LATERAL = "lateral"


class Sequence(StrEnum):
    """MRI contrast; the word is used for nothing else."""

    T1 = "T1"
    CT1 = "CT1"
    T2 = "T2"
    FLAIR = "FLAIR"


class ImageType(StrEnum):
    """What kind of picture a file holds where one examination has several kinds for one view."""

    FULL_FIELD_2D = "2d"
    C_VIEW = "c_view"  # a 2-D mammogram computed from tomosynthesis
    SPOT_MAGNIFICATION = "spot_magnification"
    VOLUME = "volume"
    SEGMENTATION = "segmentation"  # of a volume: label integers, never shown to a model


class Plane(StrEnum):
    """Anatomical plane of a slice through a volume."""

    AXIAL = "axial"
    CORONAL = "coronal"
    SAGITTAL = "sagittal"


class Grid(StrEnum):
    """The voxel grid that LUMIERE's volumes and masks lie on."""

    ATLAS = "atlas"  # one grid for all visits and sequences, rigidly co-registered, skull-stripped
    NATIVE = "native"  # as acquired: a grid for each sequence of each visit


class SegmentationTool(StrEnum):
    """The programs whose tumour masks LUMIERE holds, by their names there."""

    DEEP_BRA_TUM_IA = "DeepBraTumIA"
    HD_GLIO_AUTO = "HD-GLIO-AUTO"


class LabelTarget(StrEnum):
    """What a label is about."""

    SUBJECT = "subject"
    STUDY = "study"
    IMAGE = "image"
    BREAST = "breast"
    EYE = "eye"
    PAIR = "pair"  # two images, the earlier first


class Organ(StrEnum):
    """Body region of an image."""

    HEAD = "head"
    CHEST = "chest"
    ABDOMEN = "abdomen"
    BREAST = "breast"
    EYE = "eye"


class QuestionType(StrEnum):
    """What a VQA-RAD question asks about (Lau et al., Sci Data 2018, table 2)."""

    PRESENCE = "presence"
    POSITION = "position"
    ABNORMALITY = "abnormality"
    SIZE = "size"
    MODALITY = "modality"
    ATTRIBUTE = "attribute"
    PLANE = "plane"
    COLOR = "color"
    ORGAN = "organ"
    COUNT = "count"
    OTHER = "other"


class Ability(StrEnum):
    """The four abilities of Med-MIM."""

    TEMPORAL = "temporal"
    REASONING = "reasoning"
    COMPARISON = "comparison"
    COREFERENCE = "coreference"


class SubTask(StrEnum):
    """The finer rule within an ability."""

    # vqa_rad, llava_med
    LOCATED_QUESTION = "located_question"  # a source question asked about one image of a composed group
    SHARED_FINDING = "shared_finding"  # one yes/no question answered for two images: both, only one, neither
    # embed
    SUSPICIOUS_IMAGE = "suspicious_image"  # which of several visits' images shows signs of malignancy
    VIEW_IDENTIFICATION = "view_identification"  # which image is of the named projection
    TWO_VIEW_ASSESSMENT = "two_view_assessment"  # BI-RADS category of a breast from its two views
    NEXT_ASSESSMENT = "next_assessment"  # BI-RADS category of the visit after those shown
    # lumiere
    SEQUENCE_IDENTIFICATION = "sequence_identification"  # which image is of the named MRI sequence
    RESECTION_EXTENT = "resection_extent"  # how much was removed between before and after
    VISIT_PROGRESSION = "visit_progression"  # the later visit's status; the release files it under temporal
    NEXT_STATUS = "next_status"  # status at the visit after those shown
    # ms_cxr_t
    FINDING_PROGRESSION = "finding_progression"  # how one finding changed from the prior film to the current one
    # odir
    EYE_DIAGNOSIS = "eye_diagnosis"  # what one named eye shows
    SAME_DIAGNOSIS = "same_diagnosis"  # whether both eyes show the same


class ImageOrder(StrEnum):
    """In which order the images of a group stand."""

    CHRONOLOGICAL = "chronological"
    SHUFFLED = "shuffled"  # by a seeded hash; the image that the answer points at stands at each place equally often
    FIXED = "fixed"  # by what they show: CC before MLO, left before right eye


class ImageRole(StrEnum):
    """Why an image is in its group."""

    ASKED = "asked"  # the question is about it, or its place is the answer
    BESIDE = "beside"  # stands beside the asked one, so that its place matters
    EARLIER_VISIT = "earlier_visit"  # what a forecast may look at
    PRIOR = "prior"
    CURRENT = "current"
    BEFORE_SURGERY = "before_surgery"
    AFTER_SURGERY = "after_surgery"
    CC_VIEW = "cc_view"
    MLO_VIEW = "mlo_view"
    LEFT_EYE = "left_eye"
    RIGHT_EYE = "right_eye"


class LinkKind(StrEnum):
    """Why two subjects are taken to be one person."""

    SAME_PIXELS = "same_pixels"  # an image of either has the very same pixels
    NEAR_DUPLICATE = "near_duplicate"  # an image of either looks the same: contrast, size or compression differ at most


class Origin(StrEnum):
    """Whether the images of a group belong together by nature (one subject) or were put together."""

    INHERENT = "inherent"
    COMPOSED = "composed"


class AnswerType(StrEnum):
    """Closed: one of printed options. Open: free text."""

    CLOSED = "closed"
    OPEN = "open"


class Split(StrEnum):
    """Where a subject may be used; the later one is the stricter one."""

    TRAIN = "train"
    HELD_IN = "held_in"
    HELD_OUT = "held_out"


class Role(StrEnum):
    """Who speaks a turn of a conversation."""

    USER = "user"
    ASSISTANT = "assistant"


class Verdict(StrEnum):
    """What a reviewer decided."""

    APPROVE = "approve"
    REJECT = "reject"
