"""Reads the conversations of LLaVA-Med (Li et al., arXiv 2306.00890; CC BY-NC 4.0) about figures of PMC-15M.

Every record becomes a conversation or one rejection, every pair of turns a question or one rejection, every figure that the
records name an image or one rejection. The article that figures come from counts as their subject, since they may show one
patient. Figures that were never fetched are normal: most users hold a part of them.

Example:
    >>> read_llava_med(SourceFolders.at(Path("no/such/folder")), Reading())
    Traceback (most recent call last):
    pipelines.sources.corpus.SourceError: sources.llava_med: no/such/folder is no such folder, expected ...
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

from pipelines.choices import Reading, SourceFolders
from pipelines.reasons import Reason, Stage
from pipelines.records import Rejection
from pipelines.source_records import ReportSection, Study
from pipelines.sources.corpus import QUESTION_UNIT, Corpus, name_row, undated_study
from pipelines.sources.json_list import read_json_list
from pipelines.sources.llava_med.captions import read_captions, remark_urls
from pipelines.sources.llava_med.conversations import Conversations, read_conversations
from pipelines.sources.llava_med.figures import SOURCE, Figure, build_image, find_figures, list_images, remark_domains, stem_of
from pipelines.sources.llava_med.layout import Tables, choose_tables, list_files
from pipelines.sources.llava_med.records import USUAL_SPELLING, RawRecord, parse_record
from pipelines.sources.locate import require_folder
from pipelines.sources.row_problem import RowProblem

RECORD_UNIT = "record"
FIGURE_UNIT = "figure"
_KEY = "sources.llava_med"


def read_llava_med(folders: SourceFolders, reading: Reading) -> Corpus:
    """Return everything in the download: questions in file order, images ordered by path, studies by id.

    Raises:
        SourceError: no folder, no question file or nothing but its git-LFS pointer, or a file that is broken as a whole.
    """
    del reading  # this source leaves nothing to choose
    files = list_files(require_folder(folders.tables, _KEY))
    tables = choose_tables(folders.tables, files)
    shared = folders.images == folders.tables
    image_files = files if shared else list_files(require_folder(folders.images, _KEY))
    entries = read_json_list(folders.tables / tables.questions)
    n_records = len(entries)
    records, rejected = _parse_records(entries)
    del entries  # some hundred megabytes
    figures = find_figures(folders.images, image_files, records)
    conversations = read_conversations(records, figures)
    used = _order_by_path(figures[name] for name in conversations.used_names)
    reports, remarks = _read_additions(folders.tables, tables, used, image_files)
    built = [build_image(figure) for figure in used]
    return Corpus(
        studies=_build_studies(used, reports),
        labels=tuple(label for _, labels in built for label in labels),
        questions=conversations.questions,
        images=tuple(image for image, _ in built),
        rejections=(*rejected, *conversations.rejections, *_reject_figures(figures, conversations)),
        found={
            RECORD_UNIT: n_records,
            QUESTION_UNIT: conversations.n_found,
            FIGURE_UNIT: len({figure.key for figure in figures.values()}),
        },
        used={RECORD_UNIT: len(records), QUESTION_UNIT: len(conversations.questions), FIGURE_UNIT: len(used)},
        remarks=_remark_reading(tables, n_records, records, figures) | remarks | _remark_unnamed(image_files, figures),
    )


def _parse_records(entries: Sequence[object]) -> tuple[list[RawRecord], list[Rejection]]:
    """Return the sound records and the rejections; a record that repeats an earlier one word for word is rejected."""
    rows_of_id: dict[str, list[int]] = {}
    records: list[RawRecord] = []
    rejections: list[Rejection] = []
    for row, entry in enumerate(entries):
        try:
            record = parse_record(row, entry)
            _refuse_repeat(entries, row, rows_of_id.setdefault(record.record_id, []))
            records.append(record)
        except RowProblem as problem:
            rejections.append(Rejection(SOURCE, Stage.READ, name_row(row), problem.reason, problem.detail, RECORD_UNIT))
    return records, rejections


def _refuse_repeat(entries: Sequence[object], row: int, earlier: list[int]) -> None:
    """Raise RowProblem where an earlier record is the same; records that merely share its id are kept."""
    for other in earlier:
        if entries[other] == entries[row]:
            raise RowProblem(Reason.DUPLICATE_KEY, f"is {name_row(other)} again, id and all; one of them is enough")
    earlier.append(row)


def _reject_figures(figures: Mapping[str, Figure], conversations: Conversations) -> list[Rejection]:
    """Return a rejection for each figure that is not used: absent, no image, or without a question that can be used."""
    used = {figures[name].key for name in conversations.used_names}
    unused = {figure.key: figure for figure in figures.values() if figure.key not in used}
    rejections: list[Rejection] = []
    for key in sorted(unused):
        if (problem := unused[key].file.problem) is not None:
            rejections.append(problem.as_rejection(SOURCE, Stage.READ, key, FIGURE_UNIT))
        else:
            detail = "each question about it was rejected"
            rejections.append(Rejection(SOURCE, Stage.READ, key, Reason.IMAGE_UNREFERENCED, detail, FIGURE_UNIT))
    return rejections


def _read_additions(
    folder: Path, tables: Tables, used: Sequence[Figure], image_files: Iterable[str]
) -> tuple[dict[str, tuple[ReportSection, ...]], Counter[str]]:
    """Return the captions by study, and remarks on them and on the list of addresses."""
    reports: dict[str, tuple[ReportSection, ...]] = {}
    remarks: Counter[str] = Counter()
    if tables.captions is None:
        remarks["no captions: llava_med_instruct_fig_captions.json is not there, or not the file itself"] = 1
    elif used:
        reports, remarks = read_captions(folder / tables.captions, used)
    if tables.image_urls is not None:
        remarks += remark_urls(folder / tables.image_urls, {stem_of(path) for path in list_images(image_files)})
    return reports, remarks


def _remark_reading(
    tables: Tables, n_records: int, records: Collection[RawRecord], figures: Mapping[str, Figure]
) -> dict[str, int]:
    odd = Counter(record.spelling for record in records if record.spelling != USUAL_SPELLING)
    unnumbered = {figure.key for figure in figures.values() if not figure.has_article}
    remarks = {f"records read from {tables.questions}": n_records} | dict.fromkeys(tables.remarks, 1)
    remarks |= {f"records whose conversation is called {spelling!r}": n for spelling, n in sorted(odd.items())}
    remarks |= remark_domains(records)
    if unnumbered:
        remarks["figures whose id begins with no article's number: the whole id counts as the subject"] = len(unnumbered)
    return remarks


def _remark_unnamed(image_files: Iterable[str], figures: Mapping[str, Figure]) -> dict[str, int]:
    named = {figure.key for figure in figures.values()}
    paths = list(list_images(image_files))
    if not paths:
        return {f"there is no image file at all: set {_KEY}.images to the folder that holds the fetched figures": 1}
    n = sum(path not in named for path in paths)
    return {"image files that no record names": n} if n else {}


def _order_by_path(figures: Iterable[Figure]) -> list[Figure]:
    by_path = {figure.key: figure for figure in figures}
    return [by_path[path] for path in sorted(by_path)]


def _build_studies(figures: Iterable[Figure], reports: Mapping[str, tuple[ReportSection, ...]]) -> tuple[Study, ...]:
    subjects = {figure.study_id: figure.subject_id for figure in figures}
    return tuple(
        undated_study(SOURCE, subjects[study_id], study_id, report=reports.get(study_id, ())) for study_id in sorted(subjects)
    )
