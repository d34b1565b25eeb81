"""A recipe: everything that decides a fine-tuned model but the records. One TOML file; an unknown key is an error.

Each value of a recipe has a line in its table `why`: that the paper states it, that an original code base used it, or our
reason. A run saves the recipe as resolved, with every default, beside its checkpoints.

Example:
    >>> recipe = load_recipe("tiny")
    >>> recipe.data.max_images, recipe.adapter.kind.value
    (3, 'none')
"""

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Self

from pydantic import Field, ValidationError, model_validator

from pipelines.keys import digest
from training.recipe_parts import (
    Adapter,
    AdapterKind,
    Base,
    Batch,
    Checkpoints,
    Curriculum,
    Data,
    Distribution,
    Frozen,
    Hardware,
    Optimiser,
    RecipePart,
    Schedule,
)

RECIPES_FOLDER = Path(__file__).parent / "recipes"


class RecipeError(ValueError):
    """A recipe that cannot be used: which key, what was found, what to do."""


class Recipe(RecipePart):
    """One way to make one model."""

    name: str = Field(pattern=r"^[a-z0-9_]+$")
    seed: int = 20250519
    base: Base
    frozen: Frozen
    adapter: Adapter = Adapter()
    optimiser: Optimiser
    schedule: Schedule
    batch: Batch
    curriculum: Curriculum = Curriculum()
    data: Data = Data()
    distribution: Distribution = Distribution()
    hardware: Hardware = Hardware()
    checkpoints: Checkpoints = Checkpoints()
    why: Mapping[str, str] = Field(default_factory=dict)  # key, as "schedule.epochs" -> its reason

    @model_validator(mode="after")
    def _train_something(self) -> Self:
        if self.frozen.vision_tower and self.frozen.projector and self.frozen.language_model:
            raise ValueError("frozen: every part is frozen, so nothing would be trained; free one")
        if self.adapter.kind is not AdapterKind.NONE and self.frozen.language_model:
            raise ValueError("adapter: LoRA adapts the language model, which is frozen; free it or take adapter.kind none")
        if self.adapter.kind is AdapterKind.QLORA and self.distribution.zero_stage == 3:
            raise ValueError("adapter: weights held in 4 bits cannot be partitioned by ZeRO-3; take stage 2 or lora")
        return self

    @property
    def is_reentrant(self) -> bool:
        """Whether layers are computed again in torch's reentrant form: an adapter over parted weights needs it (trl #2514)."""
        return (
            self.batch.gradient_checkpointing
            and self.adapter.kind is not AdapterKind.NONE
            and self.distribution.zero_stage == 3
        )

    @property
    def reaches_pictures(self) -> bool:
        """Whether the backward pass goes through the vision tower: it is trained, or the reentrant form asks for it."""
        return not self.frozen.vision_tower or self.is_reentrant

    @property
    def digest(self) -> str:
        """Hash of everything that decides the model: reasons, planning hardware and how often it is saved do not."""
        return digest(self.model_dump(mode="json", exclude={"why", "hardware", "checkpoints"}))


def load_recipe(name_or_path: str | Path, overrides: Mapping[str, Any] | None = None) -> Recipe:
    """Return a built-in recipe by name, or one of a TOML file; overrides are values by dotted key ("data.share").

    Raises:
        RecipeError: no such recipe, not TOML, an unknown key, or a value that does not fit.
    """
    path = Path(name_or_path)
    if path.suffix != ".toml":
        path = RECIPES_FOLDER / f"{name_or_path}.toml"
    try:
        tree = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        known = ", ".join(list_recipes())
        raise RecipeError(f"recipe {str(name_or_path)!r}: no such file; give a .toml file or one of {known}") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise RecipeError(f"{path}: cannot be read as TOML: {error}; mend that line") from error
    for key, value in (overrides or {}).items():
        _place(tree, key, value)
    return parse_recipe(tree, str(path.name))


def parse_recipe(tree: Mapping[str, Any], where: str) -> Recipe:
    """Return the recipe of a parsed file; RecipeError names every key that does not fit."""
    try:
        return Recipe.model_validate(tree)
    except ValidationError as error:
        told = "; ".join(_tell(problem) for problem in map(dict, error.errors()))
        raise RecipeError(f"{where}: {told}") from None


def list_recipes() -> list[str]:
    """Return the names of the built-in recipes."""
    return sorted(path.stem for path in RECIPES_FOLDER.glob("*.toml"))


def leaf_keys(tree: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    """Yield the dotted key of every value of a recipe file, `why` and `name` excepted."""
    for key, value in tree.items():
        if prefix == "" and key in ("why", "name"):
            continue
        if isinstance(value, Mapping):
            yield from leaf_keys(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}"


def _place(tree: dict[str, Any], key: str, value: Any) -> None:
    *parts, last = key.split(".")
    for part in parts:
        tree = tree.setdefault(part, {})
    tree[last] = value


def _tell(problem: Mapping[str, Any]) -> str:
    key = ".".join(str(part) for part in problem["loc"]) or "the whole"
    if problem["type"] == "extra_forbidden":
        return f"unknown key {key!r}; remove or correct it (docs/training.md lists the keys)"
    if problem["type"] == "missing":
        return f"key {key!r} is missing; write it"
    return f"key {key!r}: got {problem['input']!r}: {problem['msg']}"
