import csv

import pytest

from pipelines.reasons import Reason
from pipelines.sources.corpus import SourceError
from pipelines.sources.lumiere.ratings import RATINGS, read_ratings, split_rating
from pipelines.sources.lumiere.sessions import SessionKey
from pipelines.sources.row_problem import RowProblem
from pipelines.vocabulary import LabelTarget

RATING = (
    "Rating (according to RANO, PD: Progressive disease, SD: Stable disease, PR: Partial response, CR: Complete response, "
    "Pre-Op: Pre-Operative, Post-Op: Post-Operative)"
)
RATIONALE = (
    "Rating rationale (CRET: complete resection of the enhancing tumor, PRET: partial resection of the enhancing tumor, "
    "T2-Progr.: T2-Progression, L: Lesion)"
)
HEADER = ("Patient", "Date", "LessThan3Months", "NonMeasurableLesions", RATING, RATIONALE)
KEYS = [SessionKey(1, week, 0) for week in range(5)]


@pytest.fixture
def rate(tmp_path):
    def write(*rows, header=HEADER):
        """Rows are (session, less than 3 months, non-measurable, rating, rationale)."""
        with (tmp_path / "LUMIERE-ExpertRating-v202211.csv").open("w", newline="", encoding="utf-8-sig") as sink:
            csv.writer(sink).writerows([header, *(("Patient-001", *row) for row in rows)])
        return read_ratings(tmp_path, KEYS)

    return write


def facts(corpus):
    return [(label.code, label.value) for label in corpus.labels]


@pytest.mark.parametrize(("spelling", "value"), RATINGS.items())
def test_every_rating_of_the_release_has_a_value_in_any_case(spelling, value):
    assert split_rating(spelling) == split_rating(f" {spelling.upper()} ") == (value,)


@pytest.mark.parametrize("text", ["", " ", "None", "na", "Operation"])
def test_what_says_that_nothing_was_rated_gives_no_label(text):
    assert split_rating(text) == ()


@pytest.mark.parametrize("text", ["Pseudo", "PD?", "Post-Op/", "PD/XX", "PDSD"])
def test_an_unknown_rating_is_no_guess(text):
    with pytest.raises(RowProblem, match="unknown_value"):
        split_rating(text)


def test_a_progression_that_was_operated_is_both(rate):
    corpus = rate(("week-000", "", "", "Post-Op/PD", "PRET"))
    assert facts(corpus) == [("rano", "post_op"), ("rano", "PD"), ("resection", "partial")]
    assert corpus.remarks["rating 'Post-Op/PD': taken as post_op and PD"] == 1


def test_outer_spaces_are_taken_off_and_told(rate):
    corpus = rate(("week-000", "", "", "Post-Op ", "CRET"))
    assert facts(corpus) == [("rano", "post_op"), ("resection", "complete")]
    assert corpus.remarks["rating 'Post-Op ': outer spaces taken off"] == 1


def test_labels_are_of_the_study_and_carry_where_they_come_from(rate):
    corpus = rate(
        ("week-003", "x", "x", "SD", "less than 3 months"), ("week-001", "", "", "PD", "T2-Progr., less than 3 months")
    )
    assert {label.target for label in corpus.labels} == {LabelTarget.STUDY}
    assert [(label.code, label.value, label.quality) for label in corpus.labels] == [
        ("rano", "PD", None),
        ("less_than_3_months", "yes", "rationale"),
        ("t2_progression", "yes", "rationale"),
        ("rano", "SD", None),
        ("less_than_3_months", "yes", None),
        ("non_measurable_lesions", "yes", None),
    ]
    assert [label.study_id for label in corpus.labels] == [KEYS[1].study_id] * 3 + [KEYS[3].study_id] * 3


@pytest.mark.parametrize(
    ("rationale", "extent"),
    [("CRET", "complete"), ("2nd surgery, pret of L2", "partial"), ("SECRETION", None), ("interpretation", None), ("", None)],
)
def test_the_extent_of_resection_is_a_word_of_the_rationale(rate, rationale, extent):
    corpus = rate(("week-000", "", "", "Post-Op", rationale))
    assert dict(facts(corpus)).get("resection") == extent


def test_two_extents_in_one_rationale_are_no_extent(rate):
    corpus = rate(("week-000", "", "", "Post-Op", "CRET frontal, PRET temporal"))
    assert facts(corpus) == [("rano", "post_op")]
    assert corpus.remarks["rationale names CRET and PRET: no extent of resection"] == 1


def test_free_text_of_the_rationale_is_in_no_label_and_no_remark(rate):
    corpus = rate(("week-000", "", "", "PD", "Target L.: 12mm x 20mm, secretmycin, T2-Progr."))
    assert "secretmycin" not in repr(corpus)
    assert facts(corpus) == [("rano", "PD"), ("t2_progression", "yes")]


def test_rows_that_repeat_are_rejected_and_rows_that_disagree_are_all_rejected(rate):
    corpus = rate(
        ("week-000", "", "", "PD", ""),
        ("week-000", "", "", "PD", ""),
        ("week-001", "", "", "PD", ""),
        ("week-001", "", "", "SD", ""),
        ("week-002", "", "", "SD", ""),
    )
    assert sorted(rejection.item.split()[-1] for rejection in corpus.rejections) == ["1", "2", "3"]
    assert {rejection.reason for rejection in corpus.rejections} == {Reason.DUPLICATE_KEY}
    assert facts(corpus) == [("rano", "PD"), ("rano", "SD")]
    assert (corpus.found, corpus.used) == ({"rating row": 5}, {"rating row": 2})


def test_marks_other_than_x_are_told_and_not_read(rate):
    corpus = rate(("week-000", "yes", " X", "PD", ""))
    assert facts(corpus) == [("rano", "PD"), ("non_measurable_lesions", "yes")]
    assert corpus.remarks["LessThan3Months 'yes': neither x nor empty, not read"] == 1


def test_the_column_of_sessions_may_be_called_timepoint_and_optional_columns_may_lack(rate):
    corpus = rate(("week-000", "PD"), header=("Patient", "Timepoint", RATING))
    assert facts(corpus) == [("rano", "PD")]


def test_a_table_without_ratings_is_told(rate):
    with pytest.raises(SourceError, match=r"ExpertRating.*lacks the column Rating \("):
        rate(("week-000", "x"), header=("Patient", "Date", "LessThan3Months"))
