import csv
import gzip
import io
import json
from collections import Counter, defaultdict
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pipelines.choices import Reading, SourceFolders
from pipelines.cohort.marker import CohortError
from pipelines.cohort.ms_cxr_t.course import draw_pairs, draw_subject, progression
from pipelines.cohort.ms_cxr_t.faults import planted_faults
from pipelines.cohort.ms_cxr_t.pair_rows import PAIR_TABLE
from pipelines.cohort.ms_cxr_t.report import Style, write_report
from pipelines.cohort.ms_cxr_t.tables import CHEXPERT_TABLE, METADATA_TABLE, NEGBIO_TABLE, SENTENCE_TABLE, SPLIT_TABLE
from pipelines.cohort.ms_cxr_t.writer import write_ms_cxr_t
from pipelines.cohort.phantoms.serial_chest import HEIGHT, WIDTH, SerialChest
from pipelines.reasons import Stage
from pipelines.rendering.images import render_images
from pipelines.sources.corpus import count_reading
from pipelines.sources.ms_cxr_t.pairs import FINDINGS, PROGRESSIONS, QUALITIES, label_code
from pipelines.sources.ms_cxr_t.reader import read_ms_cxr_t
from pipelines.sources.ms_cxr_t.report_sections import choose_summary, split_report
from pipelines.sources.synthetic_marker import is_synthetic
from pipelines.vocabulary import LabelTarget, View

SUBJECTS, SEED = 20, 20250519


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    root = tmp_path_factory.mktemp("cohort") / "ms_cxr_t"
    write_ms_cxr_t(root, SUBJECTS, SEED)
    return root


@pytest.fixture(scope="module")
def corpus(root):
    return read_ms_cxr_t(SourceFolders.at(root), Reading())


def faults(subjects, seed, stage):
    return Counter((fault.item, fault.reason) for fault in planted_faults(subjects, seed) if fault.stage is stage)


def rejected(rejections):
    return Counter((rejection.item, rejection.reason) for rejection in rejections)


def pair_labels(corpus):
    return [label for label in corpus.labels if label.target is LabelTarget.PAIR]


def test_every_planted_fault_is_rejected_once_and_nothing_else_is(root, corpus, tmp_path):
    assert all(count.is_balanced for count in count_reading(corpus))
    assert rejected(corpus.rejections) == faults(SUBJECTS, SEED, Stage.READ)
    rendered = render_images(corpus.images, root, tmp_path)
    assert rejected(rendered.rejections) == faults(SUBJECTS, SEED, Stage.RENDER)
    assert len(rendered.rows) == len(corpus.images) - 2


@pytest.mark.parametrize(("subjects", "seed"), [(8, 1), (8, 2), (11, 3)])
def test_faults_are_known_for_every_size_and_seed(tmp_path, subjects, seed):
    write_ms_cxr_t(tmp_path / "cohort", subjects, seed)
    corpus = read_ms_cxr_t(SourceFolders.at(tmp_path / "cohort"), Reading())
    assert rejected(corpus.rejections) == faults(subjects, seed, Stage.READ)


def test_labels_are_those_of_the_truth(corpus):
    paths = {image.source_image_id: image.path for image in corpus.images}
    truth = {}
    for position in range(SUBJECTS):
        subject = draw_subject(SEED, position)
        for pair in draw_pairs(SEED, position, subject):
            films = tuple(subject.film_path(film) for film in (pair.previous, pair.current))
            truth |= {(films, label_code(finding)): value for finding, (value, _) in pair.labels.items()}
    told = {(tuple(paths[one] for one in label.target_ids), label.code): label.value for label in pair_labels(corpus)}
    assert told.items() <= truth.items()
    assert len(told) > 0.8 * len(truth)


def test_every_finding_changes_in_every_way_and_every_quality_occurs(corpus):
    values = defaultdict(set)
    for label in pair_labels(corpus):
        values[label.code].add(label.value)
    assert dict(values) == {label_code(finding): set(PROGRESSIONS) for finding in FINDINGS}
    assert {label.quality for label in pair_labels(corpus)} == set(QUALITIES)
    per_pair = Counter(label.target_ids for label in pair_labels(corpus))
    assert set(per_pair.values()) == {1, 2}


def test_values_are_in_balance_over_a_large_cohort():
    counts = Counter(
        value
        for position in range(400)
        for pair in draw_pairs(1, position, draw_subject(1, position))
        for value, _ in pair.labels.values()
    )
    assert set(counts) == set(PROGRESSIONS)
    assert max(counts.values()) < 1.6 * min(counts.values())


def test_visits_follow_the_dates_and_not_the_study_numbers(corpus):
    of_subject = defaultdict(list)
    for study in corpus.studies:
        of_subject[study.subject_id].append(study)
    for studies in of_subject.values():
        ordered = sorted(studies, key=lambda study: study.visit or 0)
        assert [study.visit for study in ordered] == list(range(1, len(studies) + 1))
        assert [study.date for study in ordered] == sorted(study.date or "" for study in studies)
    subjects = [draw_subject(SEED, position) for position in range(SUBJECTS)]
    assert any([film.study for film in one.studies] != sorted(film.study for film in one.studies) for one in subjects)
    assert any(len({film.moment.date() for film in one.studies}) < len(one.studies) for one in subjects)
    assert not any("dated after" in text for text in corpus.remarks)


def test_views_of_the_metadata_are_those_of_the_films(corpus):
    views = {
        subject.film_path(film): film.view
        for position in range(SUBJECTS)
        for subject in [draw_subject(SEED, position)]
        for film in subject.studies
    }
    assert {image.path: image.view for image in corpus.images}.items() <= views.items()
    assert set(views.values()) == {View.AP, View.PA}


def test_reports_say_what_the_labels_say(corpus):
    summaries = {study.study_id: choose_summary(study.report) for study in corpus.studies if study.report}
    words = {
        "improving": ("decreased", "less", "improvement"),
        "stable": ("unchanged", "no relevant change", "same extent"),
        "worsening": ("increased", "more", "worsening"),
    }
    n_checked = 0
    for label in pair_labels(corpus):
        summary = summaries.get(label.study_id or "")
        if summary is not None:
            assert any(word in summary.text.lower() for word in words[label.value]), summary.text
            n_checked += 1
    assert n_checked > 30


def test_reports_have_every_trait_of_the_genuine_ones(root, corpus):
    texts = [path.read_bytes().decode("cp1252") for path in root.glob("files/p*/p*/*.txt")]
    assert all(line.startswith(" ") for text in texts for line in text.splitlines())
    assert all(" " * 33 + "FINAL REPORT\n" in text for text in texts)
    assert sum("FINDINGS" not in text for text in texts) >= 3
    for trait in (
        "ADDENDUM",
        "___",
        "_" * 78,
        "CONCLUSION",
        "REASON FOR EXAM",
        "IMORESSION",
        "WET READ",
        "FINDINGS AND IMPRESSION",
    ):
        assert any(trait in text for text in texts), trait
    names = {section.name for study in corpus.studies for section in study.report}
    assert {"addendum", "wet_read", "last_paragraph", "findings_and_impression", "impression", "findings"} <= names


@pytest.mark.parametrize("style", list(Style))
def test_every_style_of_report_has_a_summary_with_the_change(style):
    subject = next(one for position in range(50) if progression_of(one := draw_subject(1, position)) == "worsening")
    chosen = choose_summary(split_report(write_report(subject, 1, style).decode("cp1252")))
    assert chosen is not None
    assert any(word in chosen.text.lower() for word in ("increased", "more", "worsening"))


def progression_of(subject):
    first, second = (film.severities[subject.findings[0]] for film in subject.studies[:2])
    return progression(first, second)


def header_of(path: Path):
    content = path.read_bytes()
    text = gzip.decompress(content) if path.suffix == ".gz" else content
    return next(csv.reader(io.StringIO(text.decode())))


def test_tables_have_the_columns_of_the_genuine_ones(root):
    assert header_of(root / PAIR_TABLE)[:5] == ["subject_id", "study_id", "dicom_id", "previous_study_id", "previous_dicom_id"]
    assert header_of(root / SENTENCE_TABLE) == ["sentence_1", "sentence_2", "category"]
    assert header_of(root / METADATA_TABLE) == [
        *("dicom_id", "subject_id", "study_id", "PerformedProcedureStepDescription", "ViewPosition", "Rows", "Columns"),
        *("StudyDate", "StudyTime", "ProcedureCodeSequence_CodeMeaning", "ViewCodeSequence_CodeMeaning"),
        "PatientOrientationCodeSequence_CodeMeaning",
    ]
    for name in (CHEXPERT_TABLE, NEGBIO_TABLE):
        assert header_of(root / name)[:3] == ["subject_id", "study_id", "Atelectasis"]
        assert len(header_of(root / name)) == 16
    assert header_of(root / SPLIT_TABLE) == ["dicom_id", "study_id", "subject_id", "split"]


take_chest = cache(SerialChest)  # a chest is the same in all its films


def film(severities, side=1, view=View.AP, seed=3, pose_seed=0):
    content = take_chest(seed).draw(severities, dict.fromkeys(severities, side), view, pose_seed)
    picture = Image.open(io.BytesIO(content))
    assert (picture.mode, picture.size, picture.format) == ("L", (WIDTH, HEIGHT), "JPEG")
    return np.asarray(picture, np.float32)


@pytest.mark.parametrize("side", [-1, 1])
@pytest.mark.parametrize("finding", FINDINGS)
def test_each_grade_of_a_finding_shows_more_than_the_one_before(finding, side):
    healthy = film({})
    shown = [np.abs(film({finding: severity}, side) - healthy).mean() for severity in range(4)]
    assert shown[0] == 0
    assert shown[1] > 0.3
    assert all(later > 1.3 * earlier for earlier, later in pairwise(shown)), shown


def test_one_subject_looks_alike_over_time_and_unlike_another():
    first, later, other = film({}, pose_seed=1), film({}, pose_seed=2), film({}, seed=4, pose_seed=2)
    inner = (slice(60, -60), slice(60, -60))
    assert 0.8 < np.corrcoef(first[inner].ravel(), later[inner].ravel())[0, 1] < 0.9999
    assert np.abs(later - other).mean() > 3


def content_of(root):
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_equal_seeds_give_equal_bytes_also_over_an_earlier_larger_cohort(tmp_path):
    fresh, reused = tmp_path / "fresh", tmp_path / "reused"
    write_ms_cxr_t(fresh, subjects=8, seed=2)
    write_ms_cxr_t(reused, subjects=9, seed=1)
    assert content_of(reused) != content_of(fresh)
    write_ms_cxr_t(reused, subjects=8, seed=2)
    assert content_of(reused) == content_of(fresh)
    assert is_synthetic(fresh)


def test_tables_alone_are_the_tables_of_the_whole_cohort(root, tmp_path):
    write_ms_cxr_t(tmp_path / "tables", SUBJECTS, SEED, tables_only=True)
    tables, whole = content_of(tmp_path / "tables"), content_of(root)
    assert not any(name.startswith("files/") for name in tables)
    assert tables == {name: content for name, content in whole.items() if not name.startswith("files/")}


def test_a_cohort_is_small(root):
    assert sum(map(len, content_of(root).values())) < 8_000_000


def test_a_killed_writer_leaves_no_table_of_pairs(tmp_path, monkeypatch):
    monkeypatch.setattr(SerialChest, "draw", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        write_ms_cxr_t(tmp_path / "cohort", 8, SEED)
    assert not (tmp_path / "cohort" / PAIR_TABLE).exists()


def test_too_few_subjects_and_a_real_download_are_refused(tmp_path):
    with pytest.raises(CohortError, match="got 7, expected at least 8"):
        write_ms_cxr_t(tmp_path, 7, SEED)
    (tmp_path / PAIR_TABLE).write_text("x")
    with pytest.raises(CohortError, match="may be a real download"):
        write_ms_cxr_t(tmp_path, 8, SEED)
    assert content_of(tmp_path) == {PAIR_TABLE: b"x"}


def test_the_marker_tells_seed_and_size(root):
    assert json.loads((root / "SYNTHETIC_COHORT.json").read_text())["subjects"] == SUBJECTS


def test_side_is_kept_over_all_studies_of_a_subject():
    subject = draw_subject(1, 0)
    assert {subject.side(finding) for finding in subject.findings} == {-1, 1}
    assert replace(subject, first_side=-subject.first_side).side(subject.findings[0]) == -subject.side(subject.findings[0])
