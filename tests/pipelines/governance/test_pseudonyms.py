"""A prompt's account of a group holds neither ids nor dates, tells time in spans, and can be quoted from."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.governance.pseudonyms import describe_group, describe_span, name_images, sources_of
from pipelines.records import Fact, ImageGroup
from pipelines.vocabulary import Ability, ImageOrder, ImageRole, Origin, Source, Split, SubTask

REPORT = (
    "Compared to 2119-04-03 (accession 50414267), read by Dr. Jane Roe at 9:43 PM, telephone 617-555-0132, MRN 4471235. "
    "There is a ___ year old small left pleural effusion of 12 mm."
)


def group(**changes: object) -> ImageGroup:
    made = ImageGroup(
        source=Source.MS_CXR_T,
        group_id="group-9f3a21",
        origin=Origin.INHERENT,
        ability=Ability.COMPARISON,
        subtask=SubTask.FINDING_PROGRESSION,
        split=Split.TRAIN,
        image_ids=("image-aa11", "image-bb22"),
        subject_ids=("p19999901", "p19999901"),
        unit_id="p19999901/s59999901/s59999902",
        facts=(
            Fact(0, "s59999901", "report_impression", REPORT),
            Fact(1, "s59999902", "edema_progression", "worsening"),
            Fact(1, "s59999902", "chexpert_edema", "positive"),
        ),
        rule="r",
        order=ImageOrder.CHRONOLOGICAL,
        roles=(ImageRole.PRIOR, ImageRole.CURRENT),
        asked="edema",
        label="worsening",
        days_since_first=(0, 152),
    )
    return replace(made, **changes)


def test_planted_identifiers_reach_no_prompt_and_the_findings_do() -> None:
    text = describe_group(group())
    for planted in (
        "2119",
        "50414267",
        "Roe",
        "Jane",
        "9:43",
        "617",
        "4471235",
        "___",
        "p19999901",
        "s5999",
        "image-",
        "group-9",
    ):
        assert planted not in text
    assert "small left pleural effusion of 12 mm." in text
    assert "- Change of edema since the prior image: worsening" in text.splitlines()


def test_ids_of_the_group_are_taken_out_of_texts_that_happen_to_hold_them() -> None:
    told = group(facts=(Fact(0, "s59999901", "answer", "As in image-aa11 of p19999901, group-9f3a21."),))
    assert sources_of(told)[0] == ("Answer of the source about this image: As in [number] of [number], [number].",)


def test_what_is_shown_of_an_image_is_what_quotes_are_looked_up_in() -> None:
    shown = sources_of(group())
    assert list(shown) == [0, 1]
    text = describe_group(group())
    assert all(line in text for lines in shown.values() for line in lines)
    assert any("small left pleural effusion" in line for line in shown[0])
    assert not any("small left pleural effusion" in line for line in shown[1])


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({}, ["Image 1 (first visit)", "Image 2 (about 5 months after image 1)"]),
        ({"days_since_first": (366, 0)}, ["Image 1 (about a year after image 2)", "Image 2 (first visit)"]),
        ({"days_since_first": (None, None)}, ["Image 1", "Image 2"]),
        ({"days_since_first": (0, None)}, ["Image 1", "Image 2"]),
        ({"days_since_first": (0, 0), "order": ImageOrder.SHUFFLED}, ["Image 1 (same visit)", "Image 2 (same visit)"]),
        # two visits within a week, as LUMIERE tells them
        ({"days_since_first": (0, 0)}, ["Image 1 (first visit)", "Image 2 (a few days after image 1)"]),
        (
            {
                "days_since_first": (0, 0),
                "order": ImageOrder.FIXED,
                "roles": (ImageRole.LEFT_EYE, ImageRole.RIGHT_EYE),
            },
            ["Image 1 (left eye, same visit)", "Image 2 (right eye, same visit)"],
        ),
    ],
)
def test_images_are_named_by_place_and_span(changes: dict[str, object], names: list[str]) -> None:
    assert list(name_images(group(**changes)).values()) == names


def test_two_images_of_one_study_are_of_the_same_visit_where_order_is_time() -> None:
    facts = (Fact(0, "s1", "birads", "N"), Fact(1, "s1", "birads", "N"), Fact(2, "s2", "birads", "N"))
    three = group(facts=facts, image_ids=("a", "b", "c"), roles=(ImageRole.EARLIER_VISIT,) * 3, days_since_first=(0, 0, 380))
    assert list(name_images(three).values()) == [
        "Image 1 (first visit)",
        "Image 2 (same visit as image 1)",
        "Image 3 (about a year after image 1)",
    ]


def test_the_visit_that_is_not_shown_has_a_heading_with_its_span_and_its_own_texts() -> None:
    facts = (Fact(0, "s1", "birads", "N"), Fact(None, "s3", "birads", "S"), Fact(None, "s3", "days_after_last_visit", "383"))
    hidden = group(facts=facts)
    assert name_images(hidden)[None] == "The visit after those shown, which is not shown (about a year after image 2)"
    assert sources_of(hidden) == {
        0: ("BI-RADS assessment of the breast: category 1, negative",),
        1: (),
        None: ("BI-RADS assessment of the breast: category 4, suspicious",),
    }
    assert "383" not in describe_group(hidden)
    assert None not in name_images(group())


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (1, "a few days"),
        (13, "a few days"),
        (30, "about 4 weeks"),
        (91, "about 3 months"),
        (300, "about 10 months"),
        (340, "about a year"),
        (400, "about a year"),
        (500, "about 1.5 years"),
        (730, "about 2 years"),
        (3652, "about 10 years"),
    ],
)
def test_spans_are_told_coarsely(days: int, words: str) -> None:
    assert describe_span(days) == words


@given(st.integers(0, 20_000), st.integers(0, 20_000))
def test_a_longer_span_is_never_told_in_a_smaller_unit(one: int, other: int) -> None:
    units = ["days", "weeks", "months", "year", "years"]
    shorter, longer = (describe_span(days).split()[-1] for days in sorted((one, other)))
    assert units.index(shorter) <= units.index(longer)


_CODES = st.sampled_from(
    ["report_impression", "answer", "keyword", "whether: effusion", "p10000032", "birads", "some_new_code"]
)
_VALUES = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
    st.from_regex(r"(?:[a-z ]{0,6}(?:p1\d{7}|2\d{3}-\d\d-\d\d|\d{6,9}|1\.2\.840\.\d+\.\d+))+", fullmatch=True),
)


@given(st.lists(st.tuples(st.sampled_from([0, 1, None]), _CODES, _VALUES), max_size=6), st.integers(0, 9_999))
def test_no_id_or_date_like_number_reaches_a_prompt_whatever_the_facts_say(
    facts: list[tuple[int | None, str, str]], days: int
) -> None:
    told = group(facts=tuple(Fact(place, "s59999901", code, value) for place, code, value in facts), days_since_first=(0, days))
    text = describe_group(told)
    assert not re.search(r"\d{5,}|\d{4}-\d\d-\d\d|p\d{6}", text)
    assert not any(identifier in text for identifier in (*told.image_ids, *told.subject_ids, told.group_id, "s59999901"))
    assert all(line in text for lines in sources_of(told).values() for line in lines)
