"""A table's schema is its row type's, rows survive the way to Arrow and back, and broken contracts are named."""

import dataclasses
from collections.abc import Iterator

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines import tables
from pipelines.keys import digest, mint_id
from pipelines.records import Fact, ImageGroup
from pipelines.source_records import ReportSection, Study
from pipelines.tables import IMAGE_GROUPS, STUDIES, Table, TableError, content_digest
from pipelines.vocabulary import Ability, ImageOrder, ImageRole, Origin, Source, Split, SubTask

TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)
STUDY = st.builds(
    Study,
    source=st.sampled_from(Source),
    subject_id=TEXT,
    study_id=TEXT,
    visit=st.none() | st.integers(1, 99),
    date=st.none() | TEXT,
    week=st.none() | st.integers(0, 400),
    age_years=st.none() | st.floats(0, 120),
    report=st.lists(st.builds(ReportSection, TEXT, TEXT), max_size=3).map(tuple),
)
GROUP = ImageGroup(
    Source.VQA_RAD,
    "group-1",
    Origin.COMPOSED,
    Ability.COREFERENCE,
    SubTask.LOCATED_QUESTION,
    Split.TRAIN,
    ("image-1", "image-2"),
    ("subject-1", "subject-2"),
    "subject-1",
    (Fact(0, "question-1", "effusion", "yes"),),
    "chest, effusion",
    ImageOrder.SHUFFLED,
    (ImageRole.ASKED, ImageRole.BESIDE),
    "effusion",
    "yes",
    (0, None),
)


def all_tables() -> Iterator[Table]:
    yield from (value for value in vars(tables).values() if isinstance(value, Table))


@given(st.lists(STUDY, max_size=5))
def test_rows_survive_the_way_to_arrow_and_back(rows: list[Study]) -> None:
    assert STUDIES.to_rows(STUDIES.to_arrow(rows)) == rows


def test_nested_rows_and_enums_survive() -> None:
    (back,) = IMAGE_GROUPS.to_rows(IMAGE_GROUPS.to_arrow([GROUP]))
    assert back == GROUP
    assert back.ability is Ability.COREFERENCE


@pytest.mark.parametrize("table", list(all_tables()), ids=lambda table: table.name)
def test_every_table_has_a_schema_and_a_key_among_its_columns(table: Table) -> None:
    assert set(table.key) <= set(table.schema.names)
    assert table.to_arrow([]).num_rows == 0


def test_a_null_in_a_required_column_is_refused_by_name() -> None:
    row = dataclasses.replace(GROUP, unit_id=None)  # pyright: ignore[reportArgumentType]
    with pytest.raises(TableError, match="groups/image_groups: column 'unit_id' holds a null"):
        IMAGE_GROUPS.to_arrow([row])


def test_a_value_of_the_wrong_type_is_refused_by_table() -> None:
    row = dataclasses.replace(GROUP, unit_id=7)  # pyright: ignore[reportArgumentType]
    with pytest.raises(TableError, match="groups/image_groups: a row does not fit the schema of ImageGroup"):
        IMAGE_GROUPS.to_arrow([row])


def test_a_table_with_other_columns_is_refused() -> None:
    with pytest.raises(TableError, match="raw/studies: columns differ from Study"):
        STUDIES.to_rows(pa.table({"subject_id": ["a"]}))


def test_repeated_keys_are_named_once_each() -> None:
    table = IMAGE_GROUPS.to_arrow([GROUP, GROUP, GROUP, dataclasses.replace(GROUP, group_id="group-2")])
    assert IMAGE_GROUPS.repeated_keys(table) == [("group-1",)]


def test_content_digest_sees_values_and_not_chunks() -> None:
    row = dataclasses.replace(GROUP, group_id="group-2")
    whole = IMAGE_GROUPS.to_arrow([GROUP, row])
    chunked = pa.concat_tables([IMAGE_GROUPS.to_arrow([GROUP]), IMAGE_GROUPS.to_arrow([row])])
    assert chunked.column(0).num_chunks == 2
    assert content_digest(chunked) == content_digest(whole)
    assert content_digest(whole.slice(1)) == content_digest(IMAGE_GROUPS.to_arrow([row]))
    assert content_digest(whole) != content_digest(IMAGE_GROUPS.to_arrow([row, GROUP]))


@given(st.lists(TEXT, max_size=4), st.lists(TEXT, max_size=4))
def test_keys_are_equal_only_for_equal_parts(one: list[str], other: list[str]) -> None:
    assert (mint_id("image", *one) == mint_id("image", *other)) == (one == other)


def test_digest_does_not_depend_on_the_order_of_keys() -> None:
    assert digest({"a": 1, "b": 2}) == digest({"b": 2, "a": 1})


def test_only_the_rows_that_are_asked_for_are_built() -> None:
    others = [dataclasses.replace(GROUP, group_id=f"group-{number}") for number in range(2, 9)]
    table = IMAGE_GROUPS.to_arrow([GROUP, *others])
    assert IMAGE_GROUPS.rows_where(table, "group_id", ["group-1", "group-1", "group-unknown"]) == [GROUP]
    assert IMAGE_GROUPS.rows_where(table, "group_id", []) == []
