"""Records in the words of different writers, through all rules that judge one record: good ones pass, flawed ones fall."""

from dataclasses import replace

import pytest

from pipelines.reasons import Reason
from pipelines.records import Fact, ImageGroup, Quote, Record
from pipelines.validation.context import Context, Failure
from pipelines.validation.elapsed import find_spans, known_days
from pipelines.validation.labels.presupposed import find_stated_clauses
from pipelines.validation.rules import find_failure
from pipelines.vocabulary import Modality, Sequence, SubTask, View
from tests.pipelines.validation.labels.items import SUBTASKS, closed_of, fact, group_of, images_of, open_of, sealed

NEXT, STATUS, VISIT = SubTask.NEXT_ASSESSMENT, SubTask.NEXT_STATUS, SubTask.VISIT_PROGRESSION
TWO, RESECTION, FINDING = SubTask.TWO_VIEW_ASSESSMENT, SubTask.RESECTION_EXTENT, SubTask.FINDING_PROGRESSION
EYE, SAME, VIEW = SubTask.EYE_DIAGNOSIS, SubTask.SAME_DIAGNOSIS, SubTask.VIEW_IDENTIFICATION
SEQUENCE, SUSPICIOUS = SubTask.SEQUENCE_IDENTIFICATION, SubTask.SUSPICIOUS_IMAGE
_MODALITY = {"embed": Modality.MAMMOGRAPHY, "lumiere": Modality.MRI, "ms_cxr_t": Modality.XRAY, "odir": Modality.FUNDUS}


def _judge(record: Record, group: ImageGroup | None = None) -> Failure | None:
    """Return what the first broken rule says; the images are what the facts tell, and a line of their source is quoted."""
    group = group or group_of(record.subtask)
    told = {(one.code, one.image_index): one.value for one in group.facts}
    images = [
        replace(
            image,
            modality=_MODALITY[group.source],
            view=View(told["view", place]) if ("view", place) in told else image.view,
            sequence=Sequence(told["sequence", place]) if ("sequence", place) in told else image.sequence,
        )
        for place, image in enumerate(images_of(group))
    ]
    context = Context.of([group], images)
    place = record.evidence[0].image_index if record.evidence else 0
    quoted = record if record.quotes else replace(record, quotes=(Quote(place, context.sources_of(group.group_id)[place][0]),))
    return find_failure(sealed(quoted), context)


def _asking(subtask: SubTask, question: str, answer: str | None = None) -> Record:
    return replace(open_of(subtask, answer), question=question)


def test_the_plain_records_pass_closed_and_open():
    assert {
        subtask: _judge(record) for subtask in SUBTASKS for record in (closed_of(subtask), open_of(subtask))
    } == dict.fromkeys(SUBTASKS)


@pytest.mark.parametrize(
    ("subtask", "question"),
    [
        (TWO, "Taking the craniocaudal and the mediolateral oblique view together, how would you classify this breast?"),
        (TWO, "Based on both mammographic views, which overall assessment fits best?"),
        (TWO, "How should this breast be categorised on the basis of both projections?"),
        (RESECTION, "What was the extent of resection, comparing the preoperative with the postoperative image?"),
        (RESECTION, "The first image was taken before surgery and the second after it. How complete was the resection?"),
        (RESECTION, "Judge how radical the operation was, from the image before and the image after it."),
        (VISIT, "What is the RANO status at the second visit compared with the first?"),
        (VISIT, "Between the first and second visit, has the disease improved, remained stable, or worsened?"),
        (VISIT, "Does the follow-up image show any change relative to the first image?"),
        (VISIT, "What changed between the first and the second MRI?"),
        (FINDING, "From the first CXR to the second, how did the effusion evolve?"),
        (FINDING, "Comparing the prior and the current film, what has happened to the effusion?"),
        (FINDING, "Which best describes the evolution of the pleural effusion across the two chest X-rays?"),
        (EYE, "Of the two fundus photographs, the second shows the right eye. What does it show?"),
        (EYE, "Comparing both fundus images, which diagnosis applies to the right eye (second image)?"),
        (SAME, "Comparing the left with the right eye, is the diagnosis identical?"),
        (SAME, "How do the two eyes compare in diagnosis?"),
        (VIEW, "Name the image that was taken in the MLO position."),
        (VIEW, "Point out the oblique mammogram of the two."),
        (SEQUENCE, "Find the FLAIR image among the three."),
        (SUSPICIOUS, "Which of these three images would prompt a biopsy?"),
        (NEXT, "If this woman returned in about a year, which category would you expect from these two mammograms?"),
        (STATUS, "Which RANO category would you forecast three months after these two images?"),
    ],
)
def test_images_may_be_named_by_what_they_show(subtask: SubTask, question: str):
    assert _judge(_asking(subtask, question)) is None


@pytest.mark.parametrize(
    ("subtask", "question", "reason"),
    [
        (TWO, "What BI-RADS category does the first image have?", Reason.IMAGE_NOT_ASKED_ABOUT),
        (FINDING, "How large is the effusion in the second image?", Reason.IMAGE_NOT_ASKED_ABOUT),
        (VISIT, "What became of the tumour between the three visits?", Reason.IMAGE_NOT_ASKED_ABOUT),
        (FINDING, "How did the effusion change between the two images on these brain MRI slices?", Reason.ABSENT_IMAGE),
        (VISIT, "Which change fits the two images on these chest radiographs?", Reason.ABSENT_IMAGE),
        (VISIT, "Which of the two images is brighter?", Reason.LABEL_MISMATCH),
        (VISIT, "Which of image 1 and image 2 is of better quality?", Reason.LABEL_MISMATCH),
        (RESECTION, "Is the ventricle enlarged in the two images?", Reason.LABEL_MISMATCH),
        (RESECTION, "The first image is after surgery, the second before it. How much was resected?", Reason.LABEL_MISMATCH),
        (
            RESECTION,
            "Going by the postoperative first image and the preoperative second image, what was resected?",
            Reason.LABEL_MISMATCH,
        ),
        (VIEW, "Which of the two images does not show the MLO view?", Reason.LABEL_MISMATCH),
        (VIEW, "Which of these two mammograms isn't the MLO projection?", Reason.LABEL_MISMATCH),
        (SUSPICIOUS, "Which of the three images is not suspicious?", Reason.LABEL_MISMATCH),
        (FINDING, "Given that it has improved, how does the effusion compare between the images?", Reason.ANSWER_IN_QUESTION),
        (RESECTION, "After gross total resection, how do the two images compare?", Reason.ANSWER_IN_QUESTION),
        (NEXT, "The first visit was negative. Which BI-RADS category do the two images let expect?", Reason.ANSWER_IN_QUESTION),
        (TWO, "Since the breast is negative, which category do the two images get?", Reason.ANSWER_IN_QUESTION),
        (STATUS, "Which status do the two images let expect in about five years?", Reason.FACT_MISMATCH),
        (NEXT, "Which BI-RADS category do the two images let expect in three weeks?", Reason.FACT_MISMATCH),
        (FINDING, "A man aged 71 is shown. How did the effusion change between the images?", Reason.HIDDEN_TEXT),
        (FINDING, "The patient presents with fever. How did the effusion change between the images?", Reason.HIDDEN_TEXT),
        (VISIT, "After temozolomide, what is the disease course from the first to the second image?", Reason.HIDDEN_TEXT),
        (
            EYE,
            "Based on the diagnostic keywords, what does the right eye, the second of both images, show?",
            Reason.HIDDEN_TEXT,
        ),
        (TWO, "Which category did the reading radiologist assign to the two images?", Reason.HIDDEN_TEXT),
        (VISIT, "Patient #88123: what is the status from the first to the second image?", Reason.IDENTIFIER),
        (VISIT, "[FINDING] What is the status from the first to the second image?", Reason.TEMPLATE_RESIDUE),
        (VISIT, "What is the sta\u200btus from the first to the second image?", Reason.TEMPLATE_RESIDUE),
    ],
)
def test_a_question_with_one_flaw_falls(subtask: SubTask, question: str, reason: Reason):
    failure = _judge(_asking(subtask, question))
    assert failure is not None
    assert failure.reason is reason, failure.detail


@pytest.mark.parametrize(
    ("subtask", "answer"),
    [
        (SUSPICIOUS, "The second mammogram; the others are not suspicious."),
        (SUSPICIOUS, "The second image raises concern for malignancy, unlike the rest."),
        (VIEW, "The oblique one is image 2; image 1 is another projection."),
        (VIEW, "The oblique view is number 2."),
        (TWO, "The images are concerning: BI-RADS 4."),
        (RESECTION, "Not everything was removed: the resection is partial."),
        (FINDING, "It has all but disappeared."),
        (EYE, "DR of the right eye."),
        (SAME, "No, the diagnoses are different."),
    ],
)
def test_an_answer_in_other_words_passes(subtask: SubTask, answer: str):
    assert _judge(open_of(subtask, answer)) is None


@pytest.mark.parametrize(
    ("subtask", "answer", "reason"),
    [
        (EYE, "Diabetic retinopathy is present in the first image.", Reason.LABEL_MISMATCH),
        (TWO, "Anything but suspicious.", Reason.LABEL_MISMATCH),
        (VISIT, "It would be wrong to call it progressive.", Reason.LABEL_MISMATCH),
        (VISIT, "Recovering well.", Reason.LABEL_MISMATCH),
        (TWO, "BI-RADS 4; the mass is larger than last year.", Reason.ABSENT_IMAGE),
        (TWO, "BI-RADS 4, confirmed on the spot compression view.", Reason.ABSENT_IMAGE),
        (FINDING, "It has improved, also compared with an older film not shown.", Reason.ABSENT_IMAGE),
        (STATUS, "After the four visits shown, the tumour will most likely improve.", Reason.ABSENT_IMAGE),
        (FINDING, "It has improved; this was discussed with the referring physician.", Reason.HIDDEN_TEXT),
        (FINDING, "It has improved after placement of a chest tube.", Reason.HIDDEN_TEXT),
        (VISIT, "Progression under bevacizumab.", Reason.HIDDEN_TEXT),
        (FINDING, "The effusion on the left has improved.", Reason.FACT_MISMATCH),
        (VISIT, "B: Progressive disease.", Reason.TEMPLATE_RESIDUE),
        (VISIT, "Based on my training data, progression.", Reason.TEMPLATE_RESIDUE),
    ],
)
def test_an_answer_with_one_flaw_falls(subtask: SubTask, answer: str, reason: Reason):
    failure = _judge(open_of(subtask, answer))
    assert failure is not None
    assert failure.reason is reason, failure.detail


@pytest.mark.parametrize(("report", "passes"), [("There is a small left effusion.", True), ("The left heart is large.", False)])
def test_a_side_may_be_named_where_a_source_names_it_of_the_finding(report: str, passes: bool):
    group = group_of(FINDING)
    told = replace(group, facts=(*group.facts, fact(0, "report_findings", report)))
    failure = _judge(open_of(FINDING, "The effusion on the left has improved."), told)
    assert (failure is None) is passes


@pytest.mark.parametrize(
    ("text", "days"),
    [("in about a year", 365), ("6 months later", 183), ("half a year on", 183), ("after two weeks", 14)],
)
def test_a_duration_is_read_in_words_and_numbers(text: str, days: int):
    assert [span.days for span in find_spans(text)] == [days]


@pytest.mark.parametrize(
    "text", ["follow-up in six months", "a 50-year-old", "short-interval recall in 6 months", "a mass of 3 cm"]
)
def test_advice_ages_and_sizes_are_no_time_between_visits(text: str):
    assert find_spans(text) == ()


def test_visits_of_unknown_time_lie_apart_by_what_the_forecast_says_alone():
    group = group_of(STATUS)
    assert known_days(group) == {90}
    assert known_days(replace(group, days_since_first=(0, 100))) == {90, 100, 190}
    assert known_days(group_of(VISIT)) == frozenset()


@pytest.mark.parametrize(
    "question",
    [
        "Postoperative MRI is used to tell whether enhancing tumour remains. What do you see?",
        "Is the tumour stable?",
        "Assess the completeness of resection; the earlier one was acquired before surgery.",
        "Has the effusion improved or worsened?",
    ],
)
def test_clauses_that_ask_or_leave_open_state_nothing_of_a_class(question: str):
    assert not any(
        "remains" in clause or "stable" in clause or "improved" in clause for clause in find_stated_clauses(question)
    )


def test_facts_of_another_day_do_not_make_a_forecast_of_years_right():
    group = group_of(NEXT)
    far = Fact(image_index=None, said_by="study-None", code="days_after_last_visit", value="700")
    facts = tuple(far if one.code == far.code else one for one in group.facts)
    question = "Which BI-RADS category do the two images let expect in {}?"
    record = replace(open_of(NEXT), evidence=tuple(one for one in facts if one.image_index is None))
    group = replace(group, facts=facts)
    assert _judge(replace(record, question=question.format("about two years")), group) is None
    assert _judge(replace(record, question=question.format("six years")), group) is not None
