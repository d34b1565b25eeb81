"""A question's own figure among figures of other articles: which partners may stand beside it, and how often."""

from collections import Counter
from dataclasses import replace

from pipelines.choices import Grouping
from pipelines.grouping.llava_med.rules import RULES
from pipelines.vocabulary import ImageRole, Modality, Source, Split
from tests.pipelines.grouping.llava_med.articles import add_article, add_figure, ask
from tests.pipelines.grouping.rows import Cohort, group_cohort

PAIRS = Grouping(three_image_share=0)
TRIPLES = Grouping(three_image_share=1)


def test_the_answer_is_the_sources_own_and_names_the_asked_figure():
    cohort = Cohort(Source.LLAVA_MED)
    for name in "ab":
        add_article(cohort, name, Modality.CT)
    question_id = ask(cohort, "a_F1", answer="A cyst.")
    [group] = group_cohort(cohort, RULES).groups
    asked = group.roles.index(ImageRole.ASKED)
    assert (group.image_ids[asked], group.image_ids[1 - asked]) == ("image-a_F1", "image-b_F1")
    assert group.roles[1 - asked] is ImageRole.BESIDE
    assert (group.label, group.asked) == ("A cyst.", None)
    assert {(fact.place, fact.said_by, fact.code, fact.value) for fact in group.facts} == {
        (asked, question_id, "answer", "A cyst."),
        (asked, question_id, "question", "What is seen?"),
        (asked, "source_image-a_F1", "domain", "ct_scan"),
        (1 - asked, "source_image-b_F1", "domain", "ct_scan"),
    }


def test_figures_of_one_article_never_stand_together():
    cohort = Cohort(Source.LLAVA_MED)
    add_article(cohort, "a", Modality.CT, Modality.CT, Modality.CT)
    ask(cohort, "a_F1")
    assert group_cohort(cohort, RULES).fates() == {"no_partner": 1}
    add_article(cohort, "b", Modality.CT, Modality.CT)
    [group] = group_cohort(cohort, RULES, TRIPLES).groups
    assert sorted(group.subject_ids) == ["subject-a", "subject-b"]


def test_figures_of_another_modality_or_split_are_no_partners():
    cohort = Cohort(Source.LLAVA_MED)
    add_article(cohort, "a", Modality.CT)
    add_article(cohort, "b", Modality.MRI, None)
    add_article(cohort, "c", Modality.CT, split=Split.HELD_IN)
    ask(cohort, "a_F1")
    assert group_cohort(cohort, RULES).fates() == {"no_partner": 1}


def test_an_unknown_modality_stands_with_unknown_ones():
    cohort = Cohort(Source.LLAVA_MED)
    add_article(cohort, "a", None)
    add_article(cohort, "b", Modality.CT)
    add_article(cohort, "c", None)
    ask(cohort, "a_F1")
    [group] = group_cohort(cohort, RULES).groups
    assert set(group.subject_ids) == {"subject-a", "subject-c"}


def test_articles_that_share_a_figure_are_one_person():
    cohort = Cohort(Source.LLAVA_MED)
    for name in "ab":
        add_article(cohort, name, Modality.CT)
    cohort.splits[1] = replace(cohort.splits[1], person_id="subject-a")
    ask(cohort, "a_F1")
    assert group_cohort(cohort, RULES).fates() == {"no_partner": 1}


def test_a_repeated_figure_is_asked_about_through_the_first_and_is_nobodys_partner():
    cohort = Cohort(Source.LLAVA_MED)
    add_article(cohort, "a", Modality.CT)
    study = add_article(cohort, "b", Modality.CT)
    twin = add_figure(cohort, study, "b_F2", Modality.CT, duplicate_of="image-b_F1", pixel_sha256="pixels-b_F1")
    ask(cohort, "b_F2")
    ask(cohort, "a_F1")
    groups = group_cohort(cohort, RULES).groups
    assert [sorted(group.image_ids) for group in groups] == [["image-a_F1", "image-b_F1"]] * 2
    assert twin.image_id not in {one for group in groups for one in group.image_ids}


def test_a_question_about_a_figure_that_was_not_rendered_is_told():
    cohort = Cohort(Source.LLAVA_MED)
    for name in "ab":
        add_article(cohort, name, Modality.CT)
    ask(cohort, "a_F9")
    [row] = group_cohort(cohort, RULES).plan
    assert (str(row.fate), row.split, row.n_groups) == ("image_not_at_hand", Split.TRAIN, 1)


def test_a_question_of_an_article_without_a_split_is_told():
    cohort = Cohort(Source.LLAVA_MED)
    for name in "ab":
        add_article(cohort, name, Modality.CT)
    cohort.splits.pop(0)
    ask(cohort, "a_F1")
    [row] = group_cohort(cohort, RULES).plan
    assert (str(row.fate), row.split) == ("image_not_at_hand", None)


def test_the_share_of_groups_of_three_is_the_settings():
    cohort = Cohort(Source.LLAVA_MED)
    for number in range(300):
        add_article(cohort, f"{number}", Modality.CT)
        ask(cohort, f"{number}_F1")
    sizes = Counter(len(group.image_ids) for group in group_cohort(cohort, RULES, Grouping(three_image_share=0.4)).groups)
    assert 0.3 < sizes[3] / sizes.total() < 0.5
    assert {len(group.image_ids) for group in group_cohort(cohort, RULES, PAIRS).groups} == {2}
    assert {len(group.image_ids) for group in group_cohort(cohort, RULES, TRIPLES).groups} == {3}


def test_every_figure_of_others_is_an_equally_likely_partner_however_many_its_article_has():
    cohort = Cohort(Source.LLAVA_MED)
    add_article(cohort, "asked", *[Modality.CT] * 3)
    for name, n_figures in (("one", 1), ("two", 2), ("five", 5)):
        add_article(cohort, name, *[Modality.CT] * n_figures)
    for number in range(1600):
        ask(cohort, "asked_F2", f"-{number}")
    many = Grouping(three_image_share=0, max_groups_per_unit=1600, max_groups_per_image=1600)
    uses = Counter(one for group in group_cohort(cohort, RULES, many).groups for one in group.image_ids)
    assert uses.pop("image-asked_F2") == 1600
    assert len(uses) == 8
    assert all(150 < n < 250 for n in uses.values())


def test_no_figure_stands_in_more_groups_than_the_setting_allows():
    cohort = Cohort(Source.LLAVA_MED)
    for number in range(6):
        add_article(cohort, f"{number}", Modality.CT)
        for turn in range(4):
            ask(cohort, f"{number}_F1", f"-{turn}")
    result = group_cohort(cohort, RULES, Grouping(max_groups_per_image=3))
    uses = Counter(one for group in result.groups for one in group.image_ids)
    assert max(uses.values()) == 3
    assert result.fates() == {"taken": len(result.groups), "image_cap": 24 - len(result.groups)}
    assert len(result.groups) >= 4
    assert group_cohort(cohort, RULES, Grouping(max_groups_per_image=24)).fates() == {"taken": 24}
