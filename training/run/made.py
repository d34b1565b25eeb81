"""What makes the weights of a run: its provenance, with the versions of code and libraries found here.

Example:
    >>> [line.split()[0] for line in list_libraries()][:2]
    ['torch', 'transformers']
"""

from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from pipelines.provenance import Provenance
from training.recipe import Recipe
from training.run.prepared import RunFacts

_ROOT = Path(__file__).parents[2]
_LIBRARIES = ("torch", "transformers", "trl", "accelerate", "peft", "deepspeed", "tokenizers", "numpy")
_COMMIT_DIGITS = 12


def describe_made(facts: RunFacts, recipe: Recipe, n_steps: int) -> Provenance:
    """Return the provenance of the finished model; a checkpoint's is the same with its own step."""
    return Provenance(
        run=facts.run,
        recipe_digest=facts.recipe_digest,
        data_version=facts.data_version,
        code_version=find_code_version(_ROOT),
        base=facts.base,
        seed=recipe.seed,
        step=n_steps,
        n_steps=n_steps,
        n_examples=facts.n_examples,
        data_class=facts.data_class,
        is_synthetic=facts.is_synthetic,
        libraries=tuple(list_libraries()),
    )


def list_libraries() -> list[str]:
    """Return the versions of the libraries that a run's numbers depend on."""
    return [f"{name} {found}" for name in _LIBRARIES if (found := _find_version(name)) is not None]


def find_code_version(root: Path) -> str:
    """Return the project's version, and the commit that is checked out where this is a clone."""
    commit = _read_commit(root / ".git")
    return (_find_version("medmim") or "unknown") + (f"+{commit[:_COMMIT_DIGITS]}" if commit else "")


def _read_commit(git: Path) -> str | None:
    try:
        head = (git / "HEAD").read_text(encoding="utf-8").strip()
        name = head.removeprefix("ref: ")
        if name == head:
            return head
        if (git / name).exists():
            return (git / name).read_text(encoding="utf-8").strip()
        packed = (git / "packed-refs").read_text(encoding="utf-8").splitlines()
        return next((line.split()[0] for line in packed if line.endswith(f" {name}")), None)
    except OSError:  # an archive, or a worktree: told by the version alone
        return None


def _find_version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
