"""What a prepared run's folder says of itself.

Example:
    >>> RunFacts("tiny", "9f", "51", "new", 3, 0, (("share", 9),), DataClass.OPEN, True).n_examples
    3
"""

import json
from dataclasses import dataclass

from pipelines.terms_of_use import DataClass
from training.recipe import Recipe, RecipeError, parse_recipe
from training.run.stops import RunError
from training.run_folder import RunFolder

FACTS_FILE = "facts.json"
PROCESSOR_FOLDER = "processor"


@dataclass(frozen=True)
class RunFacts:
    """What a run is made of, as its provenance tells it."""

    run: str
    recipe_digest: str
    data_version: str  # content hash of the records that were chosen and of the texts made of them
    base: str
    n_examples: int  # encoded, alignment samples among them
    n_rejected: int  # chosen, and could not be encoded; data/data.json says why
    left_out: tuple[tuple[str, int], ...]  # by the recipe's choice of data
    data_class: DataClass
    is_synthetic: bool
    is_whitened: bool = False  # whitening.npz lies beside, and the model starts with it


def read_recipe(folder: RunFolder) -> Recipe:
    """Return the recipe of a prepared run."""
    try:
        return parse_recipe(json.loads(folder.recipe.read_text(encoding="utf-8")), folder.recipe.name)
    except (OSError, ValueError) as error:
        if isinstance(error, RecipeError):
            raise
        raise RunError(
            f"{folder.path}: no prepared run is there ({error}); make one by `python -m training prepare`"
        ) from error


def read_facts(folder: RunFolder) -> RunFacts:
    """Return what a prepared run is made of."""
    try:
        found = json.loads((folder.path / FACTS_FILE).read_text(encoding="utf-8"))
        left_out = tuple((reason, n) for reason, n in found["left_out"])
        return RunFacts(**{**found, "left_out": left_out, "data_class": DataClass(found["data_class"])})
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise RunError(f"{folder.path / FACTS_FILE}: cannot be read ({error}); remove that run and prepare it again") from error
