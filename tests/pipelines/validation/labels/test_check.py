from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.reasons import Reason
from pipelines.records import Fact, Record
from pipelines.validation.context import Context
from pipelines.validation.facts import check_facts
from pipelines.validation.labels.expected import DERIVATIONS
from pipelines.validation.labels.tasks import TASKS
from pipelines.vocabulary import SubTask
from tests.pipelines.validation.labels.items import (
    SUBTASKS,
    check,
    closed_of,
    fact,
    group_of,
    images_of,
    open_of,
    say,
    sealed,
    wrong_classes,
)

_subtasks = st.sampled_from(SUBTASKS)


def _reason(record: Record, **changes: object) -> Reason | None:
    failure = check(sealed(replace(record, **changes)))
    return None if failure is None else failure.reason


def _asked(subtask: SubTask, question: str) -> Reason | None:
    return _reason(closed_of(subtask), question=question)


@pytest.mark.parametrize("subtask", SUBTASKS)
def test_a_record_that_agrees_with_its_facts_passes(subtask: SubTask):
    assert check(closed_of(subtask)) is None
    assert check(open_of(subtask)) is None


def test_every_inherent_subtask_has_a_task_and_a_derivation():
    composed = {SubTask.LOCATED_QUESTION, SubTask.SHARED_FINDING}
    assert set(TASKS) == set(DERIVATIONS) == set(SUBTASKS) == set(SubTask) - composed


@given(_subtasks, st.data())
def test_any_key_swapped_to_another_class_is_caught(subtask: SubTask, data: st.DataObject):
    name = data.draw(st.sampled_from(wrong_classes(subtask)))
    record = closed_of(subtask, key=name)
    failure = check(record)
    assert failure is not None and failure.reason is Reason.LABEL_MISMATCH
    honest_class = replace(record, answer_class=group_of(subtask).label)
    failure = check(honest_class)
    assert failure is not None and failure.reason is Reason.LABEL_MISMATCH
    assert name in failure.detail and group_of(subtask).label in failure.detail


@given(_subtasks, st.data())
def test_an_open_answer_of_another_class_is_caught(subtask: SubTask, data: st.DataObject):
    name = data.draw(st.sampled_from(wrong_classes(subtask)))
    assert _reason(open_of(subtask), answer=say(subtask, name)) is Reason.LABEL_MISMATCH


@given(_subtasks, st.data())
def test_two_options_of_one_meaning_are_caught(subtask: SubTask, data: st.DataObject):
    record = closed_of(subtask)
    others = [place for place, option in enumerate(record.options) if option != record.answer]
    place = data.draw(st.sampled_from(others))
    options = list(record.options)
    options[place] = f"{record.answer}."
    assert _reason(record, options=tuple(options)) is Reason.LABEL_MISMATCH
    classes = list(record.option_classes)
    classes[place] = record.answer_class
    assert _reason(record, options=tuple(options), option_classes=tuple(classes)) is Reason.LABEL_MISMATCH


@given(_subtasks, st.data())
def test_option_classes_that_differ_from_the_text_are_caught(subtask: SubTask, data: st.DataObject):
    record = closed_of(subtask)
    shuffled = data.draw(st.permutations(record.option_classes))
    expected = None if tuple(shuffled) == record.option_classes else Reason.LABEL_MISMATCH
    assert _reason(record, option_classes=tuple(shuffled)) is expected
    assert _reason(record, option_classes=record.option_classes[1:]) is Reason.LABEL_MISMATCH


@given(_subtasks, st.data())
def test_a_label_that_differs_from_the_facts_is_caught(subtask: SubTask, data: st.DataObject):
    name = data.draw(st.sampled_from(wrong_classes(subtask)))
    failure = check(closed_of(subtask), replace(group_of(subtask), label=name))
    assert failure is not None and failure.reason is Reason.LABEL_MISMATCH and "label of the group" in failure.detail


@pytest.mark.parametrize("subtask", SUBTASKS)
def test_facts_that_give_no_single_class_are_caught(subtask: SubTask):
    group = group_of(subtask)
    failure = check(closed_of(subtask), replace(group, facts=()))
    assert failure is not None and "no single class" in failure.detail


@pytest.mark.parametrize("subtask", SUBTASKS)
def test_each_fact_that_the_key_rests_on_must_be_among_the_evidence(subtask: SubTask):
    record = closed_of(subtask)
    assert record.evidence
    for missing in record.evidence:
        left = tuple(one for one in record.evidence if one != missing)
        assert _reason(record, evidence=left) is Reason.FACT_MISMATCH


@pytest.mark.parametrize("subtask", SUBTASKS)
def test_options_and_answers_without_a_readable_class_are_refused(subtask: SubTask):
    record = closed_of(subtask)
    options = tuple("Under observation" if option != record.answer else option for option in record.options)
    assert _reason(record, options=options) is Reason.LABEL_MISMATCH
    assert _reason(open_of(subtask), answer="Under observation") is Reason.LABEL_MISMATCH


@pytest.mark.parametrize(
    ("subtask", "answer"),
    [
        (SubTask.FINDING_PROGRESSION, "The effusion improved, while the pneumothorax is unchanged."),
        (SubTask.FINDING_PROGRESSION, "Either improved or stable."),
        (SubTask.FINDING_PROGRESSION, "The effusion was smaller in the first image."),
        (SubTask.VISIT_PROGRESSION, "Progressive disease, although the tumour is stable."),
        (SubTask.RESECTION_EXTENT, "Residual tumour remains after complete resection."),
        (SubTask.RESECTION_EXTENT, "Partial resection, as the FLAIR image shows."),
        (SubTask.TWO_VIEW_ASSESSMENT, "BI-RADS 4, suspicious, of the right breast."),
        (SubTask.TWO_VIEW_ASSESSMENT, "BI-RADS 4 or 5."),
        (SubTask.TWO_VIEW_ASSESSMENT, "Suspicious, by the second image, a craniocaudal view."),
        (SubTask.SUSPICIOUS_IMAGE, "The second image is negative."),
        (SubTask.VIEW_IDENTIFICATION, "The second image is the craniocaudal view."),
        (SubTask.VIEW_IDENTIFICATION, "The first image is the MLO and the second image the CC view."),
        (SubTask.SEQUENCE_IDENTIFICATION, "The third image is T2-weighted."),
        (SubTask.SEQUENCE_IDENTIFICATION, "Image 3 is FLAIR, image 1 is contrast-enhanced T1."),
        (SubTask.EYE_DIAGNOSIS, "The left eye has diabetic retinopathy."),
        (SubTask.EYE_DIAGNOSIS, "The right eye has diabetic retinopathy, the left eye is normal."),
        (SubTask.EYE_DIAGNOSIS, "Diabetic retinopathy with cataract."),
        (SubTask.SAME_DIAGNOSIS, "They differ: the left eye has a cataract, the right eye is normal."),
        (SubTask.SAME_DIAGNOSIS, "Partly the same and partly different."),
    ],
)
def test_an_open_answer_with_a_clause_that_the_facts_do_not_cover_is_refused(subtask: SubTask, answer: str):
    assert _reason(open_of(subtask), answer=answer) is Reason.LABEL_MISMATCH


@pytest.mark.parametrize(
    ("subtask", "answer"),
    [
        (SubTask.FINDING_PROGRESSION, "Compared with the first image, the pleural effusion in the second image is smaller."),
        (SubTask.FINDING_PROGRESSION, "The effusion has not grown; on the contrary, it has decreased."),
        (SubTask.VISIT_PROGRESSION, "At the second visit the tumour has grown, in keeping with progressive disease."),
        (SubTask.NEXT_STATUS, "A complete response is to be expected at the next visit."),
        (SubTask.RESECTION_EXTENT, "Enhancing tumour remains after surgery, hence the resection was partial."),
        (SubTask.TWO_VIEW_ASSESSMENT, "A suspicious abnormality of the left breast (BI-RADS 4); biopsy should be considered."),
        (SubTask.SUSPICIOUS_IMAGE, "The second image, which is highly suggestive of malignancy."),
        (SubTask.VIEW_IDENTIFICATION, "The first image is the CC view, the second image the MLO view."),
        (SubTask.SEQUENCE_IDENTIFICATION, "The third image is the FLAIR sequence, unlike the first, a T2-weighted one."),
        (SubTask.EYE_DIAGNOSIS, "The right eye has diabetic retinopathy, while the left eye has glaucoma."),
        (SubTask.SAME_DIAGNOSIS, "They differ: the left eye has glaucoma, the right eye is normal."),
        (SubTask.SAME_DIAGNOSIS, "No, the diagnoses are different."),
    ],
)
def test_a_longer_open_answer_passes_where_every_clause_is_covered(subtask: SubTask, answer: str):
    failure = check(open_of(subtask, answer))
    assert failure is None, failure


@pytest.mark.parametrize(
    ("subtask", "question"),
    [
        (SubTask.FINDING_PROGRESSION, "How has the pneumothorax changed from the first image to the second image?"),
        (SubTask.FINDING_PROGRESSION, "How have effusion and edema changed between the two images?"),
        (SubTask.FINDING_PROGRESSION, "What has changed between the two images?"),
        (SubTask.FINDING_PROGRESSION, "How did the effusion change from the second image to the first image?"),
        (SubTask.FINDING_PROGRESSION, "How is the effusion in the first image compared with the second image?"),
        (SubTask.VIEW_IDENTIFICATION, "Which image is the craniocaudal view?"),
        (SubTask.VIEW_IDENTIFICATION, "Which image is the true lateral view?"),
        (SubTask.VIEW_IDENTIFICATION, "Which image shows the mass?"),
        (SubTask.VIEW_IDENTIFICATION, "Which image is the mediolateral oblique view of the right breast?"),
        (SubTask.VIEW_IDENTIFICATION, "The first image is the MLO view. Which image is the MLO view?"),
        (SubTask.SEQUENCE_IDENTIFICATION, "Which image is the T2-weighted one?"),
        (SubTask.SEQUENCE_IDENTIFICATION, "Which image is the native T1 image?"),
        (SubTask.SEQUENCE_IDENTIFICATION, "Which image is the FLAIR and which the T2 image?"),
        (SubTask.EYE_DIAGNOSIS, "What does the left eye show in these two images?"),
        (SubTask.EYE_DIAGNOSIS, "What do both images, of both eyes, show?"),
        (SubTask.EYE_DIAGNOSIS, "What do the two images show?"),
        (
            SubTask.EYE_DIAGNOSIS,
            "The first image is the right eye, the second image the left eye. What does the right eye show?",
        ),
        (SubTask.EYE_DIAGNOSIS, "What does the first of the two images show?"),
        (SubTask.SAME_DIAGNOSIS, "Does the left eye show a disease in the first image or the second image?"),
        (SubTask.SUSPICIOUS_IMAGE, "Which of the images is negative?"),
        (SubTask.SUSPICIOUS_IMAGE, "Which of the images shows no sign of malignancy?"),
        (SubTask.SUSPICIOUS_IMAGE, "Which of the images is the least suspicious?"),
        (SubTask.SUSPICIOUS_IMAGE, "Which of the images is the oldest?"),
        (SubTask.SUSPICIOUS_IMAGE, "Which of the images of the right breast is suspicious?"),
        (SubTask.TWO_VIEW_ASSESSMENT, "Which BI-RADS category do the two images of the right breast support?"),
        (
            SubTask.TWO_VIEW_ASSESSMENT,
            "The first image is the MLO view and the second image the CC view. Which category applies?",
        ),
        (SubTask.TWO_VIEW_ASSESSMENT, "From the CC and the XCCL view in the two images: which category applies?"),
        (SubTask.NEXT_ASSESSMENT, "Both images show MLO views. What will the next visit bring?"),
        (SubTask.RESECTION_EXTENT, "How much was removed between the two FLAIR images?"),
        (SubTask.VISIT_PROGRESSION, "What is the status in the first image compared with the second image?"),
    ],
)
def test_a_question_that_asks_for_something_else_is_caught(subtask: SubTask, question: str):
    assert _asked(subtask, question) is Reason.LABEL_MISMATCH


@pytest.mark.parametrize(
    ("subtask", "question"),
    [
        (
            SubTask.SUSPICIOUS_IMAGE,
            "One visit was called suspicious, the others negative or benign. Which image is of that visit?",
        ),
        (SubTask.SUSPICIOUS_IMAGE, "Unlike the benign ones, which image of the left breast shows a suspicious finding?"),
        (SubTask.SEQUENCE_IDENTIFICATION, "T2, FLAIR and contrast-enhanced T1 images are shown. Which image is FLAIR?"),
        (SubTask.VIEW_IDENTIFICATION, "A CC and an MLO view are shown in these images. Which image is the MLO view?"),
        (SubTask.FINDING_PROGRESSION, "How does the effusion in the second image compare with that in the first image?"),
        (
            SubTask.TWO_VIEW_ASSESSMENT,
            "The first image is the CC view and the second image the MLO view. Which category applies?",
        ),
        (SubTask.EYE_DIAGNOSIS, "Of the two images, left eye first, right eye second: what is wrong with the right eye?"),
    ],
)
def test_a_question_that_also_tells_what_is_shown_passes(subtask: SubTask, question: str):
    failure = check(sealed(replace(closed_of(subtask), question=question)))
    assert failure is None, failure


def test_plain_t1_is_ambiguous_only_beside_a_contrast_enhanced_image():
    group = replace(group_of(SubTask.SEQUENCE_IDENTIFICATION), asked="T1")
    facts = (fact(0, "sequence", "T2"), fact(1, "sequence", "FLAIR"), fact(2, "sequence", "T1"))
    record = replace(
        closed_of(SubTask.SEQUENCE_IDENTIFICATION), asked="T1", question="Which image is T1-weighted?", evidence=facts
    )
    assert check(record, replace(group, facts=facts)) is None
    beside = (fact(0, "sequence", "CT1"), *facts[1:])
    failure = check(replace(record, evidence=beside), replace(group, facts=beside))
    assert failure is not None and failure.reason is Reason.LABEL_MISMATCH
    native = replace(record, evidence=beside, question="Which image is native T1-weighted?")
    assert check(native, replace(group, facts=beside)) is None


@pytest.mark.parametrize("wrong", ["amd", "other"])
def test_a_diagnosis_that_a_keyword_of_the_asked_eye_suggests_is_no_wrong_option(wrong: str):
    record = closed_of(SubTask.EYE_DIAGNOSIS)
    place = record.option_classes.index("cataract")
    options, classes = list(record.options), list(record.option_classes)
    options[place], classes[place] = say(SubTask.EYE_DIAGNOSIS, wrong), wrong
    broken = sealed(replace(record, options=tuple(options), option_classes=tuple(classes)))
    failure = check(broken)
    assert failure is not None and wrong in failure.detail
    group = group_of(SubTask.EYE_DIAGNOSIS)
    without_drusen = replace(group, facts=tuple(one for one in group.facts if one.value != "drusen"))
    assert check(broken, without_drusen) is None


def test_a_diagnosis_of_the_other_eye_may_be_a_wrong_option():
    assert "glaucoma" in closed_of(SubTask.EYE_DIAGNOSIS).option_classes  # the left eye's; the right eye is asked about


def test_the_hidden_visit_alone_decides_a_forecast():
    for subtask, code, shown in ((SubTask.NEXT_ASSESSMENT, "birads", "S"), (SubTask.NEXT_STATUS, "rano", "PD")):
        group = group_of(subtask)
        changed = tuple(replace(one, value=shown) if one.image_index is not None else one for one in group.facts)
        assert check(closed_of(subtask), replace(group, facts=changed)) is None
        hidden = tuple(
            replace(one, value=shown) if one.image_index is None and one.code == code else one for one in group.facts
        )
        record = replace(closed_of(subtask), evidence=tuple(one for one in hidden if one.image_index is None))
        failure = check(record, replace(group, facts=hidden))
        assert failure is not None and failure.reason is Reason.LABEL_MISMATCH


@pytest.mark.parametrize(
    ("subtask", "extra"),
    [
        (SubTask.SUSPICIOUS_IMAGE, fact(0, "birads", "S")),
        (SubTask.SUSPICIOUS_IMAGE, fact(2, "path_severity", "1")),
        (SubTask.VIEW_IDENTIFICATION, fact(0, "view", "MLO")),
        (SubTask.TWO_VIEW_ASSESSMENT, fact(1, "birads", "B")),
        (SubTask.NEXT_ASSESSMENT, fact(None, "birads", "S")),
        (SubTask.RESECTION_EXTENT, fact(1, "resection", "complete")),
        (SubTask.VISIT_PROGRESSION, fact(1, "rano", "SD")),
        (SubTask.FINDING_PROGRESSION, fact(1, "pleural_effusion_progression", "stable")),
        (SubTask.EYE_DIAGNOSIS, fact(1, "eye_diagnosis", "myopia")),
    ],
)
def test_a_second_fact_that_contradicts_the_first_leaves_no_class(subtask: SubTask, extra: Fact):
    group = group_of(subtask)
    failure = check(closed_of(subtask), replace(group, facts=(*group.facts, extra)))
    assert failure is not None and "no single class" in failure.detail


def test_partial_and_complete_response_are_one_class():
    group = group_of(SubTask.NEXT_STATUS)
    both = fact(None, "rano", "PR")
    record = closed_of(SubTask.NEXT_STATUS)
    assert check(replace(record, evidence=(*record.evidence, both)), replace(group, facts=(*group.facts, both))) is None


def test_an_eye_without_a_diagnosis_of_its_own_has_its_patients():
    group = group_of(SubTask.EYE_DIAGNOSIS)
    own = tuple(one for one in group.facts if one.image_index == 1 and one.code != "eye_diagnosis")
    patient = fact(1, "diagnosis", "diabetes")
    record = replace(closed_of(SubTask.EYE_DIAGNOSIS), evidence=(*own, patient))
    assert check(record, replace(group, facts=(*own, patient))) is None
    second = fact(1, "diagnosis", "hypertension")
    failure = check(record, replace(group, facts=(*own, patient, second)))
    assert failure is not None and "no single class" in failure.detail


def test_details_hold_no_words_of_the_text_or_the_report():
    group = group_of(SubTask.FINDING_PROGRESSION)
    secret = "Zebra"
    told = replace(group, facts=(*group.facts, fact(0, "report_findings", secret)))
    for record in (
        closed_of(SubTask.FINDING_PROGRESSION, key="worsening"),
        open_of(SubTask.FINDING_PROGRESSION, f"{secret}: it has grown."),
        replace(closed_of(SubTask.FINDING_PROGRESSION), question=f"{secret}: how did the edema change in the two images?"),
    ):
        failure = check(record, told)
        assert failure is not None and secret.casefold() not in failure.detail.casefold()


@pytest.mark.parametrize("subtask", SUBTASKS)
def test_the_rule_about_facts_hands_inherent_records_over(subtask: SubTask):
    group = group_of(subtask)
    context = Context.of([group], images_of(group))
    assert check_facts(closed_of(subtask), context) is None
    failure = check_facts(closed_of(subtask, key=wrong_classes(subtask)[0]), context)
    assert failure is not None and failure.reason is Reason.LABEL_MISMATCH
    forged = replace(closed_of(subtask), evidence=(*closed_of(subtask).evidence, fact(0, "birads", "forged")))
    failure = check_facts(forged, context)
    assert failure is not None and failure.reason is Reason.FACT_MISMATCH
    hidden = replace(closed_of(subtask), evidence=(fact(None, "birads", "forged"),))
    failure = check_facts(hidden, context)
    assert failure is not None and failure.reason is Reason.FACT_MISMATCH
