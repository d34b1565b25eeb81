r"""Which image, visit and subject a path of a release names, by the path shape of each source.

Images are compared by the source-specific tail of their path: folders before it and the file's ending differ between train and
test files of one release. Every key begins with its source, so that subject 0 of one source is not subject 0 of another. A
path of no known shape has no subject: a file name alone is never taken for one.

Example:
    >>> locate_image(r".\data\images\cohort_1\99000001\1.2.3\1.2.4\1.2.5.png").subject
    'embed:99000001'
    >>> image = locate_image("x/Patient-007/slice_096/ct1_week_000-2.png")
    >>> image.key, image.subject, image.visit
    ('lumiere:Patient-007/slice_96/ct1/week-000-2', 'lumiere:Patient-007', 'week-000-2')
    >>> locate_image("scans/0.png").subject is None
    True
"""

import posixpath
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from pipelines.sources.lumiere.sessions import name_patient
from pipelines.vocabulary import Source

OTHER = "other"  # the source of paths of no known shape

_UNUSUAL = re.compile(r"\\|//|(?:^|/)\.|%20|^file:|^\s|\s$|/$|^$")
_ENDING = re.compile(r"(?:\.nii)?\.[A-Za-z][A-Za-z0-9]{1,4}$")
_DATE = r"(?:19|20)\d\d(?:0[1-9]|1[0-2])[0-3]\d/"  # a folder of one day, in no cohort, is no subject
_EMBED = re.compile(
    rf"(?:^|/)(?:cohort_\d+/(\d{{8}})/(?!(?:.*/)?cohort_\d+/\d{{8}}/)(.+)|(?!{_DATE})(\d{{8}})/(\d+(?:\.\d+){{3,}}/.+))$",
    re.IGNORECASE,
)
_MIMIC = re.compile(r"(?:^|[/_])p(\d{8})[/_]s(\d{8})(?:[/_](.+)|$)")
_MIMIC_IMAGE = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{8}){4}")
_PATIENT = re.compile(r"(?<![A-Za-z0-9])Patient-(\d{3})(?!\d)", re.IGNORECASE)
_SLICE = re.compile(r"slice[_-](\d+)", re.IGNORECASE)
_WEEK = re.compile(r"week[_-](\d+)(?:-(\d+))?", re.IGNORECASE)
_SEQUENCE = re.compile(r"(?<![A-Za-z0-9])(ct1|t1|t2|flair)(?![A-Za-z0-9])", re.IGNORECASE)  # before file, slice or data set
_SYNPIC = re.compile(r"synpic\d+", re.IGNORECASE)
_EYE = re.compile(r"(\d+)_(left|right)", re.IGNORECASE)
_RENDERED = re.compile(rf"(?:^|/)rendered/({'|'.join(Source)})/(image-[0-9a-f]+)$")  # of our own data set
_ODIR_HINT = re.compile(r"odir|ocular-disease|(?:training|testing) images|preprocessed_images", re.IGNORECASE)
_ARTICLE = re.compile(r"((?:PMC)?\d{6,9})[_-](.+)", re.IGNORECASE)
_FIGURE = re.compile(r"f(?:ig(?:ure)?)?[._ -]?s?\d|.*[_-]g\d{3}", re.IGNORECASE)  # "F2", "Fig2_...", "pone-0000000-g003"
_ARTICLE_HINT = re.compile(r"llava[-_ ]?med|pmc|composed", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ImageRef:
    """What a path tells: the image's key for comparisons, its source, and subject and visit where the shape names them."""

    key: str
    source: str  # a Source's key, or "other"
    subject: str | None = None  # "<source>:<the source's own name>"
    visit: str | None = None  # within the subject


def locate_image(path: str, tag: str = "") -> ImageRef:
    """Return what a path names; the record's source `tag` tells ODIR's and LLaVA-Med's bare file names from others'."""
    return _locate(path, _ODIR_HINT.search(tag) is not None, _ARTICLE_HINT.search(tag) is not None)


@lru_cache(maxsize=1 << 18)
def _locate(path: str, is_odir: bool, is_article: bool) -> ImageRef:
    clean = _normalise(path)
    bare = _ENDING.sub("", clean)
    for read in _SHAPES:
        if (found := read(bare)) is not None:
            return found
    name = bare.rpartition("/")[2]
    return (
        (_read_odir(name) if is_odir or _ODIR_HINT.search(clean) else None)
        or _read_figure(name, is_article or _ARTICLE_HINT.search(clean) is not None)
        or ImageRef(f"{OTHER}:{clean}", OTHER)
    )


def _normalise(path: str) -> str:
    if _UNUSUAL.search(path) is None:
        return path  # as `normpath` leaves it, at a tenth of its cost
    plain = path.strip().replace("\\", "/").replace("%20", " ").removeprefix("file://")
    return posixpath.normpath(plain) if plain else ""


def _read_embed(bare: str) -> ImageRef | None:
    match = _EMBED.search(bare)
    if match is None:
        return None
    subject, rest = match[1] or match[3], match[2] or match[4]
    study = rest.split("/", 1)[0] if "/" in rest else None
    return ImageRef(f"{Source.EMBED}:{subject}/{rest}", Source.EMBED, f"{Source.EMBED}:{subject}", study)


def _read_mimic(bare: str) -> ImageRef | None:
    match = _MIMIC.search(bare)
    image = _MIMIC_IMAGE.search(bare.rpartition("/")[2])
    if match is not None:
        tail = image[0] if image else f"p{match[1]}/s{match[2]}/{match[3] or ''}"
        return ImageRef(f"{Source.MS_CXR_T}:{tail}", Source.MS_CXR_T, f"{Source.MS_CXR_T}:{match[1]}", f"s{match[2]}")
    if image is not None:  # a bare file of MIMIC-CXR: the image is known, the subject is not
        return ImageRef(f"{Source.MS_CXR_T}:{image[0]}", Source.MS_CXR_T)
    return None


def _read_lumiere(bare: str) -> ImageRef | None:
    match = _PATIENT.search(bare) if "patient-" in bare.lower() else None  # a tenth of the pattern's cost
    if match is None:
        return None
    patient, rest = name_patient(int(match[1])), bare[match.end() :].strip("/_")
    subject = f"{Source.LUMIERE}:{patient}"
    week, place = _WEEK.search(rest), _SLICE.search(rest)
    visit = f"week-{int(week[1]):03d}" + (f"-{int(week[2])}" if week[2] else "") if week else None
    if week is not None and place is not None:
        sequences = _SEQUENCE.findall(rest) or _SEQUENCE.findall(bare[: match.start()])
        rest = f"slice_{int(place[1])}/{sequences[-1].lower() if sequences else 'image'}/{visit}"
    return ImageRef(f"{subject}/{rest}", Source.LUMIERE, subject, visit)


def _read_rendered(bare: str) -> ImageRef | None:
    match = _RENDERED.search(bare)
    return None if match is None else ImageRef(f"{match[1]}:{match[2]}", match[1])


def _read_vqa_rad(bare: str) -> ImageRef | None:
    name = bare.rpartition("/")[2]
    if _SYNPIC.fullmatch(name) is None:
        return None
    key = f"{Source.VQA_RAD}:{name.lower()}"
    return ImageRef(key, Source.VQA_RAD, key)


def _read_odir(name: str) -> ImageRef | None:
    match = _EYE.fullmatch(name)
    if match is None:
        return None
    subject = f"{Source.ODIR}:{int(match[1])}"
    return ImageRef(f"{subject}_{match[2].lower()}", Source.ODIR, subject)


def _read_figure(name: str, is_article: bool) -> ImageRef | None:
    """A figure of an article, `<pmid>_F2`; other endings than a figure's only where path or tag says that it is one."""
    match = _ARTICLE.fullmatch(name)
    if match is None or not (is_article or _FIGURE.match(match[2])):
        return None
    return ImageRef(f"{Source.LLAVA_MED}:{name}", Source.LLAVA_MED, f"{Source.LLAVA_MED}:{match[1].upper()}")


_SHAPES: tuple[Callable[[str], ImageRef | None], ...] = (
    _read_rendered,
    _read_embed,
    _read_mimic,
    _read_lumiere,
    _read_vqa_rad,
)
