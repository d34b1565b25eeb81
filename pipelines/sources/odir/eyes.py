"""Finds for each eye of ODIR the file that shows it, and accounts for every eye and every file.

Example:
    >>> settle_eyes((), Photographs((), None), Path(".")).seen
    {}
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipelines.reasons import Reason, Stage
from pipelines.records import Rejection
from pipelines.safe_path import name_file
from pipelines.sources.corpus import IMAGE_FILE_UNIT
from pipelines.sources.image_file import ImageFile
from pipelines.sources.odir.images import Kind, Photograph, Photographs, fold_stem, inspect_candidates
from pipelines.sources.odir.patients import Eye, Patient
from pipelines.sources.odir.rows import SIDE_WORDS, check_name
from pipelines.sources.row_problem import RowProblem
from pipelines.vocabulary import Laterality, Source

EYE_UNIT = "eye"
_SHOWN_BY_COPY = "eye shown by its preprocessed copy: the photograph is not there or broken"
_SHOWN_FROM_TESTING = "eye with labels whose file lies among the testing images"
_COPY_SET_ASIDE = "preprocessed copy set aside: the photograph itself is there"
_NOTES: Mapping[Kind, str] = {Kind.PREPROCESSED: _SHOWN_BY_COPY, Kind.TESTING: _SHOWN_FROM_TESTING}
_ORDER: Mapping[Kind, int] = {kind: place for place, kind in enumerate(Kind)}
EyeKey = tuple[str, Laterality]


@dataclass(frozen=True)
class SettledEyes:
    """The file of each eye that can be used; every other eye and file as a rejection."""

    seen: Mapping[EyeKey, ImageFile]
    rejections: tuple[Rejection, ...]
    n_eyes: int
    n_files: int  # preprocessed copies of photographs that are there not counted
    remarks: Mapping[str, int]


def settle_eyes(patients: Iterable[Patient], photographs: Photographs, root: Path) -> SettledEyes:
    """Return which file shows each eye; `root` is the folder of images, relative to which the photographs are named."""
    eyes = [(patient, eye) for patient in patients for eye in patient.eyes]
    candidates, without_file = _find_candidates(eyes, photographs)
    known = inspect_candidates(root, candidates.values())
    chosen = {key: photograph for key, files in candidates.items() if (photograph := _choose(files, known)) is not None}
    broken = [
        _reject_eye(files[0].path, Reason.IMAGE_NOT_USABLE, "no file of this eye is an image; see the image files")
        for key, files in candidates.items()
        if key not in chosen
    ]
    left_out = list(_reject_files(photographs, {photograph.stem: photograph for photograph in chosen.values()}, known))
    n_set_aside = left_out.count(None)
    remarks = Counter(_NOTES[photograph.kind] for photograph in chosen.values() if photograph.kind in _NOTES)
    return SettledEyes(
        seen={key: known[photograph.path] for key, photograph in chosen.items()},
        rejections=(*without_file, *broken, *(rejection for rejection in left_out if rejection is not None)),
        n_eyes=len(eyes),
        n_files=len(photographs.all) - n_set_aside,
        remarks={**remarks, **({_COPY_SET_ASIDE: n_set_aside} if n_set_aside else {})},
    )


def _find_candidates(
    eyes: Iterable[tuple[Patient, Eye]], photographs: Photographs
) -> tuple[dict[EyeKey, list[Photograph]], list[Rejection]]:
    by_stem = photographs.by_stem()
    candidates: dict[EyeKey, list[Photograph]] = {}
    rejections: list[Rejection] = []
    for patient, eye in eyes:
        custom = f"{patient.id}_{SIDE_WORDS[eye.side]}.jpg"
        name = eye.image_name or custom
        try:
            check_name(name, patient.id, eye.side)
        except RowProblem as problem:
            rejections.append(_reject_eye(fold_stem(custom), problem.reason, problem.detail))
            continue
        files = sorted(by_stem.get(fold_stem(name), []), key=lambda file: (_ORDER[file.kind], not file.path.endswith(name)))
        if files:
            candidates[patient.id, eye.side] = files
        else:
            detail = "is not on disk; download it, or leave it out: what is there is used"
            rejections.append(_reject_eye(photographs.path_of_absent(name), Reason.IMAGE_MISSING, detail))
    return candidates, rejections


def _choose(files: Sequence[Photograph], known: Mapping[str, ImageFile]) -> Photograph | None:
    return next((file for file in files if file.path in known and known[file.path].is_usable), None)


def _reject_files(
    photographs: Photographs, used: Mapping[str, Photograph], known: Mapping[str, ImageFile]
) -> Iterator[Rejection | None]:
    """Yield a rejection for each file that shows no eye; None for a copy that is set aside and was never asked for."""
    originals = {photograph.stem for photograph in photographs.all if photograph.kind is Kind.TRAINING}
    for photograph in photographs.all:
        file, shown = known.get(photograph.path), used.get(photograph.stem)
        if shown == photograph:
            continue
        if file is not None and file.problem is not None:
            yield file.problem.as_rejection(Source.ODIR, Stage.READ, photograph.path, IMAGE_FILE_UNIT)
        elif photograph.kind is Kind.PREPROCESSED and photograph.stem in originals:
            yield None
        elif shown is not None:
            yield _reject_file(photograph, Reason.IMAGE_DUPLICATE, f"{shown.path} is of the same name and is used")
        elif photograph.kind is Kind.TESTING:
            yield _reject_file(photograph, Reason.IMAGE_UNREFERENCED, "testing image without labels")
        else:
            yield _reject_file(photograph, Reason.IMAGE_UNREFERENCED, "no usable row names this file")


def _reject_eye(item: str, reason: Reason, detail: str) -> Rejection:
    return Rejection(Source.ODIR, Stage.READ, item, reason, detail, EYE_UNIT)


def _reject_file(photograph: Photograph, reason: Reason, detail: str) -> Rejection:
    return Rejection(Source.ODIR, Stage.READ, name_file(photograph.path), reason, detail, IMAGE_FILE_UNIT)
