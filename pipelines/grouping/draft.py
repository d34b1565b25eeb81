"""A group on its way: ordered images of one pool with their facts, the budget of each image, and the finished row.

Example:
    >>> Budget(1).allows("image-a")
    True
"""

from collections import Counter
from collections.abc import Sequence

from pipelines.grouping.candidates import Candidate
from pipelines.keys import mint_id
from pipelines.records import Fact, ImageGroup
from pipelines.vocabulary import Ability, Origin, SubTask

ABILITY_OF = {SubTask.LOCATED_QUESTION: Ability.COREFERENCE, SubTask.SHARED_FINDING: Ability.COMPARISON}


class Budget:
    """How many more groups each image may join: no image may dominate the data set."""

    def __init__(self, limit: int, used: Counter[str] | None = None) -> None:
        self._limit = limit
        self._used: Counter[str] = Counter() if used is None else used

    def capped(self, share: float) -> "Budget":
        """Return a budget on the same images that ends at a share (0-1) of this one's limit, at least at one group."""
        return Budget(max(1, round(share * self._limit)), self._used)

    def allows(self, *image_ids: str) -> bool:
        """True where each of the images may join one more group."""
        return all(self._used[image_id] < self._limit for image_id in image_ids)

    def spend(self, *image_ids: str) -> None:
        """Count one more group for each of the images."""
        self._used.update(image_ids)


def may_stand_together(candidates: Sequence[Candidate]) -> bool:
    """True where images, pixels and subjects are all distinct, split and organ are one, and no two known modalities differ.

    Most VQA-RAD images have no stated modality; an unknown one is taken to fit, for organ and question already agree.
    """
    sizes = {
        len({candidate.image.image_id for candidate in candidates}),
        len({candidate.image.pixel_sha256 for candidate in candidates}),
        len({candidate.image.subject_id for candidate in candidates}),
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
    modality = next((one.image.modality for one in ordered if one.image.modality is not None), None)
    return ImageGroup(
        source=unit.image.source,
        group_id=mint_id("group", subtask, image_ids, *(fact.question_id for fact in facts)),
        origin=Origin.COMPOSED,
        ability=ABILITY_OF[subtask],
        subtask=subtask,
        split=unit.split,
        image_ids=image_ids,
        subject_ids=tuple(candidate.image.subject_id for candidate in ordered),
        unit_id=unit.image.subject_id,
        facts=tuple(facts),
        rule=f"{unit.image.organ or 'any organ'}, {modality or 'modality not stated'}, {why}",
    )
