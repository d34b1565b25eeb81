"""Located-question groups: one question about one image, beside images that the question could as well be about.

The place of the asked image must matter. Partners are therefore sought in this order: images on which the same question has
another answer, images with the same question, images with a question of the same type that shares a content term.

Example:
    >>> from pipelines.choices import Grouping
    >>> compose_located([], Grouping(), Budget(12, 4))
    []
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from pipelines.choices import Grouping
from pipelines.grouping.ordering import EvenChooser, hash_number, hash_share, in_hash_order
from pipelines.grouping.vqa_rad.candidates import YES, Candidate
from pipelines.grouping.vqa_rad.draft import Budget, build_group, may_stand_together, put_in_place
from pipelines.grouping.vqa_rad.question_choice import Kinship, LocatedQuestion, choose_questions, find_kinship
from pipelines.records import ImageGroup
from pipelines.vocabulary import SubTask

_WHY = {
    Kinship.OTHER_ANSWER: "same question, another answer",
    Kinship.SAME_QUESTION: "same question",
    Kinship.SHARED_TERM: "question of the same type on a shared term",
}
Partners = list[tuple[Kinship, Candidate]]


def compose_located(
    candidates: Sequence[Candidate], settings: Grouping, budget: Budget, asked_before: Iterable[str] = ()
) -> list[ImageGroup]:
    """Return at most one group per question, in hash order, as long as the images' budget lasts.

    Questions in `asked_before` (question ids) are left out; they still serve as the partners' questions.
    """
    pools: defaultdict[str, list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        pools[candidate.pool].append(candidate)
    places = EvenChooser(settings.seed)
    groups: list[ImageGroup] = []
    for question in choose_questions(candidates, pools, settings.seed, frozenset(asked_before)):
        if not budget.allows(question.owner.image.image_id) or not budget.allows_unit(question.owner):
            continue
        partners = _find_partners(question, pools[question.owner.pool], settings, budget)
        if partners:
            groups.append(_arrange(question, partners, places, settings.seed))
            budget.spend(groups[-1])
    return groups


def _find_partners(question: LocatedQuestion, pool: Sequence[Candidate], settings: Grouping, budget: Budget) -> Partners:
    """Return one or two partners, the nearest kin first; two where the hash asks for three images and they can be had."""
    found: list[tuple[Kinship, int, Candidate]] = []
    for other in pool:
        kinship = find_kinship(question.asked, other)
        if kinship is not None and budget.allows(other.image.image_id) and may_stand_together((question.owner, other)):
            found.append((kinship, hash_number(settings.seed, question.key, other.image.image_id), other))
    found.sort(key=lambda one: one[:2])
    partners: Partners = []
    size = 2 if hash_share(settings.seed, "three", question.key) < settings.three_image_share else 1
    for kinship, _, other in found:
        if len(partners) < size and may_stand_together((question.owner, *(one for _, one in partners), other)):
            partners.append((kinship, other))
    return partners


def _arrange(question: LocatedQuestion, partners: Partners, places: EvenChooser, seed: int) -> ImageGroup:
    """Order the images so that the one that decides stands at each place equally often."""
    members = [question.owner, *(other for _, other in partners)]
    focus, is_decided = _focus(question, members)
    stratum = f"{question.owner.pool}|{len(members)}|{'which' if is_decided else question.label}"
    shuffled = in_hash_order(members, seed, lambda one: f"{question.key}|{one.image.image_id}")
    place = places.choose(stratum, range(len(members)), question.key)
    ordered = put_in_place(shuffled, shuffled.index(focus), place)
    # The asked fact comes first: that order is what tells the generator which image the question is about.
    facts = [question.asked.as_fact(ordered.index(question.owner))]
    for index, member in enumerate(ordered):
        same = member.under(question.asked.meaning)
        if member is not question.owner and same is not None:
            facts.append(same.as_fact(index))
    types = "+".join(question.asked.question.question_types)
    why = f"{types}, {question.asked.meaning}; {'; '.join(_WHY[kinship] for kinship, _ in partners)}"
    return build_group(SubTask.LOCATED_QUESTION, ordered, facts, question.owner, why)


def _focus(question: LocatedQuestion, members: Sequence[Candidate]) -> tuple[Candidate, bool]:
    """The only image that answers yes where all others answer no ("Which image shows ...?") and True, else the asked image."""
    answers = [member.under(question.asked.meaning) for member in members]
    positive = [member for member, same in zip(members, answers, strict=True) if same and same.question.answer == YES]
    is_decided = len(positive) == 1 and all(same is not None and same.is_yes_no for same in answers)
    return (positive[0] if is_decided else question.owner), is_decided
