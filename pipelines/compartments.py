"""The label integers of LUMIERE's two segmentation programs, and which of them are tumour.

The programs number their compartments differently. DeepBraTumIA's numbers were checked against the volumes that the release
itself states (`measured_volumes_in_mm3.json`); HD-GLIO-AUTO's are those of its training (Kickingereder et al., Lancet Oncol
20:728-740, 2019). The release's pyradiomics tables name DeepBraTumIA's the wrong way round and are not read.

Example:
    >>> sorted(tumour_labels(SegmentationTool.DEEP_BRA_TUM_IA)), sorted(tumour_labels(SegmentationTool.HD_GLIO_AUTO))
    ([1, 2], [2])
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from pipelines.vocabulary import SegmentationTool


class Compartment(StrEnum):
    """What a label integer of a mask stands for; 0 is background in both programs."""

    ENHANCING = "enhancing"
    NECROTIC_NON_ENHANCING = "necrotic_non_enhancing"
    EDEMA = "edema"
    T2_ABNORMALITY = "t2_abnormality"  # non-enhancing T2/FLAIR signal abnormality: edema and infiltration alike


COMPARTMENTS: Mapping[SegmentationTool, Mapping[int, Compartment]] = MappingProxyType(
    {
        SegmentationTool.DEEP_BRA_TUM_IA: MappingProxyType(
            {1: Compartment.ENHANCING, 2: Compartment.NECROTIC_NON_ENHANCING, 3: Compartment.EDEMA}
        ),
        SegmentationTool.HD_GLIO_AUTO: MappingProxyType({1: Compartment.T2_ABNORMALITY, 2: Compartment.ENHANCING}),
    }
)
_TUMOUR = frozenset({Compartment.ENHANCING, Compartment.NECROTIC_NON_ENHANCING})


def tumour_labels(tool: SegmentationTool) -> frozenset[int]:
    """Return the label integers that count as tumour when slices are chosen: neither edema nor T2 abnormality."""
    return frozenset(number for number, compartment in COMPARTMENTS[tool].items() if compartment in _TUMOUR)
