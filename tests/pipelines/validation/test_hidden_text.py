import pytest

from pipelines.validation.hidden_text import find_hidden_text

HIDDEN = [
    "According to the report, the effusion has grown.",
    "The report states that the heart is enlarged.",
    "What does the impression say about the second image?",
    "The findings section mentions a small effusion.",
    "The radiologist stated that the tube is in place.",
    "The radiologist noted a new opacity in the second image.",
    "Based on the information provided, which image is normal?",
    "Given the provided details, how has the edema changed?",
    "According to the label, the first image is benign.",
    "The label of the second image is BI-RADS 4.",
    "The caption describes a cut specimen.",
    "As described, the effusion is small.",
    "A small effusion is documented in the first image.",
    "The patient has a history of breast cancer.",
    "Which image belongs to the woman with known history of glioma?",
    "Indication: shortness of breath.",
    "What is the clinical indication for the second image?",
    "Findings: the heart is normal in both images.",
    "This pair of images is taken from MIMIC-CXR.",
    "In the LUMIERE data set the tumour was rated stable.",
    "EMBED assigns this breast to category 2.",
    "The patient reports chest pain in the second image.",
    "The physician concluded that the disease is stable.",
    "As noted, there is no pneumothorax.",
    "The ground truth for the second image is worsening.",
    "The effusion reportedly decreased.",
    "Discharge notes speak of pneumonia.",
    "The annotation marks the tumour in both images.",
    "The second image is labelled as suspicious.",
    "According to the radiologist, the first image is normal.",
    "The medical record shows a resection.",
    "An addendum corrects the finding.",
]
PLAIN = [
    "How has the pleural effusion changed between the two images?",
    "According to the images, which eye is affected?",
    "According to the BI-RADS lexicon, which category fits this breast?",
    "According to the RANO criteria, what is the status at the second visit?",
    "Which response category by RANO applies?",
    "Is there basilar impression in the first image?",
    "A gastric impression on the liver is seen in both images.",
    "The two images given show one breast.",
    "Given the two images, how has the tumour changed?",
    "The images provided are of the left and the right eye.",
    "Which image shows the craniocaudal view?",
    "The mass is embedded in dense tissue in the second image.",
    "The opacity mimics a nodule in the first image.",
    "Take the two images as the history of this tumour up to now.",
    "The edema has improved.",
    "Describe the difference between the first image and the second image.",
    "Note the opacity in the left lung of the first image.",
    "The cross-section of the second image shows the liver.",
    "Normal fundus in both images.",
    "Which sequence is the second image?",
    "Which image is T2-weighted?",
    "Both images indicate cardiomegaly.",
    "The first image suggests a conclusion of stable disease.",
    "Progressive disease is to be expected at the next visit.",
    "A benign assessment, category 2",
    "The tumour was completely resected between the two images.",
    "State the assessment that you expect.",
    "The vascular markings are increased in the second image.",
    "Which eye shows diabetic retinopathy?",
    "No evidence of pneumothorax in either image.",
]


@pytest.mark.parametrize("text", HIDDEN)
def test_words_of_a_text_that_is_not_shown_are_found(text: str):
    assert find_hidden_text(text) is not None


@pytest.mark.parametrize("text", PLAIN)
def test_plain_clinical_english_speaks_of_no_hidden_text(text: str):
    assert find_hidden_text(text) is None


def test_what_is_told_stands_in_the_text():
    for text in HIDDEN:
        assert (find_hidden_text(text) or "?").strip() in text
