"""Whatever the tables say of patients' eyes: every eye and every patient has the fate that plain Python would give."""

import random
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.choices import Grouping
from pipelines.grouping.odir.rules import RULES
from pipelines.vocabulary import Source
from tests.pipelines.grouping.odir.eyes import CATARACT, DRUSEN, LASER, MILD, MODERATE, NORMAL, Eye, add_patient
from tests.pipelines.grouping.rows import Cohort, group_cohort

EYES = (NORMAL, NORMAL, NORMAL, MILD, MILD, MODERATE, CATARACT, DRUSEN, LASER)
ODD = (
    Eye(["normal"], ["drusen"]),
    Eye(["cataract", "diabetes"], ["cataract", "mild nonproliferative retinopathy"]),
    Eye(keywords=["drusen"]),
    Eye(["other"], ["drusen"], ["no fundus image"]),
    Eye(["cataract"], ["cataract"], ["lens dust"]),
    Eye(["cataract"], ["cataract"], has_image=False),
)
DISEASE_OF = {
    "normal fundus": "normal",
    "mild nonproliferative retinopathy": "diabetes",
    "moderate nonproliferative retinopathy": "diabetes",
    "cataract": "cataract",
    "drusen": "other",
    "laser spot": "other",
}
KEPT_BACK = {"taken", "unit_cap", "label_balance"}
SETTINGS = Grouping(max_groups_per_unit=2)
Patient = tuple[Eye | None, Eye | None]


def draw_patients(seed: int) -> list[Patient]:
    rng = random.Random(seed)
    drawn: list[Patient] = []
    for _ in range(rng.randint(1, 12)):
        left = rng.choice(EYES if rng.random() < 0.8 else ODD)
        right = left if rng.random() < 0.3 else rng.choice(EYES if rng.random() < 0.8 else ODD)
        drawn.append(rng.choice([(left, None), (None, right)]) if rng.random() < 0.1 else (left, right))
    return drawn


def build_cohort(patients: list[Patient]) -> Cohort:
    cohort = Cohort(Source.ODIR)
    for number, (left, right) in enumerate(patients):
        add_patient(cohort, f"{number:02}", left, right)
    return cohort


def expect_pair(patient: Patient) -> str | None:
    seen = [eye is not None and eye.has_image for eye in patient]
    if not all(seen):
        return "no_partner" if any(seen) else "image_not_at_hand"
    return "image_quality" if any(eye and "no fundus image" in eye.quality for eye in patient) else None


def is_single(eye: Eye) -> bool:
    """Return whether the keywords all mean the diagnosis that is given."""
    return {DISEASE_OF[keyword] for keyword in eye.keywords} == set(eye.diagnoses) and len(eye.diagnoses) == 1


def expect_eye(patient: Patient, place: int) -> str:
    eye, pair = patient[place], expect_pair(patient)
    assert eye is not None
    if pair is not None:
        return pair if eye.has_image else "image_not_at_hand"
    if not eye.diagnoses:
        return "no_label"
    return eye.diagnoses[0] if is_single(eye) else "label_ambiguous"


def expect_comparison(patient: Patient) -> str:
    pair = expect_pair(patient)
    if pair is not None:
        return pair
    left, right = (eye or Eye() for eye in patient)
    if not left.diagnoses or not right.diagnoses:
        return "no_label"
    if any({DISEASE_OF[keyword] for keyword in eye.keywords} != set(eye.diagnoses) for eye in (left, right)):
        return "label_ambiguous"
    if set(left.keywords) == set(right.keywords):
        return "same"
    return "label_ambiguous" if set(left.diagnoses) == set(right.diagnoses) else "different"


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 10**6))
def test_every_eye_and_patient_has_the_fate_that_its_rows_call_for(seed: int):
    patients = draw_patients(seed)
    result = group_cohort(build_cohort(patients), RULES, SETTINGS)
    eyes = [(patient, place) for patient in patients for place in (0, 1) if patient[place] is not None]
    found: Counter[tuple[str, str | None, str]] = Counter()
    for row in result.plan:
        found[row.subtask, row.asked, str(row.label if row.fate in KEPT_BACK else row.fate)] += row.n_groups
    asked = Counter(("eye_diagnosis", "LR"[place], expect_eye(patient, place)) for patient, place in eyes)
    assert found == asked + Counter(("same_diagnosis", None, expect_comparison(patient)) for patient in patients)
    for group in result.groups:
        patient = patients[int(group.subject_ids[0].removeprefix("subject-"))]
        assert group.image_ids == tuple(f"image-{group.subject_ids[0].replace('subject', 'study')}-{side}" for side in "LR")
        expected = expect_comparison(patient) if group.asked is None else expect_eye(patient, "LR".index(group.asked))
        assert group.label == expected
        told = Counter((fact.place, fact.code, fact.value) for fact in group.facts)
        codes = ("eye_diagnosis", "keyword", "image_quality")
        said = [(eye or Eye()).__dict__ for eye in patient]
        assert told == Counter(
            (place, code, value)
            for place in (0, 1)
            for code, name in zip(codes, ("diagnoses", "keywords", "quality"), strict=True)
            for value in said[place][name]
        )
    assert max(Counter(group.unit_id for group in result.groups).values(), default=0) <= SETTINGS.max_groups_per_unit


@settings(deadline=None, max_examples=6)
@given(st.integers(0, 10**6))
def test_the_order_of_the_rows_moves_nothing(seed: int):
    cohort = build_cohort(draw_patients(seed))
    result = group_cohort(cohort, RULES, SETTINGS)
    for rows in (cohort.studies, cohort.labels, cohort.images, cohort.splits):
        random.Random(seed + 1).shuffle(rows)
    assert group_cohort(cohort, RULES, SETTINGS) == result
