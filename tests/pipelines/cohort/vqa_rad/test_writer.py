import json
import random
from collections import Counter, defaultdict

import pytest

from pipelines.cohort.marker import CohortError
from pipelines.cohort.phantoms.truth import FINDINGS, Finding, draw_truth
from pipelines.cohort.vqa_rad.cases import draw_case
from pipelines.cohort.vqa_rad.defects import list_row_defects
from pipelines.cohort.vqa_rad.topics import FINDING_TOPICS
from pipelines.cohort.vqa_rad.writer import UNREFERENCED_IMAGE, planted_faults, write_vqa_rad
from pipelines.reasons import Reason, Stage
from pipelines.rendering.images import render_images
from pipelines.sources.corpus import count_reading
from pipelines.sources.synthetic_marker import is_synthetic
from pipelines.sources.vqa_rad.reader import read_vqa_rad
from pipelines.splits.contents import tabulate_contents
from pipelines.splits.links import link_subjects
from pipelines.vocabulary import Laterality, Organ

SUBJECTS, SEED = 60, 20250519  # enough for the balance of answers
FOLDER = "VQA_RAD Image Folder"
JSON_NAME = "VQA_RAD Dataset Public.json"


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    root = tmp_path_factory.mktemp("cohort") / "vqa_rad"
    write_vqa_rad(root, SUBJECTS, SEED)
    return root


@pytest.fixture(scope="module")
def rows(root):
    return json.loads((root / JSON_NAME).read_text())


@pytest.fixture(scope="module")
def corpus(root):
    return read_vqa_rad(root)


@pytest.fixture(scope="module")
def rendered(root, corpus, tmp_path_factory):
    return render_images(corpus.images, root, tmp_path_factory.mktemp("storage"))


def rows_about(rows, image_name):
    return [row for row in rows if isinstance(row, dict) and row["image_name"].strip().casefold() == image_name]


def test_every_row_and_file_is_accounted_for_and_each_defect_is_rejected_once(root, rows, corpus):
    counts = count_reading(corpus)
    assert all(count.is_balanced for count in counts)
    assert [count.n_in for count in counts] == [len(rows), len(list((root / FOLDER).iterdir()))]
    empty, absent = (draw_case(SEED, SUBJECTS - place).image_name for place in (5, 2))
    expected = Counter(
        Counter(list_row_defects())
        | {
            Reason.IMAGE_NOT_USABLE: len(rows_about(rows, empty)),
            Reason.IMAGE_MISSING: len(rows_about(rows, absent)),
            Reason.IMAGE_UNREADABLE: 1,
            Reason.IMAGE_UNREFERENCED: 1,
        }
    )
    assert Counter(rejection.reason for rejection in corpus.rejections) == expected
    files = {rejection.item for rejection in corpus.rejections if not rejection.item.startswith("row ")}
    assert files == {f"{FOLDER}/{empty}", f"{FOLDER}/{UNREFERENCED_IMAGE}"}


@pytest.mark.parametrize("subjects", [8, 20])
def test_the_planted_faults_are_the_rejections_of_reading_and_no_other(tmp_path, subjects):
    write_vqa_rad(tmp_path / "cohort", subjects=subjects, seed=6)
    planted = [fault for fault in planted_faults(subjects, seed=6) if fault.stage is Stage.READ]
    rejected = [(rejection.item, rejection.reason) for rejection in read_vqa_rad(tmp_path / "cohort").rejections]
    assert Counter((fault.item, fault.reason) for fault in planted) == Counter(rejected)


def test_the_planted_faults_of_rendering_are_its_rejections(corpus, rendered):
    planted = [fault for fault in planted_faults(SUBJECTS, SEED) if fault.stage is Stage.RENDER]
    assert {(fault.item, fault.reason) for fault in planted} == {(one.item, one.reason) for one in rendered.rejections}
    assert {fault.reason for fault in planted} == {Reason.IMAGE_CONSTANT, Reason.IMAGE_TRUNCATED}
    assert len(rendered.rows) == len(corpus.images) - 2


def test_tables_alone_hold_the_same_rows_and_an_empty_image_folder(root, tmp_path):
    write_vqa_rad(tmp_path / "tables", SUBJECTS, SEED, tables_only=True)
    assert content_of(tmp_path / "tables")[JSON_NAME] == content_of(root)[JSON_NAME]
    assert list((tmp_path / "tables" / FOLDER).iterdir()) == []


def test_the_file_is_laid_out_as_one_indented_list(root, rows):
    assert (root / JSON_NAME).read_text(encoding="utf-8") == json.dumps(rows, indent=1, ensure_ascii=False)


def test_every_quirk_of_the_genuine_file_is_met_and_named(corpus, rows):
    repairs = Counter(name for question in corpus.questions for name in question.repairs)
    assert set(repairs) == {
        "yes_no_case",
        "answer_from_number",
        "case_url_of_image",
        "tab_to_comma",
        "question_type_alias",
        "answer_type_stripped",
        "edge_space",
        "inner_space",
        "replacement_character",
        "image_name_spelling",
    }
    assert repairs["answer_type_stripped"] == 2
    assert {"Yes", "yes", "YES", "No", "no"} <= {
        row["answer"] for row in rows if isinstance(row, dict) and isinstance(row["answer"], str)
    }
    assert {row["phrase_type"] for row in rows if isinstance(row, dict)} == {
        "freeform",
        "para",
        "test_freeform",
        "test_para",
    }


def test_rows_have_the_keys_of_the_genuine_file_in_its_order(rows, vqa_rad_root):
    genuine = list(json.loads((vqa_rad_root / JSON_NAME).read_text(encoding="utf-8"))[0])
    assert list(rows[0] | {"question_rephrase": "NULL"}) == genuine or list(rows[0]) == [
        key for key in genuine if key != "question_rephrase"
    ]
    assert sum("question_rephrase" not in row for row in rows if isinstance(row, dict)) >= 2


def test_the_person_who_was_entered_twice_is_found_by_the_pixels(rendered):
    duplicates = [row for row in rendered.rows if row.duplicate_of is not None]
    assert len(duplicates) == 1
    assert len(link_subjects(tabulate_contents(rendered.rows))) == 1


def test_one_case_holds_two_images_and_a_dragged_address_makes_no_new_subject(corpus):
    images = Counter(image.study_id for image in corpus.images)
    assert Counter(images.values())[2] == 1
    assert len({image.subject_id for image in corpus.images}) == len(corpus.images) - 1 == SUBJECTS - 2


def test_yes_and_no_are_in_balance_and_questions_recur_on_many_images(corpus):
    answers = defaultdict(Counter)
    for question in corpus.questions:
        answers[question.question][question.answer] += 1
    for topics in FINDING_TOPICS.values():
        for topic in topics:
            total = answers[topic.wordings[0]]
            assert min(total["yes"], total["no"]) >= 2, topic.wordings[0]
    in_all = sum(answers.values(), Counter())
    assert 0.35 < in_all["yes"] / (in_all["yes"] + in_all["no"]) < 0.6
    assert len(corpus.questions) / len(corpus.images) >= 8


def test_answers_are_true_of_what_was_drawn():
    for subject in range(30):
        case = draw_case(seed=4, subject=subject)
        asked = {row["question"]: str(row["answer"]).casefold() for row in case.rows}
        for topic, finding in zip(FINDING_TOPICS[case.truth.organ], FINDINGS[case.truth.organ], strict=True):
            found = {asked[wording] for wording in topic.wordings if wording in asked}
            assert found == {"yes" if finding in case.truth.findings else "no"}
        if "Which kidney has the cyst?" in asked:
            side = "left" if case.truth.findings[Finding.RENAL_CYST] is Laterality.LEFT else "right"
            assert asked["Which kidney has the cyst?"] == f"{side} kidney"
        if "Is this image normal?" in asked:
            assert (asked["Is this image normal?"] == "yes") is (not case.truth.findings)


def test_a_pneumothorax_shares_its_lung_with_no_other_finding():
    for seed in range(300):
        findings = draw_truth(random.Random(seed), Organ.CHEST).findings
        side = findings.get(Finding.PNEUMOTHORAX)
        others = {findings.get(Finding.PLEURAL_EFFUSION), findings.get(Finding.LUNG_MASS)}
        assert side is None or side not in others


def content_of(root):
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_equal_seeds_give_equal_bytes_also_over_an_earlier_cohort(tmp_path):
    fresh, reused = tmp_path / "fresh", tmp_path / "reused"
    write_vqa_rad(fresh, subjects=8, seed=2)
    write_vqa_rad(reused, subjects=9, seed=1)
    assert content_of(reused) != content_of(fresh)
    write_vqa_rad(reused, subjects=8, seed=2)
    assert content_of(reused) == content_of(fresh)
    assert is_synthetic(fresh)


def test_the_smallest_cohort_can_be_read_and_rendered(tmp_path):
    write_vqa_rad(tmp_path / "small", subjects=8, seed=2)
    corpus = read_vqa_rad(tmp_path / "small")
    assert all(count.is_balanced for count in count_reading(corpus))
    assert len(render_images(corpus.images, tmp_path / "small", tmp_path / "storage").rows) == 5


def test_a_real_download_is_never_overwritten(tmp_path):
    (tmp_path / JSON_NAME).write_text("[1]")
    with pytest.raises(CohortError, match="may be a real download"):
        write_vqa_rad(tmp_path, 8, SEED)
    assert content_of(tmp_path) == {JSON_NAME: b"[1]"}
