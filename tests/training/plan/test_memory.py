"""Bytes by contribution: DeepSpeed's own estimates where these speak of the same, and the ZeRO paper's table."""

import pytest

from training.plan.memory import Activations, Contribution, Memory, divide, estimate_memory, held_weight_bytes, optimiser_bytes
from training.plan.model_shape import Parameters
from training.recipe import Recipe, load_recipe

TOTAL, LARGEST = int(8.48e9), 128256 * 4096
ALL_TRAINED = Parameters(TOTAL, TOTAL, 0, 0, LARGEST, ())
NOTHING = Activations(0, 0)


def make_recipe(stage: int | None, offload: str = "none", **changes: object) -> Recipe:
    overrides: dict[str, object] = {"distribution.offload": offload, **changes}
    if stage is not None:
        overrides["distribution.zero_stage"] = stage
    return load_recipe("projector_only" if stage is not None else "tiny", overrides)


def estimate(stage: int | None, offload: str = "none", processes: int = 4, parameters: Parameters = ALL_TRAINED) -> Memory:
    return estimate_memory(make_recipe(stage, offload), parameters, NOTHING, processes=processes, gpu_bytes=48e9)


def states(memory: Memory) -> float:
    held = dict(memory.gpu)
    return held[Contribution.WEIGHTS] + held[Contribution.GRADIENTS] + held[Contribution.OPTIMISER]


@pytest.mark.parametrize(("offload", "gib", "also"), [("none", 37.50, 2 / 4 * TOTAL), ("optimiser", 5.91, 0), ("all", 1.96, 0)])
def test_stage_3_agrees_with_deepspeeds_estimator(offload: str, gib: float, also: float) -> None:
    """It adds four bytes for each weight of the largest layer, which here are buffers, and counts gradients of 32 bits."""
    assert (states(estimate(3, offload)) + also + 4 * LARGEST) / 2**30 == pytest.approx(gib, abs=0.006)


@pytest.mark.parametrize(("offload", "gib"), [("none", 51.33), ("optimiser", 15.80)])
def test_stage_2_agrees_with_deepspeeds_estimator(offload: str, gib: float) -> None:
    of_the_step = 4 / 4 * TOTAL if offload == "none" else 0  # gradients of 32 bits, which here are buffers
    assert (states(estimate(2, offload)) + of_the_step) / 2**30 == pytest.approx(gib, abs=0.006)


@pytest.mark.parametrize(("stage", "expected"), [(0, 120e9), (1, 31.4e9), (2, 16.6e9), (3, 1.9e9)])
def test_stages_agree_with_the_zero_papers_figure_1(stage: int, expected: float) -> None:
    """7.5 B weights on 64 GPUs: 120, 31.4, 16.6 and 1.9 GB (arXiv 1910.02054)."""
    parameters = Parameters(int(7.5e9), int(7.5e9), 0, 0, 1, ())
    assert states(estimate(stage, processes=64, parameters=parameters)) == pytest.approx(expected, rel=0.02)


def test_frozen_weights_take_their_weight_alone() -> None:
    half = Parameters(TOTAL, TOTAL // 2, 0, 0, LARGEST, ())
    assert states(estimate(0, parameters=half)) == 2 * TOTAL + 14 * (TOTAL // 2)


def test_what_is_offloaded_is_in_the_machine_and_not_gone() -> None:
    near, away = estimate(3, "none"), estimate(3, "optimiser")
    assert away.gpu_total < near.gpu_total and away.host > near.host
    assert away.host == pytest.approx(1.5 * 16 * TOTAL)  # 12 of AdamW and 4 of gradients a weight, and DeepSpeed's half
    assert estimate(3, "all").host == pytest.approx(1.5 * 18 * TOTAL)


def test_more_gpus_never_take_more_each_and_a_higher_stage_never_more() -> None:
    for stage in (0, 1, 2, 3):
        totals = [states(estimate(stage, processes=n)) for n in (1, 2, 4, 8)]
        assert totals == sorted(totals, reverse=True)
    assert [states(estimate(stage)) for stage in (0, 1, 2, 3)] == sorted(
        (states(estimate(stage)) for stage in (0, 1, 2, 3)), reverse=True
    )


def test_one_gpu_gains_nothing_by_partitioning() -> None:
    assert states(estimate(3, processes=1)) == states(estimate(0, processes=1)) == 16 * TOTAL


def test_without_deepspeed_weights_in_32_bits_have_no_other_originals() -> None:
    recipe = make_recipe(None)
    assert optimiser_bytes(recipe, ALL_TRAINED) == 8 * TOTAL and held_weight_bytes(recipe, ALL_TRAINED) == 4 * TOTAL
    assert states(estimate(None, processes=1)) == 16 * TOTAL


def test_four_bit_weights_take_about_half_a_byte() -> None:
    recipe = load_recipe("med_mantis_qlora")
    quantised = Parameters(1000, 0, 0, 1000, 1, ())
    assert held_weight_bytes(recipe, quantised) == pytest.approx(515.9, abs=0.1)  # 4.127 bits (arXiv 2305.14314, section 3)


def test_largest_contribution_is_named() -> None:
    assert estimate(0).largest is Contribution.OPTIMISER and estimate(2, "optimiser").largest is Contribution.WEIGHTS


def test_division_starts_at_its_stage() -> None:
    assert [divide(8.0, stage=stage, partitioned_from=2, processes=4) for stage in (None, 0, 1, 2, 3)] == [8, 8, 8, 2, 2]
