"""Vision learns at its own rate where the recipe names one, and one-dimensional weights never decay."""

import pytest

from tests.training.models.families import TEXTS
from training.models.frozen import ModelPart, find_part
from training.models.new import make_model, make_processor
from training.recipe import Recipe, load_recipe
from training.run.optimiser import make_optimiser, make_schedule


def rates_by_weight(recipe: Recipe) -> dict[str, tuple[float, float]]:
    """Learning rate and weight decay of each weight."""
    model = make_model("tiny", make_processor("tiny", "tiny", TEXTS), seed=1)
    optimiser = make_optimiser(model, recipe, is_offloaded=False)
    found = {id(weight): (group["lr"], group["weight_decay"]) for group in optimiser.param_groups for weight in group["params"]}
    assert sum(len(group["params"]) for group in optimiser.param_groups) == len(found)
    return {name: found[id(weight)] for name, weight in model.named_parameters()}


def test_vision_tower_and_projector_learn_at_their_own_rate() -> None:
    recipe = load_recipe("tiny", {"optimiser.learning_rate": 1e-3, "optimiser.vision_learning_rate": 1e-5})
    for name, (rate, _) in rates_by_weight(recipe).items():
        assert rate == (1e-3 if find_part(name) is ModelPart.LANGUAGE_MODEL else 1e-5), name


def test_every_part_learns_at_one_rate_where_no_other_is_named() -> None:
    recipe = load_recipe("med_mantis")
    assert recipe.optimiser.vision_learning_rate is None
    assert {rate for rate, _ in rates_by_weight(recipe).values()} == {recipe.optimiser.learning_rate}


def test_norms_and_biases_do_not_decay() -> None:
    recipe = load_recipe("tiny", {"optimiser.weight_decay": 0.05})
    for name, (_, decay) in rates_by_weight(recipe).items():
        assert decay == (0.0 if "norm" in name or name.endswith("bias") else 0.05), name


def test_both_rates_follow_one_schedule_from_the_reported_one_of_the_language_model() -> None:
    recipe = load_recipe("tiny", {"schedule.kind": "linear", "schedule.min_learning_rate": 0, "schedule.warmup_steps": 2})
    optimiser = make_optimiser(make_model("tiny", make_processor("tiny", "tiny", TEXTS), seed=1), recipe, is_offloaded=False)
    schedule = make_schedule(optimiser, recipe, n_steps=10)
    for _ in range(6):
        optimiser.step()
        schedule.step()
    rates = schedule.get_last_lr()
    assert rates[0] == pytest.approx(recipe.optimiser.learning_rate / 2)
    assert rates[-1] / rates[0] == pytest.approx(recipe.optimiser.vision_learning_rate / recipe.optimiser.learning_rate)
