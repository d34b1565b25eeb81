"""What made a checkpoint: run, recipe, data and code. Training writes it beside weights; evaluation refuses those without.

Example:
    >>> import tempfile
    >>> made = Provenance("tiny", "9f", "51", "0.1.0", "new", 1, 400, 400, 3992, DataClass.OPEN, True, ("torch 2.13.0",))
    >>> with tempfile.TemporaryDirectory() as name:
    ...     write_provenance(Path(name), made)
    ...     read_provenance(Path(name)) == made
    True
"""

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path

from pipelines.storage import write_bytes
from pipelines.terms_of_use import DataClass

PROVENANCE_FILE = "provenance.json"


class ProvenanceError(ValueError):
    """Weights of which nobody can tell what made them."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """What made one checkpoint."""

    run: str  # "tiny", "tiny-without_temporal"
    recipe_digest: str
    data_version: str  # content hash of the training records that were chosen
    code_version: str  # the project's version, and the commit where it is known
    base: str  # what was fine-tuned: name or folder's name, "new" where weights were drawn
    seed: int
    step: int
    n_steps: int  # of the whole run
    n_examples: int
    data_class: DataClass  # the strictest of the records': where the weights may go
    is_synthetic: bool  # trained on the synthetic cohort
    libraries: tuple[str, ...]  # "torch 2.13.0"


def write_provenance(folder: Path, provenance: Provenance) -> None:
    """Write it beside the weights, whole or not at all."""
    text = json.dumps(dataclasses.asdict(provenance), indent=2)
    write_bytes(str(folder / PROVENANCE_FILE), text.encode())


def read_provenance(folder: Path) -> Provenance:
    """Return what made the weights in a folder.

    Raises:
        ProvenanceError: no such file, not JSON, or a field is missing, unknown or of another type.
    """
    path = folder / PROVENANCE_FILE
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        values = {**found, "data_class": DataClass(found["data_class"]), "libraries": tuple(found["libraries"])}
        made = Provenance(**values)
    except FileNotFoundError:
        raise ProvenanceError(
            f"{folder.name}: there is no {PROVENANCE_FILE}, so nobody can tell which data, recipe and code made these weights; "
            "train them by `python -m training run`, or name them as another's model: transformers:FOLDER"
        ) from None
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise ProvenanceError(
            f"{folder.name}/{PROVENANCE_FILE}: cannot be read ({error}); take another checkpoint of the run, or train again"
        ) from error
    _check_types(made, path)
    return made


def _check_types(made: Provenance, path: Path) -> None:
    for field in dataclasses.fields(made):
        value = getattr(made, field.name)
        wanted = {"int": int, "bool": bool}.get(str(getattr(field.type, "__name__", field.type)))
        if (wanted is not None and type(value) is not wanted) or value in ("", ()):
            raise ProvenanceError(
                f"{path.parent.name}/{path.name}: {field.name} is {value!r}; take another checkpoint of the run, or train again"
            )
