"""Each promise is counted as broken where a group breaks it, and none where groups are as the rules make them."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from pipelines import tables
from pipelines.choices import Grouping
from pipelines.grouping.promises import count_broken_promises
from pipelines.grouping.rule import GroupingRule, SourceRules
from pipelines.records import Fact, ImageGroup
from pipelines.vocabulary import Ability, ImageOrder, ImageRole, Laterality, Origin, Source, Split, SubTask, View
from tests.pipelines.grouping.rows import Cohort

_RULE = GroupingRule(
    SubTask.TWO_VIEW_ASSESSMENT, Ability.REASONING, ImageOrder.FIXED, "", "", "", answers=("S", "N"), shared=("laterality",)
)
RULES = SourceRules("", (_RULE,))


def build_cohort() -> Cohort:
    """Two subjects with two visits each; of every visit a CC and an MLO view of the left breast."""
    cohort = Cohort(Source.EMBED)
    for name in ("a", "b"):
        subject = cohort.add_subject(name, Split.TRAIN if name == "a" else Split.HELD_IN)
        for visit in (1, 2):
            study = cohort.add_study(subject, f"{name}{visit}", visit, week=visit)
            for view in (View.CC, View.MLO):
                cohort.add_image(study, f"{name}{visit}-{view}", view=view, laterality=Laterality.LEFT)
    cohort.add_image(cohort.studies[0], "right", view=View.MLO, laterality=Laterality.RIGHT)
    cohort.add_image(cohort.studies[0], "twin", view=View.MLO, laterality=Laterality.LEFT, pixel_sha256="pixels-a1-CC")
    return cohort


GROUP = ImageGroup(
    source=Source.EMBED,
    group_id="group-1",
    origin=Origin.INHERENT,
    ability=Ability.REASONING,
    subtask=SubTask.TWO_VIEW_ASSESSMENT,
    split=Split.TRAIN,
    image_ids=("image-a1-CC", "image-a1-MLO"),
    subject_ids=("subject-a", "subject-a"),
    unit_id="unit-1",
    facts=(Fact(0, "study-a1", "birads", "S"),),
    rule="",
    order=ImageOrder.FIXED,
    roles=(ImageRole.CC_VIEW, ImageRole.MLO_VIEW),
    asked=None,
    label="S",
    days_since_first=(0, 0),
)
OVER_TIME = replace(
    GROUP,
    order=ImageOrder.CHRONOLOGICAL,
    image_ids=("image-a1-CC", "image-a2-CC"),
    roles=(ImageRole.EARLIER_VISIT,) * 2,
    days_since_first=(0, 7),
)
SHUFFLED = replace(GROUP, order=ImageOrder.SHUFFLED, roles=(ImageRole.ASKED, ImageRole.BESIDE))


def count(*groups: ImageGroup, chosen: Grouping | None = None) -> dict[str, int]:
    cohort = build_cohort()
    found = {
        "studies": tables.STUDIES.to_arrow(cohort.studies),
        "images": tables.RENDERED_IMAGES.to_arrow(cohort.images),
        "splits": tables.SUBJECT_SPLITS.to_arrow(cohort.splits),
    }
    rows = tables.IMAGE_GROUPS.to_arrow(groups)
    counted = count_broken_promises(found, RULES, chosen or Grouping(), rows)
    return {promise: n_broken for promise, n_broken in counted.items() if n_broken}


def test_groups_as_the_rules_make_them_break_nothing():
    assert count(GROUP, replace(OVER_TIME, group_id="group-2"), replace(SHUFFLED, group_id="group-3")) == {}


BROKEN: list[tuple[str, Callable[[], ImageGroup]]] = [
    (
        "two or three images",
        lambda: replace(GROUP, image_ids=GROUP.image_ids[:1], subject_ids=("subject-a",), roles=GROUP.roles[:1]),
    ),
    ("one role, day and subject for each image", lambda: replace(GROUP, roles=GROUP.roles[:1])),
    (
        "every image is rendered, and of the subject that is said",
        lambda: replace(GROUP, image_ids=("image-a1-CC", "image-unknown")),
    ),
    (
        "every image is rendered, and of the subject that is said",
        lambda: replace(GROUP, subject_ids=("subject-a", "subject-b")),
    ),
    ("no image and no pixels twice", lambda: replace(OVER_TIME, image_ids=("image-a1-CC", "image-a1-CC"))),
    ("no image and no pixels twice", lambda: replace(GROUP, image_ids=("image-a1-CC", "image-twin"))),
    ("all images of the group's split", lambda: replace(GROUP, split=Split.HELD_IN)),
    (
        "inherent: images of one subject",
        lambda: replace(GROUP, image_ids=("image-a1-CC", "image-b1-MLO"), subject_ids=("subject-a", "subject-b")),
    ),
    ("composed: images of different people", lambda: replace(GROUP, origin=Origin.COMPOSED)),
    ("chronological: later visits come later", lambda: replace(OVER_TIME, image_ids=OVER_TIME.image_ids[::-1])),
    ("chronological: later visits come later", lambda: replace(OVER_TIME, days_since_first=(7, 0))),
    ("fixed: CC before MLO, left before right", lambda: replace(GROUP, image_ids=GROUP.image_ids[::-1])),
    ("facts, each of an image shown or of none", lambda: replace(GROUP, facts=())),
    ("facts, each of an image shown or of none", lambda: replace(GROUP, facts=(Fact(2, "study-a1", "birads", "S"),))),
    ("two_view_assessment: one laterality", lambda: replace(GROUP, image_ids=("image-a1-CC", "image-right"))),
    ("two_view_assessment: answer of its domain", lambda: replace(GROUP, label="X")),
]


@pytest.mark.parametrize(("promise", "build"), BROKEN, ids=[promise for promise, _ in BROKEN])
def test_a_broken_promise_is_counted_by_its_name(promise, build):
    assert count(GROUP, replace(build(), group_id="group-2"))[promise] == 1


def test_a_unit_with_too_many_groups_counts_each_of_them():
    groups = [replace(GROUP, group_id=f"group-{number}") for number in range(3)]
    assert count(*groups, chosen=Grouping(max_groups_per_unit=2)) == {"few groups of one independent unit": 3}


def test_an_asked_image_that_always_stands_first_is_counted_by_stratum():
    groups = [replace(SHUFFLED, group_id=f"group-{number}", unit_id=f"unit-{number}") for number in range(2)]
    assert count(*groups) == {"the asked image at each place equally often": 1}
