import pytest

from pipelines.safe_path import Enclosure, is_inside, is_plain_name


@pytest.mark.parametrize("name", ["", ".", "..", "../a.jpg", "a/b.jpg", "/etc/passwd", "..\\a.jpg", "C:a.jpg", "a\0.jpg"])
def test_names_that_lead_elsewhere_are_refused(name):
    assert not is_plain_name(name)


@pytest.mark.parametrize("name", ["synpic1.jpg", "..jpg", "a b.jpg", ".hidden"])
def test_mere_file_names_are_accepted(name):
    assert is_plain_name(name)


def test_a_link_out_of_the_root_is_outside_and_a_link_within_is_inside(tmp_path):
    root = tmp_path / "root"
    root.mkdir()
    (tmp_path / "secret").write_text("x")
    (root / "real").write_text("x")
    (root / "out").symlink_to(tmp_path / "secret")
    (root / "within").symlink_to(root / "real")
    assert not is_inside(root, root / "out")
    assert is_inside(root, root / "within")
    assert not is_inside(root, root / ".." / "secret")


def test_links_in_a_circle_are_nowhere(tmp_path):
    (tmp_path / "one").symlink_to(tmp_path / "other")
    (tmp_path / "other").symlink_to(tmp_path / "one")
    assert not is_inside(tmp_path, tmp_path / "one" / "a.jpg")


@pytest.fixture
def elsewhere(tmp_path):
    """A folder on another disk, beside the root."""
    (tmp_path / "root" / "a" / "b" / "c").mkdir(parents=True)
    (tmp_path / "elsewhere" / "deep").mkdir(parents=True)
    for name in ("secret", "elsewhere/file", "elsewhere/deep/file"):
        (tmp_path / name).write_text("x")
    return tmp_path / "elsewhere"


@pytest.mark.parametrize("place", ["link", "a/link", "a/b/link"])
def test_a_folder_near_the_root_may_be_a_link_to_another_disk(tmp_path, elsewhere, place):
    root = tmp_path / "root"
    (root / place).symlink_to(elsewhere)
    assert is_inside(root, root / place)
    assert all(is_inside(root, root / place / name) for name in ("file", "deep/file", "absent", "absent/file"))


def test_links_of_folders_may_follow_on_each_other(tmp_path, elsewhere):
    root = tmp_path / "root"
    (tmp_path / "third").mkdir()
    (tmp_path / "third/file").write_text("x")
    (elsewhere / "cohort_1").symlink_to(tmp_path / "third")
    (root / "images").symlink_to(elsewhere)
    assert is_inside(root, root / "images/cohort_1/file")


def test_a_link_opens_the_folder_it_leads_to_and_nothing_beyond(tmp_path, elsewhere):
    root = tmp_path / "root"
    (elsewhere / "out").symlink_to(tmp_path / "secret")
    (elsewhere / "deep/out").symlink_to(tmp_path)
    (elsewhere / "deep/deeper").mkdir()
    (elsewhere / "deep/deeper/out").symlink_to(tmp_path)
    (root / "a/link").symlink_to(elsewhere)
    (root / "file").symlink_to(elsewhere / "file")
    (root / "a/b/c/link").symlink_to(elsewhere)
    refused = [
        "a/link/out",  # a file behind a link may be a link out of that folder
        "a/link/deep/out/secret",  # the second link leads to a folder that holds the root
        "a/link/deep/deeper/out/secret",  # and lies too deep anyway
        "a/link/../secret",  # from where the link leads to, a parent is another one
        "a/b/../../a/link/../secret",
        "file",  # a single file, though its folder may be linked
        "a/b/c/link/file",  # too deep to be made by hand
    ]
    download = Enclosure(root)
    assert [name for name in refused if download.holds(root / name)] == []
    assert download.holds(root / "a/link/file")


def test_a_link_to_a_folder_that_holds_the_root_opens_nothing(tmp_path, elsewhere):
    root = tmp_path / "root"
    (root / "up").symlink_to("..")
    (root / "top").symlink_to("/")
    (root / "here").symlink_to(".")
    assert not is_inside(root, root / "up/secret")
    assert not is_inside(root, root / "top" / elsewhere.relative_to("/") / "file")
    assert is_inside(root, root / "here/a")


def test_a_root_that_is_a_link_itself_is_where_it_leads(tmp_path, elsewhere):
    (tmp_path / "entry").symlink_to(elsewhere)
    download = Enclosure(tmp_path / "entry")
    assert download.holds(tmp_path / "entry/deep/file")
    assert not download.holds(tmp_path / "entry/../secret")


def test_a_name_too_long_for_any_file_is_no_error(tmp_path):
    assert is_inside(tmp_path, tmp_path / ("x" * 300))
    assert not is_inside(tmp_path, tmp_path / ".." / ("x" * 300))
