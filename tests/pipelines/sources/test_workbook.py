import io
import random
import re
import zipfile
from contextlib import suppress

import openpyxl
import pytest

from pipelines.sources.corpus import SourceError
from pipelines.sources.workbook import as_text, read_workbook

TABLE = (["ID", "Age"], [["1", "30"], [None, None], ["2", "4.5"]])


@pytest.fixture
def workbook(tmp_path):
    path = tmp_path / "data.xlsx"
    book = openpyxl.Workbook()
    for row in (["ID", "Age"], [1, 30.0], [None, None], ["2", 4.5], [None, None]):
        book.active.append(row)
    book.create_sheet("second").append(["not", "read"])
    book.save(path)
    return path


def change_member(path, member, change):
    packed = io.BytesIO(path.read_bytes())
    with zipfile.ZipFile(packed) as source, zipfile.ZipFile(path, "w") as sink:
        for name in source.namelist():
            sink.writestr(name, change(source.read(name)) if name == member else source.read(name))


def test_the_first_sheet_is_read_as_text_without_the_empty_rows_at_its_end(workbook):
    assert read_workbook(workbook) == TABLE


def test_rows_are_as_long_as_the_header(tmp_path):
    book = openpyxl.Workbook()
    for row in (["ID", None, "Age"], [1], [1, 2, 3, 4]):
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    assert read_workbook(tmp_path / "a.xlsx") == (["ID", "", "Age"], [["1", None, None], ["1", "2", "3"]])


def test_empty_rows_above_the_header_are_left_out(tmp_path):
    book = openpyxl.Workbook()
    book.active["B3"], book.active["C3"], book.active["B4"] = "ID", "Age", 7
    book.save(tmp_path / "a.xlsx")
    assert read_workbook(tmp_path / "a.xlsx") == (["", "ID", "Age"], [[None, "7", None]])


@pytest.mark.parametrize("noted", [b'<dimension ref="A1"/>', b'<dimension ref="A1:A2"/>', b""])
def test_a_wrong_note_of_the_filled_range_loses_no_row(workbook, noted):
    change_member(workbook, "xl/worksheets/sheet1.xml", lambda xml: re.sub(rb"<dimension[^>]*/>", noted, xml))
    assert read_workbook(workbook) == TABLE


@pytest.mark.parametrize("member", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "[Content_Types].xml"])
def test_a_damaged_part_is_a_source_error_that_names_the_file(workbook, member):
    change_member(workbook, member, lambda xml: xml[: len(xml) // 2])
    with pytest.raises(SourceError, match=r"data\.xlsx: no whole Excel workbook .*download it again"):
        read_workbook(workbook)


@pytest.mark.parametrize("content", [b"", b"<html>404</html>", b"\xd0\xcf\x11\xe0" + bytes(600), b"PK\x03\x04"])
def test_a_file_that_is_no_workbook_is_a_source_error(tmp_path, content):
    (tmp_path / "data.xlsx").write_bytes(content)
    with pytest.raises(SourceError, match="no whole Excel workbook"):
        read_workbook(tmp_path / "data.xlsx")


def test_a_truncated_workbook_is_a_source_error(workbook):
    workbook.write_bytes(workbook.read_bytes()[:-100])
    with pytest.raises(SourceError, match="no whole Excel workbook"):
        read_workbook(workbook)


def test_no_damage_of_bytes_ends_in_another_error(workbook):
    whole, rng = workbook.read_bytes(), random.Random(1)
    for _ in range(60):
        content = bytearray(whole)
        for _ in range(rng.randint(1, 8)):
            content[rng.randrange(len(content))] = rng.randrange(256)
        workbook.write_bytes(content)
        with suppress(SourceError):
            read_workbook(workbook)


def test_an_empty_sheet_is_told(tmp_path):
    openpyxl.Workbook().save(tmp_path / "a.xlsx")
    with pytest.raises(SourceError, match="the first sheet is empty"):
        read_workbook(tmp_path / "a.xlsx")


def test_numbers_are_written_as_a_csv_would_hold_them():
    assert [as_text(cell) for cell in (3.0, 3, 0.5, "3.0", "", None, True)] == ["3", "3", "0.5", "3.0", "", None, "True"]
