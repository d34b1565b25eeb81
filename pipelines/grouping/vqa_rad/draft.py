"""A group on its way: ordered images of one pool with their facts, the budget of each image, and the finished row.

Example:
    >>> Budget(per_image=1, per_unit=1).allows("image-a")
    True
"""

from collections import Counter
from collections.abc import Sequence

from pipelines.grouping.vqa_rad.candidates import Candidate
from pipelines.keys import mint_id
from pipelines.records import Fact, ImageGroup
from pipelines.vocabulary import Ability, ImageOrder, ImageRole, Origin, SubTask

ABILITY_OF = {SubTask.LOCATED_QUESTION: Ability.COREFERENCE, SubTask.SHARED_FINDING: Ability.COMPARISON}


class Budget:
    """How many more groups each image may join and may be asked of each subject: none may dominate the data set."""

    def __init__(self, per_image: int, per_unit: int, used: Counter[str] | None = None) -> None:
        self._per_image = per_image
        self._per_unit = per_unit
        self._used: Counter[str] = Counter() if used is None else used  # by image_id, and by subject_id of the unit

    def capped(self, share: float) -> "Budget":
        """Return a budget on the same images and units that ends at a share (0-1) of this one's limits, at least at one."""
        per_image, per_unit = (max(1, round(share * limit)) for limit in (self._per_image, self._per_unit))
        return Budget(per_image, per_unit, self._used)

    def allows(self, *image_ids: str) -> bool:
        """True where each of the images may join one more group."""
        return all(self._used[image_id] < self._per_image for image_id in image_ids)

    def allows_unit(self, unit: Candidate) -> bool:
        """True where one more group may have the image's subject for its independent unit."""
        return self._used[unit.image.subject_id] < self._per_unit

    def spend(self, group: ImageGroup) -> None:
        """Count one more group for each of its images and for its independent unit."""
        self._used.update((*group.image_ids, group.unit_id))


def may_stand_together(candidates: Sequence[Candidate]) -> bool:
    """True where images, pixels and people are all distinct, split and organ are one, and no two known modalities differ.

    Most VQA-RAD images have no stated modality; an unknown one is taken to fit, for organ and question already agree.
    """
    sizes = {
        len({candidate.image.image_id for candidate in candidates}),
        len({candidate.image.pixel_sha256 for candidate in candidates}),
        len({candidate.image.subject_id for candidate in candidates}),
        len({candidate.person_id for candidate in candidates}),  # else one film could stand beside its copy in other contrast
    }
    modalities = {candidate.image.modality for candidate in candidates} - {None}
    return sizes == {len(candidates)} and len({candidate.pool for candidate in candidates}) == 1 and len(modalities) <= 1


def put_in_place(members: Sequence[Candidate], member: int, place: int) -> tuple[Candidate, ...]:
    """Return the members with one of them (by its index) moved to a place; the others keep their order."""
    others = [one for index, one in enumerate(members) if index != member]
    return (*others[:place], members[member], *others[place:])


def build_group(subtask: SubTask, ordered: Sequence[Candidate], facts: Sequence[Fact], unit: Candidate, why: str) -> ImageGroup:
    """Return the finished group; `unit` is the image whose subject is the independent unit."""
    image_ids = tuple(candidate.image.image_id for candidate in ordered)
    asked_places = {fact.place for fact in facts} if subtask is SubTask.SHARED_FINDING else {facts[0].place}
    modality = next((one.image.modality for one in ordered if one.image.modality is not None), None)
    return ImageGroup(
        source=unit.image.source,
        group_id=mint_id("group", subtask, image_ids, *(fact.said_by for fact in facts)),
        origin=Origin.COMPOSED,
        ability=ABILITY_OF[subtask],
        subtask=subtask,
        split=unit.split,
        image_ids=image_ids,
        subject_ids=tuple(candidate.image.subject_id for candidate in ordered),
        unit_id=unit.image.subject_id,
        facts=tuple(facts),
        rule=f"{unit.image.organ or 'any organ'}, {modality or 'modality not stated'}, {why}",
        order=ImageOrder.SHUFFLED,
        roles=tuple(ImageRole.ASKED if place in asked_places else ImageRole.BESIDE for place in range(len(ordered))),
        asked=facts[0].code,
        label=", ".join(fact.value for fact in facts) if subtask is SubTask.SHARED_FINDING else facts[0].value,
        days_since_first=(None,) * len(ordered),
        is_synthetic=any(asked.question.is_synthetic for candidate in ordered for asked in candidate.asked),
    )
