"""Which questions are asked of one image of a group, chosen so that the question alone tells little about its answer.

Yes and no are asked equally often in each pool, and a question that several images answer alike and none otherwise (a skull
fracture that is never there) is asked a few times only: it can be answered without looking.

Example:
    >>> choose_questions([], {}, seed=1, asked_before=frozenset())
    []
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from enum import IntEnum

from pipelines.grouping.ordering import in_hash_order
from pipelines.grouping.vqa_rad.candidates import NO, YES, Asked, Candidate
from pipelines.grouping.vqa_rad.draft import may_stand_together

MAX_FOREGONE = 2  # per pool and meaning


class Kinship(IntEnum):
    """How near a partner stands to the asked question; the lower, the more the place of the asked image matters."""

    OTHER_ANSWER = 0
    SAME_QUESTION = 1
    SHARED_TERM = 2


@dataclass(frozen=True)
class LocatedQuestion:
    """One question and the image that it is asked about."""

    owner: Candidate
    asked: Asked

    @property
    def key(self) -> str:
        """The source question's key."""
        return self.asked.question.question_id

    @property
    def label(self) -> str:
        """The answer of a yes/no question, else "open"."""
        return self.asked.question.answer if self.asked.is_yes_no else "open"


def choose_questions(
    candidates: Iterable[Candidate], pools: Mapping[str, Sequence[Candidate]], seed: int, asked_before: Set[str]
) -> list[LocatedQuestion]:
    """Return the questions that have a possible partner and were not asked before, balanced, in hash order."""
    questions = [LocatedQuestion(candidate, asked) for candidate in candidates for asked in candidate.asked]
    free = [one for one in questions if one.key not in asked_before and has_kin(one, pools[one.owner.pool])]
    ordered = _limit_foregone(in_hash_order(free, seed, lambda one: one.key), questions)
    kept = {one.key for one in ordered if not one.asked.is_yes_no} | _balance_labels(ordered)
    return [one for one in ordered if one.key in kept]


def find_kinship(asked: Asked, other: Candidate) -> Kinship | None:
    """Return how an image is kin to a question, None where none of its questions could be meant as well."""
    same = other.under(asked.meaning)
    if same is not None:
        differs = same.question.answer.casefold() != asked.question.answer.casefold()
        return Kinship.OTHER_ANSWER if differs else Kinship.SAME_QUESTION
    types = set(asked.question.question_types)
    shares_term = any(types & set(one.question.question_types) and asked.terms & one.terms for one in other.asked)
    return Kinship.SHARED_TERM if shares_term else None


def has_kin(question: LocatedQuestion, pool: Sequence[Candidate]) -> bool:
    """Return whether any image of the pool could stand beside the asked one."""
    return any(may_stand_together((question.owner, one)) and find_kinship(question.asked, one) is not None for one in pool)


def _limit_foregone(ordered: Sequence[LocatedQuestion], everything: Sequence[LocatedQuestion]) -> list[LocatedQuestion]:
    answers: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for one in everything:
        answers[one.owner.pool, one.asked.meaning][one.asked.question.answer] += 1
    kept: list[LocatedQuestion] = []
    foregone: Counter[tuple[str, str]] = Counter()
    for one in ordered:
        given = answers[one.owner.pool, one.asked.meaning]
        if one.asked.is_yes_no and len(given) == 1 and given.total() > 1:
            foregone[one.owner.pool, one.asked.meaning] += 1
            if foregone[one.owner.pool, one.asked.meaning] > MAX_FOREGONE:
                continue
        kept.append(one)
    return kept


def _balance_labels(ordered: Sequence[LocatedQuestion]) -> set[str]:
    """Return the keys of the yes/no questions to keep: of each pool, the first n of either label in the order given."""
    by_label: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for one in ordered:
        if one.asked.is_yes_no:
            by_label[one.owner.pool, one.label].append(one.key)
    kept: set[str] = set()
    for pool in sorted({pool for pool, _ in by_label}):
        size = min(len(by_label[pool, YES]), len(by_label[pool, NO]))
        kept.update(by_label[pool, YES][:size], by_label[pool, NO][:size])
    return kept
