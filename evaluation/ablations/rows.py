"""The rows of the study: one run's score, one arm's over its seeds, one ablation's effect.

Example:
    >>> Verdict.COSTS.value, Family.OWN_ABILITY.value
    ('costs', 'an ability left out, on that ability')
"""

from dataclasses import dataclass
from enum import StrEnum

from evaluation.ablations.arms import Arm
from pipelines.score_records import Condition
from pipelines.vocabulary import Ability, AnswerType


class Verdict(StrEnum):
    """What an ablation does to the score of one ability."""

    COSTS = "costs"
    DOES_NOT_SHOW = "does not show"
    HELPS = "helps"
    TOO_FEW = "too few to tell"  # units or seeds: there is no interval and no test


class Family(StrEnum):
    """Effects that are tested together: Holm's correction is over one of these, for each answer type. Fixed beforehand."""

    OWN_ABILITY = "an ability left out, on that ability"
    OTHER_ABILITIES = "an ability left out, on the others"
    COMPOSED = "composed records left out"
    SHARE = "part of the data"


@dataclass(frozen=True, slots=True)
class AblationScore:
    """One run on one ability."""

    arm: Arm
    seed: int
    ability: Ability
    answer_type: AnswerType
    metric: str
    condition: Condition  # sighted or blind
    n: int
    n_clusters: int
    correct: float  # sum of the items' values; of closed answers the number that is right
    value: float  # 0-1
    low: float | None  # 95 % cluster bootstrap: of this run alone
    high: float | None


@dataclass(frozen=True, slots=True)
class ArmScore:
    """One arm on one ability, over its seeds."""

    arm: Arm
    ability: Ability
    answer_type: AnswerType
    metric: str
    condition: Condition
    n: int
    n_clusters: int
    n_seeds: int
    value: float  # mean over seeds, 0-1
    low: float | None  # 95 % over seeds and units: see `spread`
    high: float | None


@dataclass(frozen=True, slots=True)
class AblationEffect:
    """One arm against all data on one ability, item by item: the difference of means over seeds, of sighted answers."""

    arm: Arm
    ability: Ability
    answer_type: AnswerType
    metric: str
    family: Family
    n: int
    n_clusters: int
    n_seeds: int  # of the arm
    n_seeds_full: int
    full: float  # 0-1
    ablated: float
    difference: float  # ablated - full, -1 to 1: below 0 the ablation costs
    low: float | None  # 95 % over seeds and units: see `spread`
    high: float | None
    p: float | None  # two-sided, of the same spread
    p_holm: float | None  # over the family
    verdict: Verdict


@dataclass(frozen=True)
class AblationStudy:
    """All rows."""

    scores: tuple[AblationScore, ...]
    arms: tuple[ArmScore, ...]
    effects: tuple[AblationEffect, ...]
