import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.baselines.rules import predict_longest_option
from evaluation.benchmark import items_of_type
from evaluation.comparisons.judged import JudgedError
from evaluation.conditions.pose import pose_items
from evaluation.controls.consistency import measure_consistency, measure_distance
from evaluation.intervals import cluster_bootstrap
from evaluation.scores.judging import View, judge_closed
from pipelines.score_records import Condition
from pipelines.vocabulary import AnswerType
from tests.evaluation.made_answers import LETTERS, judge

PERMUTED, SWAPPED = Condition.PERMUTED_OPTIONS, Condition.SWAPPED_ORDER


def answer_shifts(key, choose, *, keyed=0, n_options=4, unit=None, model="m"):
    """Every variant of one item; `choose(shift)` is the printed place that the model names, None where it names none."""
    rows = []
    for shift in range(n_options):
        place = choose(shift)
        published = None if place is None else (place - shift) % n_options
        rows.append(
            judge(
                model,
                key,
                published == keyed,
                unit=unit,
                condition=PERMUTED if shift else Condition.SIGHTED,
                variant=str(shift) if shift else "",
                meant=None if published is None else LETTERS[published],
                place=place,
                keyed_place=(keyed + shift) % n_options,
                n_options=n_options,
            )
        )
    return rows


def follow_text(published, n_options=4):
    return lambda shift: (published + shift) % n_options


def measure(*answers):
    return measure_consistency([answer for some in answers for answer in some], seed=5, draws=300)


def test_a_model_that_follows_the_text_is_consistent_and_has_no_position_bias():
    (row,) = measure(*(answer_shifts(f"r{at}", follow_text(0 if at < 9 else 1)) for at in range(12)))
    assert (row.n, row.n_clusters, row.consistent, row.high) == (12, 12, 1.0, 1.0)
    assert row.low == pytest.approx(0.7575, abs=1e-4)  # 12 of 12 units, Wilson: not certainty
    assert (row.accuracy, row.always_right) == (0.75, 0.75)
    assert (row.places, row.keyed_places, row.position_bias) == ((0.25,) * 4, (0.25,) * 4, 0.0)


def test_a_model_that_always_names_the_first_place_is_never_consistent_and_all_bias():
    (row,) = measure(*(answer_shifts(f"r{at}", lambda shift: 0, keyed=at % 4) for at in range(12)))
    assert (row.consistent, row.accuracy, row.always_right) == (0.0, 0.25, 0.0)
    assert (row.places, row.position_bias) == ((1.0, 0.0, 0.0, 0.0), 0.75)


def test_an_undecided_answer_is_never_consistent_and_takes_no_part_in_the_bias():
    (row,) = measure(
        answer_shifts("r1", follow_text(0)),
        answer_shifts("r2", lambda shift: None if shift == 2 else shift),
        answer_shifts("r3", lambda shift: None),
    )
    assert (row.n, row.consistent) == (3, pytest.approx(1 / 3))
    assert row.accuracy == pytest.approx((4 + 3 + 0) / 12)
    assert row.places == row.keyed_places == (2 / 7, 2 / 7, 1 / 7, 2 / 7)


def test_a_model_that_never_decides_has_shares_of_nothing():
    (row,) = measure(answer_shifts("r1", lambda shift: None))
    assert (row.consistent, row.places, row.keyed_places, row.position_bias) == (0.0, (0.0,) * 4, (0.0,) * 4, 0.0)


def test_items_with_a_variant_missing_are_left_out_and_counted_in_no_share():
    whole = answer_shifts("r1", follow_text(0))
    without_sighted, without_a_shift = answer_shifts("r2", lambda shift: 0)[1:], answer_shifts("r3", lambda shift: 0)[:3]
    sighted_alone = answer_shifts("r4", lambda shift: 0)[:1]
    assert measure(whole, without_sighted, without_a_shift, sighted_alone) == measure(whole)
    assert measure(without_sighted, without_a_shift, sighted_alone) == ()


def test_items_of_fewer_options_weigh_the_same_and_their_places_are_padded():
    (row,) = measure(
        answer_shifts("r1", follow_text(0, 2), n_options=2), answer_shifts("r2", follow_text(1, 4), keyed=0, n_options=4)
    )
    assert (row.consistent, row.accuracy) == (1.0, 0.5)
    assert row.places == (2 / 6, 2 / 6, 1 / 6, 1 / 6) == row.keyed_places


def test_an_item_whose_key_is_no_option_counts_for_consistency_but_not_for_the_bias():
    keyless = [
        judge("m", "r1", 0, condition=condition, variant=variant, meant="A", place=place)
        for condition, variant, place in ((Condition.SIGHTED, "", 0), (PERMUTED, "1", 1))
    ]
    (row,) = measure(keyless)
    assert (row.consistent, row.places, row.keyed_places) == (1.0, (0.0, 0.0), (0.0, 0.0))


def test_swapping_images_has_one_variant_beside_the_sighted_one():
    def answer(key, meant, meant_swapped):
        shown = ((Condition.SIGHTED, meant), (SWAPPED, meant_swapped))
        return [
            judge("m", key, letter == "A", condition=condition, meant=letter, place=LETTERS.index(letter), keyed_place=0)
            for condition, letter in shown
        ]

    (row,) = measure(answer("r1", "A", "A"), answer("r2", "B", "B"), answer("r3", "A", "B"), [judge("m", "r4", 1, meant="A")])
    assert (row.condition, row.n, row.n_clusters, row.low) == (SWAPPED, 3, 3, None)
    assert (row.consistent, row.always_right, row.accuracy) == (pytest.approx(2 / 3), pytest.approx(1 / 3), pytest.approx(0.5))
    assert (row.places, row.keyed_places, row.position_bias) == ((0.5, 0.5), (1.0, 0.0), 0.5)


def test_both_orders_of_one_item_stand_in_two_rows():
    swapped = judge("m", "r1", 1, condition=SWAPPED, meant="A", place=0, keyed_place=0, n_options=4)
    assert [row.condition for row in measure(answer_shifts("r1", follow_text(0)), [swapped])] == [PERMUTED, SWAPPED]


def test_letters_of_one_text_are_one_answer_where_they_were_merged():
    # C repeats A's text: the printed letters differ from shift to shift, what they mean does not
    rows = [
        judge("m", "r1", place == 0, condition=PERMUTED if shift else Condition.SIGHTED, variant=str(shift or ""), meant="A",
              place=place, keyed_place=shift, n_options=3)
        for shift, place in ((0, 2), (1, 1), (2, 1))
    ]  # fmt: skip
    assert measure(rows)[0].consistent == 1.0


def test_the_interval_resamples_units():
    rows = [
        answer_shifts(f"r{at:02}", follow_text(0) if at // 2 % 3 else (lambda shift: 0), unit=f"u{at // 2:02}")
        for at in range(40)
    ]
    (row,) = measure(*rows)
    flags = [float(at // 2 % 3 > 0) for at in range(40)]
    expected = cluster_bootstrap(flags, [f"u{at // 2:02}" for at in range(40)], seed=5, draws=300)
    assert expected.interval is not None
    assert (row.low, row.high, row.n_clusters) == (expected.interval.low, expected.interval.high, 20)


def test_no_number_depends_on_the_order_of_answers():
    answers = [row for at in range(15) for row in answer_shifts(f"r{at}", lambda shift, at=at: (at * shift) % 4)]
    straight = measure(answers)
    random.Random(3).shuffle(answers)
    assert measure(answers) == straight


def test_the_corrected_view_and_open_answers_take_no_part():
    rows = answer_shifts("r1", follow_text(0))
    others = [judge("m", "r1", 1, view=View.CORRECTED, meant="A"), judge("m", "r9", 0.5, is_open=True)]
    assert measure(rows, others) == measure(rows)


def test_a_variant_that_moves_options_by_no_number_of_places_is_refused():
    with pytest.raises(JudgedError, match=r"r1 \(permuted_options reversed\) has variant 'reversed'; expected one of \['1'\]"):
        measure([judge("m", "r1", 1), judge("m", "r1", 1, condition=PERMUTED, variant="reversed")])


def test_an_answer_given_twice_is_refused():
    with pytest.raises(JudgedError, match="is there twice"):
        measure(answer_shifts("r1", follow_text(0)), answer_shifts("r1", follow_text(1)))


def test_on_the_released_radiology_file_a_rule_for_texts_is_consistent_and_a_rule_for_letters_never(rad):
    rules = {"longest": predict_longest_option, "always_a": lambda items: {item.key: "A" for item in items}}
    closed, judged = items_of_type(rad, AnswerType.CLOSED), []
    for condition in (Condition.SIGHTED, PERMUTED):
        for posed in pose_items(closed, condition, seed=1).posed:
            letters = list(posed.shown.options)
            for model, rule in rules.items():
                result = judge_closed(posed.shown, rule([posed.shown])[posed.shown.key])
                judged.append(
                    judge(
                        model, posed.item.key, result.is_correct_as_published, unit=posed.item.unit, condition=condition,
                        variant=posed.variant, meant=posed.meant[result.letter], place=letters.index(result.letter),
                        keyed_place=letters.index(posed.shown.letter), n_options=len(letters),
                    )
                )  # fmt: skip
    by_model = {row.model: row for row in measure(judged)}
    # Ties of length go to the first option printed, which moves: 4 items of 293.
    assert (by_model["longest"].n, by_model["longest"].consistent) == (293, pytest.approx(289 / 293))
    assert by_model["longest"].position_bias < 0.01
    assert (by_model["always_a"].consistent, by_model["always_a"].places) == (0.0, (1.0, 0.0, 0.0))
    assert (by_model["always_a"].accuracy, by_model["always_a"].position_bias) == (pytest.approx(1 / 3), pytest.approx(2 / 3))


@given(st.lists(st.integers(0, 50), min_size=2, max_size=6).filter(any), st.lists(st.integers(0, 50), min_size=6, max_size=6))
def test_the_distance_is_within_0_and_1_and_0_just_for_equal_shares(counts, others):
    others = others[: len(counts)] if any(others[: len(counts)]) else counts
    one, two = ([count / sum(row) for count in row] for row in (counts, others))
    assert -1e-12 <= measure_distance(one, two) == measure_distance(two, one) <= 1 + 1e-12
    assert (measure_distance(one, two) < 1e-12) == (one == pytest.approx(two, abs=1e-12))
