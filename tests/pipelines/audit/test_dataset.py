"""Our own data set's Parquet, against itself, against its export and against a release of the same source."""

from dataclasses import replace
from pathlib import Path

from pipelines.audit.audit import audit_files
from pipelines.audit.image_paths import locate_image
from pipelines.keys import mint_id
from pipelines.records import DatasetRecord, Turn
from pipelines.sources.lumiere.sessions import mint_subject
from pipelines.storage import write_table
from pipelines.tables import INSTRUCTIONS
from pipelines.terms_of_use import DataClass
from pipelines.vocabulary import Ability, AnswerType, Origin, Role, Split, SubTask


def row(number: int, subject: str, unit: str = "unit") -> DatasetRecord:
    images = tuple(f"rendered/odir/image-{number:019d}{side}.png" for side in "01")
    return DatasetRecord(
        id=f"record-{number}",
        images=images,
        conversation=(Turn(Role.USER, "<image><image>Same?\nA: Yes\nB: No\n"), Turn(Role.ASSISTANT, "A: Yes")),
        source="odir_same_diagnosis_closed",
        record_id=f"record-{number}",
        digest="d",
        split=Split.TRAIN,
        ability=Ability.COMPARISON,
        subtask=SubTask.SAME_DIAGNOSIS,
        answer_type=AnswerType.CLOSED,
        origin=Origin.INHERENT,
        unit_id=unit,
        subject_ids=(subject, subject),
        image_ids=("i1", "i2"),
        answer_class="yes",
        evidence=(),
        data_class=DataClass.OPEN,
        is_synthetic=True,
    )


def write(path: Path, *rows: DatasetRecord) -> Path:
    write_table(str(path), INSTRUCTIONS.to_arrow(rows))
    return path


def test_subjects_units_and_ability_of_our_rows_are_taken_as_they_stand(tmp_path: Path):
    train = write(tmp_path / "t.parquet", row(1, "subject-a"), row(2, "subject-b"))
    benchmark = write(tmp_path / "b.parquet", row(3, "subject-b"), row(4, "subject-c"))
    report = audit_files([benchmark], [train])
    assert (report.overlap.subjects, report.overlap.total.sharing_a_subject, report.overlap.images) == (1, 1, 0)
    assert report.overlap.total.unknown_subject == 0
    assert [shared.name for shared in report.overlap.by_ability] == ["comparison"]
    assert (report.units[0].questions, report.units[0].units) == (2, 1)


def test_our_subject_is_known_again_in_a_release_by_its_path(tmp_path: Path, desk, make):
    ours = write(tmp_path / "t.parquet", row(1, mint_id("subject", "odir", "12")))
    benchmark = desk.write([make(images=("Training Images/12_left.jpg", "Training Images/12_right.jpg"))])
    report = audit_files([benchmark], [ours])
    assert (report.overlap.subjects, report.overlap.total.sharing_a_subject) == (1, 1)
    assert report.overlap.examples[0][0] == "odir:12"
    assert any("rendered images" in note for note in report.notes)


def test_names_that_paths_tell_are_those_that_our_subjects_are_minted_from():
    assert mint_subject(7) == mint_id("subject", "lumiere", str(locate_image("Patient-007/x.png").subject).partition(":")[2])


def test_the_json_export_of_our_data_set_takes_its_subjects_from_the_parquet(tmp_path: Path, desk, make):
    stored = row(1, "subject-a")
    exported = desk.write([make(images=stored.images, id="e")])
    report = audit_files([exported], [write(tmp_path / "t.parquet", stored)])
    assert (report.overlap.subjects, report.overlap.images, report.overlap.total.unknown_subject) == (1, 2, 0)


def test_groups_of_several_subjects_share_each_of_them(tmp_path: Path):
    train = write(tmp_path / "t.parquet", replace(row(1, "x"), subject_ids=("subject-a", "subject-b")))
    benchmark = write(tmp_path / "b.parquet", replace(row(2, "x"), subject_ids=("subject-b", "subject-c")))
    assert audit_files([benchmark], [train]).overlap.subjects == 1
