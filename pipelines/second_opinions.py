"""What other models say of records that passed every rule: a judge who sees the sources, and a solver who sees nothing.

Both are optional (`generation.judge`, `generation.blind_solver`). The judge's disagreement is a flag for reviewers; what the
blind solver gets right beyond chance is held against a gate.

Example:
    >>> ask_second_opinions([], [], Settings(), None).blind is None
    True
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.generation.model.blind_solver import BlindResult, solve_blind
from pipelines.generation.model.judge import Judged, find_shared_family, judge_records
from pipelines.records import ImageGroup, Record
from pipelines.settings import Settings
from pipelines.writers import AskOf, ask_by_name


@dataclass(frozen=True)
class SecondOpinions:
    """The records, flagged where the judge disagrees, and what was asked; None for what the settings leave out."""

    records: tuple[Record, ...]
    judged: Judged | None = None
    blind: BlindResult | None = None
    shared_family: str | None = None  # of the model that wrote and the judge, whose errors are then alike

    def counts(self) -> dict[str, int]:
        """Return how often the judge agreed, disagreed or said nothing, and what the blind solver answered."""
        judged = self.judged and {
            "judge agrees": self.judged.n_agreed,
            "judge disagrees": self.judged.n_disagreed,
            "judge says nothing": self.judged.n_silent,
        }
        blind = self.blind and {"blind solver right": self.blind.n_correct, "blind solver answered": self.blind.n_answered}
        return (judged or {}) | (blind or {})


def ask_second_opinions(
    records: Sequence[Record], groups: Sequence[ImageGroup], settings: Settings, ask_of: AskOf | None
) -> SecondOpinions:
    """Ask those of the two models that the settings name.

    Args:
        records: validated ones of one source, each in one version.
        groups: theirs.
        settings: `generation.judge` and `generation.blind_solver` name endpoints.
        ask_of: sends requests.
    """
    chosen, judged, family = settings.generation, None, None
    rows = tuple(records)
    if chosen.judge is not None:
        ask, endpoint = ask_by_name(chosen.judge, ask_of), settings.endpoint(chosen.judge)
        judged = judge_records(rows, {group.group_id: group for group in groups}, endpoint, ask, chosen)
        rows = judged.records
        writers = (record.generator.removeprefix("openai:") for record in rows if record.ledger_key is not None)
        family = next((found for model in writers if (found := find_shared_family(model, endpoint.model))), None)
    return SecondOpinions(rows, judged, ask_blind_solver(rows, settings, ask_of), family)


def ask_blind_solver(records: Sequence[Record], settings: Settings, ask_of: AskOf | None) -> BlindResult | None:
    """Return what the blind solver says of records, None where the settings name none; what it was asked before is free."""
    name = settings.generation.blind_solver
    return None if name is None else solve_blind(records, settings.endpoint(name), ask_by_name(name, ask_of))
