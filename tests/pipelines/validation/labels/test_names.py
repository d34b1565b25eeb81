"""What texts name: sequences, views, sides, findings."""

import pytest

from pipelines.validation.labels.findings import name_findings
from pipelines.validation.labels.laterality import find_breasts, find_eyes
from pipelines.validation.labels.sequences import name_sequences
from pipelines.validation.labels.views import name_views

SEQUENCES = {
    "T1": (
        "unenhanced T1-weighted",
        "native T1",
        "non-contrast T1-weighted",
        "T1 without contrast",
        "T1-weighted image without gadolinium",
        "pre-contrast T1",
        "plain T1-weighted",
        "T1w, native",
        "T1-weighted before contrast",
    ),
    "CT1": (
        "contrast-enhanced T1-weighted",
        "T1 with contrast",
        "T1-weighted after gadolinium",
        "post-contrast T1",
        "T1Gd",
        "T1CE",
        "CT1",
        "gadolinium-enhanced T1",
        "T1-weighted image after intravenous administration of contrast",
        "postcontrast T1w",
        "T1 post gadolinium",
        "contrast-enhanced",
    ),
    "CT1 T1": ("T1-weighted", "T1", "T1w"),
    "T2": ("T2-weighted", "T2", "T2w", "conventional T2-weighted"),
    "FLAIR": (
        "FLAIR",
        "T2-FLAIR",
        "T2/FLAIR",
        "fluid-attenuated inversion recovery",
        "fluid-attenuated (FLAIR)",
        "T2-weighted FLAIR",
        "fluid attenuation",
    ),
    "": ("The first image", "MRI", "the brightest image", "contrast"),
}
VIEWS = {
    "CC": ("craniocaudal", "cranio-caudal", "CC view", "the view from above", "top-to-bottom view", "left CC"),
    "MLO": (
        "mediolateral oblique",
        "medio-lateral oblique",
        "MLO",
        "oblique projection",
        "angled view",
        "RMLO",
        "shown obliquely in the MLO",
    ),
    "ML": ("mediolateral", "ML view", "medio-lateral"),
    "LM": ("lateromedial", "LM", "latero-medial"),
    "LM ML": ("true lateral", "lateral view", "90-degree lateral"),
    "XCCL": ("XCCL", "laterally exaggerated craniocaudal", "exaggerated craniocaudal lateral", "exaggerated CC view, lateral"),
    "XCCM": ("XCCM", "medially exaggerated craniocaudal", "exaggerated craniocaudal medial"),
    "XCCL XCCM": ("exaggerated craniocaudal", "exaggerated CC"),
    "": ("the lateral part of the breast", "a mammogram", "the first image"),
}
EYES = {
    "L": ("left eye", "the left fundus", "OS", "left-eye photograph", "the left one", "on the left side"),
    "R": ("right eye", "the right retina", "OD", "right fundus photograph", "the right side"),
    "LR": ("left and right eye", "both eyes", "the right and the left fundus", "either eye", "left and then the right fundus"),
    "": ("what is left", "all right", "the right answer", "right after", "is that right"),
}
BREASTS = {
    "L": ("left breast", "left mammogram", "left CC view", "LMLO", "left-sided"),
    "R": ("right breast", "RCC", "right MLO view", "the right mammograms"),
    "LR": ("both breasts", "bilateral", "left and right breast"),
    "": ("what is left to do", "the right category", "the breast", "right answer"),
}
FINDINGS = {
    "pleural_effusion": ("pleural effusion", "effusions", "pleural fluid"),
    "pneumothorax": ("pneumothorax", "pneumothoraces"),
    "consolidation": ("consolidation", "airspace consolidation", "consolidated lung"),
    "pneumonia": ("pneumonia", "pneumonias"),
    "edema": ("pulmonary edema", "oedema", "edema"),
    "": ("the lungs and the pleura", "the two films", "a chest radiograph"),
    "pericardial_effusion": ("pericardial effusion",),
    "edema pleural_effusion": ("edema with an effusion",),
}


def _cases(table: dict[str, tuple[str, ...]]) -> list[tuple[str, str]]:
    return [(name, text) for name, texts in table.items() for text in texts]


@pytest.mark.parametrize(("name", "text"), _cases(SEQUENCES))
def test_sequences_are_read_by_their_names(name: str, text: str):
    assert name_sequences(text) == ((frozenset(name.split()),) if name else ())


@pytest.mark.parametrize(("name", "text"), _cases(VIEWS))
def test_views_are_read_by_their_names(name: str, text: str):
    assert name_views(text) == ((frozenset(name.split()),) if name else ())


@pytest.mark.parametrize(("name", "text"), _cases(EYES))
def test_eyes_are_read_and_other_uses_of_left_and_right_are_not(name: str, text: str):
    assert frozenset().union(*(mention.sides for mention in find_eyes(text))) == frozenset(name)


@pytest.mark.parametrize(("name", "text"), _cases(BREASTS))
def test_breasts_are_read_and_other_uses_of_left_and_right_are_not(name: str, text: str):
    assert frozenset().union(*(mention.sides for mention in find_breasts(text))) == frozenset(name)


@pytest.mark.parametrize(("name", "text"), _cases(FINDINGS))
def test_findings_are_read_by_their_names(name: str, text: str):
    assert name_findings(text) == frozenset(name.split())
