import os

from pipelines.reasons import Reason
from pipelines.sources.image_folder import ImageIndex, inspect_images


def test_each_file_is_told_with_its_problem_and_good_neighbours_stay(download, row, tmp_path):
    root = download([row()], images=("good.jpg", "truncated.jpg"))
    folder = root / "VQA_RAD Image Folder"
    (folder / "empty.jpg").write_bytes(b"")
    (folder / "page.jpg").write_text("<!DOCTYPE html>")
    (folder / "truncated.jpg").write_bytes((folder / "truncated.jpg").read_bytes()[:700])
    (tmp_path / "outside.jpg").write_bytes((folder / "good.jpg").read_bytes())
    (folder / "link.jpg").symlink_to(tmp_path / "outside.jpg")
    (folder / "dangling.jpg").symlink_to(folder / "nothing.jpg")
    (folder / "circle.jpg").symlink_to(folder / "circle.jpg")
    (folder / "subfolder").mkdir()
    (folder / "folder.jpg").mkdir()
    os.mkfifo(folder / "pipe.jpg")
    files = {file.name: file for file in inspect_images(root, folder)}
    assert list(files) == sorted(files)
    reasons = {name: file.problem.reason if file.problem else None for name, file in files.items()}
    assert reasons == {
        "circle.jpg": Reason.UNSAFE_PATH,
        "dangling.jpg": Reason.IMAGE_MISSING,
        "empty.jpg": Reason.IMAGE_UNREADABLE,
        "folder.jpg": Reason.IMAGE_UNREADABLE,
        "good.jpg": None,
        "link.jpg": Reason.UNSAFE_PATH,
        "page.jpg": Reason.IMAGE_UNREADABLE,
        "pipe.jpg": Reason.IMAGE_UNREADABLE,
        "truncated.jpg": None,  # its header is whole: rendering finds it
    }
    assert files["good.jpg"].bytes == (folder / "good.jpg").stat().st_size
    assert files["link.jpg"].fingerprint is None
    assert "<!DOCTYP" in str(files["page.jpg"].problem)


def test_a_file_is_found_by_its_exact_name_before_a_similar_one(download, row):
    root = download([row()], images=("a.jpg", "A.JPG", "b.jpg"))
    index = ImageIndex(inspect_images(root, root / "VQA_RAD Image Folder"))
    names = {asked: file.name if (file := index.find(asked)) else None for asked in ("a.jpg", "A.JPG", " B.JPG ", "c.jpg")}
    assert names == {"a.jpg": "a.jpg", "A.JPG": "A.JPG", " B.JPG ": "b.jpg", "c.jpg": None}


def test_a_converted_file_is_found_by_its_stem_where_one_usable_file_alone_has_it(download, row):
    root = download([row()], images=("a.png", "b.png", "b.gif", "c.PNG", "d.png"))
    (root / "VQA_RAD Image Folder" / "d.png").write_bytes(b"")
    (root / "VQA_RAD Image Folder" / "e.xml").write_text("<a/>")
    index = ImageIndex(inspect_images(root, root / "VQA_RAD Image Folder"))
    names = {asked: file.name if (file := index.find(asked)) else None for asked in ("a.jpg", "A", "b.jpg", "c.jpg", "d.jpg")}
    assert names == {"a.jpg": "a.png", "A": "a.png", "b.jpg": None, "c.jpg": "c.PNG", "d.jpg": None}
    assert index.find("e.jpg") is None and index.find("a.xml") is None and index.find("") is None


def test_what_file_managers_leave_behind_is_not_counted(tmp_path):
    for name in (".DS_Store", "._synpic1.jpg", "Thumbs.db", "desktop.ini", "notes.txt"):
        (tmp_path / name).write_bytes(b"left behind")
    (found,) = inspect_images(tmp_path, tmp_path)
    assert (found.name, found.is_usable) == ("notes.txt", False)
