import csv
import gzip
import os
from pathlib import Path

import pytest

from pipelines.choices import LumiereReading, Reading, SourceFolders
from pipelines.reasons import Reason
from pipelines.sources.corpus import SourceError, count_reading
from pipelines.sources.lumiere.reader import read_lumiere
from pipelines.tables import REJECTIONS
from pipelines.vocabulary import Grid, ImageType, Modality, Organ, SegmentationTool, Sequence

ATLAS = "DeepBraTumIA-segmentation/atlas"
SEQUENCES = ("CT1", "T1", "T2", "FLAIR")
NATIVE = Reading(lumiere=LumiereReading(grid=Grid.NATIVE))
GLIO = Reading(lumiere=LumiereReading(grid=Grid.NATIVE, segmentation_tool=SegmentationTool.HD_GLIO_AUTO))
RATING = "Rating (according to RANO, PD: Progressive disease)"
RATIONALE = "Rating rationale (CRET: complete resection of the enhancing tumor)"


def put(path: Path, content: bytes | None = None) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # Only the beginning of a volume is judged by the reader; the path makes each file's content its own.
    path.write_bytes(gzip.compress(str(path).encode(), mtime=0) if content is None else content)


def put_atlas(session: Path, sequences=SEQUENCES, mask: bool = True) -> None:
    for sequence in sequences:
        put(session / ATLAS / "skull_strip" / f"{sequence.lower()}_skull_strip.nii.gz")
    if mask:
        put(session / ATLAS / "segmentation/seg_mask.nii.gz")


def put_native(session: Path) -> None:
    for sequence in SEQUENCES:
        put(session / f"{sequence}.nii.gz")
        put(session / f"DeepBraTumIA-segmentation/native/segmentation/{sequence.lower()}_seg_mask.nii.gz")
        put(session / f"HD-GLIO-AUTO-segmentation/native/segmentation_{sequence}_origspace.nii.gz")


def put_table(path: Path, header, *rows) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8-sig") as sink:
        csv.writer(sink).writerows([header, *rows])


def put_completeness(root: Path, *rows) -> None:
    put_table(
        root / "LUMIERE-datacompleteness.csv", ("Patient", "Timepoint", *SEQUENCES, "DeepBraTumIA", "HD-GLIO-AUTO"), *rows
    )


def read(root: Path, reading: Reading | None = None):
    corpus = read_lumiere(SourceFolders.at(root), reading or Reading())
    assert all(count.is_balanced for count in count_reading(corpus))
    return corpus


def reasons(corpus):
    return {rejection.item: rejection.reason for rejection in corpus.rejections}


@pytest.mark.parametrize(
    "inner", [".", "Imaging", "Imaging-v202211/Imaging", "lumiere/Imaging-v202211/Imaging-v202211/Imaging"]
)
def test_the_archive_is_found_however_it_was_unpacked_and_keys_of_subjects_stay(tmp_path, inner):
    for name in ("Patient-001", "Patient-002"):
        put_atlas(tmp_path / inner / name / "week-000-1")
    (tmp_path / "__MACOSX/Imaging/Patient-001/week-000-1").mkdir(parents=True)
    put(tmp_path / inner / "Patient-001/.DS_Store", b"x")
    corpus = read(tmp_path)
    assert len({study.subject_id for study in corpus.studies}) == 2
    assert len(corpus.images) == 10
    assert all((tmp_path / image.path).is_file() and "\\" not in image.path for image in corpus.images)


def test_keys_do_not_depend_on_where_the_archive_lies(tmp_path):
    put_atlas(tmp_path / "a/Imaging/Patient-001/week-000-1")
    put_atlas(tmp_path / "b/patient-1/week-0-1")
    first, second = read(tmp_path / "a"), read(tmp_path / "b")
    assert first.studies == second.studies


def test_sessions_are_ordered_by_week_and_repeat_and_each_is_a_study(tmp_path):
    for name in ("week-173-1", "week-044", "week-000-2", "week-1000", "week-000-1", "week-000-10"):
        put_atlas(tmp_path / "Imaging/Patient-001" / name)
    corpus = read(tmp_path)
    assert [(study.week, study.visit) for study in corpus.studies] == [(0, 1), (0, 2), (0, 3), (44, 4), (173, 5), (1000, 6)]
    of_study = {image.study_id: image.path.split("/")[2] for image in corpus.images}
    assert list(dict.fromkeys(of_study[image.study_id] for image in corpus.images)) == [
        "week-000-1",
        "week-000-2",
        "week-000-10",
        "week-044",
        "week-173-1",
        "week-1000",
    ]
    assert all(study.age_years is None and study.date is None for study in corpus.studies)


def test_odd_folders_are_rejected_and_their_neighbours_stay(tmp_path):
    for name in ("week-000", "week-44", "week-044", "week-044 old", "baseline"):
        put_atlas(tmp_path / "Imaging/Patient-001" / name)
    put_atlas(tmp_path / "Imaging/Patient-1x/week-000")
    (tmp_path / "Imaging/Patient-003").mkdir()
    corpus = read(tmp_path)
    assert reasons(corpus) == {
        "Imaging/Patient-1x": Reason.UNKNOWN_VALUE,
        "Imaging/Patient-003": Reason.NO_COUNTERPART,
        "Imaging/Patient-001/week-044 old": Reason.UNKNOWN_VALUE,
        "Imaging/Patient-001/baseline": Reason.UNKNOWN_VALUE,
        "Imaging/Patient-001/week-44": Reason.DUPLICATE_KEY,
    }
    assert [study.week for study in corpus.studies] == [0, 44]


def test_on_the_atlas_grid_one_mask_serves_all_sequences(tmp_path):
    put_atlas(tmp_path / "Imaging/Patient-001/week-000-1")
    put_native(tmp_path / "Imaging/Patient-001/week-000-1")
    corpus = read(tmp_path)
    volumes, masks = corpus.images[:4], corpus.images[4:]
    assert [image.sequence for image in volumes] == [Sequence.CT1, Sequence.T1, Sequence.T2, Sequence.FLAIR]
    assert {image.image_type for image in volumes} == {ImageType.VOLUME}
    assert [(image.image_type, image.sequence, image.series_id) for image in masks] == [
        (ImageType.SEGMENTATION, None, "DeepBraTumIA")
    ]
    assert {(image.modality, image.organ) for image in corpus.images} == {(Modality.MRI, Organ.HEAD)}
    assert corpus.remarks["volume on the native grid, not read (reading.lumiere.grid = atlas)"] == 4


@pytest.mark.parametrize(
    ("reading", "mask"),
    [
        (NATIVE, "DeepBraTumIA-segmentation/native/segmentation/t1_seg_mask.nii.gz"),
        (GLIO, "HD-GLIO-AUTO-segmentation/native/segmentation_T1_origspace.nii.gz"),
    ],
)
def test_on_the_native_grid_each_sequence_has_its_own_mask_of_the_chosen_program(tmp_path, reading, mask):
    put_native(tmp_path / "Imaging/Patient-001/week-000-1")
    corpus = read(tmp_path, reading)
    by_path = {image.path.removeprefix("Imaging/Patient-001/week-000-1/"): image for image in corpus.images}
    assert len(by_path) == 8
    assert by_path["T1.nii.gz"].image_type is ImageType.VOLUME
    assert by_path[mask].sequence is Sequence.T1
    assert by_path[mask].series_id == str(reading.lumiere.segmentation_tool)


def test_masks_that_the_source_does_not_have_are_refused_by_both_settings(tmp_path):
    reading = Reading(lumiere=LumiereReading(segmentation_tool=SegmentationTool.HD_GLIO_AUTO))
    with pytest.raises(SourceError, match=r"reading\.lumiere\.grid = atlas.*segmentation_tool = HD-GLIO-AUTO.*set"):
        read(tmp_path, reading)


def test_other_case_and_gunzipped_volumes_are_found(tmp_path):
    session = tmp_path / "Imaging/Patient-001/week-000-1"
    put(session / "deepbratumia-segmentation/ATLAS/skull_strip/CT1_skull_strip.NII.GZ")
    put(session / "deepbratumia-segmentation/ATLAS/skull_strip/t1_skull_strip.nii", (348).to_bytes(4, "little") + b"\0" * 400)
    corpus = read(tmp_path)
    assert [(image.sequence, image.path.rsplit("/", 1)[1]) for image in corpus.images] == [
        (Sequence.CT1, "CT1_skull_strip.NII.GZ"),
        (Sequence.T1, "t1_skull_strip.nii"),
    ]


def test_files_that_cannot_be_volumes_are_rejected_and_the_others_stay(tmp_path):
    session = tmp_path / "Imaging/Patient-001/week-000-1"
    put_atlas(session)
    put(session / ATLAS / "skull_strip/t1_skull_strip.nii.gz", b"")
    put(session / ATLAS / "skull_strip/t2_skull_strip.nii.gz", b"<!DOCTYPE html><html>404</html>")
    put(session / ATLAS / "segmentation/seg_mask.nii.gz", b"version https://git-lfs.github.com/spec/v1\n")
    corpus = read(tmp_path)
    assert set(reasons(corpus).values()) == {Reason.IMAGE_UNREADABLE}
    assert {rejection.unit for rejection in corpus.rejections} == {"volume", "mask"}
    assert [image.sequence for image in corpus.images] == [Sequence.CT1, Sequence.FLAIR]


def test_a_stated_file_that_is_absent_is_rejected_and_one_that_is_not_stated_is_not(tmp_path):
    put_atlas(tmp_path / "Imaging/Patient-001/week-000-1", ("CT1", "T1"), mask=False)
    put_atlas(tmp_path / "Imaging/Patient-001/week-010", ("CT1", "FLAIR"), mask=False)
    put_completeness(
        tmp_path,
        ("Patient-001", "week-000-1", "x", "X ", "x", "", "x", "x"),
        ("Patient-001", "week-010", "x", "", "x", "", "", "x"),
    )
    corpus = read(tmp_path)
    session = f"Imaging/Patient-001/week-000-1/{ATLAS}"
    assert reasons(corpus) == {
        f"{session}/skull_strip/t2_skull_strip.nii.gz": Reason.IMAGE_MISSING,
        f"{session}/segmentation/seg_mask.nii.gz": Reason.IMAGE_MISSING,
    }
    assert corpus.remarks["datacompleteness says T2, disk has none"] == 1
    assert corpus.remarks["datacompleteness says DeepBraTumIA mask, disk has none"] == 1
    assert corpus.remarks["disk has FLAIR, datacompleteness does not say so"] == 1
    assert corpus.remarks["session without T2 on the atlas grid"] == 2


def test_tables_may_name_sessions_of_which_nothing_was_downloaded(tmp_path):
    put_atlas(tmp_path / "Imaging/Patient-001/week-000-1")
    put_completeness(tmp_path, ("Patient-001", "week-000-1", *"xxxxxx"), ("Patient-002", "week-000-1", *"xxxxxx"))
    put_table(
        tmp_path / "LUMIERE-ExpertRating-v202211.csv",
        ("Patient", "Date", RATING, RATIONALE),
        ("Patient-001", "week-000-1", "Pre-Op", ""),
        ("Patient-001", "week-000-2", "Post-Op", "CRET"),
        ("Patient-001", "", "PD", ""),
        ("Patient-001", "day 3", "PD", ""),
    )
    corpus = read(tmp_path)
    assert reasons(corpus) == {
        "LUMIERE-datacompleteness.csv row 1": Reason.NO_COUNTERPART,
        "LUMIERE-ExpertRating-v202211.csv row 1": Reason.NO_COUNTERPART,
        "LUMIERE-ExpertRating-v202211.csv row 2": Reason.FIELD_EMPTY,
        "LUMIERE-ExpertRating-v202211.csv row 3": Reason.UNKNOWN_VALUE,
    }
    assert [(label.code, label.value) for label in corpus.labels] == [("rano", "pre_op")]


def test_tables_without_any_image_are_read_and_every_row_is_counted_as_without_counterpart(tmp_path):
    put_completeness(tmp_path, ("Patient-001", "week-000-1", *"xxxxxx"))
    put_table(tmp_path / "LUMIERE-ExpertRating.csv", ("Patient", "Date", RATING), ("Patient-001", "week-000-1", "PD"))
    corpus = read(tmp_path)
    assert (corpus.studies, corpus.images, corpus.labels) == ((), (), ())
    assert reasons(corpus) == {
        "LUMIERE-datacompleteness.csv row 0": Reason.NO_COUNTERPART,
        "LUMIERE-ExpertRating.csv row 0": Reason.NO_COUNTERPART,
    }
    assert any("sources.lumiere.images" in remark for remark in corpus.remarks)


def test_sessions_without_a_volume_on_either_grid_are_studies(tmp_path):
    put_atlas(tmp_path / "Imaging/Patient-001/week-000-1", sequences=())
    corpus = read(tmp_path)
    assert (len(corpus.studies), [image.image_type for image in corpus.images]) == (1, [ImageType.SEGMENTATION])
    assert corpus.remarks["session without CT1 on the atlas grid"] == 1


def test_a_folder_with_neither_images_nor_tables_is_an_error(tmp_path):
    put(tmp_path / "notes.txt")
    with pytest.raises(SourceError, match=r"no folders like Patient-001.*notes\.txt.*nor any table.*sources\.lumiere"):
        read(tmp_path)


def test_images_are_read_without_any_table_and_each_absence_is_told(tmp_path):
    put_atlas(tmp_path / "Imaging/Patient-001/week-000-1")
    corpus = read(tmp_path)
    assert len(corpus.images) == 5
    assert corpus.labels == ()
    told = " ".join(corpus.remarks)
    assert all(name in told for name in ("ExpertRating", "Demographics_Pathology", "datacompleteness"))


def test_tables_and_images_may_lie_apart(tmp_path):
    put_atlas(tmp_path / "disk/Patient-001/week-000-1")
    put_table(
        tmp_path / "csv/LUMIERE-ExpertRating-v202211.csv", ("Patient", "Date", RATING), ("Patient-001", "week-000-1", "PD")
    )
    corpus = read_lumiere(SourceFolders(tmp_path / "csv", tmp_path / "disk", tmp_path), Reading())
    assert [label.value for label in corpus.labels] == ["PD"]
    assert corpus.images[0].path.startswith("Patient-001/week-000-1/")


@pytest.mark.parametrize("named", ["Imaging", "Imaging-v202211", "Imaging-v202211/Imaging"])
def test_tables_beside_the_unpacked_archive_are_found_where_that_folder_was_named(tmp_path, named):
    put_atlas(tmp_path / named / "Patient-001/week-000")
    put_table(tmp_path / "LUMIERE-ExpertRating-v202211.csv", ("Patient", "Date", RATING), ("Patient-001", "week-000", "Pre-Op"))
    corpus = read(tmp_path / named)
    assert [(label.code, label.value) for label in corpus.labels if label.code == "rano"] == [("rano", "pre_op")]


def test_tables_beside_a_folder_of_another_name_are_not_taken(tmp_path):
    put_atlas(tmp_path / "scans/Patient-001/week-000")
    put_table(tmp_path / "LUMIERE-ExpertRating.csv", ("Patient", "Date", RATING), ("Patient-001", "week-000", "Pre-Op"))
    assert read(tmp_path / "scans").labels == ()


def test_a_download_without_volumes_on_the_grid_is_told_which_setting_helps(tmp_path):
    put_native(tmp_path / "Imaging/Patient-001/week-000-1")
    with pytest.raises(
        SourceError, match=r"none of the 1 sessions.*atlas grid.*reading\.lumiere\.grid = native, where there are 4"
    ):
        read(tmp_path)


def test_a_packed_archive_and_two_archives_are_told(tmp_path):
    put(tmp_path / "Imaging-v202211.zip", b"PK")
    with pytest.raises(SourceError, match=r"Imaging-v202211\.zip.*unzip.*sources\.lumiere"):
        read(tmp_path)
    for name in ("first", "second"):
        put_atlas(tmp_path / name / "Patient-001/week-000")
    with pytest.raises(SourceError, match=r"2 folders of subjects \(first, second\).*sources\.lumiere\.images"):
        read(tmp_path)


def test_a_link_that_leads_out_of_the_download_is_not_followed(tmp_path):
    put_atlas(tmp_path / "root/Imaging/Patient-001/week-000")
    put(tmp_path / "secret.nii.gz")
    link = tmp_path / "root/Imaging/Patient-001/week-000" / ATLAS / "skull_strip/t1_skull_strip.nii.gz"
    link.unlink()
    link.symlink_to(tmp_path / "secret.nii.gz")
    corpus = read(tmp_path / "root")
    assert list(reasons(corpus).values()) == [Reason.UNSAFE_PATH]


def test_a_replaced_file_gets_another_key(tmp_path):
    session = tmp_path / "Imaging/Patient-001/week-000"
    put_atlas(session)
    before = read(tmp_path).images
    put(session / ATLAS / "skull_strip/t1_skull_strip.nii.gz", gzip.compress(b"another", mtime=0))
    changed = [new.sequence for old, new in zip(before, read(tmp_path).images, strict=True) if old != new]
    assert changed == [Sequence.T1]


def test_a_folder_whose_name_is_no_utf8_is_rejected_by_a_name_that_a_table_can_hold(tmp_path):
    put_atlas(tmp_path / "Imaging/Patient-001/week-000")
    for name in (b"Imaging/fold\xe9r", b"Imaging/Patient-001/week\xe9"):
        (Path(os.fsdecode(bytes(tmp_path) + b"/" + name))).mkdir()
    corpus = read(tmp_path)
    assert {r"Imaging/fold\xe9r", r"Imaging/Patient-001/week\xe9"} <= set(reasons(corpus))
    assert REJECTIONS.to_arrow(corpus.rejections).num_rows == len(corpus.rejections)
