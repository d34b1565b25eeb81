"""Runs of known effect: every arm's chance of a right answer is given, seeds and units differ, all drawn from one seed."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from evaluation.ablations.answers import AblationRun
from evaluation.ablations.arms import Arm
from evaluation.comparisons.judged import Judged
from pipelines.score_records import Condition
from pipelines.vocabulary import Ability
from tests.evaluation.made_answers import judge

Chance = Callable[[Arm, Ability], float]


def answer(ability: Ability, key: str, value: float, *, unit: str, condition: Condition = Condition.SIGHTED) -> Judged:
    return judge("m", key, value, unit=unit, benchmark=f"held_in_{ability}", condition=condition)


def simulate(
    arms: Sequence[Arm],
    chance: Chance,
    *,
    sizes: Mapping[Ability, tuple[int, int]],
    n_seeds: int = 3,
    seed_spread: float = 0.02,
    blind: float | None = 0.3,
    draw: int = 1,
) -> list[AblationRun]:
    """`sizes` has items and units of each ability; items of one unit share what makes them hard."""
    generator = np.random.default_rng(draw)
    hardness = {ability: generator.normal(0, 0.1, n_units) for ability, (_, n_units) in sizes.items()}
    runs = []
    for arm in arms:
        for seed in range(n_seeds):
            answers = []
            for ability, (n, n_units) in sizes.items():
                luck = generator.normal(0, seed_spread)
                for place in range(n):
                    key, unit = f"{ability}-{place:04}", f"{ability}-unit-{place % n_units:03}"
                    hard = hardness[ability][place % n_units]
                    value = float(generator.random() < chance(arm, ability) + luck + hard)
                    answers.append(answer(ability, key, value, unit=unit))
                    if blind is not None:
                        guessed = float(generator.random() < blind)
                        answers.append(answer(ability, key, guessed, unit=unit, condition=Condition.BLIND))
            runs.append(AblationRun(arm, seed, tuple(answers)))
    return runs
