"""One trained run as a row: what made it and what came of it, so that a score can be walked back to its data.

Example:
    >>> [name for name in TrainedRun.__slots__ if "digest" in name]
    ['recipe_digest', 'model_digest']
"""

from dataclasses import dataclass

from pipelines.provenance import Provenance, read_provenance
from pipelines.terms_of_use import DataClass
from training.run.prepared import read_facts
from training.run.result import RunResult
from training.run_folder import RunFolder


@dataclass(frozen=True, slots=True)
class TrainedRun:
    """One finished run of one recipe on one version of the data."""

    run: str  # recipe, and ablation: "tiny-without_temporal"
    recipe: str  # as resolved, JSON
    recipe_digest: str
    data_version: str  # content hash of the records that were chosen
    code_version: str
    base: str
    seed: int
    data_class: DataClass  # the strictest of the records'
    is_synthetic: bool
    n_examples: int  # encoded samples; closed records asked without their options, where the recipe has a curriculum, too
    n_rejected: int  # records that could not be encoded; data/data.json of the run's folder says why
    n_steps: int
    first_loss: float | None  # None: no step was made
    last_loss: float | None
    seconds: float  # of all steps
    loader_share: float | None  # of the steps' time: waiting for batches
    libraries: tuple[str, ...]
    folder: str  # "runs/<run>/<digest>", below the storage root
    model_digest: str  # of the finished model's folder


def describe_run(folder: RunFolder, result: RunResult) -> TrainedRun:
    """Return the row of a finished run; ProvenanceError where its model lacks what made it."""
    made: Provenance = read_provenance(folder.model)
    facts = read_facts(folder)
    return TrainedRun(
        run=made.run,
        recipe=folder.recipe.read_text(encoding="utf-8"),
        recipe_digest=made.recipe_digest,
        data_version=made.data_version,
        code_version=made.code_version,
        base=made.base,
        seed=made.seed,
        data_class=made.data_class,
        is_synthetic=made.is_synthetic,
        n_examples=facts.n_examples,
        n_rejected=facts.n_rejected,
        n_steps=result.n_steps,
        first_loss=result.losses[0] if result.losses else None,
        last_loss=result.losses[-1] if result.losses else None,
        seconds=result.seconds,
        loader_share=result.loader_share,
        libraries=made.libraries,
        folder="/".join(("runs", *folder.path.parts[-2:])),
        model_digest=result.digest,
    )
