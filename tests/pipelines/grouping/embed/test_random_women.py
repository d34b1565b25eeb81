"""Whatever the tables say of women's breasts: every anchor has the fate, the images and the answer that the texts promise."""

import dataclasses
import random
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines import tables
from pipelines.choices import Grouping
from pipelines.grouping.embed.rules import RULES
from pipelines.grouping.promises import count_broken_promises
from pipelines.records import ImageGroup
from pipelines.vocabulary import ImageRole, ImageType, Source, Split
from tests.pipelines.grouping.embed.mammograms import Woman
from tests.pipelines.grouping.embed.reference import Reference
from tests.pipelines.grouping.rows import Cohort, Result, group_cohort

GAPS = (0, 0, 10, 29, 30, 31, 179, 180, 181, 365, 365, 365, 400, 730, 731)
CATEGORIES = "NNNNNBBBAPSSMK"
SEVERITIES = (None, None, None, "0", "1", "4")
UNCAPPED = Grouping(max_groups_per_unit=10_000, max_label_excess=100)
CAPPED = Grouping(max_groups_per_unit=3, max_groups_per_subtask=12)


def add_woman(cohort: Cohort, name: str, rng: random.Random) -> None:
    woman = Woman(name, cohort, rng.choice([Split.TRAIN, Split.TRAIN, Split.HELD_IN]))
    day = 0
    for _ in range(rng.randint(1, 7)):
        day += rng.choice(GAPS)
        study = woman.visit(None if rng.random() < 0.05 else day)
        cohort.add_label(study, "breast_density", rng.choice("ABCD"))
        for side in "LR":
            if rng.random() < 0.9:
                woman.assess(study, side, rng.choice(CATEGORIES), rng.choice(["as_found", "both_sides", "contralateral_rule"]))
            if rng.random() < 0.03:
                woman.assess(study, side, "X")
            if (severity := rng.choice(SEVERITIES)) and rng.random() < 0.3:
                woman.find(study, side, severity)
        for number in range(rng.randint(0, 9)):
            woman.image(
                study,
                rng.choice(["CC", "CC", "CC", "MLO", "MLO", "ML", "LM", "XCCL", None]),
                rng.choice([*ImageType, *[ImageType.FULL_FIELD_2D, ImageType.C_VIEW] * 4, None]),
                rng.choice(["L", "L", "L", "R", None]),
                is_displaced=rng.random() < 0.1,
                extra=str(number),
                source_path=f"files/{rng.randint(0, 3)}",
            )


def draw_cohort(seed: int) -> Cohort:
    rng = random.Random(seed)
    cohort = Cohort(Source.EMBED)
    for number in range(rng.randint(1, 12)):
        add_woman(cohort, f"{number:02}", rng)
    for place, image in enumerate(cohort.images):
        if place and rng.random() < 0.03:
            cohort.images[place] = dataclasses.replace(image, duplicate_of=cohort.images[0].image_id)
    return cohort


def shuffle_rows(cohort: Cohort, seed: int) -> Cohort:
    rng = random.Random(seed)
    tables_of = (cohort.studies, cohort.labels, cohort.questions, cohort.images, cohort.splits)
    return Cohort(cohort.source, *(rng.sample(rows, len(rows)) for rows in tables_of))  # pyright: ignore[reportArgumentType]


def asked_first(group: ImageGroup) -> tuple[str, ...]:
    """Return the images in order; where the order is shuffled, the asked one first and the others in the order of their ids."""
    if ImageRole.ASKED not in group.roles:
        return group.image_ids
    asked = group.image_ids[group.roles.index(ImageRole.ASKED)]
    return asked, *sorted(set(group.image_ids) - {asked})


def check_facts(result: Result, cohort: Cohort) -> None:
    said = {(row.study_id, row.target_ids, row.code, row.value) for row in cohort.labels}
    images = {image.image_id: image for image in cohort.images}
    for group in result.groups:
        shown = [images[image_id] for image_id in group.image_ids]
        for fact in group.facts:
            about = shown[-1] if fact.image_index is None else shown[fact.image_index]
            if fact.code in ("view", "laterality"):
                assert (fact.said_by, fact.value) == (about.source_image_id, getattr(about, fact.code))
            elif fact.code != "days_after_last_visit":
                side = () if fact.code == "breast_density" else (about.laterality,)
                assert (fact.said_by, side, fact.code, fact.value) in said
                assert fact.image_index is None or fact.said_by == about.study_id
        check_answer(group)


def check_answer(group: ImageGroup) -> None:
    birads = {fact.image_index: fact.value for fact in group.facts if fact.code == "birads"}
    match str(group.subtask):
        case "suspicious_image":
            assert [place for place, value in birads.items() if value in "SMK"] == [int(group.label) - 1]
            assert set(birads.values()) <= set("SMKNB")
        case "view_identification":
            views = [fact.image_index for fact in group.facts if fact.code == "view" and fact.value == group.asked]
            assert views == [int(group.label) - 1]
        case "two_view_assessment":
            assert birads == {0: group.label, 1: group.label}
        case _:
            assert birads[None] == group.label and set(birads) == {None, *range(len(group.image_ids))}
            days = [int(fact.value) for fact in group.facts if fact.code == "days_after_last_visit"]
            assert len(days) == 1 and 180 <= days[0] <= 730


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 10**9), st.sampled_from([0.0, 0.29, 0.4, 1.0]))
def test_every_anchor_has_the_fate_images_and_answer_that_plain_python_gives(seed: int, share: float):
    cohort, choices = draw_cohort(seed), UNCAPPED.model_copy(update={"three_image_share": share})
    result = group_cohort(cohort, RULES, choices)
    expected = [one for split in cohort.splits for one in Reference(cohort, split.subject_id, choices).expect()]
    counted = Counter((row.subtask.value, row.fate.value) for row in result.plan for _ in range(row.n_groups))
    assert counted == Counter((one.subtask, one.fate or "taken") for one in expected)
    is_shuffled = {"suspicious_image", "view_identification"}
    assert Counter((group.subtask.value, asked_first(group)) for group in result.groups) == Counter(
        (one.subtask, (one.image_ids[0], *sorted(one.image_ids[1:])) if one.subtask in is_shuffled else one.image_ids)
        for one in expected
        if one.fate is None
    )
    labels = {(one.subtask, one.image_ids): one.label for one in expected if one.label}
    assert labels == {
        (group.subtask.value, group.image_ids): group.label for group in result.groups if group.subtask.value not in is_shuffled
    }
    check_facts(result, cohort)


@settings(deadline=None, max_examples=10)
@given(st.integers(0, 10**9))
def test_promises_hold_under_any_limits_and_no_order_of_rows_matters(seed: int):
    cohort = draw_cohort(seed)
    result = group_cohort(cohort, RULES, CAPPED)
    found = {
        "studies": tables.STUDIES.to_arrow(cohort.studies),
        "images": tables.RENDERED_IMAGES.to_arrow(cohort.images),
        "splits": tables.SUBJECT_SPLITS.to_arrow(cohort.splits),
    }
    broken = count_broken_promises(found, RULES, CAPPED, tables.IMAGE_GROUPS.to_arrow(result.groups))
    assert not any(broken.values()), broken
    everything = group_cohort(cohort, RULES, UNCAPPED)
    assert sum(row.n_groups for row in result.plan) == sum(row.n_groups for row in everything.plan)
    check_facts(result, cohort)
    assert group_cohort(shuffle_rows(cohort, seed), RULES, CAPPED) == result
