import pytest

from pipelines.sources.corpus import SourceError
from pipelines.sources.locate import list_entries, locate, locate_table, require_folder


@pytest.fixture
def touch(tmp_path):
    def create(*names):
        for name in names:
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
        return tmp_path

    return create


def names(root, found):
    return [path.relative_to(root).as_posix() for path in found]


def test_files_are_found_in_any_case_the_shallowest_first_and_no_deeper_than_asked(touch):
    root = touch("b/c/DATA.CSV", "a/data.csv", "data.CSV", "b/c/d/data.csv", "other.csv")
    assert names(root, locate(root, "Data.csv")) == ["data.CSV", "a/data.csv", "b/c/DATA.CSV"]
    assert names(root, locate(root, "data.csv", depth=0)) == ["data.CSV"]
    assert names(root, locate(root, "data.csv", depth=3))[-1] == "b/c/d/data.csv"


def test_what_file_managers_and_archivers_leave_behind_is_not_found(touch):
    root = touch(".data.csv", "__MACOSX/data.csv", ".hidden/data.csv", "._data.csv")
    assert locate(root, "*data.csv") == []


def test_what_is_there_is_listed_for_a_message_and_what_cannot_be_listed_is_no_second_error(touch):
    root = touch("b.txt", "a.csv")
    assert list_entries(root) == "a.csv, b.txt"
    assert list_entries(root / "a.csv") == "nothing that can be listed: Not a directory"
    (root / "empty").mkdir()
    assert list_entries(root / "empty") == "nothing"
    assert list_entries(root / "absent") == "no such folder"
    many = touch(*(f"many/{number:02}" for number in range(20))) / "many"
    assert list_entries(many).endswith("06, 07")


def test_a_folder_of_the_name_is_no_file(touch):
    assert locate(touch("data.csv/inner.txt"), "data.csv") == []


def test_the_first_pattern_that_fits_decides_whatever_its_depth(touch):
    root = touch("a/b/first.csv", "second.csv")
    assert locate_table(root, ["absent.csv", "first.csv", "second.csv"]) == root / "a/b/first.csv"


def test_the_nearest_of_several_copies_is_taken(touch):
    root = touch("a/table.csv", "table.csv")
    assert locate_table(root, ["table.csv"]) == root / "table.csv"


def test_of_one_table_packed_and_unpacked_the_unpacked_is_taken(touch):
    root = touch("x-2.0.csv.gz", "x-2.0.csv")
    assert locate_table(root, ["x-*.csv*"]) == root / "x-2.0.csv"
    assert locate_table(touch("y.csv.gz"), ["y.csv*"]) == root / "y.csv.gz"


def test_two_files_of_one_pattern_are_an_error_and_no_guess(touch):
    root = touch("x-1.0.csv", "x-2.0.csv")
    with pytest.raises(SourceError, match=r"2 files fit 'x-\*\.csv' \(x-1\.0\.csv, x-2\.0\.csv\), expected one"):
        locate_table(root, ["x-*.csv"])


def test_an_absent_table_is_none_in_a_folder_that_is_there_and_in_one_that_is_not(touch):
    root = touch("readme.txt")
    assert locate_table(root, ["data.csv"]) is None
    assert locate_table(root / "absent", ["data.csv"]) is None


def test_a_file_in_place_of_a_folder_is_told(touch):
    root = touch("download.zip")
    assert require_folder(root, "sources.odir") == root
    with pytest.raises(SourceError, match=r"sources\.odir: .*download\.zip is a file, expected the folder"):
        require_folder(root / "download.zip", "sources.odir")
    with pytest.raises(SourceError, match="is no such folder"):
        require_folder(root / "absent", "sources.odir")
