import pytest

from pipelines.grouping.vqa_rad.meaning import meaning_of, terms_of


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Is the heart enlarged?", "Does this patient have cardiomegaly?"),
        ("Is the heart too big?", "Is there cardiac enlargement?"),
        ("Are the ribs broken?", "Is there a rib fracture?"),
        ("Is there a pneumothorax present in this image?", "Do you see a pneumothorax on this chest x-ray?"),
        ("Is there tracheal deviation?", "Is the trachea deviated?"),
        ("Is there a shift of midline structures?", "Does this image show midline shift?"),
        ("Is this a healthy liver?", "Does this look like a healthy liver?"),
        ("Evidence of hemorrhage in the kidneys?", "Is there hemorrhage in the kidneys?"),
        ("Where is the mass located?", "What is the location of the mass?"),
        ("Is this a saggital view of the brain?", "Is this a sagittal plane image?"),
    ],
)
def test_two_wordings_of_one_question_have_one_meaning(left: str, right: str):
    assert meaning_of(left) == meaning_of(right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Is there a mass?", "Is there a mass in the liver?"),
        ("Is there a mass?", "Where is the mass?"),
        ("Is the heart enlarged?", "Is the heart normal?"),
        ("Is the liver normal?", "Is the liver normal in size?"),
        ("Is the heart abnormal?", "Is the heart size abnormal?"),
        ("Is there evidence of blunting?", "Is there no evidence of blunting?"),
        ("Is the trachea midline?", "Is the trachea deviated?"),
        ("Is this an anterior-posterior image?", "Is this a posterior-anterior image?"),
        ("Is the left lung darker than the right?", "Is the right lung darker than the left?"),
        ("Is the bowel enlarged?", "Is there large bowel?"),
        ("Is there a left pleural effusion?", "Is there a right pleural effusion?"),
    ],
)
def test_questions_that_can_have_different_answers_have_different_meanings(left: str, right: str):
    assert meaning_of(left) != meaning_of(right)


def test_words_for_the_image_count_only_where_nothing_else_is_asked():
    assert terms_of("What plane is this?") == ("plane",)
    assert terms_of("Is this an axial plane?") == ("axial",)
