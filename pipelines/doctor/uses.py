"""Which endpoints a run would use, for what and with which sources' text, as the settings stand.

Example:
    >>> from pipelines.choices import Generation
    >>> list_uses(Settings(generation=Generation(judge="local")))
    [Use(key='generation.judge', name='local', sources=())]
"""

from dataclasses import dataclass

from pipelines.calls.kinds import GeneratorKind
from pipelines.settings import Settings
from pipelines.sources.synthetic_marker import are_synthetic
from pipelines.vocabulary import Source

# Their groups are put together of different subjects, and code writes their records (pipelines.writers).
_COMPOSED = frozenset({Source.VQA_RAD, Source.LLAVA_MED})


@dataclass(frozen=True)
class Use:
    """One purpose of an endpoint."""

    key: str  # of the settings
    name: str | None  # of the endpoint
    sources: tuple[Source, ...]  # real downloads whose text it would be sent


def real_sources(settings: Settings) -> tuple[Source, ...]:
    """Return the sources of which a download is set that is no synthetic cohort."""
    chosen = [source for source in Source if getattr(settings.sources, source.value) is not None]
    return tuple(source for source in chosen if not are_synthetic(settings.source_folders(source)))


def list_uses(settings: Settings) -> list[Use]:
    """Return the uses; an endpoint that is set and not used is in none."""
    generation = settings.generation
    real = real_sources(settings)
    uses: list[Use] = []
    if generation.generator is GeneratorKind.OPENAI:
        uses.append(Use("generation.endpoint", generation.endpoint, tuple(one for one in real if one not in _COMPOSED)))
    elif generation.endpoint is not None:  # `calls plan` takes it
        uses.append(Use("generation.endpoint", generation.endpoint, ()))
    for key, name in (("generation.judge", generation.judge), ("generation.blind_solver", generation.blind_solver)):
        if name is not None:
            uses.append(Use(key, name, real))
    return uses
