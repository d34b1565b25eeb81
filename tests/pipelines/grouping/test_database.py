"""What every rule reads: a place in time that means one thing, and images of which it is known what they show."""

from collections.abc import Mapping

import pytest

from pipelines import tables
from pipelines.choices import Grouping
from pipelines.grouping.database import open_tables
from pipelines.vocabulary import Laterality, Sequence, Source, View
from tests.pipelines.grouping.rows import Cohort


def ask(cohort: Cohort, query: str) -> list[tuple[object, ...]]:
    found = {
        "studies": tables.STUDIES.to_arrow(cohort.studies),
        "images": tables.RENDERED_IMAGES.to_arrow(cohort.images),
        "splits": tables.SUBJECT_SPLITS.to_arrow(cohort.splits),
    }
    with open_tables(found, Grouping()) as database:
        return database.sql(query).fetchall()


def days_of(*said: Mapping[str, object]) -> list[object]:
    cohort = Cohort(Source.EMBED)
    for place, fields in enumerate(said):
        cohort.add_study("subject-a", str(place), **fields)  # pyright: ignore[reportArgumentType]
    days = [day for (day,) in ask(cohort, "SELECT day FROM study_times ORDER BY study_id")]
    first = min(day for day in days if isinstance(day, int))
    return [day - first if isinstance(day, int) else None for day in days]


def test_days_come_of_dates_alone_where_one_study_has_one():
    """An age in days and a date in days have no common beginning: 51.5 years is not 1951."""
    dated = {"date": "2010-01-01", "age_years": 50.0}
    undated = {"age_years": 51.5}
    assert days_of(dated, undated, {"date": "2011-01-01"}) == [0, None, 365]
    assert days_of(dated, {"week": 3}) == [0, None]


def test_days_come_of_weeks_or_else_of_ages_where_no_study_has_a_date():
    assert days_of({"week": 2}, {"week": 5}, {"age_years": 40.0}) == [0, 21, None]
    assert days_of({"age_years": 40.0}, {"age_years": 41.0}) == [0, 365]


def test_one_subjects_dates_leave_anothers_ages_alone():
    cohort = Cohort(Source.EMBED)
    cohort.add_study("subject-a", "1", date="2010-01-01")
    cohort.add_study("subject-b", "2", age_years=40.0)
    assert all(day is not None for (day,) in ask(cohort, "SELECT day FROM study_times"))


@pytest.mark.parametrize(
    ("said", "is_contested"),
    [
        ({}, False),
        ({"source_path": "files/again"}, False),
        ({"laterality": Laterality.RIGHT}, True),
        ({"laterality": None}, True),
        ({"view": View.MLO}, True),
        ({"sequence": Sequence.T1}, True),
        ({"study_id": "study-2"}, True),
        ({"study_id": "study-3", "subject_id": "subject-b"}, True),
    ],
)
def test_an_image_is_contested_where_its_pixels_are_said_to_show_something_else(said: dict[str, object], is_contested: bool):
    cohort = Cohort(Source.EMBED)
    cohort.add_subject("a")
    study = cohort.add_study("subject-a", "1")
    fields = {"laterality": Laterality.LEFT, "view": View.CC}
    cohort.add_image(study, "first", **fields)
    cohort.add_image(study, "twin", duplicate_of="image-first", **fields | said)
    cohort.add_image(study, "other", **fields)
    usable = [("image-other",)] if is_contested else [("image-first",), ("image-other",)]
    assert ask(cohort, "SELECT image_id FROM usable_images ORDER BY ALL") == usable
    assert ask(cohort, "SELECT image_id FROM unique_images ORDER BY ALL") == [("image-first",), ("image-other",)]
    assert ask(cohort, "SELECT image_id FROM contested_images") == ([("image-first",)] if is_contested else [])
