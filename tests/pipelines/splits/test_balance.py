import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2_contingency, fisher_exact

from pipelines.records import SubjectSplit
from pipelines.splits.balance import MAX_VALUES, compare_splits, tabulate_balance
from pipelines.splits.draw import split_subjects
from pipelines.vocabulary import LabelTarget, Source, Split


def tabulate_labels(rows):
    names = ("subject_id", "target", "code", "value")
    columns = list(zip(*rows, strict=True)) or [(), (), (), ()]
    return pa.table({name: pa.array(column, pa.string()) for name, column in zip(names, columns, strict=True)})


def put(**splits):
    """Put the first subjects into the first split named, the next into the next."""
    rows, number = [], 0
    for name, count in splits.items():
        for _ in range(count):
            subject = f"s{number:04}"
            rows.append(SubjectSplit(Source.ODIR, subject, Split(name), 1, Split(name), subject))
            number += 1
    return rows


def test_shares_and_the_chi_square_test_are_those_of_the_counts():
    splits = put(train=60, held_out=40)
    labels = [(row.subject_id, "eye", "keyword", "drusen" if number % 3 else "none") for number, row in enumerate(splits)]
    drusen, none = compare_splits(tabulate_labels(labels), splits)
    assert (drusen.target, drusen.code, drusen.value, none.value) == (LabelTarget.EYE, "keyword", "drusen", "none")
    assert drusen.n_with_value == {Split.TRAIN: 40, Split.HELD_OUT: 26} and drusen.n_subjects == {
        Split.TRAIN: 60,
        Split.HELD_OUT: 40,
    }
    assert drusen.share(Split.TRAIN) == pytest.approx(2 / 3)
    assert drusen.p_value == pytest.approx(chi2_contingency([[40, 26], [20, 14]], correction=False).pvalue)
    assert drusen.is_balanced


def test_small_counts_are_tested_exactly():
    splits = put(train=20, held_in=6)
    labels = [(row.subject_id, "study", "finding", "yes") for row in splits[:2] + splits[22:]]
    (row,) = compare_splits(tabulate_labels(labels), splits)
    assert row.n_with_value == {Split.TRAIN: 2, Split.HELD_IN: 4}
    assert row.p_value == pytest.approx(fisher_exact([[2, 4], [18, 2]]).pvalue)


def test_of_three_splits_with_small_counts_the_oddest_one_is_told_and_corrected_for():
    splits = put(train=20, held_in=6, held_out=4)
    labels = [(row.subject_id, "study", "finding", "yes") for row in splits[20:26]]
    (row,) = compare_splits(tabulate_labels(labels), splits)
    assert row.p_value == pytest.approx(3 * fisher_exact([[6, 0], [0, 24]]).pvalue)
    assert not row.is_balanced


def test_a_difference_that_chance_does_not_explain_is_told():
    splits = put(train=200, held_out=200)
    labels = [(row.subject_id, "breast", "asses", "S") for row in splits[:60]]
    labels += [(row.subject_id, "breast", "density", "2") for row in splits[::3]]
    balance = {row.code: row.is_balanced for row in compare_splits(tabulate_labels(labels), splits)}
    assert balance == {"asses": False, "density": True}


def test_a_subject_counts_once_however_many_images_and_studies_say_so():
    splits = put(train=30, held_out=30)
    labels = [(row.subject_id, "study", "finding", value) for row in splits for value in ("yes", "no")]
    many = labels + [(splits[0].subject_id, "study", "finding", "yes")] * 500
    assert compare_splits(tabulate_labels(many), splits) == compare_splits(tabulate_labels(labels), splits)


def test_codes_of_many_values_are_no_closed_domain_and_targets_are_kept_apart():
    splits = put(train=20, held_out=20)
    labels = [(row.subject_id, "study", "age", str(number)) for number, row in enumerate(splits[: MAX_VALUES + 1])]
    labels += [(row.subject_id, "subject", "age", str(number)) for number, row in enumerate(splits[:MAX_VALUES])]
    rows = compare_splits(tabulate_labels(labels), splits)
    assert len(rows) == MAX_VALUES and {row.target for row in rows} == {LabelTarget.SUBJECT}


def test_what_everyone_has_is_balanced():
    splits = put(train=3, held_out=3)
    (row,) = compare_splits(tabulate_labels([(one.subject_id, "study", "code", "only") for one in splits]), splits)
    assert row.p_value == row.adjusted_p_value == 1


def test_labels_of_subjects_without_a_split_are_left_out():
    splits = put(train=3, held_out=3)
    assert compare_splits(tabulate_labels([("stranger", "study", "code", "only")]), splits) == []


@pytest.mark.parametrize("splits", [[], put(held_out=50)])
def test_one_split_alone_is_compared_with_nothing(splits):
    labels = tabulate_labels([(row.subject_id, "study", "code", "yes") for row in splits])
    assert compare_splits(labels, splits) == []
    assert tabulate_balance([]).startswith("Fewer than two splits")


@settings(deadline=None, max_examples=30)
@given(st.lists(st.tuples(st.integers(0, 40), st.sampled_from("ab"), st.sampled_from("xyz")), max_size=200))
def test_adjusted_p_values_follow_holm(drawn):
    splits = put(train=25, held_in=16)
    labels = tabulate_labels([(f"s{number:04}", "study", code, value) for number, code, value in drawn])
    rows = sorted(compare_splits(labels, splits), key=lambda row: row.p_value)
    assert rows == sorted(rows, key=lambda row: row.adjusted_p_value)
    for step, row in enumerate(rows):
        assert row.adjusted_p_value == pytest.approx(
            min(1, max((len(rows) - before) * rows[before].p_value for before in range(step + 1)))
        )


def test_draws_by_hash_are_balanced():
    subjects = [f"subject-{number}" for number in range(3000)]
    splits = split_subjects(Source.EMBED, subjects, {Split.TRAIN: 0.9, Split.HELD_IN: 0.1}, 20250519)
    labels = [(subject, "breast", "asses", "ANBPSMK"[number % 7]) for number, subject in enumerate(subjects)]
    rows = compare_splits(tabulate_labels(labels), splits)
    assert len(rows) == 7 and all(row.is_balanced for row in rows)


def test_the_table_shows_the_oddest_first_and_is_whole():
    splits = put(train=200, held_out=200)
    labels = [(row.subject_id, "breast", "asses", "S|x") for row in splits[:60]]
    labels += [(row.subject_id, "breast", "density", "2") for row in splits[::3]]
    header, _, first, second = tabulate_balance(compare_splits(tabulate_labels(labels), splits)).splitlines()
    assert header == "| label | value | train (of 200) | held_out (of 200) | p | p adjusted | balanced |"
    assert first.startswith("| breast asses | S/x | 60 (30.0 %) | 0 (0.0 %) |") and first.endswith("| NO |")
    assert second.endswith("| yes |") and first.count("|") == second.count("|") == header.count("|")
