import csv
import gzip
import io
import os
import zipfile
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from pipelines.choices import Reading, SourceFolders
from pipelines.reasons import Reason
from pipelines.source_records import ReportSection
from pipelines.sources.corpus import SourceError, count_reading
from pipelines.sources.ms_cxr_t import layout as ms_cxr_t_layout
from pipelines.sources.ms_cxr_t.layout import survey
from pipelines.sources.ms_cxr_t.pairs import FINDINGS, LABEL_UNIT, ROW_UNIT, label_code, quality_column
from pipelines.sources.ms_cxr_t.reader import read_ms_cxr_t
from pipelines.sources.ms_cxr_t.reference import parse_reference
from pipelines.sources.row_problem import RowProblem
from pipelines.tables import LABELS, REJECTIONS, SOURCE_IMAGES, STUDIES
from pipelines.vocabulary import LabelTarget, Modality, Organ, View

PAIRS = "MS_CXR_T_temporal_image_classification_v1.0.0.csv"
METADATA = "mimic-cxr-2.0.0-metadata.csv"
CHEXPERT = "mimic-cxr-2.0.0-chexpert.csv"
SUBJECT = "p19/p19999901"
# Study numbers tell nothing of the order: the first study has the greatest.
OLD, MID, NEW = (f"{SUBJECT}/s{study}/{letter * 8}-1" for study, letter in ((59999909, "a"), (59999901, "b"), (59999905, "c")))
COLUMNS = [
    "subject_id",
    "study_id",
    "dicom_id",
    "previous_study_id",
    "previous_dicom_id",
    *(name(finding) for finding in FINDINGS for name in (label_code, quality_column)),
]


def make_row(previous=OLD, current=MID, quality="one_expert", **progressions):
    row = dict.fromkeys(COLUMNS, "") | {
        "subject_id": "19999901",
        "study_id": current.split("/")[-2].removeprefix("s"),
        "dicom_id": current,
        "previous_study_id": previous.split("/")[-2].removeprefix("s"),
        "previous_dicom_id": previous,
    }
    for finding, value in progressions.items():
        row |= {label_code(finding): value, quality_column(finding): quality}
    return row


def to_csv(rows):
    sink = io.StringIO()
    writer = csv.DictWriter(sink, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return sink.getvalue().encode()


def jpeg(seed=0):
    sink = io.BytesIO()
    Image.fromarray(np.random.default_rng(seed).integers(0, 256, (20, 16), dtype=np.uint8)).save(sink, "JPEG")
    return sink.getvalue()


def put(path: Path, content: bytes):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def make_download(root, rows, films=(OLD, MID, NEW), tables=None, reports=None, tree="files", table=PAIRS):
    put(root / table, to_csv(rows))
    for seed, film in enumerate(films):
        put(root / tree / f"{film}.jpg", jpeg(seed))
    for name, content in (tables or {}).items():
        put(root / name, content)
    for study, text in (reports or {}).items():
        put(root / tree / f"{SUBJECT}/s{study}.txt", text)
    return root


def metadata(*films, **changes):
    dates = {OLD: ("21800506", "213014.531"), MID: ("21800507", "80556.875"), NEW: ("21800507", "100000.0")}
    return to_csv(
        [
            {
                "dicom_id": film.rsplit("/", 1)[-1],
                "subject_id": "19999901",
                "study_id": film.split("/")[-2][1:],
                "ViewPosition": "AP",
                "StudyDate": dates[film][0],
                "StudyTime": dates[film][1],
                "ViewCodeSequence_CodeMeaning": "",
            }
            | changes
            for film in films
        ]
    )


def read(root):
    corpus = read_ms_cxr_t(SourceFolders.at(root), Reading())
    assert all(count.is_balanced for count in count_reading(corpus)), count_reading(corpus)
    parts = (
        (STUDIES, corpus.studies),
        (LABELS, corpus.labels),
        (SOURCE_IMAGES, corpus.images),
        (REJECTIONS, corpus.rejections),
    )
    for table, rows in parts:
        assert table.repeated_keys(table.to_arrow(rows)) == []
    return corpus


def pair_labels(corpus):
    paths = {image.source_image_id: image.path for image in corpus.images}
    return [
        (*(paths[one] for one in label.target_ids), label.code, label.value, label.quality)
        for label in corpus.labels
        if label.target is LabelTarget.PAIR
    ]


def reasons(corpus):
    return Counter((rejection.unit, str(rejection.reason)) for rejection in corpus.rejections)


def remark(corpus, words):
    return next((n for text, n in corpus.remarks.items() if words in text), 0)


def test_a_pair_becomes_two_films_and_one_label_for_each_finding_told(tmp_path):
    corpus = read(make_download(tmp_path, [make_row(edema="worsening", pneumonia="stable")], films=[OLD, MID]))
    assert pair_labels(corpus) == [
        (f"files/{OLD}.jpg", f"files/{MID}.jpg", "edema_progression", "worsening", "one_expert"),
        (f"files/{OLD}.jpg", f"files/{MID}.jpg", "pneumonia_progression", "stable", "one_expert"),
    ]
    assert {(image.modality, image.organ, image.view) for image in corpus.images} == {(Modality.XRAY, Organ.CHEST, None)}
    assert len({image.subject_id for image in corpus.images}) == 1
    current = next(image for image in corpus.images if MID in image.path)
    assert {label.study_id for label in corpus.labels} == {current.study_id}
    assert corpus.found[LABEL_UNIT] == corpus.used[LABEL_UNIT] == 2
    assert corpus.rejections == ()


def test_columns_are_found_by_name_in_any_order(tmp_path):
    row = make_row(edema="stable")
    shuffled = {name: row[name] for name in sorted(row, reverse=True)}
    assert len(pair_labels(read(make_download(tmp_path, [shuffled])))) == 1


def test_an_unknown_value_is_rejected_and_the_cell_beside_it_stays(tmp_path):
    corpus = read(make_download(tmp_path, [make_row(edema="stabel", pneumonia="stable"), make_row(OLD, NEW, edema="better")]))
    assert [label[2] for label in pair_labels(corpus)] == ["pneumonia_progression"]
    assert [(rejection.item, rejection.reason) for rejection in corpus.rejections] == [
        (f"{PAIRS} row 0 edema_progression", Reason.UNKNOWN_VALUE),
        (f"{PAIRS} row 1 edema_progression", Reason.UNKNOWN_VALUE),
        (f"{PAIRS} row 1", Reason.UNKNOWN_VALUE),
    ]
    assert "'stabel' is not one of improving, stable, worsening" in corpus.rejections[0].detail


def test_case_spaces_and_words_for_no_value_are_understood(tmp_path):
    rows = [make_row(edema=" Stable ", pneumonia="NaN", pneumothorax="None"), make_row(OLD, NEW, edema="WORSENING")]
    corpus = read(make_download(tmp_path, rows))
    assert [label[3] for label in pair_labels(corpus)] == ["stable", "worsening"]
    assert corpus.found[LABEL_UNIT] == 2
    assert remark(corpus, "other case") == 2


def test_a_row_without_any_label_is_rejected_and_its_films_stay(tmp_path):
    corpus = read(make_download(tmp_path, [make_row()], films=[OLD, MID]))
    assert reasons(corpus) == {(ROW_UNIT, "field_empty"): 1}
    assert len(corpus.images) == 2


def test_qualities_outside_the_domain_are_left_out_and_told(tmp_path):
    rows = [make_row(edema="stable", quality="Disagreement"), make_row(OLD, NEW, edema="stable", quality="expert")]
    corpus = read(make_download(tmp_path, [*rows, make_row(MID, NEW, edema="stable", quality="")]))
    assert [label[4] for label in pair_labels(corpus)] == ["disagreement", None, None]
    assert (remark(corpus, "label quality 'expert'"), remark(corpus, "without a label quality")) == (1, 1)


@pytest.mark.parametrize(
    "spelling",
    ["files/{}", "{}.jpg", "files/{}.JPG", "./{}", "/mnt/data/mimic/files/{}", "{}.dcm", " {} ", "mimic-cxr-jpg//files/{}"],
)
def test_spellings_of_one_path_are_one_film(tmp_path, spelling):
    rows = [make_row(edema="stable"), make_row(MID, NEW, edema="stable") | {"previous_dicom_id": spelling.format(MID)}]
    corpus = read(make_download(tmp_path, rows))
    assert (len(corpus.images), len(pair_labels(corpus)), corpus.rejections) == (3, 2, ())


def test_backslashes_and_bare_ids_are_understood(tmp_path):
    row = make_row(edema="stable") | {"dicom_id": MID.replace("/", "\\"), "previous_dicom_id": OLD.rsplit("/", 1)[-1]}
    assert len(pair_labels(read(make_download(tmp_path, [row])))) == 1
    floats = row | {"subject_id": "19999901.0", "study_id": "s59999901", "previous_study_id": "59999909.0"}
    assert len(pair_labels(read(make_download(tmp_path, [floats])))) == 1


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"dicom_id": f"../../{MID}"}, Reason.UNSAFE_PATH),
        ({"dicom_id": f"{SUBJECT}/s59999901/..\\..\\secret"}, Reason.UNSAFE_PATH),
        ({"dicom_id": "/etc/passwd"}, Reason.UNSAFE_PATH),
        ({"dicom_id": f"{SUBJECT}/s59999901/C:evil"}, Reason.UNSAFE_PATH),
        ({"dicom_id": "somewhere/else"}, Reason.UNKNOWN_VALUE),
        ({"dicom_id": ""}, Reason.FIELD_EMPTY),
        ({"dicom_id": "aaaa", "study_id": ""}, Reason.FIELD_EMPTY),
        ({"dicom_id": "aaaa", "study_id": "x/../y"}, Reason.UNKNOWN_VALUE),
        ({"subject_id": "19999902"}, Reason.ID_MISMATCH),
        ({"study_id": "59999999"}, Reason.ID_MISMATCH),
        ({"subject_id": "", "previous_dicom_id": "p19/p19999902/s59999909/a"}, Reason.ID_MISMATCH),
        ({"dicom_id": OLD, "study_id": ""}, Reason.REPEATED_IMAGE),
    ],
)
def test_a_row_that_names_no_pair_of_one_subject_is_rejected_with_its_label(tmp_path, changes, reason):
    rows = [make_row(edema="stable") | changes, make_row(MID, NEW, edema="stable")]
    corpus = read(make_download(tmp_path, rows))
    assert reasons(corpus) == {(ROW_UNIT, str(reason)): 1, (LABEL_UNIT, str(reason)): 1}
    assert len(pair_labels(corpus)) == 1


@given(st.text(max_size=40), st.text(max_size=10), st.text(max_size=10))
@settings(max_examples=200)
def test_no_text_leads_out_of_the_tree(path, subject, study):
    try:
        tail = parse_reference(path, subject, study).tail
    except RowProblem:
        return
    assert Path(os.path.normpath(f"/tree/{tail}")).is_relative_to("/tree")
    assert ".." not in tail.split("/")


def test_a_missing_film_is_told_once_and_takes_only_its_rows_with_it(tmp_path):
    rows = [
        make_row(edema="stable", pneumonia="stable"),
        make_row(MID, NEW, edema="worsening"),
        make_row(OLD, NEW, edema="stable"),
    ]
    corpus = read(make_download(tmp_path, rows, films=[OLD, NEW]))
    assert reasons(corpus) == {
        (ROW_UNIT, "image_missing"): 2,
        (LABEL_UNIT, "image_missing"): 3,
        ("image file", "image_missing"): 1,
    }
    assert [rejection.item for rejection in corpus.rejections if rejection.unit == "image file"] == [f"files/{MID}.jpg"]
    assert f"files/{MID}.jpg" in corpus.rejections[0].detail
    assert len(pair_labels(corpus)) == 1 and len(corpus.images) == 2


def test_a_film_that_is_no_image_makes_its_rows_unusable(tmp_path):
    root = make_download(tmp_path, [make_row(edema="stable"), make_row(OLD, NEW, edema="stable")])
    (root / f"files/{MID}.jpg").write_bytes(b"<html>403</html>")
    corpus = read(root)
    assert reasons(corpus) == {
        (ROW_UNIT, "image_not_usable"): 1,
        (LABEL_UNIT, "image_not_usable"): 1,
        ("image file", "image_unreadable"): 1,
    }


def test_rows_that_repeat_a_pair_are_merged_by_finding(tmp_path):
    rows = [
        make_row(edema="stable", pneumonia="improving"),
        make_row(edema="stable"),
        make_row(edema="stable", pneumonia="worsening", pneumothorax="stable"),
    ]
    corpus = read(make_download(tmp_path, rows))
    assert [label[2:4] for label in pair_labels(corpus)] == [
        ("edema_progression", "stable"),
        ("pneumothorax_progression", "stable"),
    ]
    assert reasons(corpus) == {
        (ROW_UNIT, "duplicate_key"): 1,
        (LABEL_UNIT, "duplicate_key"): 2,
        (LABEL_UNIT, "contradictory_answers"): 2,
    }


def test_a_damaged_line_is_told_and_its_neighbours_stay(tmp_path):
    root = make_download(tmp_path, [make_row(edema="stable"), make_row(OLD, NEW, edema="stable")])
    lines = (root / PAIRS).read_text().splitlines()
    (root / PAIRS).write_text("\n".join([lines[0], lines[1], "<html>", lines[2]]) + "\n")
    corpus = read(root)
    assert reasons(corpus) == {(ROW_UNIT, "row_damaged"): 1}
    assert len(pair_labels(corpus)) == 2


def test_metadata_give_views_dates_and_the_order_of_visits(tmp_path):
    tables = {METADATA: metadata(MID, OLD, NEW)}
    corpus = read(make_download(tmp_path, [make_row(edema="stable"), make_row(MID, NEW, edema="stable")], tables=tables))
    assert {image.view for image in corpus.images} == {View.AP}
    study = {image.study_id: image.path.split("/")[3] for image in corpus.images}
    assert {study[one.study_id]: (one.visit, one.date) for one in corpus.studies} == {
        "s59999909": (1, "2180-05-06"),
        "s59999901": (2, "2180-05-07"),
        "s59999905": (3, "2180-05-07"),
    }
    assert remark(corpus, "dated after") == 0


def test_metadata_may_be_gzipped_and_hold_rows_of_others(tmp_path):
    content = metadata(OLD, MID, NEW) + b"ffff-1,19999999,59999999,PA,nonsense,,\n"
    root = make_download(tmp_path, [make_row(edema="stable")], tables={f"{METADATA}.gz": gzip.compress(content)})
    assert {one.visit for one in read(root).studies} == {1, 2}


def test_an_impossible_date_loses_the_place_in_time_and_nothing_else(tmp_path):
    content = metadata(OLD) + metadata(MID, StudyDate="21800231").split(b"\n", 1)[1]
    corpus = read(make_download(tmp_path, [make_row(edema="stable")], tables={METADATA: content}))
    assert sorted((one.visit or 0, one.date or "") for one in corpus.studies) == [(0, ""), (1, "2180-05-06")]
    assert remark(corpus, "bad_date") == 1
    assert len(pair_labels(corpus)) == 1


def test_a_pair_in_the_wrong_order_of_time_is_told(tmp_path):
    rows = [make_row(NEW, MID, edema="stable")]  # eight in the morning and ten, on one day
    assert remark(read(make_download(tmp_path, rows, tables={METADATA: metadata(MID, NEW)})), "dated after") == 1


@pytest.mark.parametrize(
    ("changes", "view", "words"),
    [
        ({"ViewPosition": "pa"}, View.PA, ""),
        ({"ViewPosition": "LL"}, View.LATERAL, ""),
        ({"ViewPosition": "LAO"}, None, "ViewPosition 'LAO'"),
        ({"ViewPosition": "", "ViewCodeSequence_CodeMeaning": "postero-anterior"}, View.PA, "ViewCodeSequence"),
        ({"ViewPosition": ""}, None, "without a view"),
        ({"study_id": "59999999"}, None, "another subject or study"),
    ],
)
def test_views_are_read_from_their_spellings(tmp_path, changes, view, words):
    corpus = read(make_download(tmp_path, [make_row(edema="stable")], tables={METADATA: metadata(OLD, MID, **changes)}))
    assert {image.view for image in corpus.images} == {view}
    assert not words or remark(corpus, words) == 2


def test_without_metadata_nothing_is_said_of_time(tmp_path):
    corpus = read(make_download(tmp_path, [make_row(edema="stable")]))
    assert {(one.visit, one.date) for one in corpus.studies} == {(None, None)}
    assert remark(corpus, "metadata.csv is not there") == 1


def test_a_damaged_optional_table_is_a_remark_and_not_the_end(tmp_path):
    broken = gzip.compress(metadata(OLD, MID, NEW) * 50)[:-30]
    corpus = read(
        make_download(tmp_path, [make_row(edema="stable")], tables={f"{METADATA}.gz": broken, CHEXPERT: b"a,b\n1,2\n"})
    )
    assert len(pair_labels(corpus)) == 1
    assert remark(corpus, f"not used: {METADATA}.gz") == remark(corpus, f"not used: {CHEXPERT}") == 1
    assert not any(str(tmp_path) in text for text in corpus.remarks)


def test_chexpert_labels_are_those_of_the_studies_that_are_used(tmp_path):
    rows = [
        {"subject_id": "19999901", "study_id": "59999901", "Pleural Effusion": "1.0", "No Finding": "", "Edema": "-1"},
        {"subject_id": "19999901", "study_id": "59999909", "Pleural Effusion": "0.0", "No Finding": "2", "Edema": ""},
        {"subject_id": "19999999", "study_id": "59999999", "Pleural Effusion": "1.0", "No Finding": "", "Edema": ""},
    ]
    corpus = read(make_download(tmp_path, [make_row(edema="stable")], tables={CHEXPERT: to_csv(rows)}))
    labels = [label for label in corpus.labels if label.target is LabelTarget.STUDY]
    assert [(label.code, label.value, label.quality) for label in labels] == [
        ("chexpert_edema", "uncertain", "chexpert"),
        ("chexpert_pleural_effusion", "positive", "chexpert"),
        ("chexpert_pleural_effusion", "negative", "chexpert"),
    ]
    assert remark(corpus, "CheXpert value '2'") == 1


def test_reports_lie_beside_their_studies_and_what_is_wrong_with_one_is_told(tmp_path):
    rows = [make_row(edema="stable"), make_row(MID, NEW, edema="stable")]
    reports = {59999909: b"  FINAL REPORT\n FINDINGS:  38\xb0.\n", 59999901: b"  FINAL REPORT\n \n"}
    corpus = read(make_download(tmp_path, rows, reports=reports))
    assert [one.report for one in corpus.studies if one.report] == [(ReportSection("findings", "38°."),)]
    assert [(one.item, one.reason) for one in corpus.rejections] == [
        (f"files/{SUBJECT}/s59999901.txt", Reason.REPORT_EMPTY),
        (f"files/{SUBJECT}/s59999905.txt", Reason.REPORT_MISSING),
    ]
    assert remark(corpus, "not UTF-8") == 1
    assert (corpus.found["report"], corpus.used["report"]) == (3, 1)


def test_a_report_of_which_redaction_left_no_word_is_empty(tmp_path):
    reports = {
        59999909: b" FINAL REPORT\n ___\n \n IMPRESSION: ___\n",
        59999901: b" FINAL REPORT\n HISTORY: ___.\n \n Clear.\n",
    }
    corpus = read(make_download(tmp_path, [make_row(edema="stable")], reports=reports))
    assert reasons(corpus) == {("report", "report_empty"): 1}
    assert sorted(len(one.report) for one in corpus.studies) == [0, 2]


def test_a_download_without_reports_is_used_and_told(tmp_path):
    corpus = read(make_download(tmp_path, [make_row(edema="stable")], films=[OLD, MID]))
    assert {one.report for one in corpus.studies} == {()}
    assert remark(corpus, "study without a report") == 2
    assert corpus.rejections == ()


def test_reports_are_read_from_the_zip_that_nobody_unpacked(tmp_path):
    root = make_download(tmp_path, [make_row(edema="stable")], films=[OLD, MID])
    with zipfile.ZipFile(root / "mimic-cxr-reports.zip", "w") as archive:
        for study in (59999901, 59999909):
            archive.writestr(f"files/{SUBJECT}/s{study}.txt", " IMPRESSION:  Fine.\n")
    assert {one.report for one in read(root).studies} == {(ReportSection("impression", "Fine."),)}
    (root / "mimic-cxr-reports.zip").write_bytes(b"PK\x03\x04 cut short")
    assert remark(read(root), "no whole zip file") == 1


@pytest.mark.parametrize(
    ("table", "tree"),
    [
        (f"ms-cxr-t/1.0.0/{PAIRS}", "mimic-cxr-jpg/2.1.0/files"),
        (f"physionet.org/files/ms-cxr-t/1.0.0/{PAIRS}", "physionet.org/files/mimic-cxr-jpg/2.0.0/files"),
        (PAIRS.lower(), ""),
        (f"tables/{PAIRS}", "mimic/files/files"),
    ],
)
def test_layouts_of_a_download_are_found(tmp_path, table, tree):
    corpus = read(make_download(tmp_path, [make_row(edema="stable")], table=table, tree=tree))
    assert len(pair_labels(corpus)) == 1
    assert all((tmp_path / image.path).is_file() for image in corpus.images)


def test_parts_may_lie_apart_and_the_folder_of_images_may_be_files_itself(tmp_path):
    make_download(tmp_path / "tables", [make_row(edema="stable")], films=[])
    make_download(tmp_path / "jpg", [make_row()], films=[OLD, MID], tables={METADATA: metadata(OLD, MID)}, table="other.csv")
    put(tmp_path / f"txt/mimic-cxr-reports/files/{SUBJECT}/s59999901.txt", b" IMPRESSION:  Fine.\n")
    folders = SourceFolders(tmp_path / "tables", tmp_path / "jpg/files", tmp_path / "txt")
    corpus = read_ms_cxr_t(folders, Reading())
    assert {image.path for image in corpus.images} == {f"{OLD}.jpg", f"{MID}.jpg"}
    assert sorted(len(one.report) for one in corpus.studies) == [0, 1]
    absent = read_ms_cxr_t(SourceFolders(folders.tables, folders.images, tmp_path / "nowhere"), Reading())
    assert len(absent.images) == 2


def test_a_tree_of_reports_before_the_tree_of_films_confuses_nobody(tmp_path):
    make_download(tmp_path, [make_row(edema="stable")], tree="mimic-cxr-jpg/files")
    put(tmp_path / f"a-reports/files/{SUBJECT}/s59999901.txt", b" IMPRESSION:  Fine.\n")
    corpus = read(tmp_path)
    assert {image.path.split("/")[0] for image in corpus.images} == {"mimic-cxr-jpg"}
    assert sum(bool(one.report) for one in corpus.studies) == 1


@pytest.mark.parametrize("ending", [".jpeg", ".png", ".JPG", ".Png"])
def test_films_may_have_been_converted(tmp_path, ending):
    root = make_download(tmp_path, [make_row(edema="stable")], films=[OLD, MID])
    (root / f"files/{MID}.jpg").rename(root / f"files/{MID}{ending}")
    assert {image.path for image in read(root).images} == {f"files/{OLD}.jpg", f"files/{MID}{ending}"}


def test_the_big_tree_is_never_listed(tmp_path, monkeypatch):
    root = make_download(tmp_path, [make_row(edema="stable")], reports={59999901: b" IMPRESSION:  Fine.\n"})
    listed: list[str] = []
    genuine = os.scandir
    monkeypatch.setattr(ms_cxr_t_layout.os, "scandir", lambda folder: listed.append(str(folder)) or genuine(folder))
    read(root)
    assert listed and not any("p19" in folder for folder in listed)


def test_a_walk_is_bounded_and_shallow_files_come_first(tmp_path, monkeypatch):
    for name in "abcdef":
        put(tmp_path / f"{name}/deep/one.csv", b"x")
    put(tmp_path / "z.csv", b"x")
    monkeypatch.setattr(ms_cxr_t_layout, "_MAX_FOLDERS", 3)
    assert survey(tmp_path).files == (tmp_path / "z.csv",)


def test_of_a_plain_and_a_gzipped_table_the_plain_one_is_read(tmp_path):
    root = make_download(tmp_path, [make_row(edema="stable")])
    put(root / f"{PAIRS}.gz", gzip.compress(to_csv([make_row(edema="worsening")])))
    assert [label[3] for label in pair_labels(read(root))] == ["stable"]
    (root / PAIRS).unlink()
    assert [label[3] for label in pair_labels(read(root))] == ["worsening"]


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (
            lambda root: (root / PAIRS).unlink(),
            ["table of image pairs is not there", "sources.ms_cxr_t.tables", "physionet.org"],
        ),
        (lambda root: (root / "files").rename(root / "images"), None),
        (lambda root: put(root / PAIRS.replace("1.0.0", "1.0.1"), b"x"), ["2 tables of pairs", "move the others away"]),
        (lambda root: (root / PAIRS).write_text("subject_id,study_id\n1,2\n"), ["lacks the column dicom_id"]),
        (lambda root: (root / PAIRS).write_text("dicom_id,previous_dicom_id\na,b\n"), ["no column consolidation_progression"]),
        (lambda root: (root / PAIRS).write_text("version https://git-lfs.github.com/spec/v1\n"), ["git-LFS pointer"]),
    ],
)
def test_what_makes_reading_impossible_is_told_with_what_to_do(tmp_path, spoil, words):
    root = make_download(tmp_path, [make_row(edema="stable")])
    spoil(root)
    if words is None:  # the tree may have any name
        assert len(read(root).images) == 2
        return
    with pytest.raises(SourceError) as caught:
        read(root)
    assert all(word in str(caught.value) for word in [str(root), *words])


def test_a_download_of_which_no_film_is_there_is_read_and_every_film_counted_as_missing(tmp_path):
    root = make_download(tmp_path, [make_row(edema="stable"), make_row(MID, NEW, edema="stable")], films=())
    corpus = read(root)
    assert (corpus.images, corpus.studies, corpus.labels) == ((), (), ())
    assert reasons(corpus)[("image file", "image_missing")] == 3
    assert reasons(corpus)[(ROW_UNIT, "image_missing")] == 2
    assert {row.item for row in corpus.rejections if row.unit == "image file"} >= {f"files/{OLD}.jpg"}
    assert remark(corpus, "sources.ms_cxr_t.images") == 1


def test_a_link_out_of_the_folder_of_images_is_told_with_the_setting_that_mends_it(tmp_path):
    make_download(tmp_path / "elsewhere", [make_row(edema="stable")])
    make_download(tmp_path / "here", [make_row(edema="stable")], films=[])
    (tmp_path / "here/files").symlink_to(tmp_path / "elsewhere/files")
    assert len(read(tmp_path / "here").images) == 2  # people put the big folder on another disk
    (tmp_path / "here/files").unlink()
    deep = tmp_path / "here/physionet.org/files/mimic-cxr-jpg/2.1.0"
    deep.mkdir(parents=True)
    (deep / "files").symlink_to(tmp_path / "elsewhere/files")
    with pytest.raises(SourceError, match=r"symbolic link that leads out.*sources.ms_cxr_t.images"):
        read(tmp_path / "here")
    folders = SourceFolders(tmp_path / "here", tmp_path / "elsewhere", tmp_path / "here")
    assert len(read_ms_cxr_t(folders, Reading()).images) == 2


def test_one_study_number_under_two_subjects_is_two_studies(tmp_path):
    other = [film.replace("19999901", "19999902") for film in (OLD, MID)]
    rows = [make_row(edema="stable"), make_row(*other, edema="stable") | {"subject_id": "19999902"}]
    root = make_download(tmp_path, rows, films=[OLD, MID, *other], reports={59999901: b" IMPRESSION:  Fine.\n"})
    corpus = read(root)
    assert len(corpus.studies) == 4
    assert sum(bool(one.report) for one in corpus.studies) == 1
