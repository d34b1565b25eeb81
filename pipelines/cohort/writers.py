"""What writes each source's synthetic download: the one place where a new cohort is entered.

Example:
    >>> WRITERS[Source.ODIR].default_subjects
    20
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

from pipelines.cohort.embed import writer as embed
from pipelines.cohort.fault import PlantedFault
from pipelines.cohort.llava_med import writer as llava_med
from pipelines.cohort.lumiere import writer as lumiere
from pipelines.cohort.ms_cxr_t import faults as ms_cxr_t_faults
from pipelines.cohort.ms_cxr_t import writer as ms_cxr_t
from pipelines.cohort.odir import writer as odir
from pipelines.cohort.vqa_rad import writer as vqa_rad
from pipelines.vocabulary import Source

DEFAULT_SEED = 20250519


class Write(Protocol):
    """Writes a cohort into a folder; without images where only tables are wanted, as for tests of scale."""

    def __call__(self, root: Path, subjects: int, seed: int, tables_only: bool = False) -> None:
        """Raise CohortError where that cannot be done."""
        ...


@dataclass(frozen=True)
class CohortWriter:
    """One source's writer, what it plants, and how many subjects the demo draws."""

    write: Write
    planted_faults: Callable[[int, int], tuple[PlantedFault, ...]]
    default_subjects: int = 20


WRITERS: Mapping[Source, CohortWriter] = MappingProxyType(
    {
        Source.EMBED: CohortWriter(embed.write_embed, embed.planted_faults),
        Source.LUMIERE: CohortWriter(lumiere.write_lumiere, lumiere.planted_faults),
        Source.MS_CXR_T: CohortWriter(ms_cxr_t.write_ms_cxr_t, ms_cxr_t_faults.planted_faults),
        Source.ODIR: CohortWriter(odir.write_odir, odir.planted_faults),
        # The score table of the demo needs more questions than 20 subjects are asked.
        Source.VQA_RAD: CohortWriter(vqa_rad.write_vqa_rad, vqa_rad.planted_faults, default_subjects=60),
        Source.LLAVA_MED: CohortWriter(llava_med.write_llava_med, llava_med.planted_faults),
    }
)


def write_cohort(
    root: Path, sources: Mapping[Source, int | None], seed: int = DEFAULT_SEED, tables_only: bool = False
) -> dict[Source, int]:
    """Write a folder per source below `root`; None takes the default number of subjects. Return the numbers written."""
    written: dict[Source, int] = {}
    for source, subjects in sources.items():
        chosen = WRITERS[source].default_subjects if subjects is None else subjects
        WRITERS[source].write(root / source.value, chosen, seed, tables_only)
        written[source] = chosen
    return written
