"""Opens a model that is asked, by its specification; nothing heavy is loaded before its first question.

Example:
    >>> from evaluation.models.spec import parse_spec
    >>> with open_model(parse_spec("rule", "baseline:longest"), Settings(), None) as model:
    ...     pass
    Traceback (most recent call last):
    evaluation.models.model.ModelError: rule: a baseline is no model that can be asked
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from evaluation.models.model import Model, ModelError
from evaluation.models.options import OpenAiOptions, TransformersOptions
from evaluation.models.spec import UNTRAINED, ModelKind, ModelSpec
from pipelines.model_calls import open_calls
from pipelines.progress import Say
from pipelines.provenance import ProvenanceError, read_provenance
from pipelines.settings import Settings, SettingsError
from pipelines.storage import write_bytes


@contextmanager
def open_model(spec: ModelSpec, settings: Settings, say: Say | None) -> Iterator[Model]:
    """Give the model of a specification of kind openai, transformers or checkpoint.

    Raises:
        ModelError: another kind, or a run that has no model or does not tell what made it.
        SettingsError: no endpoint of the settings has the name or serves the model.
    """
    if isinstance(spec.options, TransformersOptions):
        from evaluation.models.transformers_model.model import TransformersModel

        yield TransformersModel(spec.name, _find_reference(spec, settings), spec.options, settings.evaluation.seed)
    elif isinstance(spec.options, OpenAiOptions):
        from evaluation.models.endpoint import EndpointModel

        name = find_endpoint(spec.argument, settings)
        with open_calls(settings, say) as ask_of:
            endpoint = settings.endpoint(name)
            yield EndpointModel(spec.name, name, endpoint, spec.options, ask_of(name), settings.evaluation.seed)
    else:
        raise ModelError(f"{spec.name}: a {spec.kind} is no model that can be asked")


def _find_reference(spec: ModelSpec, settings: Settings) -> str:
    if spec.kind is ModelKind.CHECKPOINT:
        return find_checkpoint(spec.argument, settings)
    return _write_untrained(settings) if spec.argument == UNTRAINED else spec.argument


def find_checkpoint(run: str, settings: Settings) -> str:
    """Return the folder of the model that a run finished last, links followed: a later run must not change it meanwhile.

    Raises:
        ModelError: the run finished none, its provenance is missing or broken, or it is another run's.
    """
    link = settings.checkpoint_folder(run)
    if not link.is_dir():
        raise ModelError(
            f"checkpoint:{run}: there is no finished model at {link}; train it: python -m training prepare, then run "
            f"(docs/training.md), or dagster asset materialize -m assets.definitions --select training/checkpoint "
            f"--partition {run}"
        )
    try:
        made = read_provenance(link)
    except ProvenanceError as error:
        raise ModelError(f"checkpoint:{run}: {error}") from error
    if made.run != run:
        raise ModelError(f"checkpoint:{run}: {link} holds a model of run {made.run!r}; name that run, or train {run} again")
    return str(link.resolve())


def _write_untrained(settings: Settings) -> str:
    """Return the folder of the untrained model, written anew: equal seeds give equal weights.

    Another run may be reading the folder just now, so each file is replaced at once.
    """
    from evaluation.models.tiny import write_tiny_model

    folder = Path(settings.storage_root) / "models" / UNTRAINED
    with TemporaryDirectory() as made:
        for file in sorted(write_tiny_model(Path(made), None, settings.evaluation.seed).iterdir()):
            write_bytes(str(folder / file.name), file.read_bytes(), is_synced=False)
    return str(folder)


def find_endpoint(wanted: str, settings: Settings) -> str:
    """Return the name of the endpoint that is called so, or of the only one that serves the model of that name."""
    if wanted in settings.endpoints:
        return wanted
    serving = [name for name, endpoint in settings.endpoints.items() if endpoint.model == wanted]
    if len(serving) > 1:
        raise SettingsError(f"openai:{wanted}: endpoints {', '.join(serving)} serve that model; name one of them")
    if not serving:
        settings.endpoint(wanted)  # raises, and says how one is added
    return serving[0]
