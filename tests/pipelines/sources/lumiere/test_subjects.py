import csv

import pytest

from pipelines.reasons import Reason
from pipelines.sources.lumiere.sessions import mint_subject
from pipelines.sources.lumiere.subjects import classify_idh, read_subjects
from pipelines.vocabulary import LabelTarget

HEADER = (
    "Patient",
    "Survival time (weeks)",
    "Sex",
    "Age at surgery (years)",
    "IDH (WT: wild type)",
    "IDH method",
    "MGMT qualitative",
    "MGMT quantitative",
)


@pytest.fixture
def describe(tmp_path):
    def write(*rows):
        with (tmp_path / "LUMIERE-Demographics_Pathology.csv").open("w", newline="", encoding="utf-8") as sink:
            csv.writer(sink).writerows([HEADER, *rows])
        return read_subjects(tmp_path, range(1, 10))

    return write


def test_what_is_known_of_a_subject_is_a_label_of_the_subject(describe):
    corpus = describe(("Patient-007", "55.50", "male", "61", "WT", "IHC", "not methylated", "0.00%"))
    assert {(label.subject_id, label.study_id, label.target) for label in corpus.labels} == {
        (mint_subject(7), None, LabelTarget.SUBJECT)
    }
    assert {label.code: label.value for label in corpus.labels} == {
        "sex": "male",
        "age_at_surgery_years": "61",
        "survival_weeks": "55.5",
        "idh": "wild_type",
        "mgmt": "not_methylated",
    }


@pytest.mark.parametrize("spelling", ["na", "n/a", "NA", "N-A", "", " na "])
def test_every_spelling_of_no_value_gives_no_label_and_is_counted(describe, spelling):
    corpus = describe(("Patient-001", spelling, "female", spelling, spelling, spelling, spelling, spelling))
    assert [(label.code, label.value) for label in corpus.labels] == [("sex", "female")]
    assert corpus.remarks == {
        f"{code}: no value for the subject": 1 for code in ("age_at_surgery_years", "idh", "mgmt", "survival_weeks")
    }


@pytest.mark.parametrize(
    ("text", "value"),
    [("WT", "wild_type"), ("wild type", "wild_type"), ("R132H mut", "mutant"), ("mutated", "mutant"), ("not mutated", None)],
)
def test_idh_is_told_from_the_words_that_the_source_uses(text, value):
    assert classify_idh(text) == value


def test_values_that_are_not_understood_are_told_and_the_rest_of_the_row_stays(describe):
    corpus = describe(("Patient-001", "many", "?", "-3", "inf", "IHC", "perhaps", "5%"))
    assert corpus.labels == ()
    assert corpus.remarks["survival_weeks 'many': not understood, no label"] == 1
    assert len(corpus.remarks) == 5
    assert corpus.used == {"demographics row": 1}


def test_an_age_that_nobody_reaches_is_told_and_no_label(describe):
    corpus = describe(
        ("Patient-001", "200", "male", "200", "WT", "na", "na", "na"), ("Patient-002", *["na"] * 2, "120", *["na"] * 4)
    )
    assert [label.value for label in corpus.labels if label.code == "age_at_surgery_years"] == ["120"]
    assert [label.value for label in corpus.labels if label.code == "survival_weeks"] == ["200"]
    assert corpus.remarks["age_at_surgery_years '200': not understood, no label"] == 1


def test_rows_of_absent_or_repeated_or_unknown_subjects_are_rejected(describe):
    row = ("50", "male", "61", "WT", "IHC", "methylated", "9%")
    corpus = describe(("Patient-001", *row), ("Patient-001", *row), ("Patient-050", *row), ("", *row), ("John", *row))
    assert [rejection.reason for rejection in corpus.rejections] == [
        Reason.DUPLICATE_KEY,
        Reason.NO_COUNTERPART,
        Reason.FIELD_EMPTY,
        Reason.UNKNOWN_VALUE,
    ]
    assert corpus.found == {"demographics row": 5}
