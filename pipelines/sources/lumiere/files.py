"""Which files of a LUMIERE session are read: the volumes of the chosen grid and the masks of the chosen program on it.

On the atlas grid all visits and sequences of a subject, and one mask per session, lie on one lattice. On the native grid each
sequence has its own lattice, and a mask for it.

Example:
    >>> [wanted.path for wanted in list_wanted(LumiereReading())][0]
    'DeepBraTumIA-segmentation/atlas/skull_strip/ct1_skull_strip.nii.gz'
"""

from dataclasses import dataclass

from pipelines.choices import LumiereReading
from pipelines.sources.corpus import SourceError
from pipelines.vocabulary import Grid, ImageType, SegmentationTool, Sequence

SEQUENCES = (Sequence.CT1, Sequence.T1, Sequence.T2, Sequence.FLAIR)  # in the order of the source's tables
MEASURED_VOLUMES = "DeepBraTumIA-segmentation/atlas/segmentation/measured_volumes_in_mm3.json"


@dataclass(frozen=True, slots=True)
class Wanted:
    """One file that a session may hold: its path in the session's folder and what it is."""

    path: str
    image_type: ImageType
    sequence: Sequence | None  # None: a mask of all sequences at once


def refuse_choice(reading: LumiereReading) -> None:
    """Raise SourceError where the program has no mask on the grid."""
    if reading.grid is Grid.ATLAS and reading.segmentation_tool is SegmentationTool.HD_GLIO_AUTO:
        raise SourceError(
            f"LUMIERE: reading.lumiere.grid = {reading.grid} with reading.lumiere.segmentation_tool = "
            f"{reading.segmentation_tool}: that program's masks lie on the native grid alone; set reading.lumiere.grid = "
            f"{Grid.NATIVE}, or reading.lumiere.segmentation_tool = {SegmentationTool.DEEP_BRA_TUM_IA}"
        )


def list_wanted(reading: LumiereReading) -> tuple[Wanted, ...]:
    """Return the files to read of every session: the volumes by sequence, then the masks."""
    return (*list_volumes(reading.grid), *_list_masks(reading))


def list_volumes(grid: Grid) -> tuple[Wanted, ...]:
    """Return the volumes of a grid, by sequence."""
    return tuple(Wanted(_volume_path(grid, sequence), ImageType.VOLUME, sequence) for sequence in SEQUENCES)


def _volume_path(grid: Grid, sequence: Sequence) -> str:
    if grid is Grid.NATIVE:
        return f"{sequence}.nii.gz"
    return f"DeepBraTumIA-segmentation/atlas/skull_strip/{sequence.lower()}_skull_strip.nii.gz"


def _list_masks(reading: LumiereReading) -> tuple[Wanted, ...]:
    if reading.grid is Grid.ATLAS:
        return (Wanted("DeepBraTumIA-segmentation/atlas/segmentation/seg_mask.nii.gz", ImageType.SEGMENTATION, None),)
    paths = {
        SegmentationTool.DEEP_BRA_TUM_IA: "DeepBraTumIA-segmentation/native/segmentation/{lower}_seg_mask.nii.gz",
        SegmentationTool.HD_GLIO_AUTO: "HD-GLIO-AUTO-segmentation/native/segmentation_{upper}_origspace.nii.gz",
    }
    path = paths[reading.segmentation_tool]
    return tuple(
        Wanted(path.format(lower=sequence.lower(), upper=sequence), ImageType.SEGMENTATION, sequence) for sequence in SEQUENCES
    )
