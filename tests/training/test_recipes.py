"""Every value of every recipe says where it comes from, and what the paper states is in each of them."""

import tomllib
from typing import Any

import pytest

from training.architecture import list_architectures
from training.deepspeed_config import read_deepspeed
from training.models.chat_templates import list_chat_templates
from training.plan.gpus import read_gpu
from training.recipe import RECIPES_FOLDER, leaf_keys, list_recipes, load_recipe
from training.recipe_parts import AdapterKind

RECIPES = list_recipes()
OF_THE_PAPER = ["med_mantis", "med_mantis_lora", "med_mantis_qlora", "mim_llava_med", "modern", "projector_only"]


def read_tree(name: str) -> dict[str, Any]:
    return tomllib.loads((RECIPES_FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def test_recipes_are_those_of_the_documentation() -> None:
    assert sorted([*OF_THE_PAPER, "tiny"]) == RECIPES


@pytest.mark.parametrize("name", RECIPES)
def test_each_value_has_its_reason_and_no_reason_is_left_over(name: str) -> None:
    tree = read_tree(name)
    assert sorted(tree["why"]) == sorted(leaf_keys(tree))
    unsourced = {key: why for key, why in tree["why"].items() if not why.startswith(("paper: ", "original: ", "ours: "))}
    assert unsourced == {}


@pytest.mark.parametrize("name", RECIPES)
def test_file_names_the_recipe_and_names_nothing_that_is_not_there(name: str) -> None:
    recipe = load_recipe(name)
    assert recipe.name == name
    assert recipe.base.architecture in list_architectures()
    assert recipe.base.chat_template in list_chat_templates()
    assert read_gpu(recipe.hardware.gpu).is_cpu == (recipe.hardware.gpus == 0)
    if recipe.distribution.zero_stage is not None:
        assert read_deepspeed(recipe.distribution, on_cpu=False)["zero_optimization"]["stage"] == recipe.distribution.zero_stage


@pytest.mark.parametrize("name", OF_THE_PAPER)
def test_what_the_paper_states_is_in_the_recipe_and_marked_as_the_papers(name: str) -> None:
    recipe = load_recipe(name)
    assert (recipe.schedule.epochs, recipe.data.max_images, recipe.schedule.max_steps) == (3, 3, None)
    assert recipe.why["schedule.epochs"].startswith("paper: ") and recipe.why["data.max_images"].startswith("paper: ")


def test_projector_only_trains_the_projector_alone_by_its_own_schedule() -> None:
    recipe = load_recipe("projector_only")
    assert (recipe.frozen.vision_tower, recipe.frozen.projector, recipe.frozen.language_model) == (True, False, True)
    assert (recipe.optimiser.beta1, recipe.optimiser.beta2, recipe.optimiser.weight_decay) == (0.9, 0.98, 0.05)
    schedule = recipe.schedule
    assert (schedule.kind, schedule.warmup_steps, schedule.min_learning_rate) == ("cosine", 1000, 1e-7)
    assert recipe.optimiser.learning_rate == 2e-5


def test_adapters_are_those_of_their_names() -> None:
    kinds = {name: load_recipe(name).adapter.kind for name in OF_THE_PAPER}
    expected = {"med_mantis_lora": AdapterKind.LORA, "med_mantis_qlora": AdapterKind.QLORA}
    assert kinds == {name: expected.get(name, AdapterKind.NONE) for name in OF_THE_PAPER}
