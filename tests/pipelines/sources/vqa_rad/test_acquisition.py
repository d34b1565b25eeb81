import pytest

from pipelines.sources.vqa_rad.acquisition import CONFLICTING, STATED, tell_acquisition
from pipelines.sources.vqa_rad.rows import parse_row


def tell(row, *asked, question_type="MODALITY"):
    rows = [
        parse_row(position, row(position, question=question, answer=answer, answer_type="OPEN", question_type=question_type))
        for position, (question, answer) in enumerate(asked)
    ]
    return {finding.code: (finding.value, finding.quality) for finding in tell_acquisition(rows)}


@pytest.mark.parametrize(
    ("answer", "modality"),
    [
        ("CT with contrast", "ct"),
        ("MR - ADC Map", "mri"),
        ("Diffusion Weighted Imaging (DWI)", "mri"),
        ("T2 weighted", "mri"),
        ("chest x Ray", "x_ray"),
        ("Xray - plain film", "x_ray"),
        ("CXR", "x_ray"),
        ("XR", "x_ray"),
        ("PA", "x_ray"),
        ("ultrasound", "ultrasound"),
    ],
)
def test_an_answer_that_names_a_modality_tells_it(row, answer, modality):
    assert tell(row, ("What imaging modality was used?", answer))["modality"] == (modality, STATED)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Is this a CT?", "no"),
        ("What type of imaging does this not represent?", "ultrasound"),
        ("Can CT be used to assess soft tissues?", "yes"),
        ("Is this a CT or an MRI?", "yes"),
        ("How was this image taken?", "with contrast"),
    ],
)
def test_what_tells_nothing_is_no_evidence(row, question, answer):
    assert tell(row, (question, answer)) == {}


def test_a_yes_tells_what_the_question_names(row):
    assert tell(row, ("Is this MRI taken with FLAIR protocol?", "Yes")) == {
        "modality": ("mri", STATED),
        "sequence": ("FLAIR", STATED),
    }
    assert tell(row, ("was this chest x ray taken in PA format?", "yes")) == {
        "modality": ("x_ray", STATED),
        "plane": ("PA", STATED),
    }


@pytest.mark.parametrize(("answer", "plane"), [("Axial plane", "axial"), ("Posteroanterior", "PA"), ("AP", "AP")])
def test_an_answer_that_names_a_plane_tells_it(row, answer, plane):
    assert tell(row, ("What plane is this?", answer), question_type="PLANE")["plane"] == (plane, STATED)


def test_anterior_posterior_is_not_posterior_anterior(row):
    assert tell(row, ("Is this an anterior-posterior image?", "yes"), question_type="PLANE")["plane"] == ("AP", STATED)


def test_answers_that_disagree_choose_nothing_and_are_marked(row):
    found = tell(row, ("What modality is this?", "CT"), ("How was this taken?", "MRI"), ("Which modality?", "CT"))
    assert found["modality"] == ("ct|mri", CONFLICTING)


def test_other_question_types_are_not_heard(row):
    assert tell(row, ("Is this a CT of a tumor?", "yes"), question_type="PRES") == {}
