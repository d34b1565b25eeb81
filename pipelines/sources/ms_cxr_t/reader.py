"""Reads MS-CXR-T (physionet.org/content/ms-cxr-t) with the films and reports of MIMIC-CXR that it names.

MS-CXR-T tells how five findings changed between two frontal chest films of one subject. Every row of its table, every label
in it, every film that it names and every report of these films' studies is used or has exactly one rejection. Nothing else of
MIMIC-CXR is looked at; its own tables give dates, views and CheXpert labels where they are there.

Example:
    >>> from pathlib import Path
    >>> read_ms_cxr_t(SourceFolders.at(Path("no/such/folder")), Reading())
    Traceback (most recent call last):
    pipelines.sources.corpus.SourceError: sources.ms_cxr_t: no/such/folder is no such folder, expected the folder of ...
"""

from pipelines.choices import Reading, SourceFolders
from pipelines.sources.corpus import IMAGE_FILE_UNIT, Corpus
from pipelines.sources.ms_cxr_t.chexpert import read_chexpert
from pipelines.sources.ms_cxr_t.images import build_image, find_films, reject_films
from pipelines.sources.ms_cxr_t.layout import SETTING, find_layout
from pipelines.sources.ms_cxr_t.metadata import read_acquisitions
from pipelines.sources.ms_cxr_t.pairs import LABEL_UNIT, ROW_UNIT, read_pairs
from pipelines.sources.ms_cxr_t.reports import UNIT as REPORT_UNIT
from pipelines.sources.ms_cxr_t.reports import read_reports
from pipelines.sources.ms_cxr_t.settle import settle_labels
from pipelines.sources.ms_cxr_t.studies import build_studies, remark_on_order


def read_ms_cxr_t(folders: SourceFolders, reading: Reading) -> Corpus:
    """Return everything in the download: images by path, studies by number, pair labels in file order, then CheXpert's.

    Raises:
        SourceError: nothing can be read: the table of pairs is missing, broken or ambiguous, or the films lie outside the
            folder of images.
    """
    del reading  # there is nothing to choose
    layout = find_layout(folders)
    pairs = read_pairs(layout.pairs)
    films = find_films(layout, (film for row in pairs.rows for film in (row.previous, row.current)))
    settled = settle_labels(pairs, films)
    remarks = pairs.remarks
    remarks[f"no folder p10 to p19 below the folder of images ({SETTING}.images): there is no film"] += not layout.image_trees
    usable = [film for film in films.values() if film.file.is_usable]
    acquisitions = read_acquisitions(layout.metadata, [film.reference for film in usable], remarks)
    remark_on_order(settled, acquisitions, remarks)
    studies = sorted({film.reference.study_folder: film.reference for film in usable}.values(), key=lambda one: one.tail)
    reports = read_reports(layout, studies, remarks)
    labels = [label for one in settled for label in one.labels]
    rejected = [rejection for _, rejection in sorted(pairs.rejections, key=lambda one: one[0])]
    return Corpus(
        studies=tuple(build_studies(usable, acquisitions, reports.sections, remarks)),
        labels=(*labels, *read_chexpert(layout.chexpert, studies, remarks)),
        images=tuple(build_image(film, acquisitions) for film in usable),
        rejections=(*rejected, *reject_films(films.values()), *reports.rejections),
        found=pairs.found | {IMAGE_FILE_UNIT: len(films), REPORT_UNIT: reports.n_found},
        used={
            ROW_UNIT: len(settled),
            LABEL_UNIT: len(labels),
            IMAGE_FILE_UNIT: len(usable),
            REPORT_UNIT: len(reports.sections),
        },
        remarks={text: n for text, n in remarks.items() if n},
    )
