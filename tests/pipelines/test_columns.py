"""Columns hold what the rows hold: the same table as Arrow makes of plain mappings, and the same rows back."""

import dataclasses
from dataclasses import dataclass

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.columns import read_column
from pipelines.tables import Table, content_digest
from pipelines.vocabulary import Source


@dataclass(frozen=True)
class Part:
    name: str
    places: tuple[int | None, ...]
    share: float | None


@dataclass(frozen=True)
class Whole:
    source: Source | None
    is_kept: bool
    first: Part | None
    parts: tuple[Part, ...]
    sources: tuple[Source, ...]
    notes: tuple[str, ...] | None


WHOLES = Table("whole", Whole, ("is_kept",), "one of them")
TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=5)
PART = st.builds(
    Part,
    name=TEXT,
    places=st.lists(st.none() | st.integers(-9, 9), max_size=3).map(tuple),
    share=st.none() | st.floats(allow_nan=False),
)
WHOLE = st.builds(
    Whole,
    source=st.none() | st.sampled_from(Source),
    is_kept=st.booleans(),
    first=st.none() | PART,
    parts=st.lists(PART, max_size=3).map(tuple),
    sources=st.lists(st.sampled_from(Source), max_size=3).map(tuple),
    notes=st.none() | st.lists(TEXT, max_size=2).map(tuple),
)


@given(st.lists(WHOLE, max_size=5))
def test_the_table_is_that_of_plain_mappings(rows: list[Whole]) -> None:
    plain = pa.Table.from_pylist([dataclasses.asdict(row) for row in rows], schema=WHOLES.schema)
    assert content_digest(WHOLES.to_arrow(rows)) == content_digest(plain)


@given(st.lists(WHOLE, max_size=6), st.integers(0, 6))
def test_rows_come_back_from_tables_that_were_cut_and_joined(rows: list[Whole], cut: int) -> None:
    table = WHOLES.to_arrow(rows)
    joined = pa.concat_tables([table.slice(0, cut), table.slice(cut)])
    assert WHOLES.to_rows(joined) == rows
    assert WHOLES.to_rows(table.slice(cut)) == rows[cut:]


def test_enums_come_back_as_enums_and_unknown_ones_are_refused() -> None:
    [back] = read_column(pa.chunked_array([["embed"]]), Source)
    assert back is Source.EMBED
    with pytest.raises(ValueError, match="'elsewhere' is not a valid Source"):
        read_column(pa.chunked_array([["elsewhere"]]), Source)
