import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.generation.composed.location import locate
from pipelines.generation.ordinals import ORDINALS, ordinal_image

SHAPES = [
    # the image is named
    ("Is there a fracture in this image?", "Is there a fracture in the first image?"),
    ("Is there a fracture on this film?", "Is there a fracture in the first image?"),
    ("Does this picture show a tumor?", "Does the first image show a tumor?"),
    ("Does this chest x-ray look normal?", "Does the first image look normal?"),
    ("Is the image above normal?", "Is the first image normal?"),
    ("Is this scan abnormal?", "Is the first image abnormal?"),
    ("What is shown in this MRI?", "What is shown in the first image?"),
    ("What does this radiograph show?", "What does the first image show?"),
    ("This image suggests what disease?", "The first image suggests what disease?"),
    ("Which organ is seen at the top of the picture?", "Which organ is seen at the top of the first image?"),
    ("Is the spleen visible in this section?", "Is the spleen visible in the first image?"),
    ("Was contrast used to take this image?", "Was contrast used to take the first image?"),
    # "this" is the image
    ("Is this a PA film?", "Is the first image a PA film?"),
    ("Is this an MRI", "Is the first image an MRI?"),
    ("Is this a MRI?", "Is the first image an MRI?"),
    ("Is this an axial plane?", "Is the first image in the axial plane?"),
    ("Is this in the sagittal plane?", "Is the first image in the sagittal plane?"),
    ("Was this taken with contrast?", "Was the first image taken with contrast?"),
    ("Is this a CT or an MRI?", "Is the first image a CT or an MRI?"),
    ("What does this represent?", "What does the first image represent?"),
    ("Does this show pneumonia?", "Does the first image show pneumonia?"),
    # "this" is what the image shows
    ("Is this a pleural effusion", "Does the first image show a pleural effusion?"),
    ("Is this the liver?", "Does the first image show the liver?"),
    ("Does this look like a healthy liver?", "Does the first image show a healthy liver?"),
    ("Are these normal kidneys?", "Does the first image show normal kidneys?"),
    ("What kind of bleed is this?", "What kind of bleed is shown in the first image?"),
    ("Is this mass solid?", "Is the mass solid in the first image?"),
    ("What are these nodules in the lung?", "What are the nodules in the lung in the first image?"),
    # planes and modalities
    ("What plane is this?", "What plane is the first image in?"),
    ("What plane is this image taken in?", "What plane is the first image in?"),
    ("In what plane is this scan?", "In what plane is the first image?"),
    ("What modality is this?", "What modality is the first image?"),
    ("What is the modality?", "What is the modality of the first image?"),
    ("What imaging modality was used?", "What imaging modality was used for the first image?"),
    ("What type of image is this?", "What type of image is the first image?"),
    ("How was this X-ray taken?", "How was the first image taken?"),
    ("Can fluid be seen with this modality?", "Can fluid be seen with the modality of the first image?"),
    # the patient
    ("Is this patient rotated?", "Is the patient rotated in the first image?"),
    ("Is the patient lying supine?", "Is the patient lying supine in the first image?"),
    ("Is this patient male or female?", "Is the patient in the first image male or female?"),
    ("Does this patient have ascites?", "Does the patient in the first image have ascites?"),
    ("What is the patient's gender?", "What is the gender of the patient in the first image?"),
    ("Are there wires on this patient?", "Are there wires on the patient in the first image?"),
    # a phrase at the end
    ("Where is the mass?", "Where is the mass in the first image?"),
    ("where is the mass ?", "Where is the mass in the first image?"),
    ("Where is the mass?.", "Where is the mass in the first image?"),
    ("Is there   hemorrhage", "Is there hemorrhage in the first image?"),
    ("In which lobe is the cyst?", "In which lobe is the cyst in the first image?"),
    ("How many nodules are there?", "How many nodules are there in the first image?"),
    ("Is the right kidney abnormal here?", "Is the right kidney abnormal in the first image?"),
    ("Does the lesion above enhance?", "Does the lesion enhance in the first image?"),
    ("Does the CSF have high signal?", "Does the CSF have high signal in the first image?"),
    # commands
    ("Describe the lesion", "Describe the lesion in the first image."),
    ("Describe the size of this mass?", "Describe the size of the mass in the first image."),
    ("Please identify the foreign body.", "Please identify the foreign body in the first image."),
    # a phrase at the beginning, where the end would be clumsy or ambiguous
    ("How can you tell if dye was given?", "In the first image, how can you tell if dye was given?"),
    ("What lobe is the lesion located in?", "In the first image, what lobe is the lesion located in?"),
    ("What is likelier? Edema or tumor?", "In the first image, what is likelier? Edema or tumor?"),
    ("The mass is found in which organ?", "In the first image, the mass is found in which organ?"),
    ("MRI signal is high where?", "In the first image, MRI signal is high where?"),
    ("Which is denser, bone or soft tissue?", "In the first image, which is denser, bone or soft tissue?"),
]  # fmt: skip


@pytest.mark.parametrize(("question", "located"), SHAPES)
def test_each_shape_of_question_stays_english(question: str, located: str):
    assert locate(question, 0) == located


@pytest.mark.parametrize(
    "question",
    [
        "Are both images of the same patient?",
        "Do these images show the same lesion?",
        "From the left to right image, has the mass grown?",
        "Is the first image normal?",
        "Has it changed since the prior film?",
        "What is a pleural effusion?",
        "How common is this tumor?",
        "Can CT be used to see soft tissue?",
        "Is/Are the mass in the liver?",
        "How do you tell which side is R vs L?",
        "Describe the signal of the mass in this image? (center vs. rim)",
    ],
)
def test_questions_about_several_images_or_none_are_not_located(question: str):
    assert locate(question, 0) is None


@given(st.sampled_from([shape for shape, _ in SHAPES]), st.integers(0, 6))
def test_every_position_is_named_by_its_ordinal(question: str, position: int):
    located = locate(question, position)
    first = locate(question, 0)
    assert located is not None and first is not None
    assert f"{ORDINALS[position]} image" in located
    assert re.sub(r"first image", f"{ORDINALS[position]} image", first) == located


def test_a_position_beyond_the_seventh_is_an_error_that_names_the_range():
    with pytest.raises(ValueError, match="got 7, expected 0 to 6"):
        ordinal_image(7)


def test_every_real_question_is_located_once_or_not_at_all(real_rows):
    refused: list[str] = []
    for question in real_rows.questions:
        located = locate(question.question, 1)
        if located is None:
            refused.append(question.question)
            continue
        assert len(re.findall(r"the second image", located, re.IGNORECASE)) == 1, located
        assert located[-1] in "?." and "  " not in located and located[0].isupper(), located
        assert not re.search(r"\b(?:this|these|those|above) (?:image|film|scan|picture|x-?ray|ct|mri)", located, re.IGNORECASE)
        assert not re.search(r"\?.*the second image", located), located
        assert not re.search(r"\b(?:in|on|of) (?:in|on|of)\b", located, re.IGNORECASE), located
    assert 0 < len(refused) < 0.05 * len(real_rows.questions)


def test_acronyms_of_real_questions_keep_their_letters(real_rows):
    acronym = re.compile(r"\b(?:CSF|CNS|GI|IV|ET|NG|EKG|MCA)\b")
    checked = 0
    for question in real_rows.questions:
        located = locate(question.question, 0)
        if located is not None:
            assert acronym.findall(located) == acronym.findall(question.question)
            checked += len(acronym.findall(question.question))
    assert checked > 20
