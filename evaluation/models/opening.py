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
from evaluation.models.spec import UNTRAINED, ModelSpec
from pipelines.model_calls import open_calls
from pipelines.progress import Say
from pipelines.settings import Settings, SettingsError
from pipelines.storage import write_bytes


@contextmanager
def open_model(spec: ModelSpec, settings: Settings, say: Say | None) -> Iterator[Model]:
    """Give the model of a specification of kind openai or transformers.

    Raises:
        ModelError: another kind.
        SettingsError: no endpoint of the settings has the name or serves the model.
    """
    if isinstance(spec.options, TransformersOptions):
        from evaluation.models.transformers_model.model import TransformersModel

        reference = _write_untrained(settings) if spec.argument == UNTRAINED else spec.argument
        yield TransformersModel(spec.name, reference, spec.options, settings.evaluation.seed)
    elif isinstance(spec.options, OpenAiOptions):
        from evaluation.models.endpoint import EndpointModel

        name = find_endpoint(spec.argument, settings)
        with open_calls(settings, say) as ask_of:
            endpoint = settings.endpoint(name)
            yield EndpointModel(spec.name, name, endpoint, spec.options, ask_of(name), settings.evaluation.seed)
    else:
        raise ModelError(f"{spec.name}: a {spec.kind} is no model that can be asked")


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
