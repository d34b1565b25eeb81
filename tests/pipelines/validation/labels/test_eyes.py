import pytest

from pipelines.validation.labels.eye_diagnoses import read_diagnosis
from pipelines.validation.labels.eye_keywords import suggest_diagnoses
from pipelines.validation.labels.eyes_asked import name_asked_eyes
from pipelines.validation.labels.sameness import read_sameness

DIAGNOSES = {
    "normal": (
        "Normal",
        "Normal fundus",
        "A healthy eye",
        "Unremarkable",
        "No abnormality",
        "Without any disease",
        "A normal eye",
    ),
    "diabetes": (
        "Diabetic retinopathy",
        "Moderate nonproliferative retinopathy",
        "Mild non-proliferative diabetic retinopathy",
        "Proliferative diabetic retinopathy",
        "Retinopathy due to diabetes",
        "NPDR",
        "Diabetes",
    ),
    "glaucoma": ("Glaucoma", "Suspected glaucoma", "Glaucomatous optic neuropathy", "Normal tension glaucoma"),
    "cataract": ("Cataract", "Lens opacity", "A clouded lens", "Opacity of the lens"),
    "amd": ("Age-related macular degeneration", "Dry AMD", "Wet age-related macular degeneration", "ARMD"),
    "hypertension": ("Hypertensive retinopathy", "Retinopathy from high blood pressure", "Hypertension"),
    "myopia": ("Pathological myopia", "Myopic maculopathy", "Degenerative myopia", "Myopic macular degeneration"),
    "other": (
        "Another abnormality",
        "Other disease",
        "A disease not listed here",
        "A disease other than diabetic retinopathy, glaucoma or cataract",
        "Macular epiretinal membrane",
        "Laser spots",
        "Branch retinal vein occlusion",
        "Retinitis pigmentosa",
        "Macular hole",
    ),
    None: (
        "",
        "The eye",
        "Drusen",
        "Retinopathy",
        "Abnormal",
        "Not normal",
        "No glaucoma",
        "Glaucoma or cataract",
        "Normal, with glaucoma",
        "Diabetic and hypertensive retinopathy",
        "Cannot be determined",
        "Ocular hypertension",
    ),
}
ASKED = {
    "L": (
        "What does the left eye show?",
        "The first image is the left eye and the second the right eye. What is wrong with the left eye?",
        "Given the left eye (first image) and the right eye (second image), what is the diagnosis of the left one?",
        "Both images are of one person, the left eye first. Describe the left fundus.",
        "What does the OS show?",
        "What does the first image show?",
    ),
    "R": (
        "What does the right eye show in these two images?",
        "The images show the left and then the right fundus. What is the diagnosis of the right eye?",
        "Look at the left eye (first image). Is the right eye (second image) healthy?",
        "Unlike the left eye, what does the right eye show?",
        "What does the second image show?",
    ),
    "LR": ("What do both eyes show?", "Do the left eye and the right eye agree?"),
    "": ("What does the fundus show?",),
}
SAMENESS = {
    "same": (
        "The same",
        "Identical diagnoses",
        "Both eyes have the same diagnosis",
        "The eyes do not differ",
        "No difference",
        "They agree in diagnosis",
        "Not different",
        "Alike",
        "Symmetrical findings",
        "Bilateral glaucoma",
        "Both show the same disease, without any difference",
        "Concordant",
        "The two eyes match",
    ),
    "different": (
        "Different",
        "The diagnoses differ",
        "The eyes have different diagnoses",
        "Not the same",
        "They are not alike",
        "They do not agree",
        "Discordant",
        "The two eyes show distinct diseases",
        "Asymmetric findings",
        "Unlike each other",
        "The diagnosis of one eye is not that of the other; they are dissimilar",
    ),
    None: ("", "Both eyes", "Partly the same, partly different", "The same person", "Yes", "No"),
}
KEYWORDS = {
    "normal fundus": {"normal"},
    "drusen": {"amd", "other"},
    "moderate nonproliferative retinopathy": {"diabetes"},
    "suspected glaucoma": {"glaucoma"},
    "hypertensive retinopathy": {"hypertension"},
    "pathological myopia": {"myopia"},
    "myopia retinopathy": {"myopia"},
    "cataract": {"cataract"},
    "dry age-related macular degeneration": {"amd"},
    "macular epiretinal membrane": {"other"},
    "laser spot": {"diabetes", "other"},
    "tessellated fundus": {"myopia", "other"},
    "refractive media opacity": {"cataract", "other"},
    "optic nerve atrophy": {"glaucoma", "other"},
    "a keyword that nobody knows": {"other"},
}


@pytest.mark.parametrize(("diagnosis", "text"), [(name, text) for name, texts in DIAGNOSES.items() for text in texts])
def test_diagnoses_are_read_by_their_synonyms(diagnosis: str | None, text: str):
    assert read_diagnosis(text) == diagnosis


@pytest.mark.parametrize(("eyes", "question"), [(eyes, text) for eyes, texts in ASKED.items() for text in texts])
def test_the_eye_asked_about_is_told_from_those_placed(eyes: str, question: str):
    assert name_asked_eyes(question) == frozenset(eyes)


@pytest.mark.parametrize(("sameness", "text"), [(name, text) for name, texts in SAMENESS.items() for text in texts])
def test_same_and_different_are_read(sameness: str | None, text: str):
    assert read_sameness(text) == sameness


@pytest.mark.parametrize(
    ("question", "answer", "sameness"),
    [
        ("Do both eyes show the same?", "Yes", "same"),
        ("Do both eyes show the same?", "No", "different"),
        ("Is there a difference between the eyes?", "Yes", "different"),
        ("Is there a difference between the eyes?", "No, none", "same"),
        ("Are the eyes the same or different?", "Yes", None),
        ("Do both eyes show the same?", "Yes, they differ", None),
    ],
)
def test_yes_and_no_are_read_by_what_is_asked(question: str, answer: str, sameness: str | None):
    assert read_sameness(answer, question) == sameness


@pytest.mark.parametrize("keyword", KEYWORDS)
def test_keywords_speak_for_the_diagnoses_that_they_are_signs_of(keyword: str):
    assert suggest_diagnoses(keyword) == KEYWORDS[keyword]
