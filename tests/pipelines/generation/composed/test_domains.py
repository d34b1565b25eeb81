import pytest

from pipelines.generation.composed.domains import DOMAINS, domains_of_options, find_choice


@pytest.mark.parametrize(
    ("question", "answer", "value"),
    [
        ("In what plane is this image?", "axial", "Axial"),
        ("What plane is this?", "PA", "PA view"),
        ("What imaging modality was used?", "plain film xray", "X-ray"),
        ("What kind of image is this?", "chest x Ray", "X-ray"),
        ("What imaging modality is this?", "CT with GI and IV contrast", "CT scan"),
        ("What modality is shown?", "FLAIR MRI", "FLAIR sequence"),
        ("What type of MRI is this?", "T2 weighted", "T2 sequence"),
        ("Which side is the lesion on?", "Right side", "Right"),
        ("Which kidney is abnormal?", "Left kidney", "Left"),
        ("Is this CT with or without contrast?", "non-contrast", "Without contrast"),
        ("How many masses are there?", "one", "One"),
        ("Is the mass solid or cystic?", "Solid", "Solid"),
    ],
)
def test_domain_answers_are_read(question: str, answer: str, value: str):
    choice = find_choice(question, answer)
    assert choice is not None and choice.value == value
    assert value not in choice.others and choice.others


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Where is the mass?", "Left kidney"),
        ("Which side is the lesion on?", "Right frontal lobe and left thalamus"),
        ("What plane is this?", "not stated"),
        ("How many lesions?", "multiple"),
        ("Was oral or IV contrast used?", "Both"),
    ],
)
def test_free_text_answers_have_no_domain(question: str, answer: str):
    assert find_choice(question, answer) is None


def test_each_value_is_read_by_no_other_value_of_its_domain(real_rows):
    answers = {question.answer for question in real_rows.questions}
    read = [(domain, answer) for domain in DOMAINS for answer in answers if domain.read(answer) is not None]
    assert len(read) > 50
    for domain, answer in read:
        assert sum(pattern.fullmatch(answer.strip().rstrip(".")) is not None for _, pattern in domain.values) == 1


def test_flair_never_stands_beside_t2_unless_the_question_names_both():
    for domain in DOMAINS:
        values = {value for value, _ in domain.values}
        assert not {"FLAIR sequence", "T2 sequence"} <= values or domain.name == "named_sequence"


def test_domains_are_found_again_by_a_part_of_their_values():
    names = [domain.name for domain in domains_of_options(frozenset({"CT scan", "MRI scan"}))]
    assert names == ["ct_or_mri", "modality"]
    assert [domain.name for domain in domains_of_options(frozenset({"Axial", "Coronal"}))] == ["plane"]
    assert domains_of_options(frozenset({"Axial", "Yes"})) == ()
