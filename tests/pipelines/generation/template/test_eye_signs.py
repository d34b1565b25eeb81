import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.generation.template.classes import classes_of
from pipelines.generation.template.eye_signs import DISEASES, NORMAL, OTHER, signs_of
from pipelines.validation.labels.eye_keywords import suggest_diagnoses
from pipelines.vocabulary import SubTask

# Keywords of the published ODIR-5K tables and benchmark, beside the names of the diagnoses themselves.
KEYWORDS = [
    "drusen",
    "macular epiretinal membrane",
    "epiretinal membrane over the macula",
    "laser spot",
    "myelinated nerve fibers",
    "vitreous degeneration",
    "refractive media opacity",
    "spotted membranous change",
    "tessellated fundus",
    "macular hole",
    "branch retinal vein occlusion",
    "central retinal vein occlusion",
    "central retinal artery occlusion",
    "white vessel",
    "suspected retinal vascular sheathing",
    "vessel tortuosity",
    "maculopathy",
    "chorioretinal atrophy",
    "retinal pigmentation",
    "retinal pigment epithelium atrophy",
    "retinitis pigmentosa",
    "optic nerve atrophy",
    "optic disk epiretinal membrane",
    "macular coloboma",
    "depigmentation of the retinal pigment epithelium",
    "post laser photocoagulation",
    "silicone oil eye",
    "vitreous opacity",
    "asteroid hyalosis",
    "wedge white line change",
    "intraretinal hemorrhage",
    "diffuse retinal atrophy",
    "peripapillary atrophy",
    "central serous chorioretinopathy",
    "choroidal nevus",
    "arteriosclerosis",
    "retina fold",
    "suspected abnormal color of optic disc",
    "suspected microvascular anomalies",
    "glial remnants anterior to the optic disc",
    "morning glory syndrome",
    "retinal artery macroaneurysm",
    "oval yellow-white atrophy",
    "atrophic change",
    "retinal detachment",
    "idiopathic choroidal neovascularization",
    "macular edema",
    "glaucomatous changes",
    "punctate inner choroidopathy",
]
NAMES = {
    "moderate nonproliferative retinopathy": "diabetes",
    "suspected moderate non proliferative retinopathy": "diabetes",
    "severe proliferative diabetic retinopathy": "diabetes",
    "suspected diabetic retinopathy": "diabetes",
    "glaucoma": "glaucoma",
    "suspected glaucoma": "glaucoma",
    "cataract": "cataract",
    "dry age-related macular degeneration": "amd",
    "suspected wet age-related macular degeneration": "amd",
    "hypertensive retinopathy": "hypertension",
    "pathological myopia": "myopia",
    "myopia retinopathy": "myopia",
}


@pytest.mark.parametrize(("keyword", "diagnosis"), NAMES.items())
def test_the_name_of_a_diagnosis_speaks_of_it_alone(keyword, diagnosis):
    assert signs_of(keyword) == {diagnosis}


@pytest.mark.parametrize("keyword", KEYWORDS)
def test_every_other_abnormality_is_another_one_and_whatever_it_may_be_a_sign_of(keyword):
    found = signs_of(keyword)
    assert OTHER in found
    assert NORMAL not in found
    assert found < DISEASES, "a keyword of the published tables should be known"


@pytest.mark.parametrize("keyword", [*NAMES, *KEYWORDS])
def test_what_the_validator_takes_a_keyword_for_is_never_offered_as_wrong(keyword):
    assert suggest_diagnoses(keyword) <= signs_of(keyword)


@pytest.mark.parametrize(
    ("keyword", "diagnosis"),
    [
        ("drusen", "amd"),
        ("laser spot", "diabetes"),
        ("peripapillary atrophy", "glaucoma"),
        ("tessellated fundus", "myopia"),
        ("branch retinal vein occlusion", "hypertension"),
        ("refractive media opacity", "cataract"),
        ("intraretinal hemorrhage", "hypertension"),
    ],
)
def test_a_sign_speaks_of_the_disease_that_it_is_known_for(keyword, diagnosis):
    assert diagnosis in signs_of(keyword)


def test_a_normal_fundus_speaks_of_normal_alone():
    assert signs_of("Normal  fundus") == {NORMAL}


@given(st.text(alphabet="qxz ", min_size=1))
def test_an_unknown_keyword_may_mean_every_disease(word):
    assert signs_of(word) == DISEASES


def test_the_classes_are_those_of_the_grouping_rule():
    assert {NORMAL, *DISEASES} == set(classes_of(SubTask.EYE_DIAGNOSIS))
