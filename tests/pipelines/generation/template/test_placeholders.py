import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.generation.template.placeholders import PLACEHOLDERS, describe_days, fill, values_of, values_of_place
from pipelines.vocabulary import SubTask
from tests.pipelines.generation.template.inherent_groups import eye_group, make_group, plausible_groups


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (1, "one day"),
        (13, "13 days"),
        (14, "about 2 weeks"),
        (59, "about 8 weeks"),
        (60, "about 2 months"),
        (183, "about 6 months"),
        (350, "about 11 months"),
        (360, "about a year"),
        (380, "about a year"),
        (548, "about 18 months"),
        (730, "about 2 years"),
        (1070, "about 35 months"),
        (1096, "about 3 years"),
        (1280, "about 4 years"),
    ],
)
def test_a_span_is_told_in_the_unit_that_a_physician_would_use(days, said):
    assert describe_days(days) == said


@given(st.integers(-10, 20_000))
def test_no_span_is_told_of_no_days_and_a_longer_one_is_never_called_shorter(days):
    said = describe_days(days)
    assert (said is None) == (days <= 0)
    if said is not None:
        assert abs(_days_of(said) - days) <= max(1, 0.2 * days)


def _days_of(said):
    number, unit = said.removeprefix("about ").split()
    scale = {"day": 1, "week": 7, "month": 365.25 / 12, "year": 365.25}[unit.rstrip("s")]
    return (1 if number in ("a", "one") else int(number)) * scale


def test_visits_are_counted_by_study_not_by_image_or_day():
    hidden = [(None, "birads", "N"), (None, "days_after_last_visit", "365")]
    facts = [(0, "birads", "N"), (1, "birads", "N"), *hidden]
    one = make_group(SubTask.NEXT_ASSESSMENT, "N", facts, said_by=("a", "a"))
    two = make_group(SubTask.NEXT_ASSESSMENT, "N", facts, said_by=("a", "b"), days=(0, 0))
    assert values_of(one, {})["visits"] == "one visit"
    assert values_of(two, {})["visits"] == "two visits"
    assert "visits" not in values_of(make_group(SubTask.NEXT_ASSESSMENT, "N", facts[1:]), {})


def test_the_interval_is_from_the_first_visit_to_the_last_in_whatever_order_they_are_shown():
    facts = [(0, "birads", "S"), (1, "birads", "N"), (2, "birads", "N")]
    shuffled = make_group(SubTask.SUSPICIOUS_IMAGE, "1", facts, n_images=3, days=(300, 0, 730))
    assert values_of(shuffled, {})["interval"] == "about 2 years"
    for days in ((0, 0, 0), (0, None, 730)):
        group = make_group(SubTask.SUSPICIOUS_IMAGE, "1", facts, n_images=3, days=days)
        assert "interval" not in values_of(group, {})


def test_the_side_is_that_of_all_images_or_of_the_asked_eye():
    left = [(0, "laterality", "L"), (1, "laterality", "L"), (0, "view", "CC"), (1, "view", "MLO")]
    assert values_of(make_group(SubTask.VIEW_IDENTIFICATION, "1", left, asked="CC"), {})["side"] == "left"
    both = [(0, "laterality", "L"), (1, "laterality", "R")]
    assert "side" not in values_of(make_group(SubTask.VIEW_IDENTIFICATION, "1", both, asked="CC"), {})
    assert values_of(eye_group("glaucoma", "R"), {})["side"] == "right"


def test_what_is_asked_is_said_in_the_files_words_only():
    group = make_group(SubTask.FINDING_PROGRESSION, "stable", [(1, "edema_progression", "stable")], asked="edema")
    assert values_of(group, {"edema": "pulmonary edema"})["asked"] == "pulmonary edema"
    assert "asked" not in values_of(group, {"pneumonia": "pneumonia"})


def test_a_filled_wording_begins_with_a_capital_and_keeps_abbreviations():
    assert fill("{place} image, by MLO view", values_of_place(3)) == "Third image, by MLO view"


def test_no_value_is_a_name_that_no_wording_may_use():
    found = {
        name
        for subtask in SubTask
        if subtask.value in _SUBTASKS
        for group in plausible_groups(subtask)
        for name in values_of(group, {"L": "x"})
    }
    assert found | {"place", "number"} == PLACEHOLDERS


_SUBTASKS = ("next_assessment", "view_identification", "eye_diagnosis", "suspicious_image")
