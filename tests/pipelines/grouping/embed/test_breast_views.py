"""One image stands for each view of a breast, and a breast has one category or an ambiguous one."""

import duckdb
import pytest

from pipelines import tables
from pipelines.choices import Grouping
from pipelines.grouping.database import open_tables
from pipelines.grouping.embed.assessed_visits import PREPARE as VISITS
from pipelines.grouping.embed.breast_views import PREPARE
from pipelines.records import RenderedImage
from pipelines.vocabulary import ImageType
from tests.pipelines.grouping.embed.mammograms import C_VIEW, FULL_FIELD, Woman
from tests.pipelines.grouping.rows import Cohort


def read(cohort: Cohort, query: str, settings: Grouping | None = None) -> list[tuple[object, ...]]:
    found = {
        "studies": tables.STUDIES.to_arrow(cohort.studies),
        "labels": tables.LABELS.to_arrow(cohort.labels),
        "images": tables.RENDERED_IMAGES.to_arrow(cohort.images),
        "splits": tables.SUBJECT_SPLITS.to_arrow(cohort.splits),
    }
    with open_tables(found, settings or Grouping()) as database:
        database.execute(PREPARE + VISITS)
        return database.sql(query).fetchall()


def standing(cohort: Cohort) -> list[tuple[object, ...]]:
    return read(cohort, "SELECT image_id, full_field_id, c_view_id FROM breast_views ORDER BY study_id, laterality, view")


def ids(*images: RenderedImage | None) -> tuple[str | None, ...]:
    return tuple(image and image.image_id for image in images)


def test_full_field_stands_for_a_view_before_its_c_view():
    woman = Woman()
    visit = woman.visit(0)
    synthetic, flat = woman.image(visit, "CC", C_VIEW), woman.image(visit, "CC", FULL_FIELD)
    assert standing(woman.cohort) == [ids(flat, flat, synthetic)]


def test_of_repeated_images_the_first_by_path_stands_and_by_id_where_paths_are_equal():
    woman = Woman()
    visit = woman.visit(0)
    woman.image(visit, "CC", extra="1", source_path="z/1")
    first = woman.image(visit, "CC", extra="2", source_path="a/2")
    woman.image(visit, "CC", extra="3", source_path="a/2")
    assert standing(woman.cohort) == [ids(first, first, None)]


def test_an_image_of_untold_type_stands_where_no_other_is():
    woman = Woman()
    visit = woman.visit(0)
    untold = woman.image(visit, "CC", None)
    woman.image(visit, "MLO", None)
    told = woman.image(visit, "MLO", C_VIEW)
    assert standing(woman.cohort) == [ids(untold, None, None), ids(told, None, told)]


def test_an_implant_displaced_image_stands_only_where_no_other_is():
    woman = Woman()
    visit = woman.visit(0)
    woman.image(visit, "CC", FULL_FIELD, is_displaced=True)
    whole = woman.image(visit, "CC", C_VIEW)
    displaced = woman.image(visit, "MLO", FULL_FIELD, is_displaced=True)
    assert standing(woman.cohort) == [ids(whole, None, whole), ids(displaced, displaced, None)]


@pytest.mark.parametrize(
    ("view", "kind", "side"),
    [(None, FULL_FIELD, "L"), ("CC", FULL_FIELD, None), ("CC", ImageType.SPOT_MAGNIFICATION, "L"), ("AP", FULL_FIELD, "L")],
)
def test_what_does_not_show_a_known_breast_whole_stands_for_nothing(view: str | None, kind: ImageType, side: str | None):
    woman = Woman()
    woman.image(woman.visit(0), view, kind, side)
    assert standing(woman.cohort) == []


def test_a_duplicate_and_an_image_without_split_stand_for_nothing():
    woman = Woman()
    visit = woman.visit(0)
    first = woman.image(visit, "CC")
    woman.image(visit, "CC", extra="again", duplicate_of=first.image_id)
    contested = woman.image(woman.visit(400), "CC")  # of which of the two visits it is nobody can tell
    woman.image(woman.visit(800), "CC", duplicate_of=contested.image_id)
    woman.cohort.add_image(
        woman.cohort.add_study("subject-unknown", "u"), "u", view="CC", laterality="L", image_type=FULL_FIELD
    )
    assert standing(woman.cohort) == [ids(first, first, None)]


@pytest.mark.parametrize(
    ("said", "birads"),
    [
        ([("N", "both_sides")], "N"),
        ([("A", "both_sides")], "A"),
        ([("N", "contralateral_rule")], "N"),
        ([("S", "as_found")], "S"),
        ([("S", "both_sides")], None),
        ([("K", "both_sides")], None),
        ([("S", "as_found"), ("N", "as_found")], None),
        ([("X", "as_found")], None),
    ],
)
def test_a_category_is_ambiguous_where_it_names_no_breast_or_contradicts(said: list[tuple[str, str]], birads: str | None):
    woman = Woman()
    visit = woman.visit(0)
    for category, quality in said:
        woman.assess(visit, "L", category, quality)
    suspicious = any(category in "SMK" for category, _ in said)
    assert read(woman.cohort, "SELECT laterality, birads, is_suspicious FROM breast_assessments") == [("L", birads, suspicious)]


def test_the_visit_before_is_of_another_episode_and_the_next_one_is_however_near():
    woman = Woman()
    for day in (0, 10, 39, 40, 40):
        woman.visit(day, L="N")
    query = "SELECT study_id, before_id, before_that_id, next_study_id, days_to_next FROM assessed_visits ORDER BY ALL"
    assert read(woman.cohort, query) == [
        ("study-a-1", None, None, "study-a-2", 10),
        ("study-a-2", None, None, "study-a-3", 29),
        ("study-a-3", "study-a-1", None, "study-a-4", 1),
        ("study-a-4", "study-a-2", None, "study-a-5", 0),
        ("study-a-5", "study-a-2", None, None, None),
    ]
    fine = read(woman.cohort, query, Grouping(min_visit_gap_days=1))
    assert [row[1:3] for row in fine[2:]] == [("study-a-2", "study-a-1"), *[("study-a-3", "study-a-2")] * 2]


def test_two_accessions_of_one_day_follow_their_visit_numbers_not_their_ids():
    woman = Woman()
    woman.visit(0, "z", L="N")
    woman.visit(0, "a", L="B")
    query = "SELECT study_id, next_study_id FROM assessed_visits ORDER BY ALL"
    assert read(woman.cohort, query) == [("study-a-a", None), ("study-a-z", "study-a-a")]


def test_an_undated_visit_has_no_place_and_an_ambiguous_one_ends_the_row():
    woman = Woman()
    woman.visit(0, L="N")
    ambiguous = woman.visit(200)
    woman.assess(ambiguous, "L", "S", "both_sides")
    woman.visit(None, L="N")
    woman.visit(400, L="N", R="B")
    query = "SELECT study_id, laterality, before_id, next_study_id, next_birads FROM assessed_visits ORDER BY ALL"
    assert read(woman.cohort, query) == [
        ("study-a-1", "L", None, "study-a-2", None),
        ("study-a-2", "L", "study-a-1", "study-a-4", "N"),
        ("study-a-4", "L", None, None, None),
        ("study-a-4", "R", None, None, None),
    ]


def test_texts_are_ordered_by_their_bytes():
    with duckdb.connect() as database:
        assert database.sql("SELECT 'Z' < 'a' AND 'a' < 'ä'").fetchall() == [(True,)]
