"""The figures that a LLaVA-Med question file names: which are on disk, what they show and whose they are.

A figure belongs to the article that it was taken from: figures of one article may show one patient, so the article is the
subject, and never divided between training and benchmark.

Example:
    >>> find_article("99000000_F1"), find_article("figure seven")
    ('99000000', None)
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from pipelines.keys import mint_id
from pipelines.reasons import Reason
from pipelines.rendering.problem import ImageProblem
from pipelines.source_records import Label, SourceImage
from pipelines.sources.image_file import ImageFile, inspect_files
from pipelines.sources.image_folder import IMAGE_SUFFIXES, ImageIndex
from pipelines.sources.llava_med.records import RawRecord
from pipelines.vocabulary import LabelTarget, Modality, Organ, Source

SOURCE = Source.LLAVA_MED
MODALITIES: Mapping[str, Modality] = MappingProxyType(
    {
        "chest_xray": Modality.XRAY,
        "mri": Modality.MRI,
        "histology": Modality.HISTOLOGY,
        "gross": Modality.GROSS_PATHOLOGY,
        "ct_scan": Modality.CT,
    }
)
_CHEST_DOMAIN = "chest_xray"
_ARTICLE = re.compile(r"((?:PMC)?\d{4,})[_-].", re.IGNORECASE)
_NOT_ON_DISK = ImageProblem(Reason.IMAGE_MISSING, "is not on disk: fetch it, or leave it out")


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: its file (with the problem IMAGE_MISSING where there is none), its article and what its records say of it."""

    file: ImageFile
    subject_id: str  # the article stands for the person
    study_id: str  # one per article: what figures show is not dated
    domains: tuple[str, ...]
    has_article: bool  # its id begins with an article's number; else the whole id stands for the article

    @property
    def key(self) -> str:
        """The path of its file, or the name by which the records ask for it."""
        return self.file.path

    @property
    def modality(self) -> Modality | None:
        """How it was acquired, where its records name exactly one domain."""
        return MODALITIES[self.domains[0]] if len(self.domains) == 1 else None

    @property
    def organ(self) -> Organ | None:
        """The chest of a chest radiograph; the other domains tell no organ."""
        return Organ.CHEST if self.domains == (_CHEST_DOMAIN,) else None


def find_article(name: str) -> str | None:
    """Return the article's number at the start of a figure's id ("<pmid>_F2"), None where it does not look like one."""
    match = _ARTICLE.match(name)
    return match.group(1).upper() if match else None


def find_figures(root: Path, files: Sequence[str], records: Iterable[RawRecord]) -> dict[str, Figure]:
    """Return the figure behind each image name of the records; names that lead to one file share their figure.

    `files` lists what is below the root, the shallowest first; of files that bear one name the first is taken.
    """
    named: dict[str, list[RawRecord]] = {}
    for record in records:
        named.setdefault(record.image_name, []).append(record)
    found = _find_files(files, named)
    by_key: dict[str, list[RawRecord]] = {}
    for name, several in named.items():
        by_key.setdefault(found[name].path, []).extend(several)
    present = {file.path for file in found.values() if file.problem is None}
    known = {file.path: file for file in found.values()} | inspect_files(root, sorted(present))
    figures = {key: _build_figure(known[key], several) for key, several in by_key.items()}
    return {name: figures[found[name].path] for name in named}


def remark_domains(records: Iterable[RawRecord]) -> dict[str, int]:
    """Return how many records tell no modality, or more than one, or one that is not known."""
    remarks: Counter[str] = Counter()
    for record in records:
        known = [domain for domain in record.domains or () if domain in MODALITIES]
        unknown = sorted(set(record.domains or ()) - set(known))
        if record.domains is None:
            remarks["records without a domain: modality unknown"] += 1
        elif unknown:
            remarks[f"records of a domain that is not known ({', '.join(unknown)[:60]}): it is ignored"] += 1
        elif not known:
            remarks["records whose domains are all false: modality unknown"] += 1
        if len(known) > 1:
            remarks["records with several domains: modality unknown"] += 1
    return dict(sorted(remarks.items()))


def build_image(figure: Figure) -> tuple[SourceImage, tuple[Label, ...]]:
    """Return the row of a figure on disk, and a label for each of its domains."""
    file = figure.file
    image = SourceImage(
        source=SOURCE,
        source_image_id=mint_id("source_image", SOURCE, file.path, file.fingerprint),
        subject_id=figure.subject_id,
        study_id=figure.study_id,
        series_id=None,
        path=file.path,
        modality=figure.modality,
        organ=figure.organ,
        view=None,
        laterality=None,
        sequence=None,
        bytes=file.bytes,
        is_readable=True,
    )
    target = (image.source_image_id,)
    return image, tuple(
        Label(SOURCE, image.subject_id, image.study_id, LabelTarget.IMAGE, target, "domain", domain, None)
        for domain in figure.domains
    )


def stem_of(path: str) -> str:
    """Return a figure's pair_id as file names are compared: without folder and ending, whatever the case."""
    name = path.rsplit("/", 1)[-1].strip().casefold()
    stem, dot, suffix = name.rpartition(".")
    return stem if dot + suffix in IMAGE_SUFFIXES else name


def list_images(files: Iterable[str]) -> Iterator[str]:
    """Yield the paths that end like an image's."""
    return (path for path in files if "." + path.rpartition(".")[2].casefold() in IMAGE_SUFFIXES)


def _find_files(files: Iterable[str], names: Iterable[str]) -> dict[str, ImageFile]:
    """Return for each name its file, not yet opened, or one that is missing."""
    wanted = {stem_of(name) for name in names}
    by_name: dict[str, ImageFile] = {}
    for path in list_images(files):
        if stem_of(path) in wanted:
            by_name.setdefault(path.rsplit("/", 1)[-1], ImageFile(path, 0, None, None))
    index = ImageIndex(by_name.values())
    return {name: index.find(name) or ImageFile(name, 0, None, _NOT_ON_DISK) for name in names}


def _build_figure(file: ImageFile, records: Sequence[RawRecord]) -> Figure:
    first = records[0]
    article = find_article(stem_of(first.image_name)) or find_article(first.record_id)
    stands_for = article or first.record_id
    named = {domain for record in records for domain in record.domains or ()}
    return Figure(
        file=file,
        subject_id=mint_id("subject", SOURCE, stands_for),
        study_id=mint_id("study", SOURCE, stands_for),
        domains=tuple(domain for domain in MODALITIES if domain in named),
        has_article=article is not None,
    )
