"""A person whose films stand in the pairs of MS-CXR-T and in MIMIC's own tables is one subject, in one split."""

import csv
import gzip

from pipelines.choices import Reading, SourceFolders
from pipelines.cohort.ms_cxr_t.tables import METADATA_TABLE
from pipelines.cohort.ms_cxr_t.writer import write_ms_cxr_t
from pipelines.sources.ms_cxr_t.reader import read_ms_cxr_t
from pipelines.splits.draw import split_subjects
from pipelines.vocabulary import Source, Split


def test_a_person_in_both_tables_of_mimic_is_one_subject_in_one_split(tmp_path):
    write_ms_cxr_t(tmp_path / "ms_cxr_t", subjects=8, seed=3)
    corpus = read_ms_cxr_t(SourceFolders.at(tmp_path / "ms_cxr_t"), Reading())
    with gzip.open(tmp_path / "ms_cxr_t" / METADATA_TABLE, "rt", newline="") as lines:
        person_of_film = {row["dicom_id"]: row["subject_id"] for row in csv.DictReader(lines)}
    films = [(image.path.split("/")[-1].removesuffix(".jpg"), image.subject_id) for image in corpus.images]
    subjects_of: dict[str, set[str]] = {}
    for film, subject in films:
        subjects_of.setdefault(person_of_film[film], set()).add(subject)
    assert len(subjects_of) >= 6 and len(films) > len(subjects_of)
    assert all(len(subjects) == 1 for subjects in subjects_of.values())
    assert len(set.union(*subjects_of.values())) == len(subjects_of)
    studies = {study.subject_id for study in corpus.studies}
    labels = {label.subject_id for label in corpus.labels}
    assert set.union(*subjects_of.values()) == studies >= labels
    splits = split_subjects(Source.MS_CXR_T, studies, {Split.TRAIN: 0.5, Split.HELD_IN: 0.5}, 1)
    assert len(splits) == len(subjects_of)
