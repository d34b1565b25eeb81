import pytest

from evaluation.benchmark import items_of_type
from evaluation.scores.judging import View
from evaluation.scores.scoring import ScoringError, score_benchmark
from pipelines.tables import SCORES
from pipelines.vocabulary import AnswerType

OPTIONS = {"A": "left", "B": "right"}


def score(items, outputs, **settings):
    return score_benchmark(items, outputs, model="m", benchmark="b", preset="ci_offline", **settings)


def test_released_keys_score_one_as_published_and_in_both_odir_copies(odir):
    closed = items_of_type(odir, AnswerType.CLOSED)
    report = score(closed, {item.key: f"{item.letter}: {item.answer}" for item in closed})
    assert [(row.view, row.value, row.n, row.n_unparsed) for row in report.scores] == [
        ("as_published", 1.0, 300, 0),
        ("corrected", 1.0, 300, 0),
    ]


def test_answering_odir_by_text_is_undecided_in_102_items_as_published_and_right_when_corrected(odir):
    closed = items_of_type(odir, AnswerType.CLOSED)
    published, corrected = score(closed, {item.key: item.answer for item in closed}).scores
    assert (published.value, published.n_unparsed) == (pytest.approx(198 / 300), 102)
    assert (corrected.value, corrected.n_unparsed) == (1.0, 0)


def test_the_other_copy_of_a_repeated_key_is_wrong_as_published_only(odir):
    def other_copy(item):
        return next(one for one, text in item.options.items() if text == item.answer and one != item.letter)

    closed = [item for item in items_of_type(odir, AnswerType.CLOSED) if len(set(item.options.values())) < len(item.options)]
    published, corrected = score(closed, {item.key: other_copy(item) for item in closed}).scores
    assert (published.value, corrected.value, published.n) == (0.0, 1.0, 102)


def test_two_rad_items_whose_reference_is_no_option_are_left_out_and_counted(rad):
    closed = items_of_type(rad, AnswerType.CLOSED)
    report = score(closed, {item.key: item.letter or "" for item in closed})
    assert [(row.view, row.n) for row in report.scores] == [("as_published", 293), ("corrected", 291)]
    assert report.exclusions == {"reference_not_an_option": 2}
    assert report.rules == {"whole": 293}


def test_an_undecided_answer_is_wrong_and_counted_apart(make_item):
    items = [make_item("a", options=OPTIONS, letter="A"), make_item("b", options=OPTIONS, letter="B")]
    report = score(items, {"a": "A", "b": "A or B"})
    assert report.scores[0].value == 0.5 and report.scores[0].n_unparsed == 1
    assert report.rules == {"whole": 1, "undecided": 1}


def test_missing_predictions_are_an_error_that_counts_and_names_them(make_item):
    items = [make_item(key, options=OPTIONS, letter="A") for key in ("r1", "r2", "r3")]
    with pytest.raises(ScoringError, match=r"2 of 3 items have no prediction: r2, r3.*--allow-missing"):
        score(items, {"r1": "A"})


def test_allowed_missing_predictions_count_as_wrong_and_n_stays(make_item):
    items = [make_item(key, options=OPTIONS, letter="A") for key in ("r1", "r2", "r3", "r4")]
    report = score(items, {"r1": "A"}, allow_missing=True)
    assert (report.scores[0].value, report.scores[0].n, report.n_missing) == (0.25, 4, 3)


def test_open_rows_hold_the_three_components_and_their_mean(make_item, minilm):
    items = [make_item("a", answer="the left lung is clear"), make_item("b", answer="both kidneys are normal", position=1)]
    (row,) = score(items, {"a": "the left lung is clear", "b": ""}).scores
    assert row.answer_type is AnswerType.OPEN and row.metric == "ci_offline" and row.view == "as_published"
    assert row.value == pytest.approx(0.5, abs=1e-5)
    assert row.bert_recall == pytest.approx(0.5, abs=1e-5) and row.bleu == pytest.approx(0.5) and row.rouge_l_recall == 0.5
    assert (row.n, row.n_unparsed, row.length_ratio) == (2, 1, 0.5)
    assert row.low is None and row.cluster_low is None and row.n_clusters == 2


def test_results_follow_the_order_of_the_items(make_item, minilm):
    items = [make_item("o", answer="clear lung"), make_item("c", options=OPTIONS, letter="B"), make_item("p", answer="mass")]
    report = score(items, {"o": "clear", "c": "B", "p": "a mass"})
    assert [result.key for result in report.results] == ["o", "c", "p"]
    assert [row.answer_type for row in report.scores] == [AnswerType.CLOSED, AnswerType.CLOSED, AnswerType.OPEN]


def test_a_benchmark_of_unjudgeable_items_has_no_corrected_value(make_item):
    rows = score([make_item("a", options=OPTIONS, letter="D", answer="gone")], {"a": "A"}).scores
    assert [(row.view, row.value, row.n) for row in rows] == [(View.AS_PUBLISHED, 0.0, 1), (View.CORRECTED, None, 0)]


def test_no_items_give_no_rows():
    assert score([], {}).scores == ()


def test_rows_fit_the_declared_table(make_item, minilm):
    items = [make_item("a", options=OPTIONS, letter="A"), make_item("o", answer="mass")]
    table = SCORES.to_arrow(score(items, {"a": "A", "o": "mass"}).scores)
    assert table.num_rows == 3 and SCORES.repeated_keys(table) == []


def test_equal_seeds_give_equal_rows_and_the_protocol_says_the_seed(rad):
    closed = items_of_type(rad, AnswerType.CLOSED)
    outputs = {item.key: "A" for item in closed}
    assert score(closed, outputs, seed=1).scores == score(closed, outputs, seed=1).scores
    assert score(closed, outputs, seed=1).scores[0].cluster_low != score(closed, outputs, seed=3).scores[0].cluster_low
    assert "seed 1" in score(closed, outputs, seed=1).scores[0].protocol
