"""EMBED's DICOM files: those of the usable metadata rows that are on disk become images, with what the rows say of them.

Of 480,000 files a partial download holds few: absent ones are told by the directory alone, in threads, before any is opened.

Example:
    >>> read_series("cohort_1/99000001/1.2.3/4.5.6/7.8.9.dcm"), read_series("cohort_1/99000001/1.2.3/7.8.9.dcm")
    ('4.5.6', None)
"""

import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from pipelines.keys import mint_id
from pipelines.reasons import Reason
from pipelines.records import Rejection
from pipelines.rendering.problem import ImageProblem
from pipelines.source_records import Label, SourceImage, Study
from pipelines.sources.embed.metadata import Candidate
from pipelines.sources.embed.vocabulary import METADATA_UNIT, SOURCE
from pipelines.sources.image_file import ImageFile, inspect_files
from pipelines.sources.sheet import Sheet
from pipelines.vocabulary import ImageType, LabelTarget, Laterality, Modality, Organ, View

_LEVELS_WITH_SERIES = 5  # cohort, subject, study, series, file; the README shows a tree without series
_CHUNK = 2000  # files that one thread looks up at a time
_THREADS = 8  # waiting for disks, not computing
_LONGEST_CODE = 8  # characters
_SIDES = {str(side): side for side in Laterality}


@dataclass(frozen=True)
class FoundImages:
    """What became of the candidates."""

    images: tuple[SourceImage, ...]
    labels: tuple[Label, ...]
    rejections: tuple[Rejection, ...]
    remarks: Mapping[str, int]


def find_images(
    folder: Path,
    cohorts: Mapping[str, tuple[str, ...]],
    candidates: Sequence[Candidate],
    studies: Mapping[str, Study],
    metadata: Sheet,
) -> FoundImages:
    """Return an image for each candidate whose file can be used, in the candidates' order, and a rejection for each other.

    `studies` are keyed by accession and hold that of every candidate; `cohorts` are those of `find_cohorts(folder)`.
    """
    paths = _place_files(folder, cohorts, candidates)
    files = inspect_files(folder, (path for path in paths if path is not None))
    images: list[SourceImage] = []
    labels: list[Label] = []
    rejections: list[Rejection] = []
    remarks: Counter[str] = Counter()
    for candidate, path in zip(candidates, paths, strict=True):
        file = files[path] if path is not None else None
        if file is None or file.fingerprint is None:
            problem = (file.problem if file else None) or _tell_absence(candidate, cohorts)
            detail = f"{file.path if file else candidate.file}: {problem.detail}"
            rejections.append(metadata.reject_row(SOURCE, METADATA_UNIT, candidate.row, problem.reason, detail))
            continue
        image = _build_image(candidate, file, studies[candidate.acc])
        images.append(image)
        labels.extend(_build_labels(candidate, image))
        remarks.update(_remark(candidate, image))
    rejections.sort(key=lambda rejection: int(rejection.item.rsplit(" ", 1)[-1]))
    return FoundImages(tuple(images), tuple(labels), tuple(rejections), dict(sorted(remarks.items())))


def read_series(file: str) -> str | None:
    """Return the SeriesInstanceUID of a path from `cohort_<n>/` on; None where the tree has no level of series."""
    levels = file.split("/")
    return levels[-2] if len(levels) >= _LEVELS_WITH_SERIES else None


def _place_files(folder: Path, cohorts: Mapping[str, tuple[str, ...]], candidates: Sequence[Candidate]) -> list[str | None]:
    """Return each candidate's path relative to the folder; None where no folder of its cohort holds the file."""

    def place(chunk: Sequence[Candidate]) -> list[str | None]:
        return [_place_file(root, cohorts, candidate.file) for candidate in chunk]

    root = str(folder)
    chunks = [candidates[start : start + _CHUNK] for start in range(0, len(candidates), _CHUNK)]
    with ThreadPoolExecutor(_THREADS, thread_name_prefix="place") as pool:
        return [path for chunk in pool.map(place, chunks) for path in chunk]


def _place_file(root: str, cohorts: Mapping[str, tuple[str, ...]], file: str) -> str | None:
    cohort, _, rest = file.partition("/")
    for place in cohorts.get(cohort.casefold(), ()):
        try:
            os.lstat(f"{root}/{place}{rest}")  # a broken link is there, and inspect_files says what is wrong with it
        except (FileNotFoundError, NotADirectoryError, ValueError):
            continue
        except OSError:  # a folder that may not be entered: inspect_files says so
            pass
        return f"{place}{rest}"
    return None


def _tell_absence(candidate: Candidate, cohorts: Mapping[str, tuple[str, ...]]) -> ImageProblem:
    cohort = candidate.file.partition("/")[0]
    what = "is not on disk" if cohort.casefold() in cohorts else f"no folder {cohort} is there"
    return ImageProblem(Reason.IMAGE_MISSING, f"{what}; download it, or leave it out: what is there is used")


def _build_image(candidate: Candidate, file: ImageFile, study: Study) -> SourceImage:
    return SourceImage(
        source=SOURCE,
        source_image_id=mint_id("source_image", SOURCE, file.path, file.fingerprint),
        subject_id=study.subject_id,
        study_id=study.study_id,
        series_id=read_series(candidate.file),
        path=file.path,
        modality=Modality.MAMMOGRAPHY,
        organ=Organ.BREAST,
        view=View(candidate.view) if candidate.view else None,
        laterality=_SIDES.get(candidate.laterality or ""),
        sequence=None,
        bytes=file.bytes,
        is_readable=True,
        image_type=ImageType(candidate.image_type) if candidate.image_type else None,
    )


def _build_labels(candidate: Candidate, image: SourceImage) -> Iterator[Label]:
    said = {
        "implant": "present" if candidate.implant == "YES" else None,
        "implant_displaced": "yes" if candidate.is_displaced else None,
        "roi_count": str(candidate.n_rois) if candidate.n_rois > 0 else None,
    }
    about = (image.source_image_id,)
    for code, value in said.items():
        if value is not None:
            yield Label(SOURCE, image.subject_id, image.study_id, LabelTarget.IMAGE, about, code, value, None)


def _remark(candidate: Candidate, image: SourceImage) -> Iterator[str]:
    if image.view is None:
        yield f"images without a view: ViewPosition {_show(candidate.view_cell)}"
    if image.laterality is None:
        yield f"images without a side: ImageLateralityFinal {_show(candidate.laterality)}"
    if image.image_type is None:
        yield "images without a type: FinalImageType empty"
    if candidate.implant not in (None, "YES", "NO"):
        yield f"images whose BreastImplantPresent is neither YES nor NO: {_show(candidate.implant)}"


def _show(cell: str | None) -> str:
    """Return a code as found; of a cell that holds something longer nothing, for a remark is no place for it."""
    if cell is None:
        return "empty"
    return ascii(cell) if len(cell) <= _LONGEST_CODE else "another text"
