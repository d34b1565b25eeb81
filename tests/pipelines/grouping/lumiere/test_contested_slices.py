"""Slices that the source files twice: what they show cannot be told, and a forecast must not show what it asks for."""

from dataclasses import replace

from pipelines.vocabulary import Source
from tests.pipelines.grouping.lumiere.brains import add_visit, group, new_cohort
from tests.pipelines.grouping.rows import Cohort


def copy_pixels(cohort: Cohort, name: str, first: str) -> None:
    by_id = {image.image_id: image for image in cohort.images}
    copied = replace(by_id[f"image-{name}"], pixel_sha256=by_id[f"image-{first}"].pixel_sha256, duplicate_of=f"image-{first}")
    cohort.images = [copied if image.image_id == copied.image_id else image for image in cohort.images]


def test_a_forecast_shows_no_slice_that_the_hidden_visit_shows_too():
    cohort = new_cohort()
    subject = cohort.add_subject("a")
    for visit, rating in enumerate(("SD", "SD", "SD", "PD"), start=1):
        add_visit(cohort, subject, visit, rating)
    assert ("image-a-2-CT1-50", "image-a-3-CT1-50") in {one.image_ids for one in group(cohort).of("next_status")}
    copy_pixels(cohort, "a-4-CT1-50", "a-3-CT1-50")
    result = group(cohort)
    assert not [one for one in result.groups if "image-a-3-CT1-50" in one.image_ids]
    told = {row.item: str(row.reason) for row in result.ungrouped}
    assert told["image-a-3-CT1-50"] == told["image-a-4-CT1-50"] == "image_duplicate"


def test_one_slice_filed_under_two_sequences_is_asked_of_under_neither():
    cohort = Cohort(Source.LUMIERE)
    add_visit(cohort, cohort.add_subject("a"), 1, sequences=("CT1", "T1", "T2", "FLAIR"))
    copy_pixels(cohort, "a-1-T1-50", "a-1-CT1-50")
    groups = group(cohort).of("sequence_identification")
    assert {one.asked for one in groups} <= {"T2", "FLAIR"}
    assert groups
