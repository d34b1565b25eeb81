import json
from collections import Counter

import pytest

from pipelines.keys import mint_id
from pipelines.reasons import Reason
from pipelines.sources.corpus import SourceError, count_reading
from pipelines.sources.registry import READERS
from pipelines.sources.vqa_rad.reader import read_vqa_rad
from pipelines.tables import LABELS, QUESTIONS, REJECTIONS, SOURCE_IMAGES, STUDIES
from pipelines.vocabulary import AnswerType, Modality, Organ, Source, View

FOLDER = "VQA_RAD Image Folder"


@pytest.fixture(scope="module")
def real(vqa_rad_root):
    return read_vqa_rad(vqa_rad_root)


def reasons_by_item(corpus):
    return {rejection.item: rejection.reason for rejection in corpus.rejections}


def assert_balanced(corpus):
    assert all(count.is_balanced for count in count_reading(corpus)), count_reading(corpus)


def test_every_row_and_every_file_of_the_release_is_accounted_for(real):
    questions, files = count_reading(real)
    assert (questions.n_in, questions.n_out, questions.n_rejected) == (2248, 2244, 4)
    assert (files.n_in, files.n_out, files.n_rejected) == (315, 314, 1)
    assert reasons_by_item(real) == {
        "row 79": Reason.DUPLICATE_QUESTION,
        "row 196": Reason.DUPLICATE_QUESTION,
        "row 447": Reason.DUPLICATE_QUESTION,
        "row 943": Reason.DUPLICATE_QUESTION,
        f"{FOLDER}/synpic35356.jpg": Reason.IMAGE_UNREFERENCED,
    }


def test_the_repairs_of_the_release_are_counted_by_name(real):
    assert Counter(name for question in real.questions for name in question.repairs) == {
        "yes_no_case": 832,
        "case_url_of_image": 11,
        "tab_to_comma": 10,
        "answer_from_number": 5,
        "question_type_alias": 4,
        "edge_space": 2,
        "answer_type_stripped": 2,
        "replacement_character": 1,
    }


def test_a_question_of_the_release_without_a_repair_is_as_it_was_found(real):
    for question in real.questions:
        is_same = (question.question, question.answer) == (question.question_as_found, question.answer_as_found)
        changed_elsewhere = {"case_url_of_image", "question_type_alias", "answer_type_stripped", "answer_from_number"}
        assert is_same == set(question.repairs).issubset(changed_elsewhere)


def test_dragged_case_addresses_of_the_release_are_one_subject(real):
    assert len({image.subject_id for image in real.images}) == len(real.studies) == 313
    assert {question.image_path: question.subject_id for question in real.questions} == {
        image.path: image.subject_id for image in real.images
    }
    studies = {(study.study_id, study.subject_id) for study in real.studies}
    assert {(question.study_id, question.subject_id) for question in real.questions} == studies


def test_what_the_questions_of_the_release_tell_of_acquisition(real):
    assert Counter(image.organ for image in real.images) == {Organ.CHEST: 107, Organ.ABDOMEN: 104, Organ.HEAD: 103}
    assert Counter(image.modality for image in real.images) == {None: 216, Modality.XRAY: 41, Modality.MRI: 37, Modality.CT: 20}
    assert Counter(image.view for image in real.images) == {None: 290, View.PA: 23, View.AP: 1}
    conflicting = [(label.code, label.value) for label in real.labels if label.quality == "conflicting"]
    assert sorted(conflicting) == [("plane", "AP|coronal"), ("plane", "PA|coronal")]
    chest_modalities = {image.modality for image in real.images if image.organ is Organ.CHEST}
    assert Modality.MRI not in chest_modalities


def test_rows_of_the_release_fit_their_tables_and_keys_are_unique(real):
    for table, rows in (
        (STUDIES, real.studies),
        (LABELS, real.labels),
        (QUESTIONS, real.questions),
        (SOURCE_IMAGES, real.images),
        (REJECTIONS, real.rejections),
    ):
        arrow = table.to_arrow(rows)
        assert table.repeated_keys(arrow) == []
        assert table.to_rows(arrow) == list(rows)


def test_reading_twice_gives_the_same(vqa_rad_root, real):
    assert read_vqa_rad(vqa_rad_root) == real


def test_the_reader_is_registered():
    assert Source.VQA_RAD in READERS


def test_a_good_row_becomes_a_question_about_its_image(download, row):
    corpus = read_vqa_rad(download([row(question=" Is it large? ", qid="0")]))
    (question,), (image,), (study,) = corpus.questions, corpus.images, corpus.studies
    assert question.question_id == mint_id("question", Source.VQA_RAD, "0")
    assert (question.row, question.question, question.answer) == (0, "Is it large?", "yes")
    assert (question.question_as_found, question.answer_as_found) == (" Is it large? ", "Yes")
    assert question.answer_type is AnswerType.CLOSED
    assert question.image_path == image.path == f"{FOLDER}/synpic1.jpg"
    assert question.subject_id == image.subject_id == study.subject_id
    assert corpus.rejections == ()


def test_a_bad_row_is_rejected_with_its_number_and_its_neighbours_stay(download, row):
    rows = [row(0), "no object", row(2, answer=["yes"]), row(3, image_organ="LEG"), row(4)]
    corpus = read_vqa_rad(download(rows))
    assert [question.row for question in corpus.questions] == [0, 4]
    assert reasons_by_item(corpus) == {
        "row 1": Reason.ROW_NOT_AN_OBJECT,
        "row 2": Reason.FIELD_WRONG_TYPE,
        "row 3": Reason.UNKNOWN_VALUE,
    }
    assert_balanced(corpus)


def test_an_absent_image_rejects_its_questions_and_no_others(download, row):
    rows = [row(0), row(1, image_name="synpic404.jpg"), row(2, image_name="synpic405.jpg"), row(3)]
    corpus = read_vqa_rad(download(rows))
    assert reasons_by_item(corpus) == {"row 1": Reason.IMAGE_MISSING, "row 2": Reason.IMAGE_MISSING}
    assert "'synpic404.jpg' is not in the image folder (absent images in all: 2)" in corpus.rejections[0].detail
    assert [question.row for question in corpus.questions] == [0, 3]
    assert_balanced(corpus)


def test_a_file_that_is_no_image_is_rejected_with_its_questions(download, row):
    root = download([row(0), row(1, image_name="synpic2.jpg")])
    (root / FOLDER / "synpic2.jpg").write_text("<html>not found</html>")
    corpus = read_vqa_rad(root)
    assert reasons_by_item(corpus) == {
        "row 1": Reason.IMAGE_NOT_USABLE,
        f"{FOLDER}/synpic2.jpg": Reason.IMAGE_UNREADABLE,
    }
    assert "none of JPEG, PNG" in corpus.rejections[0].detail
    assert len(corpus.questions) == len(corpus.images) == 1
    assert_balanced(corpus)


@pytest.mark.parametrize(
    "name",
    ["../secret.jpg", "/etc/passwd", "..\\secret.jpg", "C:\\images\\synpic1.jpg", "../images/synpic1.jpg", "other/synpic1.jpg"],
)
def test_an_image_name_that_leads_elsewhere_is_refused(download, row, name):
    corpus = read_vqa_rad(download([row(0), row(1, image_name=name)]))
    assert reasons_by_item(corpus) == {"row 1": Reason.UNSAFE_PATH}
    assert_balanced(corpus)


def test_a_link_out_of_the_download_is_refused_with_its_questions(download, row, tmp_path):
    root = download([row(0), row(1, image_name="synpic2.jpg")])
    (tmp_path / "outside.jpg").write_bytes((root / FOLDER / "synpic1.jpg").read_bytes())
    (root / FOLDER / "synpic2.jpg").symlink_to(tmp_path / "outside.jpg")
    corpus = read_vqa_rad(root)
    assert reasons_by_item(corpus) == {"row 1": Reason.IMAGE_NOT_USABLE, f"{FOLDER}/synpic2.jpg": Reason.UNSAFE_PATH}
    assert_balanced(corpus)


def test_an_image_name_in_other_letters_finds_its_file_and_is_named_as_repair(download, row):
    corpus = read_vqa_rad(download([row(0, image_name="SYNPIC1.JPG ")]))
    assert corpus.questions[0].image_path == f"{FOLDER}/synpic1.jpg"
    assert "image_name_spelling" in corpus.questions[0].repairs


@pytest.mark.parametrize("name", ["VQA_RAD Image Folder\\synpic1.jpg", "images/synpic1.jpg", "VQA-RAD images/SYNPIC1.JPG"])
def test_an_image_name_that_begins_with_the_image_folder_finds_its_file_and_is_named_as_repair(download, row, name):
    corpus = read_vqa_rad(download([row(0), row(1, image_name=name)]))
    assert {question.image_path for question in corpus.questions} == {f"{FOLDER}/synpic1.jpg"}
    assert ["image_name_folder" in question.repairs for question in corpus.questions] == [False, True]
    assert_balanced(corpus)


def test_a_folder_in_the_place_of_an_image_is_rejected_with_its_questions(download, row):
    root = download([row(0), row(1, image_name="synpic2.jpg")])
    (root / FOLDER / "synpic2.jpg").mkdir()
    corpus = read_vqa_rad(root)
    assert reasons_by_item(corpus) == {"row 1": Reason.IMAGE_NOT_USABLE, f"{FOLDER}/synpic2.jpg": Reason.IMAGE_UNREADABLE}
    assert "is a folder" in corpus.rejections[0].detail
    assert_balanced(corpus)


def test_the_second_of_two_equal_keys_is_rejected_also_as_text(download, row):
    corpus = read_vqa_rad(download([row(0), row(1, qid="0")]))
    assert reasons_by_item(corpus) == {"row 1": Reason.DUPLICATE_KEY}
    assert "that of row 0" in corpus.rejections[0].detail


def test_an_exact_repeat_is_rejected_and_names_the_first(download, row):
    rows = [row(0, question="Is it?"), row(1, question="is  it?", answer="YES"), row(2, question="Is it?", image_name="b.jpg")]
    corpus = read_vqa_rad(download(rows, images=("synpic1.jpg", "b.jpg")))
    assert reasons_by_item(corpus) == {"row 1": Reason.DUPLICATE_QUESTION}
    assert "row 0" in corpus.rejections[0].detail


def test_contradicting_answers_are_all_rejected(download, row):
    rows = [row(n, question="Is it?", answer=answer) for n, answer in enumerate(["Yes", "No", "yes"])]
    corpus = read_vqa_rad(download([*rows, row(3)]))
    assert reasons_by_item(corpus) == {f"row {n}": Reason.CONTRADICTORY_ANSWERS for n in range(3)}
    assert "'yes' (row 0), 'no' (row 1)" in corpus.rejections[0].detail
    assert_balanced(corpus)


def test_an_image_whose_rows_are_all_rejected_is_unreferenced(download, row):
    rows = [row(0), row(1, image_name="b.jpg", question="Is it?"), row(2, image_name="b.jpg", question="Is it?", answer="No")]
    corpus = read_vqa_rad(download(rows, images=("synpic1.jpg", "b.jpg", "c.jpg")))
    details = {rejection.item: rejection.detail for rejection in corpus.rejections}
    assert details[f"{FOLDER}/b.jpg"] == "each of the 2 rows that name it was rejected"
    assert details[f"{FOLDER}/c.jpg"] == "no usable row names this file"
    assert_balanced(corpus)


def test_cases_that_share_an_image_are_one_subject_even_through_a_rejected_row(download, row):
    rows = [
        row(0, image_name="a.jpg", image_case_url="case?id=5"),
        row(1, image_name="b.jpg", image_case_url="case?id=6"),
        row(2, image_name="c.jpg", image_case_url="case?id=9"),
        row(3, image_name="a.jpg", image_case_url="case?id=6", qid=0),  # rejected: repeated qid
    ]
    corpus = read_vqa_rad(download(rows, images=("a.jpg", "b.jpg", "c.jpg")))
    subjects = {image.path[-5]: image.subject_id for image in corpus.images}
    assert subjects["a"] == subjects["b"] == mint_id("subject", Source.VQA_RAD, "case?id=5")
    assert subjects["c"] != subjects["a"]
    assert len(corpus.studies) == 3


def test_a_row_of_a_dragged_address_is_put_to_its_image_s_case(download, row):
    corpus = read_vqa_rad(download([row(0, image_case_url="case?id=12"), row(1, image_case_url="case?id=13")]))
    assert {question.study_id for question in corpus.questions} == {mint_id("study", Source.VQA_RAD, "case?id=12")}
    assert ["case_url_of_image" in question.repairs for question in corpus.questions] == [False, True]


def test_an_image_under_two_organs_has_none_and_the_label_says_so(download, row):
    corpus = read_vqa_rad(download([row(0), row(1, image_organ="ABD")]))
    assert corpus.images[0].organ is None
    assert [(label.value, label.quality) for label in corpus.labels] == [("abdomen|chest", "conflicting")]
    assert [question.organ for question in corpus.questions] == [Organ.CHEST, Organ.ABDOMEN]


def test_replacing_a_file_changes_its_key(download, row):
    root = download([row(0)])
    before = read_vqa_rad(root).images[0]
    content = bytearray((root / FOLDER / "synpic1.jpg").read_bytes())
    content[-20] ^= 1
    (root / FOLDER / "synpic1.jpg").write_bytes(content)
    after = read_vqa_rad(root).images[0]
    assert (after.path, after.bytes) == (before.path, before.bytes)
    assert after.source_image_id != before.source_image_id


def test_a_file_of_rejected_rows_alone_gives_an_empty_corpus_that_balances(download):
    corpus = read_vqa_rad(download([None, 1, "x"]))
    assert corpus.questions == corpus.images == corpus.studies == corpus.labels == ()
    assert_balanced(corpus)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("version https://git-lfs.github.com/spec/v1\n", "git-LFS pointer"),
        ('[{"qid": 0}', "line 1, column 12"),
        (json.dumps({"a": 1}), "got an object"),
        ("[]", "0 rows"),
    ],
)
def test_a_question_file_that_cannot_be_read_ends_the_read_with_its_path(download, row, content, words):
    root = download([row()])
    path = root / "VQA_RAD Dataset Public.json"
    path.write_text(content)
    with pytest.raises(SourceError, match=words) as caught:
        read_vqa_rad(root)
    assert str(path) in str(caught.value)


def test_answers_that_differ_in_letters_alone_do_not_contradict(download, row):
    rows = [row(n, question="Where?", answer=answer, answer_type="OPEN") for n, answer in enumerate(["Left", "left"])]
    assert reasons_by_item(read_vqa_rad(download(rows))) == {"row 1": Reason.DUPLICATE_QUESTION}
