"""One group per progression label: which are made, in which order the films stand, and what the answer rests on."""

from dataclasses import replace

import pytest

from pipelines.choices import Grouping
from pipelines.grouping.ms_cxr_t.rules import RULES
from pipelines.records import RenderedImage
from pipelines.source_records import ReportSection
from pipelines.sources.ms_cxr_t.report_sections import choose_summary
from pipelines.vocabulary import ImageRole, LabelTarget, Source
from tests.pipelines.grouping.rows import Cohort, group_cohort, image_ids, one_fact


def start_cohort() -> tuple[Cohort, RenderedImage, RenderedImage]:
    """Return a cohort of one subject with a film of each of two visits."""
    cohort = Cohort(Source.MS_CXR_T)
    subject = cohort.add_subject("a")
    first = cohort.add_study(subject, "1", 1, date="2150-03-01")
    second = cohort.add_study(subject, "2", 2, date="2150-03-11")
    return cohort, cohort.add_image(first, "1"), cohort.add_image(second, "2")


def tell(cohort: Cohort, prior: str, current: str, value: str, finding: str = "edema", quality: str = "one_expert") -> None:
    """Add the progression of a finding from one film to another, by their names."""
    of_current = next((one.study_id for one in cohort.images if one.source_image_id == f"source_image-{current}"), None)
    study = next((one for one in cohort.studies if one.study_id == of_current), cohort.studies[-1])
    ids = (f"source_image-{prior}", f"source_image-{current}")
    cohort.add_label(study, f"{finding}_progression", value, LabelTarget.PAIR, ids, quality=quality)


def test_the_prior_film_stands_first_and_the_label_is_the_answer():
    cohort, prior, current = start_cohort()
    tell(cohort, "1", "2", "worsening")
    [group] = group_cohort(cohort, RULES).groups
    assert group.image_ids == image_ids([prior, current])
    assert group.roles == (ImageRole.PRIOR, ImageRole.CURRENT)
    assert (group.asked, group.label) == ("edema", "worsening")
    assert group.days_since_first == (0, 10)


def test_the_answer_rests_on_the_label_both_chexpert_rows_and_both_reports():
    cohort, _, _ = start_cohort()
    tell(cohort, "1", "2", "improving")
    texts = ("Edema.", "Less edema.")
    cohort.studies[:] = [
        replace(study, report=(ReportSection("impression", text),)) for study, text in zip(cohort.studies, texts, strict=True)
    ]
    for study, value in zip(cohort.studies, ("positive", "uncertain"), strict=True):
        cohort.add_label(study, "chexpert_edema", value, quality="chexpert")
        cohort.add_label(study, "chexpert_pneumonia", "positive", quality="chexpert")
    [group] = group_cohort(cohort, RULES).groups
    assert {(fact.image_index, fact.said_by, fact.code, fact.value) for fact in group.facts} == {
        (1, "study-2", "edema_progression", "improving"),
        (0, "study-1", "chexpert_edema", "positive"),
        (1, "study-2", "chexpert_edema", "uncertain"),
        (0, "study-1", "report_impression", "Edema."),
        (1, "study-2", "report_impression", "Less edema."),
    }


def test_each_finding_of_a_pair_is_a_group_of_the_same_independent_unit():
    cohort, _, _ = start_cohort()
    tell(cohort, "1", "2", "stable", "edema")
    tell(cohort, "1", "2", "worsening", "pleural_effusion")
    groups = group_cohort(cohort, RULES).groups
    assert {(group.asked, group.label) for group in groups} == {("edema", "stable"), ("pleural_effusion", "worsening")}
    assert len({group.unit_id for group in groups}) == 1


def test_pairs_of_other_films_of_the_same_two_studies_are_not_independent():
    cohort, _, _ = start_cohort()
    cohort.add_image(cohort.studies[1], "2b")
    tell(cohort, "1", "2", "stable")
    tell(cohort, "1", "2b", "stable")
    assert len({group.unit_id for group in group_cohort(cohort, RULES).groups}) == 1
    assert group_cohort(cohort, RULES, Grouping(max_groups_per_unit=1)).fates() == {"taken": 1, "unit_cap": 1}


def test_the_limit_of_groups_per_image_is_for_composed_groups_alone():
    cohort, _, _ = start_cohort()
    tell(cohort, "1", "2", "stable", "edema")
    tell(cohort, "1", "2", "stable", "pneumonia")
    assert group_cohort(cohort, RULES, Grouping(max_groups_per_image=1)).fates() == {"taken": 2}


def test_a_disputed_label_is_used_only_where_the_settings_say_so():
    cohort, _, _ = start_cohort()
    tell(cohort, "1", "2", "stable", quality="disagreement")
    assert group_cohort(cohort, RULES).fates() == {"label_disputed": 1}
    assert group_cohort(cohort, RULES, Grouping(use_disputed_labels=True)).fates() == {"taken": 1}


def test_two_progressions_of_one_pair_and_finding_are_ambiguous_and_count_once():
    cohort, _, _ = start_cohort()
    tell(cohort, "1", "2", "stable")
    tell(cohort, "1", "2", "worsening")
    assert group_cohort(cohort, RULES).fates() == {"label_ambiguous": 1}


def test_a_prior_film_that_is_dated_later_is_not_turned_round():
    cohort, _, _ = start_cohort()
    tell(cohort, "2", "1", "worsening")
    result = group_cohort(cohort, RULES)
    assert result.fates() == {"label_ambiguous": 1}
    assert {row.item: str(row.reason) for row in result.ungrouped} == {"image-1": "no_partner", "image-2": "no_partner"}


@pytest.mark.parametrize("known", [(None, None), (1, None), (None, 2)])
def test_films_of_unknown_time_stand_as_the_source_names_them(known: tuple[int | None, int | None]):
    cohort = Cohort(Source.MS_CXR_T)
    subject = cohort.add_subject("a")
    prior, current = (cohort.add_image(cohort.add_study(subject, str(n), visit), str(n)) for n, visit in enumerate(known))
    tell(cohort, "0", "1", "stable")
    [group] = group_cohort(cohort, RULES).groups
    assert group.image_ids == image_ids([prior, current])
    assert group.days_since_first == (None, None)


def test_two_films_of_one_study_are_no_pair_of_visits():
    cohort, _, _ = start_cohort()
    cohort.add_image(cohort.studies[0], "1b")
    tell(cohort, "1", "1b", "stable")
    assert group_cohort(cohort, RULES).fates() == {"visits_too_close": 1}


@pytest.mark.parametrize("pair", [("1", "lost"), ("lost", "2"), ("lost", "gone")])
def test_a_film_that_was_not_rendered_is_told(pair: tuple[str, str]):
    cohort, _, _ = start_cohort()
    tell(cohort, *pair, "stable")
    assert group_cohort(cohort, RULES).fates() == {"image_not_at_hand": 1}


def test_a_subject_without_a_split_is_counted_and_not_grouped():
    cohort, _, _ = start_cohort()
    cohort.splits.clear()
    tell(cohort, "1", "2", "stable")
    [row] = group_cohort(cohort, RULES).plan
    assert (row.fate, row.split, row.n_groups) == ("image_not_at_hand", None, 1)


def test_a_pair_of_equal_pixels_is_no_pair():
    cohort, prior, _ = start_cohort()
    cohort.add_image(cohort.studies[1], "copy", duplicate_of=prior.image_id, pixel_sha256=prior.pixel_sha256)
    tell(cohort, "1", "copy", "stable")
    assert group_cohort(cohort, RULES).fates() == {"repeated_image": 1}


def test_a_film_stored_twice_in_its_study_is_shown_by_the_first_of_both():
    cohort, prior, current = start_cohort()
    cohort.add_image(cohort.studies[0], "copy", duplicate_of=prior.image_id, pixel_sha256=prior.pixel_sha256)
    tell(cohort, "copy", "2", "stable")
    [group] = group_cohort(cohort, RULES).groups
    assert group.image_ids == image_ids([prior, current])


def test_a_film_with_the_pixels_of_another_studys_film_is_not_used():
    """Neither the copy nor the first of both: which visit the picture shows cannot be told."""
    cohort, prior, _ = start_cohort()
    third = cohort.add_study("subject-a", "3", 3, date="2150-04-01")
    cohort.add_image(third, "copy", duplicate_of=prior.image_id, pixel_sha256=prior.pixel_sha256)
    tell(cohort, "copy", "2", "stable")
    tell(cohort, "2", "copy", "stable")
    tell(cohort, "1", "2", "stable", "pneumonia")
    assert group_cohort(cohort, RULES).fates() == {"repeated_image": 3}


REPORTS = {
    "the last impression": [("impression", "Old."), ("impression", "New.")],
    "a redaction is no word": [("impression", "Clear."), ("impression", "___")],
    "both in one": [("indication", "Cough."), ("findings_and_impression", "Clear.")],
    "findings alone": [("comparison", "None."), ("findings", "Clear.")],
    "last paragraph": [("examination", "Chest."), ("last_paragraph", "Clear."), ("comparison", "None.")],
    "comparison": [("comparison", "Chest film of ___.")],
    "letters beyond ASCII": [("impression", "é")],
    "nothing": [("indication", "Cough."), ("impression", "___")],
}


@pytest.mark.parametrize("sections", REPORTS.values(), ids=REPORTS.keys())
def test_a_reports_summary_is_that_which_the_reader_would_choose(sections: list[tuple[str, str]]):
    cohort, _, _ = start_cohort()
    report = tuple(ReportSection(*section) for section in sections)
    third = cohort.add_study("subject-a", "3", 3, date="2150-04-01", report=report)
    cohort.add_image(third, "3")
    tell(cohort, "2", "3", "stable")
    [group] = group_cohort(cohort, RULES).groups
    told = [(fact.code, fact.value) for fact in group.facts if fact.code.startswith("report_")]
    chosen = choose_summary(report)
    assert told == ([] if chosen is None else [(f"report_{chosen.name}", chosen.text)])


def test_findings_stand_beside_an_impression():
    cohort, _, _ = start_cohort()
    third = cohort.add_report("subject-a", "3", 3, findings="A large effusion.", impression="Effusion.")
    cohort.add_image(third, "3")
    tell(cohort, "2", "3", "stable")
    [group] = group_cohort(cohort, RULES).groups
    assert one_fact(group, "report_findings", 1) == "A large effusion."
    assert one_fact(group, "report_impression", 1) == "Effusion."
