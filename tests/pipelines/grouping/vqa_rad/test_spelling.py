from typing import Any

import pytest

from pipelines.grouping.vqa_rad.spelling import mend_spelling


@pytest.mark.parametrize(
    ("found", "mended"),
    [
        ("Saggital", "Sagittal"),
        ("infection/abcess", "infection/abscess"),
        ("Doe this show a mass?", "Does this show a mass?"),
        ("doe this show a mass?", "does this show a mass?"),
        ("Is this an mri?", "Is this an MRI?"),
        ("MRI or CT", "MRI or CT"),
        ("Which hemisphere is the mass located?", "In which hemisphere is the mass located?"),
        ("which side is the lung more dense?", "on which side is the lung more dense?"),
        ("What side are the cysts located", "On what side are the cysts located"),
        ("From what organ does the mass grow from?", "From what organ does the mass grow?"),
        ("Any evidence of ascites?", "Is there any evidence of ascites?"),
        ("evidence of ascites?", "is there evidence of ascites?"),
        ("", ""),
    ],
)
def test_a_known_accident_is_mended_and_capitals_stay(found: str, mended: str):
    assert mend_spelling(found) == mended


@pytest.mark.parametrize(
    "text",
    [
        "Which hemisphere is the mass located in?",
        "What side of the brain is the lesion on?",
        "From what organ does the mass grow?",
        "Is there evidence of ascites?",
        "T2 weighted",
        "Where is the lesion located?",
    ],
)
def test_sound_text_stays_as_it_is(text: str):
    assert mend_spelling(text) == text


def test_mending_the_real_questions_twice_changes_nothing_more(real_rows: Any):
    for question in real_rows.questions:
        for text in (question.question, question.answer):
            assert mend_spelling(mend_spelling(text)) == mend_spelling(text)
