"""Which image is the named projection: one breast, other projections beside it."""

from pipelines.choices import Grouping
from pipelines.vocabulary import ImageRole, SubTask
from tests.pipelines.grouping.embed.mammograms import Woman, only
from tests.pipelines.grouping.rows import group_cohort, one_fact

RULES = only(SubTask.VIEW_IDENTIFICATION)
ALL = Grouping(max_groups_per_unit=100, max_label_excess=100)


def test_every_view_is_asked_for_and_the_facts_name_the_views():
    woman = Woman()
    images = {image.image_id: image for image in (woman.image(woman.visit(0), "CC"), woman.image(woman.visit(None), "MLO"))}
    groups = group_cohort(woman.cohort, RULES, ALL).groups
    assert sorted(str(group.asked) for group in groups) == ["CC", "MLO"]
    for group in groups:
        place = group.roles.index(ImageRole.ASKED)
        assert group.label == str(place + 1) and set(group.image_ids) == set(images)
        for index, image_id in enumerate(group.image_ids):
            assert one_fact(group, "view", index) == images[image_id].view
            assert one_fact(group, "laterality", index) == "L"
            assert (one_fact(group, "view", index) == group.asked) == (index == place)


def test_views_of_one_projection_do_not_stand_beside_one_another():
    woman = Woman()
    visit = woman.visit(0)
    for view in ("CC", "XCCL", "XCCM"):
        woman.image(visit, view, side="L")
    for view in ("ML", "LM"):
        woman.image(visit, view, side="R")
    assert group_cohort(woman.cohort, RULES, ALL).fates() == {"no_partner": 5}
    oblique = woman.image(visit, "MLO", side="L")
    result = group_cohort(woman.cohort, RULES, ALL)
    assert result.fates() == {"no_partner": 2, "taken": 4}
    assert all(oblique.image_id in group.image_ids for group in result.groups)


def test_the_same_view_of_another_visit_and_the_other_breast_are_no_partners():
    woman = Woman()
    woman.image(woman.visit(0), "CC")
    later = woman.visit(400)
    woman.image(later, "CC")
    woman.image(later, "MLO", side="R")
    assert group_cohort(woman.cohort, RULES, ALL).fates() == {"no_partner": 3}


def test_three_images_come_by_the_share_and_may_repeat_the_other_view():
    woman = Woman()
    woman.image(woman.visit(0), "CC")
    for day in (0, 400):
        woman.image(woman.visit(day), "MLO")
    settings = ALL.model_copy(update={"three_image_share": 1.0})
    sizes = {str(group.asked): len(group.image_ids) for group in group_cohort(woman.cohort, RULES, settings).groups}
    assert sizes == {"CC": 3, "MLO": 2}
    settings = ALL.model_copy(update={"three_image_share": 0.0})
    assert {len(group.image_ids) for group in group_cohort(woman.cohort, RULES, settings).groups} == {2}
