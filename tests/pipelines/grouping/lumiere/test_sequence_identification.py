from collections import Counter

from pipelines.choices import Grouping
from tests.pipelines.grouping.lumiere.brains import TAKE_ALL, add_visit, facts_of, fates_of, group, new_cohort
from tests.pipelines.grouping.rows import one_fact

SUBTASK = "sequence_identification"
ALL = ("T1", "CT1", "T2", "FLAIR")


def test_one_sequence_is_asked_beside_another_of_the_same_visit_and_slice():
    cohort = new_cohort()
    subject = cohort.add_subject("a")
    add_visit(cohort, subject, 1, sequences=("T1", "FLAIR"))
    add_visit(cohort, subject, 2, sequences=("T1",))
    result = group(cohort)
    (one,) = result.of(SUBTASK)
    assert one.image_ids[int(one.label) - 1] == f"image-a-1-{one.asked}-50"
    assert set(one.image_ids) == {"image-a-1-T1-50", "image-a-1-FLAIR-50"}
    assert fates_of(result, SUBTASK) == {"taken": 1, "neighbouring_slice": 1, "no_partner": 1}


def test_facts_name_the_sequence_of_every_image_shown_by_its_file():
    cohort = new_cohort()
    add_visit(cohort, cohort.add_subject("a"), 1, sequences=("T2", "CT1"))
    (one,) = group(cohort).of(SUBTASK)
    assert facts_of(one) == {
        (place, f"a-1-{image_id.split('-')[3]}", "sequence", image_id.split("-")[3])
        for place, image_id in enumerate(one.image_ids)
    }
    assert one_fact(one, "sequence", int(one.label) - 1) == one.asked


def test_images_of_different_slices_do_not_stand_together():
    cohort = new_cohort()
    study = add_visit(cohort, cohort.add_subject("a"), 1, sequences=("T1",), slices=(50,))
    cohort.add_image(study, "elsewhere", sequence="T2", slice_index=51)
    assert fates_of(group(cohort), SUBTASK) == {"no_partner": 2}


def test_of_two_images_of_one_sequence_and_slice_the_first_by_path_is_used():
    cohort = new_cohort()
    study = add_visit(cohort, cohort.add_subject("a"), 1, sequences=("T1",))
    cohort.add_image(study, "late", sequence="T2", slice_index=50, source_path="files/z")
    cohort.add_image(study, "early", sequence="T2", slice_index=50, source_path="files/b")
    result = group(cohort)
    assert [set(one.image_ids) for one in result.of(SUBTASK)] == [{"image-a-1-T1-50", "image-early"}]
    assert sum(fates_of(result, SUBTASK).values()) == 2


def test_three_images_where_the_settings_want_them_and_the_visit_has_them():
    cohort = new_cohort()
    subject = cohort.add_subject("a")
    add_visit(cohort, subject, 1, sequences=ALL)
    add_visit(cohort, subject, 2, sequences=("T1", "T2"))
    result = group(cohort, TAKE_ALL.model_copy(update={"three_image_share": 1.0}))
    assert Counter(len(one.image_ids) for one in result.of(SUBTASK)) == {3: 1, 2: 1}


def test_one_visit_asks_for_another_sequence_at_each_slice_the_middle_one_first():
    cohort = new_cohort()
    add_visit(cohort, cohort.add_subject("a"), 1, sequences=ALL, slices=range(40, 101))
    groups = group(cohort, Grouping()).of(SUBTASK)
    slices = {image.rsplit("-", 1)[1] for one in groups for image in one.image_ids}
    assert slices == {"70", "60", "80", "50"}
    assert {one.asked for one in groups} == set(ALL)


def test_sequences_are_asked_for_equally_often_over_visits_of_a_single_slice():
    cohort = new_cohort()
    for number in range(22):
        add_visit(cohort, cohort.add_subject(f"a{number}"), 1, sequences=ALL)
    asked = Counter(one.asked for one in group(cohort, Grouping()).of(SUBTASK))
    assert sorted(asked.values()) == [5, 5, 6, 6]
