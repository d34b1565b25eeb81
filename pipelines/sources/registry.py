"""Which sources can be read: the one place where a new reader is entered.

Example:
    >>> Source.VQA_RAD in READERS
    True
"""

from collections.abc import Mapping
from types import MappingProxyType

from pipelines.sources.corpus import Reader
from pipelines.sources.vqa_rad import read_vqa_rad
from pipelines.vocabulary import Source

READERS: Mapping[Source, Reader] = MappingProxyType({Source.VQA_RAD: read_vqa_rad})
