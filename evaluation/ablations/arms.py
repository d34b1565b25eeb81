"""The arms of the ablation study: what a run was trained without. Their values name runs: `tiny-without_temporal`.

Example:
    >>> Arm.WITHOUT_TEMPORAL.left_out, Arm.DATA_25.share, Arm.DATA_25.panel
    (<Ability.TEMPORAL: 'temporal'>, 0.25, <Panel.SHARE: 'c'>)
    >>> title_arm(Arm.WITHOUT_COREFERENCE)
    'without co-reference'
"""

from enum import StrEnum

from pipelines.vocabulary import Ability


class Panel(StrEnum):
    """One question of the study, by its letter in Fig. 4 of the paper."""

    ABILITY = "a"  # leave one ability out
    COMPOSED = "b"  # without composed records
    SHARE = "c"  # part of the data


class Arm(StrEnum):
    """What a run was trained on."""

    FULL = "full"
    WITHOUT_TEMPORAL = "without_temporal"
    WITHOUT_REASONING = "without_reasoning"
    WITHOUT_COMPARISON = "without_comparison"
    WITHOUT_COREFERENCE = "without_coreference"
    WITHOUT_COMPOSED = "without_composed"
    DATA_0 = "data_0"
    DATA_25 = "data_25"
    DATA_50 = "data_50"
    DATA_75 = "data_75"

    @property
    def panel(self) -> Panel | None:
        """The question that the arm answers; None of the full run, which every arm is held against."""
        if self is Arm.FULL:
            return None
        if self is Arm.WITHOUT_COMPOSED:
            return Panel.COMPOSED
        return Panel.SHARE if self in _SHARES else Panel.ABILITY

    @property
    def left_out(self) -> Ability | None:
        """The ability whose records were left out."""
        return _LEFT_OUT.get(self)

    @property
    def share(self) -> float:
        """The share of independent units that was trained on, 0-1."""
        return _SHARES.get(self, 1.0)


_LEFT_OUT = {
    Arm.WITHOUT_TEMPORAL: Ability.TEMPORAL,
    Arm.WITHOUT_REASONING: Ability.REASONING,
    Arm.WITHOUT_COMPARISON: Ability.COMPARISON,
    Arm.WITHOUT_COREFERENCE: Ability.COREFERENCE,
}
_SHARES = {Arm.DATA_0: 0.0, Arm.DATA_25: 0.25, Arm.DATA_50: 0.5, Arm.DATA_75: 0.75}


def title_arm(arm: Arm) -> str:
    """Return how an arm is called where people read."""
    if arm is Arm.FULL:
        return "all data"
    if arm.left_out is not None:
        return f"without {title_ability(arm.left_out)}"
    return "without composed records" if arm is Arm.WITHOUT_COMPOSED else f"{100 * arm.share:.0f} % of the data"


def title_ability(ability: Ability) -> str:
    """Return how an ability is called where people read."""
    return "co-reference" if ability is Ability.COREFERENCE else str(ability)
