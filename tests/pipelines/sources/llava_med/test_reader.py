import json
from collections import Counter

import numpy as np
import pytest
from PIL import Image

from pipelines.choices import Reading, SourceFolders
from pipelines.reasons import Reason
from pipelines.sources.corpus import SourceError, count_reading
from pipelines.sources.llava_med.reader import read_llava_med
from pipelines.vocabulary import AnswerType, LabelTarget, Modality, Organ

MAIN = "data/instruct/llava_med_instruct_60k_inline_mention.json"
NO_DOMAIN = dict.fromkeys(("chest_xray", "mri", "histology", "gross", "ct_scan"), False)


def talk(n=1, about=""):
    turns = []
    for place in range(n):
        mark = "<image>\n" if place == 0 else ""
        turns += [{"from": "human", "value": f"{mark}What is {place}{about}?"}, {"from": "gpt", "value": f"It is {place}."}]
    return turns


def make_record(pair_id="99000001_F1", n=1, domain="mri", **changes):
    record = {"id": pair_id, "image": f"{pair_id}.jpg", "domain": NO_DOMAIN | {domain: True}, "conversations": talk(n)}
    return record | changes


def write_image(path, seed=0):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.random.default_rng(seed).integers(0, 256, (20, 30, 3), dtype=np.uint8)).save(path)


@pytest.fixture
def read(tmp_path):
    """Write a download of these records and image files, and read it."""

    def write_and_read(records, images=("images/99000001_F1.jpg",), name=MAIN):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(json.dumps(records))
        for seed, image in enumerate(images):
            write_image(tmp_path / image, seed)
        corpus = read_llava_med(SourceFolders.at(tmp_path), Reading())
        assert all(count.is_balanced for count in count_reading(corpus))
        return corpus

    return write_and_read


def rejected(corpus):
    return [(rejection.unit, rejection.item, rejection.reason) for rejection in corpus.rejections]


def test_each_pair_of_turns_is_a_question_of_one_conversation(read):
    corpus = read([make_record(n=3)])
    assert [question.question for question in corpus.questions] == ["What is 0?", "What is 1?", "What is 2?"]
    assert {question.linked_id for question in corpus.questions} == {"99000001_F1"}
    assert {question.answer_type for question in corpus.questions} == {AnswerType.OPEN}
    assert len({question.question_id for question in corpus.questions}) == 3
    [image] = corpus.images
    assert {question.image_path for question in corpus.questions} == {image.path} == {"images/99000001_F1.jpg"}
    assert (corpus.found, corpus.used) == ({"record": 1, "question": 3, "figure": 1},) * 2


def test_figures_of_one_article_are_one_subject_and_one_study(read):
    names = ["99000001_F1", "99000001_F2", "99000002_F1"]
    corpus = read([make_record(name) for name in names], [f"images/{name}.jpg" for name in names])
    assert len({image.subject_id for image in corpus.images}) == len({image.study_id for image in corpus.images}) == 2
    assert corpus.images[0].subject_id == corpus.images[1].subject_id
    assert {study.study_id for study in corpus.studies} == {image.study_id for image in corpus.images}


def test_an_id_that_names_no_article_is_a_subject_of_its_own_and_told(read):
    records = [make_record("alpha"), make_record("beta")]
    corpus = read(records, ["images/alpha.jpg", "images/beta.jpg"])
    assert len({image.subject_id for image in corpus.images}) == 2
    assert [n for text, n in corpus.remarks.items() if "no article's number" in text] == [2]


@pytest.mark.parametrize("spelling", ["conversations", "conversatons", "conversation"])
def test_every_spelling_of_the_conversation_is_read_and_the_odd_ones_are_counted(read, spelling):
    record = make_record()
    record[spelling] = record.pop("conversations")
    corpus = read([record])
    assert len(corpus.questions) == 1
    assert sum(spelling in text for text in corpus.remarks) == (spelling != "conversations")


@pytest.mark.parametrize(
    ("domain", "modality", "organ"),
    [
        ("chest_xray", Modality.XRAY, Organ.CHEST),
        ("mri", Modality.MRI, None),
        ("histology", Modality.HISTOLOGY, None),
        ("gross", Modality.GROSS_PATHOLOGY, None),
        ("ct_scan", Modality.CT, None),
    ],
)
def test_a_domain_tells_the_modality_and_becomes_a_label(read, domain, modality, organ):
    corpus = read([make_record(domain=domain)])
    assert (corpus.images[0].modality, corpus.images[0].organ) == (modality, organ)
    assert corpus.questions[0].organ is organ
    [label] = corpus.labels
    assert (label.target, label.target_ids, label.value) == (LabelTarget.IMAGE, (corpus.images[0].source_image_id,), domain)


@pytest.mark.parametrize(
    ("domain", "told"),
    [
        (None, "without a domain"),
        (NO_DOMAIN, "all false"),
        (NO_DOMAIN | {"mri": True, "ct_scan": True}, "several domains"),
        ({"pet": True}, "not known (pet)"),
    ],
)
def test_without_exactly_one_known_domain_the_modality_is_unknown_and_counted(read, domain, told):
    corpus = read([make_record(domain="mri") | {"domain": domain}])
    assert corpus.images[0].modality is None
    assert [n for text, n in corpus.remarks.items() if told in text] == [1]
    assert len(corpus.questions) == 1


def test_records_that_tell_one_figure_apart_leave_its_modality_open(read):
    records = [make_record(domain="mri"), make_record(domain="ct_scan", conversations=talk(1, " now"))]
    corpus = read(records)
    assert corpus.images[0].modality is None
    assert [label.value for label in corpus.labels] == ["mri", "ct_scan"]


def test_an_absent_figure_is_counted_once_and_its_questions_say_why(read):
    corpus = read([make_record(), make_record("99000002_F1", n=2), make_record("99000002_F1", conversations=talk(1, "!"))])
    assert rejected(corpus) == [
        ("question", "row 1 turn 0", Reason.IMAGE_MISSING),
        ("question", "row 1 turn 2", Reason.IMAGE_MISSING),
        ("question", "row 2 turn 0", Reason.IMAGE_MISSING),
        ("figure", "99000002_F1.jpg", Reason.IMAGE_MISSING),
    ]
    assert len(corpus.questions) == 1


def test_without_any_image_everything_is_counted_and_nothing_fails(read):
    corpus = read([make_record(n=2)], images=())
    assert Counter(reason for _, _, reason in rejected(corpus)) == {Reason.IMAGE_MISSING: 3}
    assert corpus.images == corpus.studies == ()


def test_a_file_that_is_no_image_takes_its_questions_along_and_no_others(read, tmp_path):
    (tmp_path / "images").mkdir()
    (tmp_path / "images/99000002_F1.jpg").write_bytes(b"")
    corpus = read([make_record(), make_record("99000002_F1")])
    assert rejected(corpus) == [
        ("question", "row 1 turn 0", Reason.IMAGE_NOT_USABLE),
        ("figure", "images/99000002_F1.jpg", Reason.IMAGE_UNREADABLE),
    ]
    assert [image.path for image in corpus.images] == ["images/99000001_F1.jpg"]


def test_a_figure_whose_every_pair_is_bad_is_not_used(read):
    corpus = read([make_record(conversations=talk()[:1])])
    assert rejected(corpus) == [
        ("question", "row 0 turn 0", Reason.FIELD_MISSING),
        ("figure", "images/99000001_F1.jpg", Reason.IMAGE_UNREFERENCED),
    ]


def test_the_good_pairs_of_a_record_stay_beside_a_bad_one(read):
    turns = talk(3)
    turns[3]["value"] = ""
    corpus = read([make_record(conversations=turns)])
    assert [question.question for question in corpus.questions] == ["What is 0?", "What is 2?"]
    assert rejected(corpus) == [("question", "row 0 turn 2", Reason.FIELD_EMPTY)]


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ("text", Reason.ROW_NOT_AN_OBJECT),
        (make_record() | {"id": None}, Reason.FIELD_MISSING),
        (make_record() | {"id": " "}, Reason.FIELD_EMPTY),
        (make_record() | {"image": ["a.jpg"]}, Reason.FIELD_WRONG_TYPE),
        (make_record() | {"image": "../99000001_F1.jpg"}, Reason.UNSAFE_PATH),
        (make_record() | {"image": "/etc/passwd"}, Reason.UNSAFE_PATH),
        (make_record() | {"image": "C:\\a.jpg"}, Reason.UNSAFE_PATH),
        (make_record() | {"image": "a\ufffd.jpg"}, Reason.TEXT_DAMAGED),
        (make_record() | {"conversations": None}, Reason.FIELD_MISSING),
        (make_record() | {"conversations": {}}, Reason.FIELD_WRONG_TYPE),
        (make_record() | {"conversations": []}, Reason.FIELD_EMPTY),
    ],
)
def test_a_record_that_cannot_be_used_is_rejected_and_the_next_one_stays(read, record, reason):
    corpus = read([record, make_record(n=2)])
    assert rejected(corpus) == [("record", "row 0", reason)]
    assert [question.row for question in corpus.questions] == [1, 1]


@pytest.mark.parametrize("folder", ["images/", "./", "data/images/", "./images/", "LLaVA-Med/data/Images/"])
def test_the_folder_of_images_before_an_images_name_is_taken_off_and_told(read, folder):
    corpus = read([make_record() | {"image": f"{folder}99000001_F1.jpg"}])
    assert [question.image_path for question in corpus.questions] == ["images/99000001_F1.jpg"]
    assert "image_folder" in corpus.questions[0].repairs


@pytest.mark.parametrize(
    "folder", ["../images/", "/images/", "images/../", "C:/images/", "//host/images/", "PMC1/", "a\\images/"]
)
def test_any_other_folder_before_an_images_name_is_refused(read, folder):
    corpus = read([make_record() | {"image": f"{folder}99000001_F1.jpg"}, make_record(n=2)])
    assert rejected(corpus) == [("record", "row 0", Reason.UNSAFE_PATH)]


def test_a_download_without_any_image_says_which_setting_to_check(read):
    corpus = read([make_record()], images=())
    assert corpus.images == ()
    assert any("no image file at all" in text and "sources.llava_med.images" in text for text in corpus.remarks)


def test_a_record_that_is_repeated_word_for_word_is_rejected_once_per_repetition(read):
    corpus = read([make_record(), make_record(), make_record()])
    assert rejected(corpus) == [("record", f"row {row}", Reason.DUPLICATE_KEY) for row in (1, 2)]


def test_records_that_share_an_id_and_differ_are_both_read_under_keys_of_their_own(read):
    corpus = read([make_record(n=2), make_record(conversations=[*talk(1), *talk(1, " else")])])
    assert [question.question for question in corpus.questions] == ["What is 0?", "What is 1?", "What is 0 else?"]
    assert len({question.question_id for question in corpus.questions}) == 3
    assert [question.linked_id for question in corpus.questions] == ["99000001_F1", "99000001_F1", "99000001_F1#2"]
    assert "id_repeated" in corpus.questions[2].repairs
    assert rejected(corpus) == [("question", "row 1 turn 0", Reason.DUPLICATE_QUESTION)]


def test_keys_do_not_depend_on_the_order_of_the_records(read):
    records = [make_record(), make_record(conversations=talk(1, " else")), make_record("99000002_F1")]
    images = ["images/99000001_F1.jpg", "images/99000002_F1.jpg"]
    forward = read(records, images)
    backward = read(records[::-1], images)
    assert {q.question_id for q in forward.questions} == {q.question_id for q in backward.questions}
    assert forward.images == backward.images


@pytest.mark.parametrize(
    "place", ["99000001_F1.jpg", "images/99000001_F1.jpg", "data/images/99000001_F1.jpg", "a/b/images/99000001_F1.JPG"]
)
def test_images_are_found_in_every_folder_that_users_have(read, place):
    assert [image.path for image in read([make_record()], [place]).images] == [place]


def test_an_image_that_was_converted_to_png_is_found(read):
    assert [image.path for image in read([make_record()], ["images/99000001_F1.png"]).images] == ["images/99000001_F1.png"]


def test_an_image_name_with_the_image_folder_before_it_is_repaired(read):
    corpus = read([make_record(image="images/99000001_F1.jpg")])
    assert "image_folder" in corpus.questions[0].repairs


def test_of_one_name_in_two_folders_the_shallower_file_is_taken(read):
    corpus = read([make_record()], ["old/copy/99000001_F1.jpg", "images/99000001_F1.jpg"])
    assert [image.path for image in corpus.images] == ["images/99000001_F1.jpg"]
    assert corpus.remarks["image files that no record names"] == 1


def test_tables_and_images_may_lie_apart(tmp_path):
    tables, images = tmp_path / "tables", tmp_path / "pictures"
    tables.mkdir()
    (tables / "instruct_10k.json").write_text(json.dumps([make_record()]))
    write_image(images / "99000001_F1.jpg")
    corpus = read_llava_med(SourceFolders(tables, images, tables), Reading())
    assert [image.path for image in corpus.images] == ["99000001_F1.jpg"]


def test_a_link_that_leads_out_of_the_download_is_refused(read, tmp_path):
    write_image(tmp_path.parent / "outside.jpg")
    (tmp_path / "images").mkdir()
    (tmp_path / "images/99000001_F1.jpg").symlink_to(tmp_path.parent / "outside.jpg")
    corpus = read([make_record()], images=())
    assert ("figure", "images/99000001_F1.jpg", Reason.UNSAFE_PATH) in rejected(corpus)


def test_a_folder_that_is_not_there_is_told_with_the_setting(tmp_path):
    with pytest.raises(SourceError, match=r"sources\.llava_med: .* no such folder"):
        read_llava_med(SourceFolders.at(tmp_path / "absent"), Reading())


def test_a_question_file_that_was_cut_short_is_told(tmp_path):
    (tmp_path / "instruct_60k.json").write_text('[{"id": "99000001_F1", ')
    with pytest.raises(SourceError, match="cut short"):
        read_llava_med(SourceFolders.at(tmp_path), Reading())


def test_captions_become_sections_of_the_article_for_figures_that_are_there(read, tmp_path):
    (tmp_path / "data/instruct").mkdir(parents=True)
    entries = [
        {"pair_id": "99000001_F2", "fig_label": "Figure 2", "fig_caption": "Second."},
        {
            "pair_id": "99000001_F1",
            "fig_label": "Figure 1",
            "fig_caption": " First. ",
            "in_text_mention": ["See Figure 1.", {"tokens": "It is large."}, 5],
        },
        {"pair_id": "99000009_F1", "fig_label": "Figure 1", "fig_caption": "Of another article."},
        "no entry",
    ]
    (tmp_path / "data/instruct/llava_med_instruct_fig_captions.json").write_text(json.dumps({"mri": entries, "gross": None}))
    names = ["99000001_F1", "99000001_F2", "99000003_F1"]
    corpus = read([make_record(name) for name in names], [f"images/{name}.jpg" for name in names])
    [told] = [study.report for study in corpus.studies if study.report]
    assert [(section.name, section.text) for section in told] == [
        ("caption Figure 1", "First."),
        ("mention Figure 1", "See Figure 1.\nIt is large."),
        ("caption Figure 2", "Second."),
    ]
    assert corpus.remarks["figures that are used and have no caption"] == 1


def test_captions_that_are_absent_or_broken_are_a_remark(read, tmp_path):
    corpus = read([make_record()])
    assert corpus.remarks["no captions: llava_med_instruct_fig_captions.json is not there, or not the file itself"] == 1
    (tmp_path / "data/instruct/llava_med_instruct_fig_captions.json").write_text('{"mri": [')
    corpus = read([make_record()])
    assert any("cannot be read" in text for text in corpus.remarks)
    assert len(corpus.questions) == 1


def test_entries_of_captions_that_cannot_be_read_are_counted_and_the_others_stay(read, tmp_path):
    good = {"pair_id": "99000001_F1", "fig_label": "Figure 1", "fig_caption": "A film."}
    entries = {
        "mri": [None, "text", {"fig_caption": "whose?"}, {"pair_id": 7}, good],
        "gross": {"pair_id": "99000002_F1"},
        "ct": 5,
    }
    (tmp_path / "data/instruct").mkdir(parents=True)
    (tmp_path / "data/instruct/llava_med_instruct_fig_captions.json").write_text(json.dumps(entries))
    corpus = read([make_record()])
    assert [section.text for section in corpus.studies[0].report] == ["A film."]
    assert [n for text, n in corpus.remarks.items() if "no objects with a pair_id" in text] == [5]


def test_a_pointer_to_the_captions_is_not_told_as_absent(read, tmp_path):
    path = tmp_path / "data/instruct/llava_med_instruct_fig_captions.json"
    path.parent.mkdir(parents=True)
    path.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n")
    told = [text for text in read([make_record()]).remarks if "captions" in text]
    assert len(told) == 2 and "git-LFS pointer" in told[0] and told[1].endswith("not the file itself")


def test_addresses_of_figures_that_are_not_on_disk_are_counted_by_what_is_wrong(read, tmp_path):
    lines = ['{"pair_id": "99000001_F1"}', '{"pair_id": "99000002_F1"}', "{", "[1]", '{"pair_id": 7}', ""]
    (tmp_path / "data").mkdir()
    (tmp_path / "data/llava_med_image_urls.jsonl").write_text("\n".join(lines))
    remarks = read([make_record()]).remarks
    assert [n for text, n in remarks.items() if "is not on disk" in text] == [1]
    assert [n for text, n in remarks.items() if "without a pair_id" in text] == [3]
