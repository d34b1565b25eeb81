import json

import pytest
from PIL import Image

from pipelines.cohort.writers import write_cohort
from pipelines.reasons import Reason
from pipelines.sources.corpus import SourceError, count_reading
from pipelines.sources.synthetic_marker import MARKER_NAME
from pipelines.sources.vqa_rad.layout import find_layout
from pipelines.sources.vqa_rad.reader import read_vqa_rad
from pipelines.vocabulary import Source

JSON_NAME = "VQA_RAD Dataset Public.json"
FOLDER = "VQA_RAD Image Folder"


def put(root, *paths):
    for path in paths:
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.suffix == ".json":
            target.write_text(json.dumps([1]))
        else:
            Image.new("L", (2, 2)).save(target, "JPEG")


@pytest.mark.parametrize(
    ("paths", "questions", "images"),
    [
        ((JSON_NAME, f"{FOLDER}/a.jpg"), JSON_NAME, FOLDER),
        ((JSON_NAME, f"{FOLDER}/{FOLDER}/a.jpg"), JSON_NAME, f"{FOLDER}/{FOLDER}"),
        (("vqa_rad.json", "images/a.JPG"), "vqa_rad.json", "images"),
        (("questions.json", "some pictures/a.jpeg"), "questions.json", "some pictures"),
        ((f"osf/{JSON_NAME}", f"osf/{FOLDER}/a.jpg"), f"osf/{JSON_NAME}", f"osf/{FOLDER}"),
        ((f"dl/osf/{JSON_NAME}", f"dl/osf/{FOLDER}/a.jpg"), f"dl/osf/{JSON_NAME}", f"dl/osf/{FOLDER}"),
        (("annotations/vqa_rad.json", "images/a.jpg"), "annotations/vqa_rad.json", "images"),
        ((JSON_NAME, "notes.json", MARKER_NAME, f"{FOLDER}/a.jpg"), JSON_NAME, FOLDER),
        ((JSON_NAME, f"{FOLDER}/a.jpg", f"__MACOSX/{FOLDER}/._a.jpg", "thumbnails/a.jpg"), JSON_NAME, FOLDER),
    ],
    ids=[
        "released",
        "nested images",
        "renamed",
        "own names",
        "one level down",
        "two levels down",
        "apart",
        "other json",
        "other folders",
    ],
)
def test_spellings_of_a_download_are_found(tmp_path, paths, questions, images):
    put(tmp_path, *paths)
    layout = find_layout(tmp_path)
    assert (layout.questions, layout.images) == (tmp_path / questions, (tmp_path / images))


@pytest.mark.parametrize(
    ("paths", "words"),
    [
        ((f"{FOLDER}/a.jpg",), ["no JSON file", f"'{FOLDER}/'", f"'{JSON_NAME}'", "osf.io/89kps"]),
        ((JSON_NAME, "a.jpg"), ["no folder with images", "'a.jpg'", "move the images into it"]),
        ((JSON_NAME,), ["no folder with images", f"'{JSON_NAME}'", f"'{FOLDER}'", "unpack"]),
        (("a.json", "b.json", f"{FOLDER}/a.jpg"), ["2 JSON files", "'a.json', 'b.json'", "name the right one"]),
        ((JSON_NAME, "one/a.jpg", "two/a.jpg"), ["2 folders", "'one/', 'two/'", "name the right one"]),
    ],
    ids=["no json", "loose images", "no images", "two jsons", "two folders"],
)
def test_a_missing_or_ambiguous_part_is_told_with_what_the_folder_holds(tmp_path, paths, words):
    put(tmp_path, *paths)
    with pytest.raises(SourceError) as caught:
        find_layout(tmp_path)
    assert all(word in str(caught.value) for word in [str(tmp_path), *words])


def test_questions_alone_are_counted_where_the_image_folder_is_there_and_empty(tmp_path):
    write_cohort(tmp_path, {Source.VQA_RAD: 8}, seed=1, tables_only=True)
    corpus = read_vqa_rad(tmp_path / "vqa_rad")
    assert (corpus.questions, corpus.images) == ((), ())
    assert all(count.is_balanced for count in count_reading(corpus))
    assert Reason.IMAGE_MISSING in {rejection.reason for rejection in corpus.rejections}


def test_a_root_that_is_missing_a_file_or_empty_is_told_apart(tmp_path):
    file = tmp_path / "file"
    file.write_text("x")
    (tmp_path / "empty").mkdir()
    for root, words in ((tmp_path / "none", "does not exist"), (file, "is a file"), (tmp_path / "empty", "is empty")):
        with pytest.raises(SourceError, match=f"{root} {words}"):
            find_layout(root)


def test_an_image_folder_may_be_a_link_but_not_to_a_folder_that_holds_the_download(tmp_path):
    root, elsewhere = tmp_path / "root", tmp_path / "elsewhere"
    put(root, JSON_NAME)
    put(elsewhere, "a.jpg")
    (root / FOLDER).symlink_to(elsewhere)
    assert find_layout(root).images == root / FOLDER
    put(tmp_path, "a.jpg")
    (root / FOLDER).unlink()
    (root / FOLDER).symlink_to(tmp_path)
    with pytest.raises(SourceError, match="symbolic link"):
        find_layout(root)


def test_a_long_listing_is_cut(tmp_path):
    put(tmp_path, *[f"{FOLDER}/a.jpg", *[f"f{i:02}.jpg" for i in range(20)]])
    with pytest.raises(SourceError, match="and 13 more"):
        find_layout(tmp_path)
