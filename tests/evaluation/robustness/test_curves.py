import math

import numpy as np
import pytest

from evaluation.corruptions.kinds import LEVELS, Corruption
from evaluation.intervals import cluster_bootstrap
from evaluation.robustness.curves import RobustnessCell, RobustnessCurve, measure_robustness
from evaluation.robustness.values import MIXED, UNKNOWN, RobustnessError, RobustnessItem, name_modality
from pipelines.vocabulary import AnswerType, Modality

CELL = RobustnessCell("model", "rebuilt", AnswerType.CLOSED, "accuracy")


def make_items(n: int, per_unit: int = 2) -> list[RobustnessItem]:
    return [RobustnessItem(f"k{place}", f"u{place // per_unit}", ("mri", "x_ray")[place % 2]) for place in range(n)]


def make_values(items, seed, share=0.6):
    generator = np.random.default_rng(seed)
    return {item.key: float(generator.random() < share) for item in items}


def make_variants(items, kinds=tuple(Corruption), share=0.5):
    return {
        (kind, level): make_values(items, 100 * place + level, share) for place, kind in enumerate(kinds) for level in LEVELS
    }


def find_curve(report, kind, modality="all") -> RobustnessCurve:
    return next(curve for curve in report.curves if (curve.corruption, curve.modality) == (kind, modality))


def test_area_is_the_mean_over_five_levels_and_the_clean_score_is_not_in_it():
    items = make_items(4)
    variants = {(Corruption.JPEG, level): dict.fromkeys(("k0", "k1", "k2", "k3"), level / 10) for level in LEVELS}
    curve = find_curve(
        measure_robustness(CELL, items, dict.fromkeys(variants[Corruption.JPEG, 1], 1.0), variants), Corruption.JPEG
    )
    assert curve.area == pytest.approx(0.3) and curve.clean == 1.0
    assert curve.relative_area == pytest.approx(0.3) and curve.drop == pytest.approx(0.7)


def test_one_point_per_level_and_modality_and_one_clean_point():
    report = measure_robustness(CELL, (items := make_items(24)), make_values(items, 1), make_variants(items))
    assert len(report.points) == 3 * (1 + 7 * 5) and len(report.curves) == 3 * (7 + 1)
    assert [point.modality for point in report.points[::36]] == ["all", "mri", "x_ray"]
    assert {(p.modality, p.n, p.n_clusters) for p in report.points} == {("all", 24, 12), ("mri", 12, 12), ("x_ray", 12, 12)}
    assert [p.level for p in report.points if p.corruption is None] == [0, 0, 0]


def test_the_drops_interval_is_that_of_both_scores_drawn_with_the_same_units():
    items = make_items(80, per_unit=4)
    clean, variants = make_values(items, 1), make_variants(items, [Corruption.NOISE])
    curve = find_curve(measure_robustness(CELL, items, clean, variants, seed=5, draws=3000), Corruption.NOISE)
    generator, units = np.random.default_rng(9), [range(first, first + 4) for first in range(0, 80, 4)]
    before = np.array([clean[item.key] for item in items])
    after = np.mean([[variants[Corruption.NOISE, level][item.key] for item in items] for level in LEVELS], axis=0)
    draws = []
    for _ in range(3000):
        taken = np.concatenate([units[place] for place in generator.integers(0, 20, 20)])
        draws.append(before[taken].mean() - after[taken].mean())
    assert curve.drop_low == pytest.approx(np.quantile(draws, 0.025), abs=0.015)
    assert curve.drop_high == pytest.approx(np.quantile(draws, 0.975), abs=0.015)


def test_pairing_makes_an_even_drop_certain_though_the_scores_are_not():
    items = make_items(200, per_unit=1)
    clean = {item.key: 0.2 + 0.7 * float(np.random.default_rng(place).random()) for place, item in enumerate(items)}
    variants = {(Corruption.BLUR, level): {key: value - 0.1 for key, value in clean.items()} for level in LEVELS}
    report = measure_robustness(CELL, items, clean, variants)
    curve = find_curve(report, Corruption.BLUR)
    assert (curve.drop, curve.drop_low, curve.drop_high) == pytest.approx((0.1, 0.1, 0.1))
    assert report.points[0].low is not None and report.points[0].high - report.points[0].low > 0.04


def test_a_points_interval_is_the_cluster_bootstrap_of_the_score_table():
    items = make_items(60, per_unit=3)
    clean = make_values(items, 1)
    point = measure_robustness(CELL, items, clean, make_variants(items), seed=5).points[0]
    expected = cluster_bootstrap([clean[item.key] for item in items], [item.unit for item in items], seed=5).interval
    assert expected is not None and (point.low, point.high) == (expected.low, expected.high)


def test_below_ten_units_there_is_no_interval_but_a_score():
    items = make_items(40, per_unit=5)
    report = measure_robustness(CELL, items, make_values(items, 1), make_variants(items))
    assert all(point.low is None and point.high is None and point.n_clusters == 8 for point in report.points)
    assert all(curve.drop_low is None and curve.drop_high is None for curve in report.curves)


def test_a_model_that_does_not_look_has_a_full_area_and_no_gain_that_it_could_keep():
    items = make_items(30)
    same = make_values(items, 1)
    variants = {(kind, level): same for kind in Corruption for level in LEVELS}
    curve = find_curve(measure_robustness(CELL, items, same, variants, blind=same), None)
    assert curve.relative_area == pytest.approx(1.0) and curve.drop == pytest.approx(0.0, abs=1e-12)
    assert curve.gain_kept is None


def test_gain_kept_is_0_where_corrupted_images_help_no_more_than_none_and_below_where_they_mislead():
    items = make_items(4)
    score = {value: dict.fromkeys((item.key for item in items), value) for value in (0.9, 0.5, 0.4)}
    for level_score, expected in ((0.9, 1.0), (0.5, 0.0), (0.4, -0.25)):
        variants = {(Corruption.CROP, level): score[level_score] for level in LEVELS}
        curve = find_curve(measure_robustness(CELL, items, score[0.9], variants, blind=score[0.5]), Corruption.CROP)
        assert curve.gain_kept == pytest.approx(expected, abs=1e-9)


def test_a_clean_score_of_0_has_no_relative_area():
    items = make_items(4)
    nothing = dict.fromkeys((item.key for item in items), 0.0)
    report = measure_robustness(CELL, items, nothing, {(Corruption.CROP, level): nothing for level in LEVELS})
    assert {curve.relative_area for curve in report.curves} == {None}


def test_the_mean_over_corruptions_is_that_of_their_areas():
    items = make_items(30)
    report = measure_robustness(CELL, items, make_values(items, 1), make_variants(items))
    areas = [find_curve(report, kind).area for kind in Corruption]
    assert find_curve(report, None).area == pytest.approx(np.mean(areas))


def test_items_in_another_order_give_the_same_report():
    items = make_items(40)
    clean, variants = make_values(items, 1), make_variants(items)
    assert measure_robustness(CELL, items, clean, variants) == measure_robustness(CELL, items[::-1], clean, variants)


def test_a_missing_level_is_named():
    items = make_items(4)
    variants = make_variants(items)
    del variants[Corruption.BLUR, 4]
    with pytest.raises(RobustnessError, match="missing: blur:4"):
        measure_robustness(CELL, items, make_values(items, 1), variants)


def test_an_item_without_a_value_and_a_value_without_an_item_are_named_with_their_variant():
    items = make_items(4)
    variants = make_variants(items)
    variants[Corruption.CROP, 2] = {"k0": 1.0, "k1": 1.0, "k2": 1.0, "k9": 1.0}
    with pytest.raises(RobustnessError, match=r"crop:2: .* 1 items without one \(k3\) and 1 values of no item \(k9\)"):
        measure_robustness(CELL, items, make_values(items, 1), variants)


@pytest.mark.parametrize("value", [math.nan, -0.1, 71.0])
def test_a_value_that_is_no_score_is_refused(value):
    items = make_items(4)
    with pytest.raises(RobustnessError, match="clean: scores are 0-1"):
        measure_robustness(CELL, items, make_values(items, 1) | {"k2": value}, make_variants(items))


@pytest.mark.parametrize("items", [[], [RobustnessItem("a", "u", "mri")] * 2])
def test_no_items_or_one_twice_are_refused(items):
    with pytest.raises(RobustnessError, match="items of different keys"):
        measure_robustness(CELL, items, {}, {})


def test_no_variant_at_all_is_refused():
    with pytest.raises(RobustnessError, match="missing: all"):
        measure_robustness(CELL, make_items(1), {"k0": 1.0}, {})


@pytest.mark.parametrize(
    ("modalities", "name"),
    [
        ([Modality.MRI, Modality.MRI], "mri"),
        ([Modality.MRI, Modality.CT], MIXED),
        ([None, Modality.CT], MIXED),
        ([None, None], UNKNOWN),
        ([], UNKNOWN),
    ],
)
def test_an_item_has_its_images_modality_where_they_share_one(modalities, name):
    assert name_modality(modalities) == name
