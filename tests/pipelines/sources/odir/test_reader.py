import csv
import io
import os
from collections import Counter

import openpyxl
import pytest
from PIL import Image

from pipelines.choices import Reading, SourceFolders
from pipelines.cohort.odir.tables import make_workbook
from pipelines.reasons import Reason
from pipelines.sources.corpus import SourceError, count_reading
from pipelines.sources.odir.reader import read_odir
from pipelines.tables import LABELS, REJECTIONS, SOURCE_IMAGES, STUDIES
from pipelines.vocabulary import LabelTarget, Laterality, Modality, Organ

PATIENT_HEADER = (
    *("ID", "Patient Age", "Patient Sex", "Left-Fundus", "Right-Fundus"),
    *("Left-Diagnostic Keywords", "Right-Diagnostic Keywords"),
    *"NDGCAHMO",
)
IMAGE_HEADER = (*PATIENT_HEADER, "filepath", "labels", "target", "filename")
TRAINING = "ODIR-5K/ODIR-5K/Training Images"
TESTING = "ODIR-5K/ODIR-5K/Testing Images"
NORMAL = (1, 0, 0, 0, 0, 0, 0, 0)


def picture(seed=0, kind="JPEG"):
    sink = io.BytesIO()
    Image.new("RGB", (30, 30), (200, 90 + seed % 60, seed // 60)).save(sink, kind)
    return sink.getvalue()


def patient(number, left="normal fundus", right="normal fundus", flags=NORMAL, **changes):
    row = dict(
        zip(PATIENT_HEADER, (number, 60, "Male", f"{number}_left.jpg", f"{number}_right.jpg", left, right, *flags), strict=True)
    )
    return row | changes


def image(row, side, labels="['N']", **changes):
    target = str([int(letter in labels) for letter in "NDGCAHMO"])
    name = f"{row['ID']}_{side}.jpg"
    path = f"../input/ocular-disease-recognition-odir5k/ODIR-5K/Training Images/{name}"
    return row | {"filepath": path, "labels": labels, "target": target, "filename": name} | changes


@pytest.fixture
def download(tmp_path):
    root = tmp_path / "download"

    def write(patients=None, images=None, files=None, table="ODIR-5K/ODIR-5K/data.xlsx"):
        if patients is not None:
            write_table(root / table, PATIENT_HEADER, patients)
        if images is not None:
            write_table(root / "full_df.csv", IMAGE_HEADER, images)
        rows = [*(patients or []), *(images or [])]
        both = [f"{TRAINING}/{row['ID']}_{side}.jpg" for row in rows if row["ID"] != "" for side in ("left", "right")]
        for seed, path in enumerate(dict.fromkeys(both if files is None else files)):
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(picture(seed))
        return root

    return write


def write_table(path, header, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    cells = [tuple(row.get(name, "") for name in header) for row in rows]
    if path.suffix == ".xlsx":
        path.write_bytes(make_workbook(header, cells))
        return
    with path.open("w", encoding="utf-8", newline="") as sink:
        csv.writer(sink).writerows([header, *cells])


def read(root):
    corpus = read_odir(SourceFolders.at(root), Reading())
    assert all(count.is_balanced for count in count_reading(corpus)), count_reading(corpus)
    for table, rows in (
        (STUDIES, corpus.studies),
        (LABELS, corpus.labels),
        (SOURCE_IMAGES, corpus.images),
        (REJECTIONS, corpus.rejections),
    ):
        assert table.repeated_keys(table.to_arrow(rows)) == []
    return corpus


def said(corpus):
    return [(*label.target_ids, label.code, label.value) for label in corpus.labels]


def counts(corpus):
    return {count.unit: (count.n_in, count.n_out, count.n_rejected) for count in count_reading(corpus)}


def why(corpus):
    return {(rejection.unit, rejection.item): rejection.reason for rejection in corpus.rejections}


def test_a_patient_is_a_subject_with_one_study_and_two_images(download):
    row = patient(7, "cataract", "normal fundus，lens dust", (0, 0, 0, 1, 0, 0, 0, 0))
    corpus = read(download([row], [image(row, "left", "['C']"), image(row, "right")]))
    assert [(study.visit, study.date, study.age_years) for study in corpus.studies] == [(None, None, 60.0)]
    assert said(corpus) == [
        ("sex", "male"),
        ("diagnosis", "cataract"),
        ("L", "keyword", "cataract"),
        ("L", "eye_diagnosis", "cataract"),
        ("R", "keyword", "normal fundus"),
        ("R", "image_quality", "lens dust"),
        ("R", "eye_diagnosis", "normal"),
    ]
    assert [label.target for label in corpus.labels][:3] == [LabelTarget.SUBJECT, LabelTarget.SUBJECT, LabelTarget.EYE]
    assert {label.study_id for label in corpus.labels} == {None, corpus.studies[0].study_id}
    assert [(one.path, one.laterality, one.modality, one.organ) for one in corpus.images] == [
        (f"{TRAINING}/7_left.jpg", Laterality.LEFT, Modality.FUNDUS, Organ.EYE),
        (f"{TRAINING}/7_right.jpg", Laterality.RIGHT, Modality.FUNDUS, Organ.EYE),
    ]
    assert counts(corpus) == {"patient row": (1, 1, 0), "image row": (2, 2, 0), "eye": (2, 2, 0), "image file": (2, 2, 0)}
    assert corpus.remarks == {}


def test_either_table_alone_is_enough(download, tmp_path):
    rows = [patient(0, "drusen", "drusen", (0, 0, 0, 0, 0, 0, 0, 1)), patient(4)]
    corpus = read(download(rows))
    assert corpus.remarks == {"full_df.csv is not there: no diagnosis of single eyes": 1}
    assert len(corpus.images) == 4
    (tmp_path / "download/ODIR-5K/ODIR-5K/data.xlsx").unlink()
    corpus = read(download(None, [image(row, side) for side in ("right", "left") for row in rows]))
    assert list(corpus.remarks) == ["data.xlsx is not there: no eyes beside those that full_df.csv names"]
    assert [one.path.rpartition("/")[2] for one in corpus.images] == ["0_left.jpg", "0_right.jpg", "4_left.jpg", "4_right.jpg"]
    assert counts(corpus) == {"image row": (4, 4, 0), "eye": (4, 4, 0), "image file": (4, 4, 0)}


@pytest.mark.parametrize(
    "table",
    [
        "ODIR-5K/ODIR-5K/data.xlsx",
        "data.xlsx",
        "ODIR-5K/data.csv",
        "archive/ODIR-5K/ODIR-5K/ODIR-5K_Training_Annotations(Updated)_V2.xlsx",
        "ODIR-5K_Training_Annotations(Updated)_V2.csv",
    ],
)
def test_the_table_of_patients_is_found_under_its_names_and_depths(download, table):
    assert len(read(download([patient(3)], table=table)).images) == 2


@pytest.mark.parametrize(
    "folder",
    [
        "Training Images",
        "ODIR-5K/Training Images",
        "archive/ODIR-5K/ODIR-5K/Training Images",
        "ODIR-5K_Training_Images/ODIR-5K_Training_Dataset",
        ".",
    ],
)
def test_the_photographs_are_found_at_any_nesting(download, folder):
    names = ("3_left.jpg", "3_right.jpg")
    assert len(read(download([patient(3)], files=[f"{folder}/{name}" for name in names])).images) == 2


def test_the_folder_of_images_may_be_that_of_the_photographs_themselves(download, tmp_path):
    root = download([patient(3)])
    corpus = read_odir(SourceFolders(tables=root, images=root / TRAINING, reports=root), Reading())
    assert [one.path for one in corpus.images] == ["3_left.jpg", "3_right.jpg"]


def test_a_folder_converted_to_png_and_names_in_other_case_are_found(download, tmp_path):
    root = download([patient(3)], files=[])
    folder = root / TRAINING
    folder.mkdir(parents=True)
    (folder / "3_left.png").write_bytes(picture(kind="PNG"))
    (folder / "3_RIGHT.JPG").write_bytes(picture(1))
    assert [one.path.rpartition("/")[2] for one in read(root).images] == ["3_left.png", "3_RIGHT.JPG"]


def test_a_missing_file_is_rejected_once_and_the_other_eye_stays(download):
    row = patient(3, "cataract", "drusen", (0, 0, 0, 1, 0, 0, 0, 1))
    root = download([row], [image(row, "left"), image(row, "right")], files=[f"{TRAINING}/3_left.jpg"])
    corpus = read(root)
    assert why(corpus) == {
        ("eye", f"{TRAINING}/3_right.jpg"): Reason.IMAGE_MISSING,
        ("image row", "full_df.csv row 1"): Reason.IMAGE_NOT_USABLE,
    }
    assert {entry[0] for entry in said(corpus) if entry[0] in ("L", "R")} == {"L"}
    assert counts(corpus)["patient row"] == (1, 1, 0)


def test_a_patient_without_any_file_leaves_no_study_and_no_label(download):
    corpus = read(download([patient(3), patient(4)], files=[f"{TRAINING}/4_left.jpg", f"{TRAINING}/4_right.jpg"]))
    assert why(corpus)[("patient row", "data.xlsx row 0")] is Reason.IMAGE_NOT_USABLE
    assert len(corpus.studies) == 1
    assert {label.subject_id for label in corpus.labels} == {corpus.studies[0].subject_id}


def test_a_broken_file_is_rejected_and_so_is_its_eye(download):
    root = download([patient(3)])
    (root / TRAINING / "3_left.jpg").write_bytes(b"")
    assert why(read(root)) == {
        ("eye", f"{TRAINING}/3_left.jpg"): Reason.IMAGE_NOT_USABLE,
        ("image file", f"{TRAINING}/3_left.jpg"): Reason.IMAGE_UNREADABLE,
    }


def test_a_preprocessed_copy_is_used_only_where_the_photograph_is_absent_or_broken(download):
    copies = [f"preprocessed_images/3_{side}.jpg" for side in ("left", "right")]
    copies += ["preprocessed_images/4_left.jpg", "preprocessed_images/99_left.jpg"]
    root = download([patient(3), patient(4)], files=[f"{TRAINING}/{name}" for name in ("3_left.jpg", "4_left.jpg")] + copies)
    (root / TRAINING / "4_left.jpg").write_bytes(b"")
    corpus = read(root)
    assert [one.path for one in corpus.images] == [f"{TRAINING}/3_left.jpg", copies[1], copies[2]]
    assert corpus.remarks["eye shown by its preprocessed copy: the photograph is not there or broken"] == 2
    assert corpus.remarks["preprocessed copy set aside: the photograph itself is there"] == 1
    assert why(corpus) == {
        ("eye", f"{TRAINING}/4_right.jpg"): Reason.IMAGE_MISSING,
        ("image file", f"{TRAINING}/4_left.jpg"): Reason.IMAGE_UNREADABLE,
        ("image file", "preprocessed_images/99_left.jpg"): Reason.IMAGE_UNREFERENCED,
    }
    assert counts(corpus)["image file"] == (5, 3, 2)  # the copy that was set aside is no file of its own


def test_testing_images_and_files_without_a_row_are_told_apart(download):
    files = [f"{TRAINING}/3_left.jpg", f"{TRAINING}/3_right.jpg", f"{TRAINING}/3_left - Copy.jpg", f"{TESTING}/937_left.jpg"]
    corpus = read(download([patient(3)], files=files))
    details = {rejection.item: (rejection.reason, rejection.detail) for rejection in corpus.rejections}
    assert details == {
        files[3]: (Reason.IMAGE_UNREFERENCED, "testing image without labels"),
        files[2]: (Reason.IMAGE_UNREFERENCED, "no usable row names this file"),
    }


def test_a_second_copy_of_the_folder_gives_no_image_twice(download):
    files = [f"{folder}/3_{side}.jpg" for folder in ("Training Images", TRAINING) for side in ("left", "right")]
    corpus = read(download([patient(3)], files=files))
    assert [one.path for one in corpus.images] == files[:2]
    assert set(why(corpus).values()) == {Reason.IMAGE_DUPLICATE}


def test_a_link_out_of_the_download_is_not_followed(download, tmp_path):
    root = download([patient(3)], files=[f"{TRAINING}/3_left.jpg"])
    (tmp_path / "elsewhere.jpg").write_bytes(picture())
    (root / TRAINING / "3_right.jpg").symlink_to(tmp_path / "elsewhere.jpg")
    assert why(read(root))[("image file", f"{TRAINING}/3_right.jpg")] is Reason.UNSAFE_PATH


def test_one_eye_alone_in_full_df_is_one_eye_and_the_other_file_is_left_out(download):
    row = patient(3, "drusen", "no fundus image")
    corpus = read(download(None, [image(row, "left", "['O']")]))
    assert [one.laterality for one in corpus.images] == [Laterality.LEFT]
    assert why(corpus) == {("image file", f"{TRAINING}/3_right.jpg"): Reason.IMAGE_UNREFERENCED}


def test_an_eye_that_full_df_leaves_out_is_read_from_the_table_of_patients_and_counted(download):
    row = patient(3, "drusen", "anterior segment image，no fundus image")
    corpus = read(download([row], [image(row, "left", "['O']")]))
    assert len(corpus.images) == 2
    assert [entry[1:] for entry in said(corpus) if entry[0] == "R"] == [
        ("image_quality", "anterior segment image"),
        ("image_quality", "no fundus image"),
    ]
    assert corpus.remarks == {"eye without a diagnosis of its own in full_df.csv": 1}


@pytest.mark.parametrize(("age", "expected"), [(1, None), (0, None), (130, None), ("old", None), ("", None), ("44.5", 44.5)])
def test_an_age_that_is_none_is_not_known_and_counted(download, age, expected):
    corpus = read(download([patient(3, **{"Patient Age": age})]))
    assert corpus.studies[0].age_years == expected
    placeholder = "age 1 is a placeholder: taken as not known"
    odd = "age that is no number from 2 to 120: taken as not known"
    noticed = {1: {placeholder}, "": set(), "44.5": set()}.get(age, {odd})
    assert set(corpus.remarks) & {placeholder, odd} == noticed


@pytest.mark.parametrize(("sex", "expected"), [("Female", "female"), (" male ", "male"), ("F", "female"), ("unknown", None)])
def test_sex_is_male_female_or_not_known(download, sex, expected):
    corpus = read(download([patient(3, **{"Patient Sex": sex})]))
    assert [label.value for label in corpus.labels if label.code == "sex"] == ([expected] if expected else [])
    assert ("sex that is neither Male nor Female: taken as not known" in corpus.remarks) == (expected is None)


def test_what_is_noticed_of_a_patient_of_full_df_alone_is_counted_once_and_not_per_image(download):
    ill = patient(3, **{"Patient Age": 1, "Patient Sex": "unknown"})
    corpus = read(download(images=[image(ill, "left"), image(ill, "right"), image(patient(4), "left")]))
    assert corpus.remarks["age 1 is a placeholder: taken as not known"] == 1
    assert corpus.remarks["sex that is neither Male nor Female: taken as not known"] == 1
    assert [study.age_years for study in corpus.studies] == [None, 60.0]
    assert len(corpus.images) == 3


@pytest.mark.parametrize("flag", ["1", "1.0", "1.", "TRUE", True])
@pytest.mark.parametrize("target", ["[0, 1, 0, 0, 0, 0, 0, 0]", "[0. 1. 0. 0. 0. 0. 0. 0.]", "0,1.0,0,0,0,0,0,0"])
def test_flags_are_read_as_spreadsheets_and_arrays_write_them(download, flag, target):
    ill = patient(3, **{"N": 0, "D": flag})
    corpus = read(download(images=[image(ill, "left", "['D']", target=target)]))
    said = {(label.code, label.value) for label in corpus.labels}
    assert {("diagnosis", "diabetes"), ("eye_diagnosis", "diabetes")} <= said
    assert not corpus.remarks.keys() - {"data.xlsx is not there: no eyes beside those that full_df.csv names"}


def test_a_file_whose_name_is_not_utf_8_is_rejected_under_a_name_that_tables_hold(download):
    root = download(patients=[patient(3)])
    (root / os.fsdecode(f"{TRAINING}/caf".encode() + b"\xe9_left.jpg")).write_bytes(picture())
    corpus = read(root)
    assert why(corpus) == {("image file", f"{TRAINING}/caf\\xe9_left.jpg"): Reason.IMAGE_UNREFERENCED}
    assert REJECTIONS.to_arrow(corpus.rejections).num_rows == 1


def test_a_diagnosis_that_is_neither_0_nor_1_rejects_its_row_alone(download):
    corpus = read(download([patient(3, flags=(0, 2, 0, 0, 0, 0, 0, 0)), patient(4)]))
    rejected = {rejection.item: rejection for rejection in corpus.rejections}
    assert rejected["data.xlsx row 0"].reason is Reason.UNKNOWN_VALUE
    assert rejected["data.xlsx row 0"].detail == "D is '2', expected 0 or 1"
    assert len(corpus.studies) == 1


def test_up_to_three_diagnoses_are_read_and_strange_sets_of_them_counted(download):
    corpus = read(
        download(
            [
                patient(3, flags=(0, 1, 0, 1, 0, 0, 0, 1)),
                patient(4, flags=(1, 1, 0, 0, 0, 0, 0, 0)),
                patient(5, flags=(0,) * 8),
                patient(6, flags=(1, "", 0, 0, 0, 0, 0, 0)),
            ]
        )
    )
    diagnoses = [label.value for label in corpus.labels if label.code == "diagnosis"]
    assert diagnoses == ["diabetes", "cataract", "other", "normal", "diabetes"]
    assert {text: n for text, n in corpus.remarks.items() if "patient" in text} == {
        "patient who is normal (N) and has another diagnosis: both taken": 1,
        "patient whose columns N to O are all 0: no diagnosis": 1,
        "patient without a value in each of the columns N to O: no diagnosis taken": 1,
    }


def test_a_row_given_twice_is_taken_once_and_rows_that_contradict_are_both_left_out(download):
    rows = [patient(3), patient(3), patient(4), patient(4, "drusen"), patient(5)]
    corpus = read(download(rows))
    assert {item: reason for (unit, item), reason in why(corpus).items() if unit == "patient row"} == {
        "data.xlsx row 1": Reason.DUPLICATE_KEY,
        "data.xlsx row 2": Reason.CONTRADICTORY_ANSWERS,
        "data.xlsx row 3": Reason.CONTRADICTORY_ANSWERS,
    }
    assert len(corpus.studies) == 2


def test_a_patient_whose_row_is_unusable_is_read_from_full_df_and_counted(download):
    good, bad = patient(3), patient(3, flags=(0, 0, 0, 7, 0, 0, 0, 0))
    corpus = read(download([bad, patient(4)], [image(good, "left"), image(good, "right")]))
    assert len(corpus.studies) == 2
    assert corpus.remarks["patient read from full_df.csv alone"] == 1


def test_an_eye_that_a_patient_does_not_have_is_none_and_one_without_keywords_is_counted(download):
    one_eyed = patient(3, "drusen", "", **{"Right-Fundus": ""})
    silent = patient(4, "drusen", "")
    files = [f"{TRAINING}/{name}.jpg" for name in ("3_left", "4_left", "4_right")]
    corpus = read(download([one_eyed, silent], files=files))
    assert counts(corpus)["eye"] == (3, 3, 0)
    assert corpus.rejections == ()
    assert corpus.remarks["eye without a keyword"] == 1


def test_repeated_and_contradicting_image_rows_are_rejected(download):
    row = patient(3)
    images = [image(row, "left"), image(row, "left"), image(row, "right"), image(row, "right", "['D']")]
    assert why(read(download([row], images))) == {
        ("image row", "full_df.csv row 1"): Reason.DUPLICATE_KEY,
        ("image row", "full_df.csv row 2"): Reason.CONTRADICTORY_ANSWERS,
        ("image row", "full_df.csv row 3"): Reason.CONTRADICTORY_ANSWERS,
    }


def test_where_the_tables_differ_that_of_patients_is_taken_and_the_difference_counted(download):
    row = patient(3, "drusen", "cataract，drusen", (0, 0, 0, 1, 0, 0, 0, 1))
    other = row | {"Patient Age": 61, "Left-Diagnostic Keywords": "glaucoma", "Right-Diagnostic Keywords": "drusen,cataract"}
    corpus = read(download([row], [image(other, "left", "['O']"), image(row, "right", "['C']")]))
    assert corpus.studies[0].age_years == 60
    assert ("L", "keyword", "drusen") in said(corpus)
    assert corpus.remarks == {
        "Patient Age: data.xlsx and full_df.csv differ: data.xlsx taken": 1,
        "keywords: data.xlsx and full_df.csv differ: data.xlsx taken": 1,
    }


def test_rows_of_one_patient_that_differ_in_full_df_leave_what_they_differ_in_unknown(download):
    left = image(patient(3), "left")
    right = image(patient(3, flags=(0, 1, 0, 0, 0, 0, 0, 0), **{"Patient Age": 61}), "right")
    corpus = read(download(None, [left, right]))
    assert corpus.studies[0].age_years is None
    assert not [label for label in corpus.labels if label.code == "diagnosis"]
    assert sum("the rows of one patient in full_df.csv differ" in text for text in corpus.remarks) == 2


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"labels": "['Z']"}, Reason.UNKNOWN_VALUE),
        ({"labels": "normal?"}, Reason.UNKNOWN_VALUE),
        ({"target": "[1, 0]", "labels": "['N']"}, Reason.UNKNOWN_VALUE),
        ({"filename": "3_rigth.jpg"}, Reason.UNKNOWN_VALUE),
        ({"filename": "4_left.jpg"}, Reason.UNKNOWN_VALUE),
        ({"filename": "../../3_left.jpg"}, Reason.UNSAFE_PATH),
        ({"filename": "", "filepath": ""}, Reason.FIELD_EMPTY),
        ({"ID": ""}, Reason.FIELD_EMPTY),
        ({"ID": "../3"}, Reason.UNKNOWN_VALUE),
        ({"Left-Diagnostic Keywords": "dru\ufffdsen"}, Reason.TEXT_DAMAGED),
    ],
)
def test_an_image_row_that_cannot_be_used_is_told_and_the_eye_stays(download, changes, reason):
    row = patient(3)
    root = download([row], [image(row, "left"), image(row, "right")])
    write_table(root / "full_df.csv", IMAGE_HEADER, [image(row, "left", **changes), image(row, "right")])
    corpus = read(root)
    assert why(corpus) == {("image row", "full_df.csv row 0"): reason}
    assert len(corpus.images) == 2


def test_the_name_is_taken_from_the_path_where_there_is_no_file_name(download):
    row = patient(3)
    windows = image(row, "left", filename="", filepath="C:\\odir\\Training Images\\3_left.jpg")
    assert counts(read(download(None, [windows, image(row, "right")])))["image row"] == (2, 2, 0)


def test_a_diagnosis_that_labels_and_target_tell_differently_is_taken_from_neither(download):
    row = patient(3)
    rows = [image(row, "left", target="[0, 1, 0, 0, 0, 0, 0, 0]"), image(row, "right", labels="")]
    rows[1]["target"] = "[0, 0, 1, 0, 0, 0, 0, 0]"
    corpus = read(download(None, rows))
    assert [entry for entry in said(corpus) if "eye_diagnosis" in entry] == [("R", "eye_diagnosis", "glaucoma")]
    assert corpus.remarks["image row whose columns `labels` and `target` differ: no diagnosis of the eye taken"] == 1
    assert corpus.remarks["image row without `labels`: diagnosis of the eye taken from `target`"] == 1


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("3_right.jpg", Reason.UNKNOWN_VALUE),
        ("4_left.jpg", Reason.UNKNOWN_VALUE),
        ("/etc/3_left.jpg", Reason.UNSAFE_PATH),
    ],
)
def test_an_eye_that_names_another_eyes_file_is_left_out_and_never_shown_by_it(download, name, reason):
    corpus = read(download([patient(3, **{"Left-Fundus": name}), patient(4)]))
    assert why(corpus)[("eye", "3_left")] is reason
    assert Counter(one.path for one in corpus.images).most_common(1)[0][1] == 1
    assert len(corpus.images) == 3


def test_a_copy_of_the_table_with_diagnoses_written_out_and_no_file_names_is_one_of_patients(download, tmp_path):
    root = download([patient(3)])
    (root / "ODIR-5K/ODIR-5K/data.xlsx").unlink()
    header = "ID,Patient Age,Patient Sex,Left-Fundus,Right-Fundus,Left-Diagnostic Keywords,Right-Diagnostic Keywords,"
    header += "Normal ,Diabetes,Glaucoma,Cataract,Age related Macular Degeneration ,Hypertension,Pathological Myopia,"
    header += "Other diseases/abnormalities\n"
    (root / "full_df.csv").write_text(header + "3,60,Male,3_left.jpg,3_right.jpg,drusen,normal fundus,0,0,0,0,0,0,0,1\n")
    corpus = read(root)
    assert counts(corpus)["patient row"] == (1, 1, 0)
    assert ("diagnosis", "other") in said(corpus)


def test_headers_and_values_with_spaces_and_floats_are_read(download, tmp_path):
    root = download([patient(3)])
    (root / "ODIR-5K/ODIR-5K/data.xlsx").unlink()
    header = ";".join(f" {name.replace('-', ' ')} " for name in PATIENT_HEADER)
    row = ";".join([" 3.0 ", "60.0", " Male ", " 3_left.jpg ", "3_right.jpg ", " drusen ", "drusen", *["0.0"] * 7, " 1.0"])
    (root / "data.csv").write_text("\ufeff" + header + "\r\n" + row + "\r\n", encoding="utf-8")
    corpus = read(root)
    assert [one.path.rpartition("/")[2] for one in corpus.images] == ["3_left.jpg", "3_right.jpg"]
    assert ("diagnosis", "other") in said(corpus)


def test_damaged_lines_are_told_and_the_others_read(download):
    root = download([patient(3), patient(4)], table="data.csv")
    text = (root / "data.csv").read_text()
    (root / "data.csv").write_text(text + "5,60,Male\r\n")
    corpus = read(root)
    assert why(corpus) == {("patient row", "data.csv line 4"): Reason.ROW_DAMAGED}
    assert counts(corpus)["patient row"] == (3, 2, 1)


def test_columns_that_are_not_there_are_remarked(download):
    root = download([patient(3)], table="data.csv")
    lines = [",".join(line.split(",")[:7]) for line in (root / "data.csv").read_text().splitlines()]
    (root / "data.csv").write_text("\n".join(lines) + "\n")
    corpus = read(root)
    assert corpus.remarks["data.csv has no column N"] == 1
    assert len(corpus.images) == 2


def test_reading_twice_gives_the_same_and_the_order_of_rows_does_not_matter(download, tmp_path):
    rows = [patient(10), patient(2, "drusen"), patient(0)]
    root = download(rows)
    corpus = read(root)
    assert read(root) == corpus
    write_table(root / "ODIR-5K/ODIR-5K/data.xlsx", PATIENT_HEADER, rows[::-1])
    again = read(root)
    assert (again.studies, again.labels, again.images) == (corpus.studies, corpus.labels, corpus.images)
    assert [one.path.rpartition("/")[2] for one in corpus.images][::2] == ["0_left.jpg", "2_left.jpg", "10_left.jpg"]


def test_a_download_that_cannot_be_read_is_told_with_the_setting(download, tmp_path):
    root = download([patient(3)], files=[])
    with pytest.raises(SourceError, match=r"no image file and no folder 'Training Images'.*set sources\.odir"):
        read(root)
    (root / TRAINING).mkdir()
    assert counts(read(root))["eye"] == (2, 0, 2)
    (root / "ODIR-5K/ODIR-5K/data.xlsx").unlink()
    with pytest.raises(SourceError, match=r"neither ODIR's table of patients .*there is: ODIR-5K; set sources\.odir"):
        read(root)
    with pytest.raises(SourceError, match=r"sources\.odir: .*absent is no such folder"):
        read(root / "absent")


def test_a_table_that_is_a_pointer_or_broken_is_an_error_and_not_skipped_for_the_other(download):
    row = patient(3)
    root = download([row], [image(row, "left")])
    (root / "full_df.csv").write_text("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n")
    with pytest.raises(SourceError, match="git lfs pull"):
        read(root)
    root = download([row], [image(row, "left")])
    (root / "ODIR-5K/ODIR-5K/data.xlsx").write_bytes(b"PK\x03\x04")
    with pytest.raises(SourceError, match="no whole Excel workbook"):
        read(root)


def test_a_workbook_as_excel_writes_it_is_read(download):
    root = download([patient(3)])
    book = openpyxl.Workbook()
    for cells in (PATIENT_HEADER, [patient(3)[name] for name in PATIENT_HEADER], [None] * 15):
        book.active.append(list(cells))
    book.save(root / "ODIR-5K/ODIR-5K/data.xlsx")
    assert counts(read(root))["patient row"] == (1, 1, 0)
