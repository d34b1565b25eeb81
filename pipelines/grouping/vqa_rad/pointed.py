"""Groups in which exactly one image answers yes to a question that every other image answers with no.

They are located-question groups of the strictest kind: "Which image shows ...?" has one answer in them, and the same words
asked about two of their images have two. The image asked about is the positive one as often as a negative one.

Example:
    >>> from pipelines.choices import Grouping
    >>> compose_pointed([], Grouping(), Budget(12, 4))
    []
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from pipelines.choices import Grouping
from pipelines.grouping.ordering import EvenChooser, hash_share, in_hash_order
from pipelines.grouping.vqa_rad.candidates import NO, YES, Candidate
from pipelines.grouping.vqa_rad.draft import Budget, build_group, may_stand_together, put_in_place
from pipelines.grouping.vqa_rad.finding import finding_of
from pipelines.records import ImageGroup
from pipelines.vocabulary import SubTask

MAX_PER_POSITIVE = 3  # groups that may rest on one positive answer
MAX_PER_ASKED = 2  # groups in which one question of one image may be the one that is asked


def compose_pointed(candidates: Sequence[Candidate], settings: Grouping, budget: Budget) -> list[ImageGroup]:
    """Return the groups in hash order of their positive answers; the images' budget is spent."""
    composer = _Composer(settings, budget)
    groups: list[ImageGroup] = []
    seen: set[tuple[str, frozenset[str]]] = set()
    positives = _positives(candidates)
    for turn in range(MAX_PER_POSITIVE):
        for meaning, positive, negatives in in_hash_order(
            positives, settings.seed, lambda one: f"{one[0]}|{one[1].image.image_id}"
        ):
            members = composer.choose_members(meaning, positive, negatives, turn)
            identity = (meaning, frozenset(member.image.image_id for member in members))
            if len(members) > 1 and identity not in seen:
                seen.add(identity)
                groups.append(composer.compose(meaning, members))
    return groups


def _positives(candidates: Iterable[Candidate]) -> list[tuple[str, Candidate, list[Candidate]]]:
    """Return (meaning, image that answers yes, images of its pool that answer no) where the question makes a statement."""
    answering: defaultdict[tuple[str, str], dict[str, list[Candidate]]] = defaultdict(lambda: {YES: [], NO: []})
    for candidate in candidates:
        for asked in candidate.asked:
            if asked.is_yes_no and finding_of(asked.question.question) is not None:
                answering[candidate.pool, asked.meaning][asked.question.answer].append(candidate)
    return [
        (meaning, positive, by_answer[NO])
        for (_, meaning), by_answer in sorted(answering.items())
        for positive in by_answer[YES]
        if by_answer[NO]
    ]


class _Composer:
    """Keeps what must stay even while groups are composed: positions, labels, and the use of images and questions."""

    def __init__(self, settings: Grouping, budget: Budget) -> None:
        self._settings = settings
        self._budget = budget
        self._even = EvenChooser(settings.seed)
        self._asked: Counter[str] = Counter()

    def choose_members(
        self, meaning: str, positive: Candidate, negatives: Sequence[Candidate], turn: int
    ) -> tuple[Candidate, ...]:
        """Return the positive image and one or two negative ones; fewer than two images where none can be had."""
        key = f"{meaning}|{positive.image.image_id}|{turn}"
        size = 3 if hash_share(self._settings.seed, "three", key) < self._settings.three_image_share else 2
        members: tuple[Candidate, ...] = (positive,)
        for other in in_hash_order(negatives, self._settings.seed, lambda one: f"{key}|{one.image.image_id}"):
            if len(members) < size and self._budget.allows(other.image.image_id) and may_stand_together((*members, other)):
                members = (*members, other)
        may_be_asked = self._budget.allows(positive.image.image_id) and any(map(self._budget.allows_unit, members))
        return members if may_be_asked else ()

    def compose(self, meaning: str, members: tuple[Candidate, ...]) -> ImageGroup:
        """Return the group with the positive image at a balanced place and the asked image of a balanced label."""
        key = f"{meaning}|{'|'.join(member.image.image_id for member in members)}"
        stratum = f"{members[0].pool}|{len(members)}"
        place = self._even.choose(f"place|{stratum}", range(len(members)), key)
        ordered = put_in_place(members, 0, place)
        owner = self._choose_asked(meaning, members, f"label|{members[0].pool}", key)
        facts = [found.as_fact(index) for index, one in enumerate(ordered) if (found := one.under(meaning)) is not None]
        facts.sort(key=lambda fact: ordered[fact.place] is not owner)  # the asked fact first, the others in image order
        self._asked[facts[0].said_by] += 1
        group = build_group(SubTask.LOCATED_QUESTION, ordered, facts, owner, f"{meaning}; one image answers yes, the others no")
        self._budget.spend(group)
        return group

    def _choose_asked(self, meaning: str, members: Sequence[Candidate], stratum: str, key: str) -> Candidate:
        units = [one for one in members if self._budget.allows_unit(one)]
        free = [one for one in units if self._uses(one, meaning) < MAX_PER_ASKED] or units
        labels = [label for label in (YES, NO) if any((one is members[0]) == (label == YES) for one in free)]
        label = self._even.choose(stratum, labels, key)
        return next(one for one in free if (one is members[0]) == (label == YES))

    def _uses(self, candidate: Candidate, meaning: str) -> int:
        asked = candidate.under(meaning)
        return 0 if asked is None else self._asked[asked.question.question_id]
