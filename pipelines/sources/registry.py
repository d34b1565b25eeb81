"""Which sources can be read: the one place where a new reader is entered.

Example:
    >>> sorted(READERS) == sorted(Source)
    True
"""

from collections.abc import Mapping
from types import MappingProxyType

from pipelines.choices import Reading, SourceFolders
from pipelines.sources.corpus import Corpus, Reader
from pipelines.sources.embed.reader import read_embed
from pipelines.sources.llava_med.reader import read_llava_med
from pipelines.sources.lumiere.reader import read_lumiere
from pipelines.sources.ms_cxr_t.reader import read_ms_cxr_t
from pipelines.sources.odir.reader import read_odir
from pipelines.sources.vqa_rad.reader import read_vqa_rad
from pipelines.vocabulary import Source


def _read_vqa_rad(folders: SourceFolders, _: Reading) -> Corpus:
    return read_vqa_rad(folders.images)


READERS: Mapping[Source, Reader] = MappingProxyType(
    {
        Source.EMBED: read_embed,
        Source.LUMIERE: read_lumiere,
        Source.MS_CXR_T: read_ms_cxr_t,
        Source.ODIR: read_odir,
        Source.VQA_RAD: _read_vqa_rad,
        Source.LLAVA_MED: read_llava_med,
    }
)
