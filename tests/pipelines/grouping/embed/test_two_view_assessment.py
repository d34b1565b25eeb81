"""The category of a breast from its two standard views."""

import pytest

from pipelines.vocabulary import ImageRole, ImageType, SubTask
from tests.pipelines.grouping.embed.mammograms import C_VIEW, FULL_FIELD, Woman, only
from tests.pipelines.grouping.rows import group_cohort, image_ids, one_fact

RULES = only(SubTask.TWO_VIEW_ASSESSMENT)
Types = tuple[ImageType | None, ...]


@pytest.mark.parametrize("category", ["A", "N", "B", "P", "S", "M", "K"])
def test_the_category_is_the_answer_and_a_fact_of_either_view(category: str):
    woman = Woman()
    visit = woman.visit(None, L=category, R="N")
    woman.cohort.add_label(visit, "breast_density", "C")
    oblique, craniocaudal = woman.image(visit, "MLO"), woman.image(visit, "CC")
    [group] = group_cohort(woman.cohort, RULES).groups
    assert group.label == category and group.asked is None
    assert group.image_ids == image_ids((craniocaudal, oblique))
    assert group.roles == (ImageRole.CC_VIEW, ImageRole.MLO_VIEW)
    for place in (0, 1):
        assert one_fact(group, "birads", place) == category and one_fact(group, "breast_density", place) == "C"


@pytest.mark.parametrize(
    ("craniocaudal", "oblique", "expected"),
    [
        ((FULL_FIELD, C_VIEW), (FULL_FIELD, C_VIEW), (FULL_FIELD, FULL_FIELD)),
        ((FULL_FIELD, C_VIEW), (C_VIEW,), (C_VIEW, C_VIEW)),
        ((FULL_FIELD,), (C_VIEW,), (FULL_FIELD, C_VIEW)),
        ((None,), (FULL_FIELD, C_VIEW), (None, FULL_FIELD)),
    ],
)
def test_both_views_are_of_one_type_where_they_can_be(craniocaudal: Types, oblique: Types, expected: Types):
    woman = Woman()
    visit = woman.visit(0, L="N")
    images = [woman.image(visit, view, kind) for view, kinds in (("CC", craniocaudal), ("MLO", oblique)) for kind in kinds]
    types = {image.image_id: image.image_type for image in images}
    [group] = group_cohort(woman.cohort, RULES).groups
    assert tuple(types[image_id] for image_id in group.image_ids) == expected


def test_a_breast_without_category_view_or_certainty_has_its_fate():
    woman = Woman()
    woman.seen(0, None, "CC MLO")
    woman.seen(100, "N", "CC")
    woman.seen(200, "N", "MLO ML")
    unsided = woman.seen(300, None, "CC MLO")
    woman.assess(unsided, "L", "M", "both_sides")
    assert group_cohort(woman.cohort, RULES).fates() == {"no_label": 1, "no_partner": 2, "label_ambiguous": 1}


def test_views_of_two_visits_or_two_breasts_are_no_pair():
    woman = Woman()
    woman.seen(0, "N", "CC")
    later = woman.seen(200, "N", "MLO")
    woman.assess(later, "R", "N")
    woman.image(later, "CC", side="R")
    assert group_cohort(woman.cohort, RULES).fates() == {"no_partner": 3}
