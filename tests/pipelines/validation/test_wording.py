import pytest

from pipelines.validation.wording import find_leftover, find_residue

RESIDUE = [
    "How has the {asked} changed?",
    "Which {first/second} X-ray image?",
    "The {correct_option",
    "ages nan and nan",
    "The pleural_effusion has grown.",
    "<image>Which image?",
    "The [insert finding] is larger.",
    "The effusion is ____ in the second image.",
    "undefined in the second image",
    "An effu\ufffdsion",
]
LEFTOVER = [
    "The <finding> is larger in the second image.",
    "The [finding] is larger.",
    "The %(finding)s is larger.",
    "A small pleuraleffusion is seen.",
    "Pulmonaryedema has improved.",
    "Bothimages show it.",
    "What is the status next year?Based on the images, choose.",
    "The first image is normal.The second image is not.",
    "Which image??",
    "As an AI language model, I see a mass.",
    "I'm sorry, there is no second image.",
    "I cannot see the second image.",
    "Sure! Which image shows a mass?",
    "Question: Which image shows a mass?",
    "Answer: the second image",
    "The right answer is option B.",
    'Which image shows "a mass?',
    "The mass is **larger**.",
    "<|im_end|>",
    "</s>",
    "```json",
    '{"question": "Which image?"}'.replace("{", "").replace("}", ""),
    "A mass &amp; a cyst",
    "The patientâ€™s first image",
    "Ages 51.2 and 51.2 at the two visits".lower(),
    "TODO: describe the second image",
    "Which image\\nshows it?",
]
CLEAN = [
    "Which of the two images shows a mass?",
    "How has the pleural effusion changed?",
    "A nanometre is no NaN.".replace("NaN", "metre"),
    "At ages 51.2 and 52.3, the breast is dense.",
    'Which image shows the "halo sign"?',
    "A \u201cmeniscus\u201d in the second image",
    'A 5" nodule',
    "e.g. the first image",
    "The mass (3 cm) is in the first image.",
    "Signs of glaucoma: a large cup; normal vessels.",
    "T2/FLAIR mismatch in the second image",
    "50 % of the tumour was removed.",
    "The imaging modality is...?",
    "BI-RADS 0, A. Incomplete",
    "U.S. of the liver in the first image",
    "No evidence of disease",
    "Is the first image normal? Is the second one?",
    "Well-defined, smooth-walled",
    "Category 4 (suspicious abnormality)",
    "The patient's left eye",
    "A choice between the two images is asked for.",
    "The question is which image shows it.",
    "The second answers to a glioma.",
    "None of the two images",
    "Certainly a mass",
]


@pytest.mark.parametrize("text", RESIDUE)
def test_residue_of_templates_and_tables_is_found(text: str):
    assert find_residue(text) is not None


@pytest.mark.parametrize("text", LEFTOVER)
def test_what_models_glue_and_leave_is_found(text: str):
    assert find_leftover(text) is not None


@pytest.mark.parametrize("text", CLEAN)
def test_clean_texts_are_clean(text: str):
    assert (find_residue(text), find_leftover(text)) == (None, None)
