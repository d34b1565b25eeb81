import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.sources.embed.database import _MACROS


@pytest.fixture(scope="module")
def ask():
    with duckdb.connect() as connection:
        connection.execute(_MACROS)

        def run(macro: str, *arguments: str | None):
            places = ", ".join("?" * len(arguments))
            return connection.execute(f"SELECT {macro}({places})", arguments).fetchall()[0][0]

        yield run


@settings(max_examples=30)
@given(number=st.integers(10**15, 2**53))
def test_an_id_survives_every_spelling_that_keeps_its_digits(ask, number):
    digits = str(number)
    spellings = [digits, f"{digits}.0", repr(float(number)), f"{digits[0]}.{digits[1:]}e+15", f"{digits[0]}.{digits[1:]}0E15"]
    assert {ask("exact_id", spelling) for spelling in spellings} == {digits}


@settings(max_examples=30)
@given(number=st.integers(10**15, 10**16 - 1), kept=st.integers(1, 15))
def test_an_id_that_lost_digits_is_none_rather_than_another_id(ask, number, kept):
    assert ask("exact_id", f"{number:.{kept - 1}e}") is None


@pytest.mark.parametrize("cell", ["12.5", "-4", "1,234,567", "1.5e999", "+7"])
def test_a_number_that_is_no_id_is_none(ask, cell):
    assert ask("exact_id", cell) is None


@pytest.mark.parametrize(("cell", "kept"), [("EMB-17", "EMB-17"), ("007", "007"), ("3e0", "3"), (None, None)])
def test_other_ids_are_taken_as_they_are(ask, cell, kept):
    assert ask("exact_id", cell) == kept


@pytest.mark.parametrize("cell", ["", "  ", "nan", "NaN", "NA", "N/A", "None", "NULL", "<NA>", "NaT"])
def test_what_programs_write_for_no_value_is_no_value(ask, cell):
    assert ask("filled", cell) is None


@pytest.mark.parametrize(
    ("cell", "date"),
    [
        ("2013-01-07", "2013-01-07"),
        ("2013-01-07 00:00:00", "2013-01-07"),
        ("20130107", "2013-01-07"),
        ("2013/01/07", "2013-01-07"),
        ("2013-01-07T00:00:00.000", "2013-01-07"),
        ("2013-01-07 0:00", "2013-01-07"),
        ("07.01.2013", "2013-01-07"),  # no country writes the month first with points
        ("2013-02-30", None),
        ("20190732", None),
        ("07/01/2013", None),  # January or July: nobody can tell
        ("0001-01-01", None),
        ("soon", None),
    ],
)
def test_a_date_is_read_only_where_it_can_mean_one_day(ask, cell, date):
    found = ask("likely_date", cell, None)
    assert (found.isoformat() if found else None) == date


@pytest.mark.parametrize(
    ("order", "cell", "date"),
    [
        ("month/day/year", "7/1/2013", "2013-07-01"),
        ("month/day/year", "07/01/2013 12:00:00 AM", "2013-07-01"),
        ("day/month/year", "7/1/2013", "2013-01-07"),
        ("month/day/year", "13/1/2013", None),
        ("month/day/year", "2013-01-07", "2013-01-07"),
    ],
)
def test_a_date_with_slashes_is_read_in_the_order_of_its_column(ask, order, cell, date):
    found = ask("likely_date", cell, order)
    assert (found.isoformat() if found else None) == date


@pytest.mark.parametrize(("cell", "age"), [("47.123456", 47.123456), ("-1", None), ("999", None), ("nan", None), ("old", None)])
def test_an_age_that_no_woman_has_is_none(ask, cell, age):
    assert ask("likely_age", cell) == age
