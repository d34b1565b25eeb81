"""What EMBED writes and what it means: codes, and which of two assessments of one breast is the worse.

Sources: README.md and `resources/notebooks` of Emory-HITI/EMBED_Open_Data; Jeong et al., Radiol Artif Intell 5(1), 2023.

Example:
    >>> SEVERITY.index("A") < SEVERITY.index("P"), DENSITIES[2]
    (True, 'B')
"""

from collections.abc import Mapping
from types import MappingProxyType

from pipelines.vocabulary import ImageType, Source, View

SOURCE = Source.EMBED
SETTING = "sources.embed"
CLINICAL_UNIT = "clinical row"
METADATA_UNIT = "metadata row"

SEVERITY = ("K", "M", "S", "A", "P", "B", "N")
"""BI-RADS assessments of a breast, the worst first: known cancer (6), highly suggestive of malignancy (5), suspicious (4),
additional evaluation (0), probably benign (3), benign (2), negative (1).

The owner's notebook `screening_label_assignment` (0.4) orders A, B, N for screening and K, M, S, P, B, N for diagnostic
examinations. This order agrees with both and places A by its risk of cancer: P means at most 2 %, S 2 to 95 % (BI-RADS, 5th
edition), of the women who are recalled (A) about 4 % have it (Lehman et al., Radiology 283, 2017). A by its number, 0, would
be the mildest and would hide a recall behind a benign finding of the same breast.
"""

DENSITIES: Mapping[int, str] = MappingProxyType({1: "A", 2: "B", 3: "C", 4: "D"})  # BI-RADS composition; 5 is a normal male

IMAGE_TYPES: Mapping[str, ImageType] = MappingProxyType(
    {"2D": ImageType.FULL_FIELD_2D}
    | dict.fromkeys(("CVIEW", "C-VIEW", "C_VIEW", "C VIEW"), ImageType.C_VIEW)  # `cview` on disk, `C-view` in the README
)

VIEWS: Mapping[str, View] = MappingProxyType(
    {str(view): view for view in (View.CC, View.MLO, View.ML, View.LM, View.XCCL, View.XCCM)}
)
DISPLACED_SUFFIX = "ID"  # `CCID`: the same view with the implant pushed aside (Eklund)
