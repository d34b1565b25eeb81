"""Reads VQA-RAD (Lau et al., Sci Data 5:180251, 2018; osf.io/89kps, CC0): 2,248 questions about 315 radiology images.

Every row becomes a question or exactly one rejection, every file of the image folder an image or exactly one rejection.
Studies are MedPix cases, which the source puts in no order of time.

Example:
    >>> read_vqa_rad(Path("no/such/folder"))
    Traceback (most recent call last):
    pipelines.sources.corpus.SourceError: VQA-RAD: no/such/folder does not exist; set sources.vqa_rad to ...
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path

from pipelines.keys import mint_id
from pipelines.records import Rejection
from pipelines.source_records import SourceImage, SourceQuestion, Study
from pipelines.sources.corpus import IMAGE_FILE_UNIT, QUESTION_UNIT, ROW_PREFIX, Corpus, undated_study
from pipelines.sources.image_folder import ImageIndex, inspect_images
from pipelines.sources.json_list import read_json_list
from pipelines.sources.row_problem import RowProblem
from pipelines.sources.vqa_rad.images import SOURCE, build_image, reject_files
from pipelines.sources.vqa_rad.layout import find_layout
from pipelines.sources.vqa_rad.people import People, identify_people
from pipelines.sources.vqa_rad.rows import Row, parse_row
from pipelines.sources.vqa_rad.settle import SettledRow, reject_row, settle_rows


def read_vqa_rad(root: Path) -> Corpus:
    """Return everything in the download under `root`: questions in file order, images and labels ordered by path.

    Raises:
        SourceError: nothing can be read: a part is missing, empty, ambiguous or broken as a whole.
    """
    layout = find_layout(root)
    entries = read_json_list(layout.questions)
    files = inspect_images(root, layout.images)
    index = ImageIndex(files)
    rows, unusable = _parse_rows(entries)
    # Rows that are dropped further on still tell which cases are one person, so all valid rows are heard.
    sightings = [(file.path, row.case_url) for row in rows if (file := index.find(row.image_name)) is not None]
    people = identify_people(sightings)
    settled, unsettled = settle_rows(rows, index)
    rejected_rows = sorted([*unusable, *unsettled], key=lambda rejection: int(rejection.item.removeprefix(ROW_PREFIX)))
    rows_of_image = _group_by_image(settled)
    built = [build_image(file, rows_of_image[file.path], people) for file in files if file.path in rows_of_image]
    images = tuple(image for image, _ in built)
    n_naming = Counter(path for path, _ in sightings)
    return Corpus(
        studies=_build_studies(images),
        labels=tuple(label for _, labels in built for label in labels),
        questions=tuple(_build_question(one, people) for one in settled),
        images=images,
        rejections=(*rejected_rows, *reject_files(files, rows_of_image, n_naming)),
        found={QUESTION_UNIT: len(entries), IMAGE_FILE_UNIT: len(files)},
        used={QUESTION_UNIT: len(settled), IMAGE_FILE_UNIT: len(images)},
    )


def _parse_rows(entries: Iterable[object]) -> tuple[list[Row], list[Rejection]]:
    rows: list[Row] = []
    rejections: list[Rejection] = []
    for position, entry in enumerate(entries):
        try:
            rows.append(parse_row(position, entry))
        except RowProblem as problem:
            rejections.append(reject_row(position, problem.reason, problem.detail))
    return rows, rejections


def _group_by_image(settled: Iterable[SettledRow]) -> dict[str, list[Row]]:
    rows: defaultdict[str, list[Row]] = defaultdict(list)
    for one in settled:
        rows[one.image.path].append(one.row)
    return dict(rows)


def _build_studies(images: Iterable[SourceImage]) -> tuple[Study, ...]:
    subjects = {image.study_id: image.subject_id for image in images}
    return tuple(undated_study(SOURCE, subjects[study_id], study_id) for study_id in sorted(subjects))


def _build_question(settled: SettledRow, people: People) -> SourceQuestion:
    row, path = settled.row, settled.image.path
    case = people.case_of_image[path]
    repairs = [*row.repairs]
    if row.image_name != settled.image.name:
        repairs.append("image_name_spelling")
    if row.case_url != case:
        repairs.append("case_url_of_image")
    return SourceQuestion(
        source=SOURCE,
        question_id=mint_id("question", SOURCE, row.qid),
        row=row.position,
        subject_id=mint_id("subject", SOURCE, people.subject_of_case[case]),
        study_id=mint_id("study", SOURCE, case),
        image_path=path,
        organ=row.organ,
        question=row.question,
        answer=row.answer,
        answer_type=row.answer_type,
        question_types=row.question_types,
        linked_id=row.linked_id,
        question_as_found=row.question_as_found,
        answer_as_found=row.answer_as_found,
        repairs=tuple(repairs),
    )
