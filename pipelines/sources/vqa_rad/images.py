"""The image files of VQA-RAD as rows: what each shows as far as its questions tell, and why a file is left out.

Example:
    >>> reject_files([], {}, {})
    []
"""

from collections.abc import Iterable, Mapping, Sequence

from pipelines.keys import mint_id
from pipelines.reasons import Reason, Stage
from pipelines.records import Rejection
from pipelines.safe_path import name_file
from pipelines.source_records import Label, SourceImage
from pipelines.sources.corpus import IMAGE_FILE_UNIT
from pipelines.sources.image_file import ImageFile
from pipelines.sources.vqa_rad.acquisition import CONFLICTING, STATED, Finding, tell_acquisition
from pipelines.sources.vqa_rad.people import People
from pipelines.sources.vqa_rad.rows import Row
from pipelines.vocabulary import LabelTarget, Modality, Organ, Source, View
from pipelines.vocabulary import Sequence as Contrast

SOURCE = Source.VQA_RAD


def build_image(file: ImageFile, rows: Sequence[Row], people: People) -> tuple[SourceImage, tuple[Label, ...]]:
    """Return the row of a usable image that at least one usable row asks about, and its labels, ordered by code."""
    findings = sorted([_tell_organ(rows), *tell_acquisition(rows)], key=lambda finding: finding.code)
    stated = {finding.code: finding.value for finding in findings if finding.quality == STATED}
    case = people.case_of_image[file.path]
    image = SourceImage(
        source=SOURCE,
        # The content's hash is part of the key, so that a replaced file makes everything that came from it stale.
        source_image_id=mint_id("source_image", SOURCE, file.path, file.fingerprint),
        subject_id=mint_id("subject", SOURCE, people.subject_of_case[case]),
        study_id=mint_id("study", SOURCE, case),
        series_id=None,
        path=file.path,
        modality=Modality(stated["modality"]) if "modality" in stated else None,
        organ=Organ(stated["organ"]) if "organ" in stated else None,
        view=View(stated["plane"]) if stated.get("plane") in set(View) else None,
        laterality=None,
        sequence=Contrast(stated["sequence"]) if "sequence" in stated else None,
        bytes=file.bytes,
        is_readable=True,
    )
    return image, tuple(_label(image, finding) for finding in findings)


def reject_files(
    files: Iterable[ImageFile], rows_of_image: Mapping[str, Sequence[Row]], n_naming: Mapping[str, int]
) -> list[Rejection]:
    """Return a rejection for each file with a problem, and for each that no usable row asks about.

    `n_naming` tells by path how many valid rows name a file, whether or not they were dropped for another reason.
    """
    rejections: list[Rejection] = []
    for file in files:
        if file.problem is not None:
            rejections.append(file.problem.as_rejection(SOURCE, Stage.READ, file.path, IMAGE_FILE_UNIT))
        elif file.path not in rows_of_image:
            n = n_naming.get(file.path, 0)
            detail = f"each of the {n} rows that name it was rejected" if n else "no usable row names this file"
            rejections.append(
                Rejection(SOURCE, Stage.READ, name_file(file.path), Reason.IMAGE_UNREFERENCED, detail, IMAGE_FILE_UNIT)
            )
    return rejections


def _tell_organ(rows: Sequence[Row]) -> Finding:
    organs = sorted({row.organ for row in rows})
    return Finding("organ", "|".join(organs), STATED if len(organs) == 1 else CONFLICTING)


def _label(image: SourceImage, finding: Finding) -> Label:
    return Label(
        source=SOURCE,
        subject_id=image.subject_id,
        study_id=image.study_id,
        target=LabelTarget.IMAGE,
        target_ids=(image.source_image_id,),
        code=finding.code,
        value=finding.value,
        quality=finding.quality,
    )
