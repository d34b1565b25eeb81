"""What rules that see no image reach: the rows that every score must be read against.

Each baseline but chance is a set of predictions (raw outputs by item key) and goes through the same scorer as a model.

Example:
    >>> [str(name) for name in Baseline]
    ['majority_letter', 'longest_option', 'text_only', 'shuffled_reference']
"""

import math
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from evaluation.baselines.text_only import TextOnlyError, predict_text_only
from evaluation.benchmark import BenchmarkItem, items_of_type
from evaluation.choice_rules.text import identify_text
from evaluation.intervals import DEFAULT_SEED, DRAWS, wilson_interval
from evaluation.scores.judging import View, find_exclusion, judge_closed
from evaluation.scores.scoring import ACCURACY, closed_protocol
from pipelines.score_records import Score
from pipelines.vocabulary import AnswerType

CHANCE = "chance"


class Baseline(StrEnum):
    """Baselines that give predictions."""

    MAJORITY_LETTER = "majority_letter"  # the letter keyed most often, always
    LONGEST_OPTION = "longest_option"  # the longest text, the first on ties; uses no labels
    TEXT_ONLY = "text_only"
    SHUFFLED_REFERENCE = "shuffled_reference"  # open items: right style, wrong content; the open score's floor


BASELINES = (CHANCE, *(str(name) for name in Baseline))  # rows of the table that are rules, not models


class BaselineError(ValueError):
    """A baseline that a benchmark is too small for; says why."""


@dataclass(frozen=True, slots=True)
class BaselineRow:
    """Closed accuracy of one baseline, as published. Numbers are None where `reason` says why there are none."""

    correct: float | None  # of chance: the expected number
    n: int
    accuracy: float | None  # 0-1
    low: float | None  # 95 % Wilson interval
    high: float | None
    reason: str | None = None

    def as_json(self) -> dict[str, float | str | None]:
        """Return the row for `baselines --json`; `reason` only where there is one."""
        row: dict[str, float | str | None] = {
            "correct": self.correct,
            "n": self.n,
            "accuracy": self.accuracy,
            "low": self.low,
            "high": self.high,
        }
        return row if self.reason is None else row | {"reason": self.reason}


def predict_baseline(baseline: Baseline, items: Sequence[BenchmarkItem], seed: int = DEFAULT_SEED) -> dict[str, str]:
    """Return a raw output per item key: for the closed items, or for the open ones (shuffled_reference).

    Raises:
        BaselineError: there is nothing to learn from or to exchange.
    """
    closed = items_of_type(items, AnswerType.CLOSED)
    match baseline:
        case Baseline.MAJORITY_LETTER:
            return predict_majority_letter(closed)
        case Baseline.LONGEST_OPTION:
            return predict_longest_option(closed)
        case Baseline.TEXT_ONLY:
            try:
                return predict_text_only(closed, seed)
            except TextOnlyError as error:
                raise BaselineError(f"text_only: {error}") from error
        case Baseline.SHUFFLED_REFERENCE:
            return predict_shuffled_reference(items_of_type(items, AnswerType.OPEN), seed)


def predict_majority_letter(closed: Sequence[BenchmarkItem]) -> dict[str, str]:
    """Return the letter keyed most often for every item, the first of the alphabet on ties."""
    counts = Counter(item.letter for item in closed if item.letter is not None)
    if not counts:
        raise BaselineError("majority_letter: no closed item has a keyed letter")
    letter = min(counts, key=lambda name: (-counts[name], name))
    return {item.key: letter for item in closed}


def predict_longest_option(closed: Sequence[BenchmarkItem]) -> dict[str, str]:
    """Return the letter of the longest option text in characters, the first in print order on ties."""
    return {item.key: max(item.options, key=lambda letter: len(item.options[letter])) for item in closed}


def predict_shuffled_reference(open_items: Sequence[BenchmarkItem], seed: int) -> dict[str, str]:
    """Return for every open item the reference of another one; a seeded cycle through all (Sattolo), so none keeps its own."""
    if len(open_items) < 2:
        raise BaselineError(
            f"shuffled_reference: {len(open_items)} open item(s); at least two are needed to exchange references"
        )
    order, generator = list(range(len(open_items))), random.Random(seed)
    for place in range(len(order) - 1, 0, -1):
        other = generator.randrange(place)
        order[place], order[other] = order[other], order[place]
    return {item.key: open_items[source].answer for item, source in zip(open_items, order, strict=True)}


def measure_chance(closed: Sequence[BenchmarkItem]) -> BaselineRow:
    """Return the expected accuracy of a uniform guess: mean of 1 / number of options.

    The interval is Wilson's at the nearest whole count: what a guesser's score on this many items may look like.
    """
    return _expect([1 / len(item.options) if item.letter in item.options else 0.0 for item in closed])


def score_chance(
    items: Sequence[BenchmarkItem],
    benchmark: str,
    *,
    seed: int = DEFAULT_SEED,
    draws: int = DRAWS,
    judge: str | None = None,
) -> list[Score]:
    """Return chance as rows of the score table, one per view; none where there is no closed item.

    In the corrected view every letter that prints the keyed text is right, so a guess among letters is right more often.
    """
    closed = items_of_type(items, AnswerType.CLOSED)
    judged = [item for item in closed if find_exclusion(item) is None]
    shares = [_keyed_share(item) for item in judged]
    rows = [(View.AS_PUBLISHED, measure_chance(closed)), (View.CORRECTED, _expect(shares))]
    n_units = {View.AS_PUBLISHED: len({item.unit for item in closed}), View.CORRECTED: len({item.unit for item in judged})}
    protocol = closed_protocol(seed, draws, judge)
    return [_chance_score(benchmark, view, row, n_units[view], protocol) for view, row in rows if row.n]


def _keyed_share(item: BenchmarkItem) -> float:
    """Return the share of printed options whose text is the keyed one."""
    same = [text for text in item.options.values() if identify_text(text) == identify_text(item.answer)]
    return len(same) / len(item.options)


def _chance_score(benchmark: str, view: View, row: BaselineRow, n_units: int, protocol: str) -> Score:
    return Score(
        model=CHANCE,
        benchmark=benchmark,
        answer_type=AnswerType.CLOSED,
        metric=ACCURACY,
        view=view.value,
        value=row.accuracy,
        low=None,  # an expectation, not a measurement
        high=None,
        cluster_low=None,
        cluster_high=None,
        n=row.n,
        n_clusters=n_units,
        n_unparsed=0,
        bert_recall=None,
        bleu=None,
        rouge_l_recall=None,
        length_ratio=None,
        protocol=protocol,
    )


def measure_closed_baselines(items: Sequence[BenchmarkItem], seed: int = DEFAULT_SEED) -> Mapping[str, BaselineRow]:
    """Return chance, majority_letter, longest_option and text_only over the closed items, in this order."""
    closed = items_of_type(items, AnswerType.CLOSED)
    names = (Baseline.MAJORITY_LETTER, Baseline.LONGEST_OPTION, Baseline.TEXT_ONLY)
    return {CHANCE: measure_chance(closed)} | {str(name): _measure(name, closed, seed) for name in names}


def _expect(shares: Sequence[float]) -> BaselineRow:
    if not shares:
        return BaselineRow(None, 0, None, None, None, "no closed items")
    expected = math.fsum(shares)
    interval = wilson_interval(round(expected), len(shares))
    return BaselineRow(expected, len(shares), expected / len(shares), interval.low, interval.high)


def _measure(baseline: Baseline, closed: Sequence[BenchmarkItem], seed: int) -> BaselineRow:
    if not closed:
        return BaselineRow(None, 0, None, None, None, "no closed items")
    try:
        outputs = predict_baseline(baseline, closed, seed)
    except BaselineError as error:
        return BaselineRow(None, len(closed), None, None, None, str(error))
    correct = sum(bool(judge_closed(item, outputs[item.key]).is_correct_as_published) for item in closed)
    interval = wilson_interval(correct, len(closed))
    return BaselineRow(correct, len(closed), correct / len(closed), interval.low, interval.high)
