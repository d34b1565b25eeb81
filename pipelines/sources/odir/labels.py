"""What ODIR says of a patient and of an eye, as labels.

| code | about | value |
|---|---|---|
| sex | subject | male, female |
| diagnosis | subject | normal, diabetes, glaucoma, cataract, amd, hypertension, myopia, other (the columns N to O that are 1) |
| keyword | eye | a diagnostic keyword of that eye |
| image_quality | eye | a keyword that judges the photograph |
| eye_diagnosis | eye | like diagnosis, from full_df.csv's column `labels` |

Example:
    >>> from pipelines.sources.odir.patients import Patient
    >>> [(label.code, label.value) for label in subject_labels(Patient("70001", 61.0, "male", ("diabetes",), (), None))]
    [('sex', 'male'), ('diagnosis', 'diabetes')]
"""

from collections.abc import Iterator

from pipelines.keys import mint_id
from pipelines.source_records import Label
from pipelines.sources.odir.patients import Eye, Patient
from pipelines.vocabulary import LabelTarget, Source


def subject_labels(patient: Patient) -> Iterator[Label]:
    """Yield what is said of the patient as a whole."""
    said = [("sex", patient.sex)] if patient.sex is not None else []
    for code, value in [*said, *(("diagnosis", word) for word in patient.diagnoses)]:
        yield Label(
            source=Source.ODIR,
            subject_id=mint_id("subject", Source.ODIR, patient.id),
            study_id=None,
            target=LabelTarget.SUBJECT,
            target_ids=(),
            code=code,
            value=value,
            quality=None,
        )


def eye_labels(patient: Patient, eye: Eye) -> Iterator[Label]:
    """Yield what is said of one eye."""
    said = [
        *(("keyword", keyword) for keyword in eye.keywords.findings),
        *(("image_quality", keyword) for keyword in eye.keywords.quality),
        *(("eye_diagnosis", word) for word in eye.diagnoses or ()),
    ]
    for code, value in said:
        yield Label(
            source=Source.ODIR,
            subject_id=mint_id("subject", Source.ODIR, patient.id),
            study_id=mint_id("study", Source.ODIR, patient.id),
            target=LabelTarget.EYE,
            target_ids=(eye.side,),
            code=code,
            value=value,
            quality=None,
        )
