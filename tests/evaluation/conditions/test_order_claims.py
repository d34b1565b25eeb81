import pytest

from evaluation.conditions.left_out import LeftOut
from evaluation.conditions.order_claims import find_order_claim


@pytest.mark.parametrize(
    "question",
    [
        "What is shown in the first image?",
        "Are the planes of these images the same?",
        "The first image is the earlier film and the second image the later one. How has the effusion changed?",
        "From the first image to the second image, has the mass progressed?",
        "Has the edema improved since the first image?",
        "Compared with the first image, is the effusion in the second image stable?",
        "The first image was acquired before surgery and the second image after it. How much was resected?",
        "The first image shows the left eye and the second image the right eye. What does the left eye show?",
        "The images are of different visits and in no particular order. Which image shows a mass?",
        "What do you say after reading both images?",
        "Is the mass next to the trachea in the first image?",
    ],
)
def test_what_names_its_images_or_needs_no_order_can_be_reversed(question):
    assert find_order_claim(question, (), 2) is None


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("How has the effusion changed between the two images?", LeftOut.IMPLIES_ORDER),
        ("Compare the first image with the second image. Has the edema improved?", LeftOut.IMPLIES_ORDER),
        ("Has the mass in the first image progressed since the prior film?", LeftOut.IMPLIES_ORDER),
        ("Is the mass of the second image larger than on the previous study?", LeftOut.IMPLIES_ORDER),
        ("How does the disease evolve over time?", LeftOut.IMPLIES_ORDER),
        ("What did surgery achieve?", LeftOut.IMPLIES_ORDER),
        ("The images are the left and the right eye. What does the left eye show?", LeftOut.IMPLIES_ORDER),
        ("From a CC and an MLO view, what is the category?", LeftOut.IMPLIES_ORDER),
        ("The films are in order of time. Is the second image normal?", LeftOut.STATES_ORDER),
        ("Two consecutive films are shown. Is there a mass?", LeftOut.STATES_ORDER),
        ("Look at both images, left eye before right eye.", LeftOut.STATES_ORDER),
        ("Are they a CT and an MRI, in this order?", LeftOut.STATES_ORDER),
        ("What will the first image show at the next visit?", LeftOut.ASKS_FORECAST),
        ("Which assessment follows at the visit after those in the images?", LeftOut.ASKS_FORECAST),
    ],
)
def test_what_rests_on_the_order_is_told_with_its_reason(question, reason):
    assert find_order_claim(question, (), 2) is reason


@pytest.mark.parametrize("option", ["The disease is stable", "Progression by RANO", "It has worsened", "No interval change"])
def test_options_that_tell_of_a_course_need_a_question_that_names_its_direction(option):
    assert find_order_claim("What do the two images suggest?", (option,), 2) is LeftOut.IMPLIES_ORDER
    assert find_order_claim("What became of it from the first image to the second image?", (option,), 2) is None


def test_an_option_that_states_the_order_is_told():
    assert find_order_claim("What do they show?", ("A mass and a cyst, respectively", "A cyst"), 2) is LeftOut.STATES_ORDER
