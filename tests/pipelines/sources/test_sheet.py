import csv
import gzip
import io
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.reasons import Reason
from pipelines.sources.corpus import SourceError
from pipelines.sources.sheet import Column, read_sheet
from pipelines.sources.workbook import as_text
from pipelines.vocabulary import Source

COLUMNS = [Column("a"), Column("b")]
TWO_ROWS = [{"row": 0, "a": "1", "b": "2"}, {"row": 1, "a": "3", "b": "4"}]


@pytest.fixture
def read(tmp_path):
    def write_and_read(content, columns=COLUMNS, name="table.csv"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return read_sheet(path, columns)

    return write_and_read


@pytest.mark.parametrize(
    "content",
    [
        "a,b\n1,2\n3,4\n",
        "a,b\n1,2\n3,4",
        "a,b\r\n1,2\r\n3,4\r\n",
        "a,b\r1,2\r3,4\r",
        "a,b\r\n1,2\n3,4\r\n",
        "a,b\n1,2\r\n3,4\n",
        "a;b\n1;2\n3;4\n",
        "a\tb\n1\t2\n3\t4\n",
        "\ufeffa,b\n1,2\n3,4\n",
        '\ufeff"a","b"\n"1","2"\n"3","4"\n',
        " A , B \n1,2\n3,4\n",
        "b,other,a\n2,x,1\n4,y,3\n",
        "a,b,\n1,2,\n3,4,\n",
        ",a,b\n0,1,2\n1,3,4\n",
    ],
)
@pytest.mark.parametrize("pack", [str.encode, lambda text: gzip.compress(text.encode())], ids=["plain", "gzip"])
def test_the_same_table_is_read_whatever_its_line_ends_delimiter_order_and_packing(read, content, pack):
    sheet = read(pack(content))
    assert sheet.rows() == TWO_ROWS
    assert sheet.damaged == ()


@pytest.mark.parametrize("name", ["table.csv", "table.csv.gz"])
def test_the_content_tells_whether_a_file_is_packed_and_not_its_name(read, name):
    assert read(gzip.compress(b"a,b\n1,2\n3,4\n"), name=name).rows() == TWO_ROWS
    assert read("a,b\n1,2\n3,4\n", name=name).rows() == TWO_ROWS


def test_a_line_end_within_quotes_neither_ends_the_row_nor_changes_how_the_others_end(read):
    assert read('a,b\n1,"x\r\ny"\n3,4\n').rows() == [{"row": 0, "a": "1", "b": "x\r\ny"}, TWO_ROWS[1]]
    assert read('a,b\r\n1,"x\ny"\r\n3,4\r\n').rows() == [{"row": 0, "a": "1", "b": "x\ny"}, TWO_ROWS[1]]


@pytest.mark.parametrize("odd", [0, 1, 2500, 4999])
def test_no_row_is_lost_where_one_line_of_many_ends_otherwise(read, odd):
    lines = [b"%d,%d" % (number, number) for number in range(5000)]
    content = b"".join(line + (b"\n" if number == odd else b"\r\n") for number, line in enumerate([b"a,b", *lines]))
    sheet = read(content)
    assert [row["a"] for row in sheet.rows()] == [str(number) for number in range(5000)]


def test_a_damaged_line_is_told_and_the_rows_beside_it_keep_their_places(read):
    sheet = read(b"a,b\n1,2\n3,4,5\n6\n7,caf\xe9\n8,9\n")
    assert sheet.rows() == [{"row": 0, "a": "1", "b": "2"}, {"row": 4, "a": "8", "b": "9"}]
    assert [line.number for line in sheet.damaged] == [3, 4, 5]
    assert sheet.n_found == 5
    rejections = sheet.reject_damaged(Source.ODIR, "patient row")
    assert [rejection.item for rejection in rejections] == [f"table.csv line {number}" for number in (3, 4, 5)]
    assert {rejection.reason for rejection in rejections} == {Reason.ROW_DAMAGED}
    assert "Expected Number of Columns: 2 Found: 3" in rejections[0].detail


def test_damaged_lines_are_told_in_a_file_of_mixed_line_ends_too(read):
    sheet = read("a,b\r\n1,2\n3,4,5\r\n6,7\n")
    assert [row["row"] for row in sheet.rows()] == [0, 2]
    assert [line.number for line in sheet.damaged] == [3]


@pytest.mark.parametrize("pack", [str.encode, lambda text: gzip.compress(text.encode())], ids=["plain", "gzip"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("below", ["5,6", '5,"6"', '"5",6', '5,"a\n6"', '5,6\n"5,6'])
def test_an_open_quote_costs_its_own_line_alone(read, below, end, pack):
    lines = ["a,b", "1,2", '3,"x', below, '7,"eight, nine"', "10,11"]
    sheet = read(pack(end.join(lines) + end))
    rows = {row["a"]: (row["row"], row["b"]) for row in sheet.rows()}
    n_lost = 2 if below.startswith("5,6\n") else 1
    assert (rows["1"], rows["7"], rows["10"]) == ((0, "2"), (2 + n_lost, "eight, nine"), (3 + n_lost, "11"))
    assert rows["5"][0] == 2
    assert [line.number for line in sheet.damaged] == ([3] if n_lost == 1 else [3, 5])
    assert sheet.damaged[0].detail == "opens a quote that it does not close; mend that line"


@pytest.mark.parametrize("place", [1, 100, 1500, 2999])
def test_an_open_quote_amid_thousands_of_lines_costs_one(read, place):
    lines = [f'{number},"text {number}, with a comma"' if number % 7 else f"{number},plain" for number in range(3000)]
    lines[place] = f'{place},"broken'
    sheet = read("a,b\n" + "\n".join(lines) + "\n")
    assert [row["a"] for row in sheet.rows()] == [str(number) for number in range(3000) if number != place]
    assert [line.number for line in sheet.damaged] == [place + 2]


def test_a_row_is_rejected_under_the_name_of_its_file_and_its_place(read):
    rejection = read("a,b\n1,2\n").reject_row(Source.ODIR, "patient row", 0, Reason.UNKNOWN_VALUE, "a is '1'")
    assert (rejection.item, rejection.unit, rejection.stage) == ("table.csv row 0", "patient row", "read")


def test_empty_cells_and_nan_are_nulls_and_other_words_for_nothing_are_text(read):
    rows = read('a,b\nnan,NaN\n,""\nNA,None\n, \n').rows()
    assert [(row["a"], row["b"]) for row in rows] == [(None, None), (None, None), ("NA", "None"), (None, " ")]


def test_columns_are_found_by_alias_and_by_beginning_and_the_exact_name_goes_first(read):
    columns = [Column("id", aliases=("Patient",)), Column("rating", starts_with="Rating ("), Column("b")]
    sheet = read('Patient,"Rating (according to RANO, PD: Progressive disease)",B,b\nP1,PD,wrong,right\n', columns)
    assert sheet.rows() == [{"row": 0, "id": "P1", "rating": "PD", "b": "right"}]


def test_an_optional_column_that_is_absent_is_null_and_named(read):
    sheet = read("a\n1\n", [Column("a"), Column("z", is_required=False)])
    assert sheet.rows() == [{"row": 0, "a": "1", "z": None}]
    assert sheet.absent == ("z",)


def test_header_names_that_are_empty_repeated_or_quoted_do_no_harm(read):
    assert read('x,X,,,it\'s "q",a,b,a\n0,0,0,0,0,1,2,9\n').rows() == TWO_ROWS[:1]


def test_a_header_alone_is_a_table_without_rows(read):
    sheet = read("a,b\n")
    assert (sheet.rows(), sheet.n_found, sheet.table.column_names) == ([], 0, ["row", "a", "b"])


def test_a_few_columns_of_a_wide_file_are_read_and_the_others_not_looked_at(read):
    names = [f"c{number}" for number in range(150)]
    rows = [[str(row * number) for number in range(150)] for row in range(50)]
    sink = io.StringIO()
    csv.writer(sink).writerows([names, *rows])
    broken = sink.getvalue().encode().replace(b",21,", b",\xe9,")  # not UTF-8, in columns that nobody wants
    sheet = read(broken, [Column("c149"), Column("c2")])
    assert sheet.table.column_names == ["row", "c149", "c2"]
    assert [(row["c149"], row["c2"]) for row in sheet.rows()] == [(row[149], row[2]) for row in rows]


@pytest.mark.parametrize("name", ["t[ab].csv", "what?*.csv", "o'brien/t.csv", "x [1]/t.csv"])
def test_a_path_is_a_path_and_no_pattern(read, tmp_path, name):
    (tmp_path / "ta.csv").write_text("a,b\n9,9\n")
    assert read("a,b\n1,2\n3,4\n", name=name).rows() == TWO_ROWS


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "the file is empty"),
        (b"\n \n", "the file is empty"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n", "git lfs pull"),
        (b"x,y\n1,2\n", "lacks the column a, b; got 'x', 'y'"),
        (b"a,y\n1,2\n", "lacks the column b"),
        ("a,b\n1,2\n".encode("utf-16"), "UTF-16"),
        (gzip.compress(b"a,b\n1,2\n", mtime=0)[:-9], "damaged gzip file"),
        (b"\x1f\x8bnothing", "damaged gzip file"),
        (b"PK\x03\x04 a workbook under another name", "lacks the column"),
    ],
)
def test_a_file_that_is_no_such_table_is_told_with_its_path(read, content, told):
    with pytest.raises(SourceError, match=r"table\.csv: ") as caught:
        read(content)
    assert told in str(caught.value)


def test_a_long_packed_file_that_ends_too_early_is_an_error_and_not_a_shorter_table(read):
    whole = gzip.compress(b"a,b\n" + b"".join(b"%d,%d\n" % (n * 7919 % 99991, n) for n in range(60_000)))
    assert read(whole).n_found == 60_000
    with pytest.raises(SourceError, match="download it again"):
        read(whole[: len(whole) // 2])


def test_a_folder_and_an_absent_file_are_told(tmp_path):
    for path in (tmp_path, tmp_path / "absent.csv"):
        with pytest.raises(SourceError, match="cannot be opened"):
            read_sheet(path, COLUMNS)


def test_a_workbook_is_read_like_a_delimited_file(tmp_path):
    import openpyxl

    book = openpyxl.Workbook()
    for row in (["b", None, " A "], [2.0, "x", 1], ["NaN", None, ""]):
        book.active.append(row)
    book.save(tmp_path / "table.xlsx")
    sheet = read_sheet(tmp_path / "table.xlsx", [*COLUMNS, Column("z", is_required=False)])
    assert sheet.rows() == [{"row": 0, "a": "1", "b": "2", "z": None}, {"row": 1, "a": None, "b": None, "z": None}]
    assert sheet.absent == ("z",)
    with pytest.raises(SourceError, match="lacks the column c"):
        read_sheet(tmp_path / "table.xlsx", [Column("c")])


# U+0085 and its like are line ends to Python's str.splitlines, not to a CSV file.
CELLS = st.text(st.characters(exclude_categories=("Cs", "Cc"), include_characters="\n\x85\u2028"), max_size=6)


@settings(max_examples=40, deadline=None)
@given(rows=st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=5), end=st.sampled_from(["\n", "\r\n"]))
def test_whatever_text_cells_hold_comes_back(tmp_path_factory, rows, end):
    path = tmp_path_factory.mktemp("sheet") / "t.csv"
    with path.open("w", encoding="utf-8", newline="") as sink:
        csv.writer(sink, lineterminator=end, quoting=csv.QUOTE_ALL).writerows([("a", "b"), *rows])
    sheet = read_sheet(path, COLUMNS)
    expected = [[None if as_text(cell) in ("", "nan", "NaN") else cell for cell in row] for row in rows]
    assert [[row["a"], row["b"]] for row in sheet.rows()] == expected


# The quote before such a cell could close one that was left open: then two readings lose a line each, and neither is wrong.
CLOSING = re.compile('"*[\n,]')
TELLING = CELLS.filter(lambda cell: CLOSING.match(cell) is None)


@settings(max_examples=35, deadline=None)
@given(
    rows=st.lists(st.tuples(TELLING, TELLING), min_size=1, max_size=6),
    place=st.integers(0, 6),
    broken=st.sampled_from(['x,"y', '"x', '"x,y', 'x,"y,z', '"""x,y', 'x,"y""']),
    quoting=st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
)
def test_rows_beside_a_line_with_an_open_quote_come_back_whole(tmp_path_factory, rows, place, broken, quoting):
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n", quoting=quoting)
    records = []
    for row in [("a", "b"), *rows]:
        writer.writerow(row)
        records.append(text.getvalue())
        text.seek(text.truncate(0))
    records.insert(min(place, len(rows)) + 1, broken + "\n")
    path = tmp_path_factory.mktemp("sheet") / "t.csv"
    path.write_text("".join(records), encoding="utf-8", newline="")
    sheet = read_sheet(path, COLUMNS)
    expected = [[None if as_text(cell) in ("", "nan", "NaN") else cell for cell in row] for row in rows]
    assert [[row["a"], row["b"]] for row in sheet.rows()] == expected
    assert len(sheet.damaged) == 1
