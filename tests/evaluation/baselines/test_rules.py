import pytest

from evaluation.baselines.rules import (
    Baseline,
    BaselineError,
    measure_chance,
    measure_closed_baselines,
    predict_baseline,
    score_chance,
)
from evaluation.baselines.text_only import TextOnlyError, assign_folds, predict_text_only
from evaluation.benchmark import items_of_type
from evaluation.scores.scoring import score_benchmark
from pipelines.vocabulary import AnswerType

OPTIONS = {"A": "left", "B": "right"}


def test_released_rad_baselines_are_those_published(rad):
    rows = measure_closed_baselines(rad)
    assert list(rows) == ["chance", "majority_letter", "longest_option", "text_only"]
    assert (rows["longest_option"].correct, rows["longest_option"].n) == (208, 293)
    assert rows["majority_letter"].correct == 129
    assert rows["chance"].accuracy == pytest.approx(1 / 3)
    assert 0.66 < (rows["text_only"].accuracy or 0) < 0.76  # 70.7 and 71.7 were measured with other folds


def test_released_odir_baselines_are_those_published(odir):
    rows = measure_closed_baselines(odir)
    assert 100 * (rows["chance"].accuracy or 0) == pytest.approx(25.2, abs=0.05)
    assert rows["majority_letter"].correct == 75
    assert 100 * (rows["longest_option"].accuracy or 0) == pytest.approx(40.5, abs=0.3)
    assert 0.53 < (rows["text_only"].accuracy or 0) < 0.65


def test_a_row_as_json_has_exactly_the_documented_keys(rad):
    row = measure_chance(items_of_type(rad, AnswerType.CLOSED)).as_json()
    assert list(row) == ["correct", "n", "accuracy", "low", "high"]


def test_longest_option_takes_the_first_on_ties(make_item):
    item = make_item("r", options={"B": "four", "A": "five", "C": "six"}, letter="A")
    assert predict_baseline(Baseline.LONGEST_OPTION, [item]) == {"r": "B"}


def test_baselines_go_through_the_same_scorer_as_models(rad):
    closed = items_of_type(rad, AnswerType.CLOSED)
    outputs = predict_baseline(Baseline.LONGEST_OPTION, rad)
    row = score_benchmark(closed, outputs, model="longest_option", benchmark="rad").scores[0]
    assert row.value == pytest.approx(208 / 293)


def test_no_item_keeps_its_own_reference_and_each_is_used_once(rad):
    open_items = items_of_type(rad, AnswerType.OPEN)
    tagged = [
        type(item)(**{name: getattr(item, name) for name in item.__slots__} | {"answer": item.key}) for item in open_items
    ]
    for seed in range(20):
        outputs = predict_baseline(Baseline.SHUFFLED_REFERENCE, tagged, seed)
        assert all(key != source for key, source in outputs.items())
        assert sorted(outputs.values()) == sorted(outputs)


def test_equal_seeds_exchange_equally(rad):
    first, second, third = (predict_baseline(Baseline.SHUFFLED_REFERENCE, rad, seed) for seed in (1, 1, 2))
    assert first == second != third


def test_one_open_item_has_nobody_to_exchange_with(make_item):
    with pytest.raises(BaselineError, match="at least two"):
        predict_baseline(Baseline.SHUFFLED_REFERENCE, [make_item("a", answer="x")])


def test_no_unit_is_learned_from_and_answered(rad):
    closed = items_of_type(rad, AnswerType.CLOSED)
    folds = assign_folds(closed, seed=3)
    assert set(folds) == {item.unit for item in closed}
    sizes = [list(folds.values()).count(fold) for fold in range(5)]
    assert max(sizes) - min(sizes) <= 1
    assert folds == assign_folds(closed[::-1], seed=3) != assign_folds(closed, seed=4)


def test_copies_of_an_item_in_its_own_unit_teach_the_classifier_nothing(make_item):
    # Each unit keys its own nonsense word. Learned from within the unit this is 100 %; across units there is nothing to learn.
    items = []
    for unit in range(30):
        options = {"A": f"word{unit}x", "B": f"word{unit}y"}
        letter = "AB"[unit * 7 % 3 % 2]
        items += [make_item(f"{unit}-{copy}", options=options, letter=letter, unit=str(unit)) for copy in range(4)]
    outputs = predict_text_only(items, seed=1)
    assert sum(outputs[item.key] == item.letter for item in items) / len(items) < 0.8


def test_a_word_that_marks_the_key_in_every_unit_is_found(make_item):
    items = [
        make_item(
            f"r{n}", options={"A": "stable", "B": "worse"} if n % 2 else {"A": "worse", "B": "stable"}, letter="AB"[1 - n % 2]
        )
        for n in range(20)
    ]
    outputs = predict_text_only(items, seed=1)
    assert all(outputs[item.key] == item.letter for item in items)


def test_text_only_is_the_same_for_the_same_seed(rad):
    closed = items_of_type(rad, AnswerType.CLOSED)
    assert predict_text_only(closed, seed=1) == predict_text_only(closed, seed=1)


def test_fewer_units_than_folds_still_give_every_item_an_answer(make_item):
    items = [make_item(f"r{n}", options=OPTIONS, letter="A", unit=str(n % 2)) for n in range(4)]
    assert set(predict_text_only(items, seed=1)) == {item.key for item in items}


def test_one_unit_and_one_class_are_told_and_not_a_crash(make_item):
    single = [make_item("a", options=OPTIONS, letter="A", unit="u"), make_item("b", options=OPTIONS, letter="B", unit="u")]
    with pytest.raises(TextOnlyError, match="1 independent unit"):
        predict_text_only(single, seed=1)
    row = measure_closed_baselines(single)["text_only"]
    assert (row.correct, row.n) == (None, 2) and "1 independent unit" in (row.reason or "")
    unkeyed = [make_item(key, options=OPTIONS, letter=None) for key in "ab"]
    rows = measure_closed_baselines(unkeyed)
    assert "nothing to tell apart" in (rows["text_only"].reason or "") and "no closed item" in (
        rows["majority_letter"].reason or ""
    )


def test_an_open_benchmark_has_no_closed_baselines(make_item):
    rows = measure_closed_baselines([make_item("a", answer="x")])
    assert all(row.reason == "no closed items" and row.n == 0 for row in rows.values())
    assert score_chance([make_item("a", answer="x")], "b") == []


def test_chance_knows_that_a_repeated_key_is_right_twice_when_corrected(make_item):
    item = make_item("r", options={"A": "x", "B": "y", "C": "x", "D": "z"}, letter="A")
    published, corrected = score_chance([item], "b")
    assert (published.value, corrected.value) == (0.25, 0.5)
