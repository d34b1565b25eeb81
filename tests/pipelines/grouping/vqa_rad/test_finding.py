import pytest

from pipelines.grouping.vqa_rad.finding import FindingKind, finding_of


@pytest.mark.parametrize(
    ("question", "subject"),
    [
        ("Is there evidence of a pneumothorax?", "a pneumothorax"),
        ("Is a pleural effusion present?", "a pleural effusion"),
        ("Are there any rib fractures seen in this image?", "rib fractures"),
        ("Does this CXR display pneumoperitoneum?", "pneumoperitoneum"),
        ("Can you see the adrenals", "the adrenals"),
        ("Is there fluid in the lungs?", "fluid in the lungs"),
        ("Is there an NG tube present?", "an NG tube"),
    ],
)
def test_presence_questions_give_what_is_shown(question: str, subject: str):
    finding = finding_of(question)
    assert finding is not None
    assert (finding.kind, finding.subject) == (FindingKind.SHOWN, subject)


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("Is the heart enlarged?", ("the heart", "is", "enlarged")),
        ("Do the lungs appear hyperinflated?", ("the lungs", "are", "hyperinflated")),
        ("Was IV contrast given?", ("IV contrast", "was", "given")),
    ],
)
def test_state_questions_give_subject_verb_and_state(question: str, parts: tuple[str, str, str]):
    finding = finding_of(question)
    assert finding is not None
    assert (finding.subject, finding.verb, finding.state) == parts


@pytest.mark.parametrize(
    "question",
    [
        "Is the lesion on the left or right?",
        "Is there more than one mass?",
        "Is there no evidence of effusion?",
        "Are both kidneys visible?",
        "Is this an axial image?",
        "Is the patient's heart enlarged?",
        "Are there any other organs visible?",
        "Where is the mass?",
    ],
)
def test_questions_that_make_no_safe_statement_have_no_finding(question: str):
    assert finding_of(question) is None
