import pytest

from pipelines.safe_path import is_inside, is_plain_name


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
