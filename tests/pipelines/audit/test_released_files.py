"""The two released files at hand: figures that were counted by other means (counts only, no text)."""

from pathlib import Path

import pytest

from pipelines.audit.audit import audit_files
from pipelines.audit.kinds import Kind, Severity, Side
from pipelines.audit.report import AuditReport, as_json


@pytest.fixture(scope="module")
def odir(med_mim_root: Path) -> AuditReport:
    return audit_files([med_mim_root / "Med_MIM_benchmark_Held_out_ODIR.json"], [])


@pytest.fixture(scope="module")
def rad(med_mim_root: Path) -> AuditReport:
    return audit_files([med_mim_root / "Med_MIM_benchmark_Held_out_RAD.json"], [])


def defects_of(report: AuditReport) -> dict[str, int]:
    return {kind.kind.value: kind.count for kind in report.kinds if kind.severity is Severity.DEFECT and kind.count}


def test_odir_has_102_doubled_options_one_letter_gap_and_36_stray_quotes_and_no_other_defect(odir: AuditReport):
    assert defects_of(odir) == {"duplicate_options": 102, "letter_gap": 1, "stray_quote": 36}
    assert (odir.records, odir.closed_questions, odir.open_questions) == (600, 300, 300)


def test_every_doubled_option_of_odir_is_the_keyed_one(odir: AuditReport):
    doubled = next(kind for kind in odir.kinds if kind.kind is Kind.DUPLICATE_OPTIONS)
    assert dict(doubled.variants) == {"of the keyed text": 102}


def test_rad_has_11_repeated_images_two_keys_of_other_text_and_12_stray_quotes_and_no_other_defect(rad: AuditReport):
    assert defects_of(rad) == {"repeated_image": 11, "key_not_in_options": 2, "stray_quote": 12}
    key = next(kind for kind in rad.kinds if kind.kind is Kind.KEY_NOT_IN_OPTIONS)
    assert dict(key.variants) == {"text differs": 2}
    assert [example.record for example in key.examples] == [119, 355]
    assert (rad.records, rad.closed_questions, rad.open_questions) == (366, 293, 73)


def test_79_records_of_rad_never_use_the_third_image(rad: AuditReport):
    left_out = next(kind for kind in rad.kinds if kind.kind is Kind.IMAGE_NOT_ASKED_ABOUT)
    assert dict(left_out.variants)["image 3 of 3"] == 79


def test_the_longest_option_is_right_in_208_of_293_and_in_122_of_300(rad: AuditReport, odir: AuditReport):
    (row,) = rad.priors.longest_option
    assert (row.correct, row.n) == (208, 293)
    assert (round(row.low, 3), round(row.high, 3), round(row.chance, 3)) == (0.655, 0.759, 0.333)
    (row,) = odir.priors.longest_option
    assert (row.correct, row.n) == (122, 300)


def test_letters_of_rad_are_skewed_and_those_of_odir_are_not(rad: AuditReport, odir: AuditReport):
    (row,) = rad.priors.letters
    assert row.counts == (129, 47, 117) and row.p_value is not None
    assert round(row.chi_square, 1) == 40.2 and 1e-9 < row.p_value < 3e-9
    four = next(row for row in odir.priors.letters if row.n_options == 4)
    assert four.p_value is not None and four.p_value > 0.9


def test_glaucoma_is_offered_35_times_in_odir_and_never_right(odir: AuditReport):
    (row,) = odir.priors.never_correct
    assert row.examples[0] == ("glaucoma", 35)


def test_every_subject_is_read_and_odir_has_one_question_per_subject(odir: AuditReport, rad: AuditReport):
    assert odir.overlap.total.unknown_subject == rad.overlap.total.unknown_subject == 0
    assert [(unit.questions, unit.units, unit.subjects) for unit in odir.units] == [(300, 300, 300)] * 2


def test_rad_against_odir_shares_nothing_and_a_file_against_itself_everything(med_mim_root: Path):
    rad, odir = (med_mim_root / f"Med_MIM_benchmark_Held_out_{name}.json" for name in ("RAD", "ODIR"))
    assert audit_files([rad], [odir]).overlap.subjects == 0
    own = audit_files([odir], [odir])
    overlap = as_json(own)["overlap"]
    assert (overlap["subjects"], overlap["images"], overlap["image_groups"]) == (600, 1200, 600)
    assert overlap["benchmark_records_sharing_a_subject"] == overlap["benchmark_records_sharing_an_image_group"] == 600
    duplicate = next(kind for kind in own.kinds if kind.kind is Kind.DUPLICATE_RECORD)
    assert dict(duplicate.by_side) == {Side.BENCHMARK: 0, Side.TRAIN: 600}
