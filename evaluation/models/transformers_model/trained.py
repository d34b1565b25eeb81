"""What made the weights of a folder: read of our own runs, and required of them; other people's folders need not tell.

A folder is ours where it lies as `training` lays a run out (`runs/<run>/<digest>/model` or `.../checkpoints/<step>`), or where
a trainer left its state in it. Such weights without provenance are refused: their scores could not be walked back to the data.

Example:
    >>> is_of_a_run(Path("/data/runs/tiny/3f2a/model")), is_of_a_run(Path("/models/runs/mine"))
    (True, False)
"""

from collections.abc import Iterator
from pathlib import Path

from evaluation.models.model import ModelError
from pipelines.provenance import PROVENANCE_FILE, Provenance, ProvenanceError, read_provenance
from pipelines.terms_of_use import DataClass

TRAINER_STATE = "trainer_state.json"
SYNTHETIC_REMARK = "trained on synthetic phantoms: says nothing about patients"
_RUNS, _MODEL, _CHECKPOINTS = "runs", "model", "checkpoints"
_DIGITS = 12  # of a digest where people read; the whole one stands among the versions
_WARNINGS = {
    DataClass.REGISTERED: "trained on registered data: its users register with the sources, too",
    DataClass.CREDENTIALED: "trained on credentialed data: weights and answers are for credentialed persons alone",
}


def find_provenance(path: Path, name: str) -> Provenance | None:
    """Return what made the weights in a folder; None where nobody wrote it and nobody had to.

    Raises:
        ModelError: the folder is of our training and does not tell, or what it tells cannot be read.
    """
    if not (path / PROVENANCE_FILE).is_file():
        if (sign := _find_sign(path)) is None:
            return None
        raise ModelError(
            f"transformers:{name}: {sign}, but there is no {PROVENANCE_FILE}, so nobody can tell which data, recipe and code "
            f"made these weights; take the finished model of the run (checkpoint:RUN) or train again, or, if another's trainer "
            f"wrote the folder, take {TRAINER_STATE} out of it"
        )
    try:
        return read_provenance(path)
    except ProvenanceError as error:
        raise ModelError(f"transformers:{name}: {error}") from error


def name_weights(path: Path) -> str:
    """Return a folder's own name, of a run's model with run and digest before it: "tiny/3f2a/model"."""
    place = path.resolve()
    if not is_of_a_run(place):
        return place.name
    return "/".join(place.parts[place.parts.index(_RUNS, len(place.parts) - 5) + 1 :])


def is_of_a_run(place: Path) -> bool:
    """Tell whether a folder, links followed, lies where a run of ours has its model or its checkpoints."""
    run = place.parent if place.name == _MODEL else place.parent.parent if place.parent.name == _CHECKPOINTS else None
    return run is not None and run.parent.parent.name == _RUNS


def tell_run(made: Provenance) -> str:
    """Return which run made the weights: "run tiny, step 400 of 400, seed 1, from random weights"."""
    base = "random weights" if made.base == "new" else made.base
    return f"run {made.run}, step {made.step:,} of {made.n_steps:,}, seed {made.seed}, from {base}"


def remark_on_training(made: Provenance) -> Iterator[str]:
    """Yield what a reader of the scores must know: recipe, data, code, and whose data it was."""
    yield f"recipe {made.recipe_digest[:_DIGITS]}, data {made.data_version[:_DIGITS]}, code {made.code_version}"
    if made.is_synthetic:
        yield SYNTHETIC_REMARK
    if made.data_class in _WARNINGS:
        yield _WARNINGS[made.data_class]


def list_origins(made: Provenance) -> Iterator[str]:
    """Yield recipe, data and code by their whole digests, and what the run was made with."""
    yield f"recipe {made.recipe_digest}"
    yield f"data {made.data_version}"
    yield f"code {made.code_version}"
    yield f"trained with {', '.join(made.libraries)}"


def _find_sign(path: Path) -> str | None:
    if is_of_a_run(path.resolve()):
        return "the folder lies in a run of ours"
    return f"a trainer left its state here ({TRAINER_STATE})" if (path / TRAINER_STATE).is_file() else None
