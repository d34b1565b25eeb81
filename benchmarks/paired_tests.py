"""Models against each other in 12 columns of the score table: the permutation test alone, and all tests with intervals.

There are as many answers as the paper's benchmark has records. The baseline is the permutation test as one writes it first, a
loop over flips and units. It is given the same coin tosses, so that both must come to the same p: that is checked before
anything is measured.

Example:
    >>> [len(column) for column in sum_differences(draw_answers(2, 48))] == [2] * 12
    True
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path

import numpy as np

from benchmarks.rounds import Arms
from evaluation.comparisons.judged import Judged
from evaluation.comparisons.models import compare_models
from evaluation.comparisons.sign_flip import FLIPS, find_sign_flip_ps, toss_coins
from evaluation.intervals import DEFAULT_SEED, DRAWS
from evaluation.scores.judging import View
from pipelines.score_records import Condition
from pipelines.vocabulary import AnswerType

N_RECORDS = 4190  # of Med-MIM's benchmark (arXiv 2505.19031)
N_COLUMNS = 12  # six subsets, closed and open
_ITEMS_PER_UNIT = 2
_SHARES = (0.6, 0.56)  # how good a model is; the second half of the models is worse


def build_benchmarks(scratch: Path) -> Mapping[str, Arms]:
    """Return the arms by benchmark name; the answers are drawn when they are first needed."""
    sums = cache(lambda: sum_differences(draw_answers(2, N_RECORDS)))
    coins = cache(lambda: [_list_coins(len(column)) for column in sums()])
    return {
        "paired_tests_12_columns": Arms(
            ours=lambda: find_ps(sums()),
            baseline=lambda: loop_over_flips(sums(), coins()),
            prepare=lambda: _check(find_ps(sums()), loop_over_flips(sums(), coins())),
        ),
        "compare_2_models_12_columns": Arms(ours=_compare(2)),
        "compare_12_models_12_columns": Arms(ours=_compare(12), max_rounds=2),
    }


def draw_answers(n_models: int, n_records: int) -> list[Judged]:
    """Return what models answered, column by column: 0 or 1 where closed, a share where open."""
    generator = np.random.default_rng(DEFAULT_SEED)
    judged = []
    for column in range(N_COLUMNS):
        n_items = n_records // N_COLUMNS + (column < n_records % N_COLUMNS)
        for model in range(n_models):
            drawn = generator.random(n_items)
            share = _SHARES[2 * model // n_models]
            values = drawn**2 * share if column % 2 else (drawn < share).astype(float)
            judged += [_judge(f"model-{model}", column, item, value) for item, value in enumerate(values.tolist())]
    return judged


def sum_differences(judged: Sequence[Judged]) -> list[np.ndarray]:
    """Return the summed differences of the first two models by unit, shape (units,), for each column."""
    columns: dict[str, dict[str, float]] = {}
    for answer in judged:
        sums = columns.setdefault(answer.benchmark, {})
        sums[answer.unit] = sums.get(answer.unit, 0.0) + (answer.value if answer.model == "model-0" else -answer.value)
    return [np.array(list(sums.values())) for sums in columns.values()]


def find_ps(columns: Sequence[np.ndarray]) -> list[float | None]:
    """Return each column's p, as we find it."""
    return [find_sign_flip_ps(sums[None], _name_units(len(sums)), seed=DEFAULT_SEED)[0] for sums in columns]


def loop_over_flips(columns: Sequence[np.ndarray], coins: Sequence[Sequence[bytes]]) -> list[float | None]:
    """Return each column's p by a loop over flips and units; of each flip, one byte per unit says whether it is turned."""
    ps: list[float | None] = []
    for sums, flips in zip(columns, coins, strict=True):
        values = sums.tolist()
        seen = abs(sum(values)) - 1e-6
        n_as_far = 0
        for tossed in flips:
            total = 0.0
            for value, is_turned in zip(values, tossed, strict=True):
                total += -value if is_turned else value
            n_as_far += abs(total) >= seen
        ps.append((1 + n_as_far) / (1 + len(flips)))
    return ps


def _judge(model: str, column: int, item: int, value: float) -> Judged:
    answer_type = AnswerType.OPEN if column % 2 else AnswerType.CLOSED
    return Judged(
        model=model,
        benchmark=f"benchmark-{column}",
        answer_type=answer_type,
        metric=f"metric-{answer_type}",
        view=View.AS_PUBLISHED,
        condition=Condition.SIGHTED,
        variant="",
        record_key=f"record-{item:04}",
        unit=_name_unit(item // _ITEMS_PER_UNIT),
        value=value,
        letter=None,
        meant=None,
        place=None,
        keyed_place=None,
        n_options=0 if column % 2 else 4,
    )


def _name_unit(place: int) -> str:
    return f"subject-{place:04}"


def _name_units(n: int) -> list[str]:
    return [_name_unit(place) for place in range(n)]


def _list_coins(n_units: int) -> list[bytes]:
    """Return the tosses of every flip: one byte per unit, 0 or 1."""
    packed = toss_coins(_name_units(n_units), DEFAULT_SEED, FLIPS)
    return [row.tobytes() for row in np.unpackbits(packed, axis=1, count=FLIPS).T]


def _compare(n_models: int) -> Callable[[], object]:
    judged = cache(lambda: draw_answers(n_models, N_RECORDS))
    return lambda: compare_models(judged(), seed=DEFAULT_SEED, draws=DRAWS)


def _check(ours: Sequence[float | None], looped: Sequence[float | None]) -> None:
    if ours != looped:
        raise RuntimeError(f"the p-values differ: {ours} by arrays, {looped} by loops")
