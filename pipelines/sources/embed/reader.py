"""Reads EMBED (Emory; Jeong et al., Radiol Artif Intell 5(1), 2023): mammograms with findings and BI-RADS assessments.

A study is one accession, its place in time the date of the clinical table (dates inside UIDs are impossible ones). Every
clinical row goes into a study and every metadata row becomes an image, or is exactly one rejection.

Example:
    >>> read_embed(SourceFolders.at(Path("no/such/folder")), Reading())
    Traceback (most recent call last):
    pipelines.sources.corpus.SourceError: sources.embed: no/such/folder is no such folder, expected ...
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

from pipelines.choices import Reading, SourceFolders
from pipelines.keys import mint_id
from pipelines.source_records import Label, Study
from pipelines.sources.corpus import Corpus, SourceError
from pipelines.sources.embed.clinical import reject_clinical, remark_clinical, settle_clinical
from pipelines.sources.embed.database import CLINICAL_COLUMNS, METADATA_COLUMNS, fill_database
from pipelines.sources.embed.images import FoundImages, find_images
from pipelines.sources.embed.layout import CLINICAL_NAMES, METADATA_NAMES, find_cohorts, find_table
from pipelines.sources.embed.metadata import reject_metadata, settle_metadata
from pipelines.sources.embed.vocabulary import CLINICAL_UNIT, METADATA_UNIT, SETTING, SOURCE
from pipelines.sources.locate import require_folder
from pipelines.sources.sheet import Column, Sheet, read_sheet
from pipelines.vocabulary import LabelTarget

_STUDIES = "SELECT acc, empi, visit, date::VARCHAR, age FROM study ORDER BY empi, place"
_LABELS = """
SELECT acc, breast, code, value, quality FROM label JOIN study USING (acc) ORDER BY empi, place, code, breast NULLS FIRST
"""


def read_embed(folders: SourceFolders, reading: Reading) -> Corpus:
    """Return everything in the download: studies by subject and time, their labels, images by subject, study and path.

    Raises:
        SourceError: a folder or table is absent, ambiguous or unreadable as a whole, or lacks an essential column.
    """
    clinical = _read_table(find_table(folders.tables, CLINICAL_NAMES, "the clinical table"), CLINICAL_COLUMNS)
    metadata = _read_table(find_table(folders.tables, METADATA_NAMES, "the metadata table"), METADATA_COLUMNS)
    cohorts = find_cohorts(require_folder(folders.images, SETTING))
    with duckdb.connect() as connection:
        fill_database(connection, clinical, metadata)
        settle_clinical(connection, reading.embed.contralateral_negative)
        candidates = settle_metadata(connection)
        studies = _build_studies(connection)
        found = find_images(folders.images, cohorts, candidates, studies, metadata)
        labels = _build_labels(connection, studies)
        rejections = (*reject_clinical(connection, clinical), *reject_metadata(connection, metadata), *found.rejections)
        n_clinical = _sum_rows(connection)
        remarks = remark_clinical(connection)
    return Corpus(
        studies=tuple(studies.values()),
        labels=(*labels, *found.labels),
        images=found.images,
        rejections=rejections,
        found={CLINICAL_UNIT: clinical.n_found, METADATA_UNIT: metadata.n_found},
        used={CLINICAL_UNIT: n_clinical, METADATA_UNIT: len(found.images)},
        remarks=_tell_absent(clinical, metadata, cohorts) | remarks | _remark_images(studies, found),
    )


def _read_table(path: Path, columns: Sequence[Column]) -> Sheet:
    sheet = read_sheet(path, columns)
    if not sheet.n_found:
        raise SourceError(f"{path}: got 0 rows below the header, expected the rows of EMBED; download it again")
    return sheet


def _build_studies(connection: duckdb.DuckDBPyConnection) -> dict[str, Study]:
    """Return the studies by accession."""
    return {
        acc: Study(
            source=SOURCE,
            subject_id=mint_id("subject", SOURCE, empi),
            study_id=mint_id("study", SOURCE, empi, acc),
            visit=visit,
            date=date,
            week=None,
            age_years=age,
            report=(),
        )
        for acc, empi, visit, date, age in connection.execute(_STUDIES).fetchall()
    }


def _build_labels(connection: duckdb.DuckDBPyConnection, studies: Mapping[str, Study]) -> list[Label]:
    rows = connection.execute(_LABELS).fetchall()
    return [_build_label(studies[acc], *facts) for acc, *facts in rows]


def _build_label(study: Study, breast: str | None, code: str, value: str, quality: str | None) -> Label:
    target, about = (LabelTarget.BREAST, (breast,)) if breast else (LabelTarget.STUDY, ())
    return Label(SOURCE, study.subject_id, study.study_id, target, about, code, value, quality)


def _sum_rows(connection: duckdb.DuckDBPyConnection) -> int:
    """Return how many clinical rows stand behind the studies: counted where they went, not where they came from."""
    [(n_rows,)] = connection.execute("SELECT coalesce(sum(n_rows), 0)::BIGINT FROM study").fetchall()
    return int(n_rows)


def _tell_absent(clinical: Sheet, metadata: Sheet, cohorts: Mapping[str, tuple[str, ...]]) -> dict[str, int]:
    remarks = {f"{sheet.path.name} has no column {name}": 1 for sheet in (clinical, metadata) for name in sheet.absent}
    if not cohorts:
        remarks[f"no folder cohort_<n> below the folder of images: there is no image; set {SETTING}.images to it"] = 1
    return remarks


def _remark_images(studies: Mapping[str, Study], found: FoundImages) -> dict[str, int]:
    n_bare = len(studies) - len({image.study_id for image in found.images})
    bare = {"studies without a usable image: their labels are kept": n_bare} if n_bare else {}
    return bare | dict(found.remarks)
