import re
from dataclasses import replace

import pytest

from pipelines.reasons import Reason
from pipelines.validation.absent_images import Given, check_absent_images, find_claim, given_by
from pipelines.vocabulary import ImageOrder, ImageRole, SubTask

ONE_VISIT = Given(has_visits=False, is_forecast=False)
VISITS = Given(has_visits=True, is_forecast=False, is_in_time=True)
FORECAST = Given(has_visits=True, is_forecast=True, is_in_time=True)

OF_A_PRIOR = [
    "Compared with the prior study, the effusion is larger.",
    "The mass is larger compared to the previous mammogram.",
    "In comparison with earlier films, the heart is unchanged.",
    "The previous examination showed no mass.",
    "The nodule is new since the last visit.",
    "The tumour is no longer visible in the first image.",
    "Interval change of the effusion is seen in the second image.",
    "Interval improvement of the edema",
    "The calcifications are unchanged.",
    "There is no significant change in the left eye.",
    "The mass has grown.",
    "The effusion has increased in size.",
    "The edema has slightly improved since surgery.",
    "The previously seen mass is in the first image.",
    "Again seen is a mass in the left breast.",
    "Stable appearance of the breast in both images",
    "The disease has progressed in the right eye.",
    "Worsening retinopathy in the left eye",
    "The retinopathy worsened over time.",
    "The finding is stable since baseline imaging.",
    "Resolving pneumonia in the second image",
    "Tumor progression is seen in the first image.",
    "A response to treatment is visible.",
    "The lesion is smaller than on the prior scan.",
    "Follow-up mammograms showed a mass.",
    "On the subsequent examination, the mass is gone.",
    "The persistent effusion in the first image is small.",
]
OF_THE_FUTURE = [
    "The next mammogram shows a mass.",
    "At the next visit the tumour is larger.",
    "The tumour will progress.",
    "The effusion will be smaller in a month.",
    "In the future, the disease is stable.",
    "The disease is likely to progress.",
    "What is expected in the next year?",
    "A follow-up a year later will show a cyst.",
    "Future examinations are normal.",
    "How does the visit after these look?",
]
OF_WHAT_IS_SHOWN = [
    "Which image is the craniocaudal view?",
    "How do the two eyes differ?",
    "The left eye shows diabetic retinopathy, the right eye is normal.",
    "The patient has enlarged ventricles in the first image.",
    "The second image has increased vascular markings.",
    "The first image has decreased lung volumes.",
    "Old fractures are seen in the second image.",
    "Probably benign, with short-interval follow-up",
    "Probably benign. The next mammogram should follow at a short interval.",
    "Negative, with routine screening to go on unchanged",
    "Short-term follow-up is recommended.",
    "Compared with the first image, the second image is brighter.",
    "Prior surgery is evident in the first image.",
    "Which of the images is of the older person?",
    "The last image shows a mass.",
    "Is the next image normal?",
    "The earliest sign of glaucoma is in the left eye.",
    "An enlarged heart in both images",
    "In a follow-up examination of a brain tumour, which of the images is the FLAIR image?",
    "The first image shows a newborn.",
    "Persistent pupillary membrane in the left eye",
    "The following images are of one breast.",
    "A new moon shape in the second image",
    "Are the two diagnoses the same?",
    "Additional imaging is needed before an assessment.",
    "Suspicious, and a biopsy should follow.",
    "Increased density of the left breast in image 1",
]
OF_THE_FIRST_ALONE = [
    "The first image shows worsening of the effusion.",
    "In the first image, the edema has improved.",
    "The first image shows interval improvement.",
    "The effusion in image 1 is unchanged.",
    "In the first image the pneumothorax has resolved.",
    "The first image is unchanged compared with the prior film.",
]
OF_BOTH_VISITS = [
    "How has the effusion changed since the first image?",
    "Compared with the first image, the effusion has increased.",
    "From the first image to the second image, the edema has worsened.",
    "The edema of the first image has resolved in the second image.",
    "The effusion has increased.",
    "Unchanged",
    "Worsening",
    "The tumour of the prior film is no longer visible.",
    "The second image shows worsening of the effusion seen in the first image.",
    "The effusion is larger than in the first image and has progressed.",
    "The first image shows a small effusion.",
    "Between the first image and the later one the pneumonia improved.",
    "Relative to the first image, the opacity is unchanged.",
    "It has increased in the second image.",
]


@pytest.mark.parametrize("text", OF_A_PRIOR)
def test_a_change_is_claimed_of_one_visit(text: str):
    assert find_claim(text, ONE_VISIT) is not None


@pytest.mark.parametrize("text", OF_A_PRIOR)
def test_the_same_change_may_be_claimed_where_visits_are_shown(text: str):
    assert "first image" in text or find_claim(text, VISITS) is None


@pytest.mark.parametrize("text", OF_THE_FUTURE)
def test_a_later_visit_may_be_spoken_of_in_forecasts_alone(text: str):
    assert find_claim(text, VISITS) is not None
    assert find_claim(text, ONE_VISIT) is not None
    assert find_claim(text, FORECAST) is None


@pytest.mark.parametrize("text", OF_WHAT_IS_SHOWN)
def test_what_is_shown_may_be_spoken_of_in_every_group(text: str):
    assert [find_claim(text, given) for given in (ONE_VISIT, VISITS, FORECAST)] == [None, None, None]


@pytest.mark.parametrize("text", OF_THE_FIRST_ALONE)
def test_a_change_of_the_earliest_image_compares_with_one_that_is_absent(text: str):
    assert find_claim(text, VISITS) is not None
    assert find_claim(text, FORECAST) is not None


@pytest.mark.parametrize("text", OF_BOTH_VISITS)
def test_a_change_between_the_visits_shown_is_no_claim_of_an_absent_one(text: str):
    assert find_claim(text, VISITS) is None


def test_what_may_be_claimed_follows_from_roles_days_and_people(good):
    composed = next(group for group in good.groups if len(group.image_ids) == 3)
    assert given_by(composed) == ONE_VISIT
    assert given_by(next(group for group in good.groups if len(group.image_ids) == 2)).n_images == 2
    one_person = replace(composed, subject_ids=(composed.subject_ids[0],) * len(composed.subject_ids))
    assert given_by(one_person) == ONE_VISIT
    days = tuple(range(len(composed.image_ids)))
    assert given_by(replace(one_person, days_since_first=days)).has_visits
    assert not given_by(replace(one_person, days_since_first=days)).is_in_time  # shuffled
    assert given_by(replace(composed, days_since_first=days)) == ONE_VISIT  # of different people
    roles = (ImageRole.BEFORE_SURGERY, ImageRole.AFTER_SURGERY, ImageRole.BESIDE)
    assert given_by(replace(one_person, roles=roles, order=ImageOrder.CHRONOLOGICAL)) == VISITS
    forecast = replace(one_person, roles=(ImageRole.EARLIER_VISIT,) * 3, order=ImageOrder.CHRONOLOGICAL)
    assert given_by(replace(forecast, subtask=SubTask.NEXT_STATUS)) == FORECAST


@pytest.mark.parametrize("place", ["question", "options", "answer"])
def test_a_claim_is_found_wherever_it_stands(good, place: str):
    record = good.first("statement")
    claim = "Both images are unchanged since the prior study."
    failure = check_absent_images(replace(record, **{place: (claim,) if place == "options" else claim}), good.context)
    assert failure is not None and failure.reason is Reason.ABSENT_IMAGE
    assert re.search("unchanged|since the prior", failure.detail)
    assert check_absent_images(record, good.context) is None


@pytest.mark.parametrize("text", ["At the third visit, the tumour is larger.", "The third mammogram of this breast is normal."])
def test_a_third_visit_is_shown_by_three_images_alone(text: str):
    assert find_claim(text, replace(VISITS, n_images=2)) is not None
    assert find_claim(text, VISITS) is None
    assert find_claim(text, replace(FORECAST, n_images=2)) is None
    assert find_claim(text.replace("third", "fourth"), VISITS) is not None
