from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.generation.record import digest_shown
from pipelines.reasons import Reason
from pipelines.validation.identifiers import check_identifiers, find_identifier

IDENTIFYING = [
    "Compared with the film of 3/5/2019.",
    "The study of 2119-04-03 shows an effusion.",
    "Seen on April 3, 2119 in the first image.",
    "Seen on 3 April 2019.",
    "The scan of 03.04.2019 is stable.",
    "Taken on Mar 12th, the first image is normal.",
    "In March 2019 the tumour was resected.",
    "The first image is of 2017.",
    "Acquired 20190403 in the first image.",
    "The second image was taken on Tuesday.",
    "Discussed at 9:43 PM.",
    "The film of 14:05 shows the tube.",
    "Called at 7 p.m. by phone.",
    "A 93-year-old woman with a mass in the first image.",
    "Aged 91 at the second visit.",
    "The age of 104 is plausible.",
    "MRN 4471235 is shown in the first image.",
    "Accession number A123-9 of the second image.",
    "Case 12345678 shows an effusion.",
    "Patient-017 has a glioma in both images.",
    "SSN 123-45-6789 is burned in.",
    "Call 617-555-0123 for the result.",
    "Call (617) 555-0123 for the result.",
    "Pager 31415 was called.",
    "Write to jane.roe@hospital.org for the images.",
    "See https://example.com/image for the second image.",
    "See www.example.org for both images.",
    "The patient lives at 12 Oak Street.",
    "From Boston, MA 02115.",
    "Taken at Beth Israel Hospital.",
    "Dr. Smith was informed.",
    "Discussed with Dr ___ by telephone.",
    "Mr. Jones has cardiomegaly in the second image.",
    "Mrs. Miller returned for the second image.",
    "Read by Jane Roe, MD in the first image.",
    "The radiologist John Smith saw an effusion.",
    "A woman named Clara has a mass.",
    "___ year old subject with chest pain.",
    "The [**Hospital**] film shows an effusion.",
    "XXXX effusion in the second image.",
    "Image of [date] and of [name].",
    "UID 1.2.840.113619.2.55.3 is the first image.",
    "The file p10000032.jpg shows an effusion.",
    "Look at s50414267 and at the second image.",
    "Path files/p10/p10000032/s50414267/a.jpg is shown.",
    "Called at 9 o'clock in the morning.",
]
MEDICAL = [
    "BI-RADS 4, suspicious",
    "Category 0 (additional evaluation needed)",
    "BI-RADS category 4a in the second image",
    "Which image is T2-weighted, and which is T1?",
    "A mass of 3 cm in the first image",
    "A 12 mm x 8 mm nodule in image 2",
    "A volume of 121175.04 mm3 in the second image",
    "An enhancing volume of 46.5 cm³",
    "Grade II glioma in both images",
    "WHO grade 4 tumour, CNS WHO 2021",
    "Narrowing at L4-L5 and C3-C4",
    "The interval is 2 to 3 years.",
    "About 5 months lie between the first image and the second image.",
    "Which of these is the second image?",
    "A spiculated mass at the 9 o'clock position of the left breast",
    "A cyst at 2:30 o'clock in the right breast",
    "A ratio of 1:20 between the images",
    "A 52-year-old woman with a mass",
    "Aged 45.3 and 46.4 at the two visits",
    "The patient is 89 years old.",
    "The right kidney measures 10.5 cm.",
    "Slices are 3 mm thick, with 1.5 T.",
    "The effusion fills 1/3 of the hemithorax.",
    "Attenuation of 45 HU in the first image",
    "Stage T1N0M0 in both images",
    "Von Hippel-Lindau disease in the second image",
    "Cup-to-disc ratio of 0.7 in the left eye",
    "May the edema have improved in the second image?",
    "March fracture in the first image",
    "The MLO view and the CC view",
    "Diabetic retinopathy (DR) and AMD in the second image",
    "MS plaques in the MR image",
    "Kerley B lines in the first image",
    "Over 90 % of the tumour was resected.",
    "RANO 2010 criteria, first and second image",
    "Is it the left and/or right eye?",
    "Chest film in AP and in PA projection",
    "Fleischner 2017 guidelines",
    "Nodes 4R and 7 are enlarged in image 1.",
    "Hutchinson's sign in the right eye",
]


@pytest.mark.parametrize("text", IDENTIFYING)
def test_what_may_tell_who_a_person_is_is_found(text: str):
    assert find_identifier(text) is not None


@pytest.mark.parametrize("text", MEDICAL)
def test_numbers_and_names_of_medicine_identify_nobody(text: str):
    assert find_identifier(text) is None


@given(
    st.integers(1900, 2199),
    st.integers(1, 12),
    st.integers(1, 28),
    st.sampled_from(["{y}-{m:02}-{d:02}", "{m}/{d}/{y}", "{d}.{m}.{y}", "{m:02}-{d:02}-{y}", "{y}/{m}/{d}", "{y}{m:02}{d:02}"]),
)
def test_a_date_is_found_however_it_is_written(year: int, month: int, day: int, form: str):
    assert find_identifier(f"The first image of {form.format(y=year, m=month, d=day)} shows it.") is not None


@given(
    st.integers(1, 89),
    st.sampled_from(["-year-old woman", " years old", "-year old man", " months", " mm", " cm", " %", " HU"]),
)
def test_an_age_below_ninety_and_a_measurement_are_no_identifiers(number: int, unit: str):
    assert find_identifier(f"The first image is of a {number}{unit}.") is None


@given(st.integers(90, 119), st.sampled_from(["-year-old woman", " years old", "-year old man", " years of age"]))
def test_an_age_above_89_is_an_identifier(age: int, unit: str):
    assert find_identifier(f"The first image is of a {age}{unit}.") is not None


@pytest.mark.parametrize("field", ["subject_id", "study_id", "image_id", "source_image_id", "source_path"])
def test_a_key_of_the_images_shown_is_found(good, field: str):
    record = good.first("located_open")
    images = [replace(image, source_path=f"images/Fig-{place}a.x.jpg") for place, image in enumerate(good.images)]
    context = type(good.context).of(good.groups, images)
    key = getattr(context.images[record.image_ids[0]], field)
    key = key.rsplit("/", 1)[-1].split(".", 1)[0] if field == "source_path" else key
    question = f"What is abnormal in the first image, {key}?"
    told = replace(
        record, question=question, digest=digest_shown(question, record.options, None, record.answer, record.image_ids)
    )
    failure = check_identifiers(told, context)
    assert failure is not None and failure.reason is Reason.IDENTIFIER
    assert check_identifiers(record, context) is None
