import numpy as np

from benchmarks.paired_tests import N_COLUMNS, draw_answers, find_ps, loop_over_flips, sum_differences
from evaluation.comparisons.models import compare_models
from evaluation.comparisons.sign_flip import toss_coins


def test_a_loop_over_the_same_coins_comes_to_the_same_p():
    # with 75 units a column, more of them differ than are enumerated
    columns = sum_differences(draw_answers(2, 1800))
    units = [f"subject-{place:04}" for place in range(len(columns[0]))]
    flips = np.unpackbits(toss_coins(units, 20250519, 10_000), axis=1, count=10_000).T
    looped = loop_over_flips(columns, [[row.tobytes() for row in flips]] * N_COLUMNS)
    assert looped == find_ps(columns)
    assert len(set(looped)) > 6


def test_twelve_columns_hold_every_record_once_and_are_what_the_comparison_tests():
    judged = draw_answers(2, 500)
    assert len(judged) == 2 * 500
    rows = compare_models(judged, seed=20250519, draws=10)
    assert [row.sign_flip_p for row in rows] == find_ps(sum_differences(judged))
    assert sum(row.n for row in rows) == 500 and len(rows) == N_COLUMNS
