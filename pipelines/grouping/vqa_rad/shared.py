"""Shared-finding groups: two images on which the same yes/no question was answered, one item of four truths each.

Label balance: both, only the first, only the second and neither become about equally many (see MAX_IMBALANCE). A meaning
that has one answer on every image of its pool is left out: its items could be answered without looking.

Example:
    >>> from pipelines.choices import Grouping
    >>> compose_shared([], Grouping(), Budget(12, 4))
    []
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from pipelines.choices import Grouping
from pipelines.grouping.ordering import hash_number, in_hash_order
from pipelines.grouping.vqa_rad.candidates import NO, YES, Asked, Candidate
from pipelines.grouping.vqa_rad.draft import Budget, build_group, may_stand_together
from pipelines.grouping.vqa_rad.finding import finding_of
from pipelines.records import ImageGroup
from pipelines.vocabulary import Split, SubTask

MAX_PER_FACT = 5  # groups that may rest on one answer: more would repeat one fact in many guises
MAX_PER_MEANING = 8  # groups of one meaning and truth: a finding must not give its truth away
MAX_IMBALANCE = 2  # how many times as frequent as the rarest truth another may be

TRUTHS: tuple[tuple[str, str], ...] = ((YES, YES), (YES, NO), (NO, YES), (NO, NO))
"""Answers on the first and the second image: both, only the first, only the second, neither."""


@dataclass(frozen=True)
class _Pair:
    first: Candidate
    second: Candidate
    meaning: str

    @property
    def key(self) -> str:
        return f"{self.meaning}|{self.first.image.image_id}|{self.second.image.image_id}"

    def asked(self) -> tuple[Asked, Asked]:
        found = (self.first.under(self.meaning), self.second.under(self.meaning))
        assert found[0] is not None and found[1] is not None  # pairs are made of images that answer the meaning
        return found[0], found[1]

    def as_group(self) -> ImageGroup:
        facts = [asked.as_fact(index) for index, asked in enumerate(self.asked())]
        why = f"same question ({self.meaning})"
        return build_group(SubTask.SHARED_FINDING, (self.first, self.second), facts, self.first, why)


def compose_shared(candidates: Sequence[Candidate], settings: Grouping, budget: Budget) -> list[ImageGroup]:
    """Return the shared-finding groups of all splits; the images' budget is spent."""
    groups: list[ImageGroup] = []
    for split in Split:
        by_truth = pairs_by_truth([candidate for candidate in candidates if candidate.split is split], settings.seed)
        groups += [pair.as_group() for pair in _take_evenly(by_truth, budget)]
    return groups


def pairs_by_truth(candidates: Sequence[Candidate], seed: int) -> dict[tuple[str, str], list[_Pair]]:
    """Return the pairs of images that answer one meaning, by the truth of both, each list in hash order."""
    answering: defaultdict[tuple[str, str], list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        for asked in candidate.asked:
            if asked.is_yes_no and finding_of(asked.question.question) is not None:
                answering[candidate.pool, asked.meaning].append(candidate)
    found: dict[tuple[str, str], list[_Pair]] = {truth: [] for truth in TRUTHS}
    for (_, meaning), images in sorted(answering.items()):
        for pair in _pairs_of_meaning(images, meaning, seed):
            first, second = pair.asked()
            found[first.question.answer, second.question.answer].append(pair)
    return {truth: in_hash_order(pairs, seed, lambda pair: pair.key) for truth, pairs in found.items()}


def _pairs_of_meaning(images: Sequence[Candidate], meaning: str, seed: int) -> Iterable[_Pair]:
    answers = {asked.question.answer for image in images if (asked := image.under(meaning)) is not None}
    if answers != {YES, NO}:
        return
    for left, right in combinations(images, 2):
        if may_stand_together((left, right)):
            ids = sorted((left.image.image_id, right.image.image_id))
            is_swapped = hash_number(seed, meaning, *ids) % 2 == 1
            yield _Pair(right, left, meaning) if is_swapped else _Pair(left, right, meaning)


def _take_evenly(by_truth: dict[tuple[str, str], list[_Pair]], budget: Budget) -> list[_Pair]:
    """Take one pair of each truth in turn; when one truth has none left, the others go on to MAX_IMBALANCE times its number."""
    taken: list[_Pair] = []
    uses: Counter[str] = Counter()
    queues = {truth: iter(pairs) for truth, pairs in by_truth.items()}
    counts = dict.fromkeys(TRUTHS, 0)
    limit: int | None = None
    while queues:
        for truth in list(queues):
            pair = next((pair for pair in queues[truth] if _is_affordable(pair, truth, budget, uses)), None)
            if pair is None:
                limit = max(1, MAX_IMBALANCE * counts[truth]) if limit is None else limit
                del queues[truth]
            else:
                budget.spend(pair.as_group())
                uses.update(_uses_of(pair, truth))
                taken.append(pair)
                counts[truth] += 1
        queues = {truth: queue for truth, queue in queues.items() if limit is None or counts[truth] < limit}
    return taken


def _uses_of(pair: _Pair, truth: tuple[str, str]) -> tuple[str, str, str]:
    first, second = (asked.question.question_id for asked in pair.asked())
    return first, second, f"{pair.meaning}|{truth[0]}|{truth[1]}"


def _is_affordable(pair: _Pair, truth: tuple[str, str], budget: Budget, uses: Counter[str]) -> bool:
    *facts, meaning = _uses_of(pair, truth)
    return (
        budget.allows(pair.first.image.image_id, pair.second.image.image_id)
        and budget.allows_unit(pair.first)
        and all(uses[fact] < MAX_PER_FACT for fact in facts)
        and uses[meaning] < MAX_PER_MEANING
    )
