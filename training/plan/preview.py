"""The plan of a run from its records alone, before anything is encoded: lengths are estimated by characters.

Where a run has been prepared its own plan rests on exact lengths; this one needs neither weights nor tokenizer, so that a run
can be planned on a machine that will never train it.

Example:
    >>> from training.recipe import load_recipe
    >>> preview_run(load_recipe("tiny"), []).work.steps
    0
"""

from collections.abc import Sequence

from pipelines.records import DatasetRecord
from training.ablations import choose_records
from training.alignment import build_samples
from training.architecture import count_image_tokens, read_architecture
from training.plan.planning import Plan, plan_run
from training.plan.sample_lengths import estimate_lengths
from training.recipe import Recipe


def preview_run(recipe: Recipe, records: Sequence[DatasetRecord]) -> Plan:
    """Return the plan of a recipe on these rows of dataset/instructions; an ablation in the recipe chooses among them.

    Raises:
        ExampleError: a record is no training example.
        ArchitectureError, PlanError: the recipe names what is not known.
    """
    chosen = choose_records(records, recipe.data, recipe.seed).records
    samples = build_samples(chosen, recipe)
    return plan_run(recipe, estimate_lengths(samples, count_image_tokens(read_architecture(recipe.base.architecture))))
