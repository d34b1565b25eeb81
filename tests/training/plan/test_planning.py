"""Recipes fit what they are made for, the paper's 72 hours are plausible, and what cannot fit is told."""

import json
from functools import cache

import pytest

from training.ablations import Ablation, apply_ablation
from training.plan.figures import is_sound, plan_json, plan_rows
from training.plan.memory import Contribution
from training.plan.planning import Plan, PlanError, plan_run
from training.plan.rendering import render_plan
from training.plan.sample_lengths import assume_lengths
from training.recipe import list_recipes, load_recipe
from training.tokens.token_lengths import summarise_tokens

PAPER_HOURS = 72  # on four A40, three epochs of 83.2 thousand records (arXiv 2505.19031)
TINY = assume_lengths(1000, image_tokens=16, images=3)


@cache
def plan_built_in(name: str) -> Plan:
    return plan_run(load_recipe(name), None)


@pytest.mark.parametrize("name", list_recipes())
def test_recipe_fits_the_hardware_that_it_states(name: str) -> None:
    plan = plan_built_in(name)
    assert plan.fits and plan.problems == ()
    assert is_sound(plan_rows(plan))


@pytest.mark.parametrize(
    ("name", "total", "trainable"),
    [
        ("med_mantis", 8_480_007_232, 8_480_007_232 - 428_225_600),
        ("med_mantis_lora", 8_480_007_232 + 21_504_000 + 335_544_320, 21_504_000 + 335_544_320),
        ("mim_llava_med", 7_566_743_552, 7_566_743_552 - 303_507_456),
        ("modern", 4_300_079_472, 4_300_079_472 - 416_866_032),
        ("projector_only", 8_480_007_232, 21_504_000),
    ],
)
def test_weights_are_counted_to_the_last_one(name: str, total: int, trainable: int) -> None:
    """LoRA of rank 128: 128 x (inputs + outputs) of seven matrices in 32 layers; peft trains a copy of the projector."""
    found = plan_built_in(name).parameters
    assert (found.total, found.trainable) == (total, trainable)


def test_four_bits_hold_the_adapted_matrices_and_nothing_else() -> None:
    found = plan_built_in("med_mantis_qlora").parameters
    assert found.in_four_bits == 32 * (4096 * (4096 * 2 + 1024 * 2) + 3 * 4096 * 14336)
    assert found.trainable == plan_built_in("med_mantis_lora").parameters.trainable


def test_papers_72_hours_are_within_a_factor_of_one_and_a_half() -> None:
    """Three images a record, 30 % of the peak: the plan says less, being without loading, saving and offloading."""
    plan = plan_built_in("med_mantis")
    assert PAPER_HOURS / 1.5 < plan.work.hours < PAPER_HOURS * 1.5
    assert plan.work.steps == 1950


def test_operations_are_near_the_rule_of_six_and_eight() -> None:
    """8 x trained weights x tokens with layers computed again, beside attention and pictures; the head scores answers alone."""
    plan = plan_built_in("med_mantis")
    without_embedding_and_head = plan.parameters.trainable - 2 * plan.parameters.largest_layer
    assert 7 < plan.work.flops / (without_embedding_and_head * plan.work.tokens) < 9


def test_full_fine_tuning_is_told_not_to_fit_one_a40_and_what_to_change() -> None:
    plan = plan_run(load_recipe("med_mantis", {"hardware.gpus": 1, "distribution.offload": "none"}), None)
    assert not plan.fits and len(plan.problems) == 1
    assert (
        "each A40 needs" in plan.problems[0]
        and "optimiser" in plan.problems[0]
        and "offload to 'optimiser'" in plan.problems[0]
    )
    assert plan.memory.largest is Contribution.OPTIMISER
    assert render_plan(plan).splitlines()[0] == "med_mantis on 1 x A40: does not fit"


def test_reason_for_offloading_states_what_the_plan_says_without() -> None:
    recipe = load_recipe("med_mantis")
    without = plan_run(load_recipe("med_mantis", {"distribution.offload": "none"}), None)
    assert f"{without.memory.gpu_total / 1e9:.1f} GB" in recipe.why["distribution.offload"]
    assert without.memory.gpu_total > 0.9 * without.gpu_bytes  # nearer than an estimate is sure of
    for name in list_recipes():
        plan = plan_built_in(name)
        assert plan.gpu.is_cpu or plan.memory.gpu_total < 0.9 * plan.gpu_bytes


def test_machine_that_holds_too_little_is_told() -> None:
    plan = plan_run(load_recipe("tiny", {"hardware.machine_memory_gb": 0.01}), TINY)
    assert [problem.split(" of memory")[0] for problem in plan.problems] == ["the machine needs 0.4 GB"]


def test_batch_that_no_number_of_processes_makes_is_told() -> None:
    plan = plan_run(load_recipe("tiny", {"hardware.gpus": 3, "hardware.gpu": "A40"}), TINY)
    assert len(plan.problems) == 1 and plan.problems[0].startswith("batch.global_size 32 is no multiple of")


def test_sample_longer_than_the_model_reads_is_told() -> None:
    plan = plan_run(load_recipe("tiny"), summarise_tokens([100, 3000], 96))
    assert any("the model reads 2,048" in problem for problem in plan.problems)


def test_memory_is_that_of_the_longest_sample_and_work_that_of_the_mean() -> None:
    recipe = load_recipe("tiny")
    short, long = (plan_run(recipe, summarise_tokens([100] * 99 + [longest], 48 * 100)) for longest in (100, 1000))
    assert long.memory.gpu_total > 5 * short.memory.gpu_total
    assert long.work.flops < 1.3 * short.work.flops


def test_checkpointing_takes_less_memory_and_more_time() -> None:
    plain, again = (
        plan_run(load_recipe("tiny", {"batch.gradient_checkpointing": checkpointed}), TINY) for checkpointed in (False, True)
    )
    assert again.memory.gpu_total < plain.memory.gpu_total and again.work.hours > plain.work.hours


def test_less_data_is_fewer_steps() -> None:
    recipe = load_recipe("tiny", {"schedule.max_steps": 10**6})
    steps = [plan_run(apply_ablation(recipe, a), None).work.steps for a in (Ablation.DATA_0, Ablation.DATA_50, Ablation.FULL)]
    assert steps[0] == 0 and steps[1] * 2 == steps[2]


def test_unknown_extent_of_an_ablation_is_said() -> None:
    plan = plan_run(apply_ablation(load_recipe("tiny"), Ablation.WITHOUT_TEMPORAL), None)
    assert any("not known without the data" in note for note in plan.notes)


def test_warm_up_longer_than_the_run_is_said() -> None:
    plan = plan_run(load_recipe("tiny", {"schedule.warmup_steps": 5000}), TINY)
    assert plan.fits and any("warm-up is not over" in note for note in plan.notes)


@pytest.mark.parametrize(("key", "value"), [("base.architecture", "gpt2"), ("hardware.gpu", "B200")])
def test_unknown_shape_or_gpu_cannot_be_planned(key: str, value: str) -> None:
    with pytest.raises(PlanError, match=f"'{value}'"):
        plan_run(load_recipe("tiny", {"hardware.gpus": 1, "hardware.gpu": "A40", key: value}), TINY)


def test_figures_are_keyed_by_run_and_quantity_and_stand_in_the_json() -> None:
    plan = plan_run(load_recipe("tiny"), TINY)
    rows = plan_rows(plan, "tiny-data_25")
    assert {row.run for row in rows} == {"tiny-data_25"} and is_sound(rows) and not is_sound([*rows, rows[0]])
    tree = json.loads(json.dumps(plan_json(plan, "tiny-data_25")))
    assert tree["fits"] is True and {key: f["value"] for key, f in tree["figures"].items()} == {
        r.quantity: r.value for r in rows
    }
    held = sum(row.value for row in rows if row.quantity in {f"memory_{part}" for part in Contribution})
    assert held == pytest.approx(tree["figures"]["memory_per_gpu"]["value"])


def test_text_tells_every_contribution() -> None:
    plan = plan_run(load_recipe("tiny"), TINY)
    text = render_plan(plan)
    assert text.startswith("tiny on one core of the CPU: fits\n") and all(f"  {part.value} " in text for part in Contribution)
