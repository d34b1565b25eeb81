"""What the study shows, in words: where an ablation costs, where it helps, and where no effect shows.

Example:
    >>> describe_ablations(AblationStudy((), (), ()))
    'no ablations yet: nothing was trained with part of the data'
"""

from collections.abc import Iterator, Sequence

from evaluation.ablations.arms import Arm, title_ability, title_arm
from evaluation.ablations.rows import AblationEffect, AblationStudy, Family, Verdict
from evaluation.ablations.table import write_difference
from evaluation.leaderboard.table import SYNTHETIC
from pipelines.vocabulary import AnswerType

NOTHING = "no ablations yet: nothing was trained with part of the data"
_QUESTIONS = {
    Family.OWN_ABILITY: "(a) Does leaving an ability out cost on that ability?",
    Family.OTHER_ABILITIES: "(a) Does leaving an ability out change the others?",
    Family.COMPOSED: "(b) Does leaving composed records out cost?",
    Family.SHARE: "(c) Does less data cost?",
}
_ANSWERS = {
    Verdict.COSTS: "costs",
    Verdict.HELPS: "helps instead",
    Verdict.DOES_NOT_SHOW: "no effect shows",
    Verdict.TOO_FEW: "too few units or seeds to tell",
}


def describe_ablations(study: AblationStudy, *, answer_type: AnswerType = AnswerType.CLOSED, is_synthetic: bool = False) -> str:
    """Return a paragraph per question: how many effects show, which, and with equal weight those that do not.

    Args:
        study: all rows.
        answer_type: of the effects told.
        is_synthetic: whether the runs were trained and asked on the synthetic cohort.
    """
    effects = [effect for effect in study.effects if effect.answer_type is answer_type]
    if not effects:
        return NOTHING
    parts = [
        _describe_family(family, chosen)
        for family in Family
        if (chosen := sorted((one for one in effects if one.family is family), key=lambda one: list(Arm).index(one.arm)))
    ]
    seeds = sorted({effect.n_seeds for effect in effects} | {effect.n_seeds_full for effect in effects})
    told = f"{seeds[0]} seeds an arm" if len(seeds) == 1 else f"{seeds[0]} to {seeds[-1]} seeds an arm"
    whose = f", {SYNTHETIC}: nothing of this is about patients" if is_synthetic else ""
    head = (
        f"{answer_type.capitalize()} answers, {effects[0].metric} x 100 on the held-in set; {told}{whose}. Differences are to "
        "all data, with 95 % intervals over seeds and units; an effect shows where p < 0.05 after Holm's correction over its "
        "question."
    )
    return "\n\n".join([head, *parts])


def _describe_family(family: Family, effects: Sequence[AblationEffect]) -> str:
    counts = {verdict: sum(effect.verdict is verdict for effect in effects) for verdict in Verdict}
    told = "; ".join(f"{_ANSWERS[verdict]}: {count} of {len(effects)}" for verdict, count in counts.items() if count)
    return "\n".join([f"{_QUESTIONS[family]} {told}.", *_list_effects(family, effects)])


def _list_effects(family: Family, effects: Sequence[AblationEffect]) -> Iterator[str]:
    for verdict in Verdict:
        chosen = [effect for effect in effects if effect.verdict is verdict]
        if chosen:
            yield f"  {_ANSWERS[verdict]}: {'; '.join(_name(family, effect) for effect in chosen)}"


def _name(family: Family, effect: AblationEffect) -> str:
    asked = title_ability(effect.ability)
    name = asked if family in (Family.OWN_ABILITY, Family.COMPOSED) else f"{title_arm(effect.arm)}, {asked}"
    units = f", {effect.n_clusters} units" if effect.verdict is Verdict.TOO_FEW else ""
    return f"{name} {write_difference(effect)} (from {100 * effect.full:.1f}{units})"
