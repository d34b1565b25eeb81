"""Composed groups: two or three images of different people, put together because one question can be asked about them.

All images of a group have one split, organ and modality, and distinct images, pixels and people. Every choice hangs on
hashes of seed and ids, so that neither the order of the rows nor a subject elsewhere moves what has nothing to do with it.

The independent unit of a group is one subject: of a located question the one that is asked about, whose image decides the
answer; of a shared finding the one of the first image. Statistics resample units.

Example:
    >>> from pipelines.choices import Grouping
    >>> compose_groups([], [], [], Grouping()).rows
    ()
"""

from collections.abc import Sequence

from pipelines.choices import Grouping
from pipelines.grouping.vqa_rad.candidates import gather_images
from pipelines.grouping.vqa_rad.draft import Budget
from pipelines.grouping.vqa_rad.located import compose_located
from pipelines.grouping.vqa_rad.pointed import compose_pointed
from pipelines.grouping.vqa_rad.shared import compose_shared
from pipelines.outcome import Outcome
from pipelines.reasons import Reason, Stage
from pipelines.records import ImageGroup, Rejection, RenderedImage, SubjectSplit
from pipelines.source_records import SourceQuestion

# What must be left of an image's budget for the sub-tasks that come after.
SHARED_CAP = 0.4
POINTED_CAP = 0.7


def compose_groups(
    questions: Sequence[SourceQuestion],
    images: Sequence[RenderedImage],
    splits: Sequence[SubjectSplit],
    settings: Grouping,
) -> Outcome[ImageGroup]:
    """Return the groups, ordered by group_id, and one rejection per image that stands in none.

    Groups that rest on a contrast of answers are composed first: fewer images can serve them.
    """
    candidates, unusable = gather_images(questions, images, splits)
    budget = Budget(settings.max_groups_per_image, settings.max_groups_per_unit)
    shared = compose_shared(candidates, settings, budget.capped(SHARED_CAP))
    pointed = compose_pointed(candidates, settings, budget.capped(POINTED_CAP))
    located = compose_located(candidates, settings, budget, [group.facts[0].said_by for group in pointed])
    groups = [*shared, *pointed, *located]
    grouped = {image_id for group in groups for image_id in group.image_ids}
    alone = [(one.image, f"no image of its pool ({one.pool}) shares a question with it") for one in candidates]
    rejections = tuple(
        Rejection(image.source, Stage.GROUP, image.image_id, Reason.NO_PARTNER, cause, "image")
        for image, cause in sorted([*alone, *unusable], key=lambda one: one[0].image_id)
        if image.image_id not in grouped
    )
    return Outcome(tuple(sorted(groups, key=lambda group: group.group_id)), rejections)
