"""Who writes the records of a source: composed groups by location phrases, inherent ones by templates or a model.

Example:
    >>> choose_writer([], Settings(), None).write([]).rows
    ()
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from pipelines.calls.attempt import Ask
from pipelines.calls.kinds import GeneratorKind
from pipelines.choices import Endpoint
from pipelines.generation.composed.rewriting import rewrite_composed
from pipelines.generation.composed.write import write_composed
from pipelines.generation.draft import Draft
from pipelines.generation.rewrite import Rewrite
from pipelines.generation.template.rewriting import rewrite_templates
from pipelines.generation.template.write import write_templates
from pipelines.outcome import Outcome
from pipelines.records import ImageGroup
from pipelines.settings import Settings, SettingsError
from pipelines.source_records import SourceQuestion
from pipelines.vocabulary import Origin


@dataclass(frozen=True)
class Writer:
    """Writes the first version of every group's records, and further versions of rejected ones."""

    write: Callable[[Sequence[ImageGroup]], Outcome[Draft]]
    rewrite: Callable[[Sequence[Rewrite], Mapping[str, ImageGroup]], Outcome[Draft]] | None = None  # None: nothing anew


AskOf = Callable[[str], Ask]
"""What sends requests to an endpoint, by its name in the settings."""


def choose_writer(questions: Sequence[SourceQuestion], settings: Settings, ask_of: AskOf | None) -> Writer:
    """Return the writer of a source's groups.

    Args:
        questions: the source's own, which composed groups ask.
        settings: `generation.generator` chooses who writes the inherent ones.
        ask_of: sends a model's requests; needed by that generator alone.
    """
    inherent = _by_model(settings, ask_of) if settings.generation.generator is GeneratorKind.OPENAI else _by_template(settings)

    def write(groups: Sequence[ImageGroup]) -> Outcome[Draft]:
        of_origin = {origin: [group for group in groups if group.origin is origin] for origin in Origin}
        composed = write_composed(of_origin[Origin.COMPOSED], questions, settings.generation)
        if not of_origin[Origin.INHERENT]:
            return composed
        return _join(composed, inherent.write(of_origin[Origin.INHERENT]))

    def rewrite(rewrites: Sequence[Rewrite], groups: Mapping[str, ImageGroup]) -> Outcome[Draft]:
        composed = Outcome(tuple(rewrite_composed(rewrites, groups, questions, settings.generation)), ())
        return composed if inherent.rewrite is None else _join(composed, inherent.rewrite(rewrites, groups))

    return Writer(write, rewrite)


def _join(first: Outcome[Draft], second: Outcome[Draft]) -> Outcome[Draft]:
    return Outcome((*first.rows, *second.rows), (*first.rejections, *second.rejections))


def _by_template(settings: Settings) -> Writer:
    return Writer(
        lambda groups: write_templates(groups, settings.generation),
        lambda rewrites, groups: Outcome(tuple(rewrite_templates(rewrites, groups, settings.generation)), ()),
    )


def _by_model(settings: Settings, ask_of: AskOf | None) -> Writer:
    from pipelines.generation.model.rewrite import rewrite_with_model
    from pipelines.generation.model.write import write_with_model

    def chosen() -> tuple[str, Endpoint]:
        return settings.generation.endpoint or "", settings.endpoint(settings.generation.endpoint)

    def write(groups: Sequence[ImageGroup]) -> Outcome[Draft]:
        name, endpoint = chosen()
        return write_with_model(groups, name, endpoint, ask_by_name(name, ask_of), settings.generation)

    def rewrite(rewrites: Sequence[Rewrite], groups: Mapping[str, ImageGroup]) -> Outcome[Draft]:
        ours = [one for one in rewrites if one.record.origin is Origin.INHERENT]
        if not ours:
            return Outcome((), ())
        name, endpoint = chosen()
        return rewrite_with_model(ours, groups, name, endpoint, ask_by_name(name, ask_of), settings.generation)

    return Writer(write, rewrite)


def ask_by_name(name: str, ask_of: AskOf | None) -> Ask:
    """Return what sends requests to an endpoint; SettingsError where nothing does."""
    if ask_of is None:
        raise SettingsError(f"the settings name the model {name}, but nothing sends requests: use model_calls.open_calls")
    return ask_of(name)
