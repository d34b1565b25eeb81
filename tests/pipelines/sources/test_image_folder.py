from pipelines.sources.image_folder import ImageIndex, inspect_images
from pipelines.vocabulary import Reason


def test_each_file_is_told_with_its_problem_and_good_neighbours_stay(download, row, tmp_path):
    root = download([row()], images=("good.jpg", "truncated.jpg"))
    folder = root / "VQA_RAD Image Folder"
    (folder / "empty.jpg").write_bytes(b"")
    (folder / "page.jpg").write_text("<!DOCTYPE html>")
    (folder / "truncated.jpg").write_bytes((folder / "truncated.jpg").read_bytes()[:700])
    (tmp_path / "outside.jpg").write_bytes((folder / "good.jpg").read_bytes())
    (folder / "link.jpg").symlink_to(tmp_path / "outside.jpg")
    (folder / "dangling.jpg").symlink_to(folder / "nothing.jpg")
    (folder / "subfolder").mkdir()
    files = {file.name: file for file in inspect_images(root, folder)}
    assert list(files) == sorted(files)
    reasons = {name: file.problem.reason if file.problem else None for name, file in files.items()}
    assert reasons == {
        "dangling.jpg": Reason.IMAGE_UNREADABLE,
        "empty.jpg": Reason.IMAGE_UNREADABLE,
        "good.jpg": None,
        "link.jpg": Reason.UNSAFE_PATH,
        "page.jpg": Reason.IMAGE_UNREADABLE,
        "truncated.jpg": None,  # its header is whole: rendering finds it
    }
    assert files["good.jpg"].bytes == (folder / "good.jpg").stat().st_size
    assert files["link.jpg"].sha256 is None
    assert "<!DOCTYP" in str(files["page.jpg"].problem)


def test_a_file_is_found_by_its_exact_name_before_a_similar_one(download, row):
    root = download([row()], images=("a.jpg", "A.JPG", "b.jpg"))
    index = ImageIndex(inspect_images(root, root / "VQA_RAD Image Folder"))
    names = {asked: file.name if (file := index.find(asked)) else None for asked in ("a.jpg", "A.JPG", " B.JPG ", "c.jpg")}
    assert names == {"a.jpg": "a.jpg", "A.JPG": "A.JPG", " B.JPG ": "b.jpg", "c.jpg": None}
