"""Patients with two eyes, as the tests of ODIR's rules want them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipelines.records import RenderedImage
from pipelines.source_records import Study
from pipelines.vocabulary import LabelTarget, Laterality, Source, Split
from tests.pipelines.grouping.rows import Cohort


@dataclass(frozen=True)
class Eye:
    """What the source says of one eye, and whether there is a photograph."""

    diagnoses: Sequence[str] = ()
    keywords: Sequence[str] = ()
    quality: Sequence[str] = ()
    has_image: bool = True


NORMAL = Eye(["normal"], ["normal fundus"])
MILD = Eye(["diabetes"], ["mild nonproliferative retinopathy"])
MODERATE = Eye(["diabetes"], ["moderate nonproliferative retinopathy"])
CATARACT = Eye(["cataract"], ["cataract"])
DRUSEN = Eye(["other"], ["drusen"])
LASER = Eye(["other"], ["laser spot"])


def add_patient(cohort: Cohort, name: str, left: Eye | None, right: Eye | None) -> Study:
    """Add a patient and what is said of the eyes; None for an eye that the source does not know of."""
    study = cohort.add_study(cohort.add_subject(name, Split.HELD_OUT), name, age_years=60.0)
    for side, eye in ((Laterality.LEFT, left), (Laterality.RIGHT, right)):
        if eye is not None:
            add_eye(cohort, study, side, eye)
    return study


def add_eye(cohort: Cohort, study: Study, side: Laterality, eye: Eye) -> None:
    """Add the labels of an eye and its photograph."""
    for code, values in (("eye_diagnosis", eye.diagnoses), ("keyword", eye.keywords), ("image_quality", eye.quality)):
        for value in values:
            cohort.add_label(study, code, value, LabelTarget.EYE, (side,))
    if eye.has_image:
        cohort.add_image(study, f"{study.study_id}-{side}", laterality=side)


def one_patient(left: Eye | None, right: Eye | None) -> Cohort:
    """Return a cohort of one patient."""
    cohort = Cohort(Source.ODIR)
    add_patient(cohort, "a", left, right)
    return cohort


def copy_pixels(cohort: Cohort, place: int, of: RenderedImage) -> None:
    """Make the image at a place of the table a duplicate of another one."""
    cohort.images[place] = replace(cohort.images[place], duplicate_of=of.image_id, pixel_sha256=of.pixel_sha256)
