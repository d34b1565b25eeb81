import json
import random
from collections import Counter

import pytest

from pipelines.choices import Reading, SourceFolders
from pipelines.cohort.llava_med.cases import DOMAINS, draw_article
from pipelines.cohort.llava_med.talk import draw_talk, tell_caption
from pipelines.cohort.llava_med.writer import QUESTIONS, planted_faults, write_llava_med
from pipelines.cohort.marker import CohortError
from pipelines.cohort.phantoms.figure import Lesion, Specimen, Tissue
from pipelines.cohort.phantoms.truth import Truth
from pipelines.reasons import Stage
from pipelines.rendering.decode import pillow_warnings
from pipelines.rendering.picture import render_picture
from pipelines.rendering.problem import ImageProblem
from pipelines.sources.corpus import count_reading
from pipelines.sources.llava_med.layout import list_files
from pipelines.sources.llava_med.reader import read_llava_med
from pipelines.sources.synthetic_marker import is_synthetic

SUBJECTS, SEED = 20, 20250519
ALIGNMENT = "data/alignment/llava_med_alignment_500k.json"


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    root = tmp_path_factory.mktemp("cohort") / "llava_med"
    write_llava_med(root, SUBJECTS, SEED)
    return root


@pytest.fixture(scope="module")
def records(root):
    return json.loads((root / QUESTIONS).read_text(encoding="utf-8"))


def read(root):
    return read_llava_med(SourceFolders.at(root), Reading())


@pytest.fixture(scope="module")
def corpus(root):
    return read(root)


def content_of(root):
    return {path: (root / path).read_bytes() for path in list_files(root)}


def expected(stage, subjects=SUBJECTS, seed=SEED):
    return Counter((fault.item, fault.reason) for fault in planted_faults(subjects, seed) if fault.stage is stage)


def render_all(root, corpus):
    """Return the problem of each image that cannot be rendered."""
    problems = {}
    with pillow_warnings():
        for image in corpus.images:
            try:
                render_picture((root / image.path).read_bytes())
            except ImageProblem as problem:
                problems[image.path] = problem.reason
    return problems


def test_reading_rejects_the_planted_faults_and_nothing_else(corpus):
    assert all(count.is_balanced for count in count_reading(corpus))
    assert Counter((one.item, one.reason) for one in corpus.rejections) == expected(Stage.READ)


def test_rendering_rejects_the_planted_faults_and_nothing_else(root, corpus):
    assert Counter(render_all(root, corpus).items()) == expected(Stage.RENDER)


def test_the_smallest_cohort_holds_every_fault(tmp_path, seed=3):
    write_llava_med(tmp_path / "small", subjects=8, seed=seed)
    corpus = read(tmp_path / "small")
    assert Counter((one.item, one.reason) for one in corpus.rejections) == expected(Stage.READ, 8, seed)
    assert Counter(render_all(tmp_path / "small", corpus).items()) == expected(Stage.RENDER, 8, seed)


def test_what_is_odd_and_can_be_read_is_read_and_named(corpus, records):
    repairs = Counter(name for question in corpus.questions for name in question.repairs)
    assert set(repairs) == {"image_token_first", "image_token_last", "image_token_absent", "from_case", "id_repeated"}
    assert min(repairs["image_token_first"], repairs["image_token_last"]) >= 5
    assert sum(image.modality is None for image in corpus.images) == 1  # the record without a domain
    assert max(Counter(question.linked_id for question in corpus.questions).values()) == 4
    ids = Counter(record["id"] for record in records if isinstance(record, dict))
    assert ids.most_common(1)[0][1] == 3  # repeated once word for word, and once with other words


def test_remarks_tell_the_pointer_the_other_files_and_what_was_never_fetched(corpus):
    told = " / ".join(f"{text}: {n}" for text, n in corpus.remarks.items())
    for part in (
        "instruct_10k.json is a git-LFS pointer",
        "alignment_500k.json is not read",
        "qa50_qa.jsonl is there and not read",
        "without a domain: modality unknown: 1",
        "image_urls.jsonl whose figure is not on disk: it is not fetched: 1",
        "image files that no record names: 1",
    ):
        assert part in told


def test_the_alignment_file_can_be_read_alone_in_spite_of_its_spelling(root, tmp_path):
    alone = tmp_path / "alone"
    for path in [ALIGNMENT, *(path for path in list_files(root) if path.startswith("images/"))]:
        (alone / path).parent.mkdir(parents=True, exist_ok=True)
        (alone / path).write_bytes((root / path).read_bytes())
    corpus = read(alone)
    assert len(corpus.questions) == 5
    assert corpus.remarks["records whose conversation is called 'conversatons'"] == 6


def test_all_five_domains_are_drawn_and_captions_belong_to_their_figures(corpus):
    assert {label.value for label in corpus.labels} == set(DOMAINS)
    assert min(Counter(label.value for label in corpus.labels).values()) >= 5
    captions = {figure.pair_id: tell_caption(figure.truth) for s in range(SUBJECTS) for figure in draw_article(SEED, s)}
    told = [section.text for study in corpus.studies for section in study.report if section.name.startswith("caption")]
    assert len(told) == len(corpus.images)
    assert set(told) <= set(captions.values())


def test_answers_are_true_of_what_is_drawn():
    for subject in range(60):
        for figure in draw_article(1, subject):
            said = dict(pair for seed in range(6) for pair in draw_talk(random.Random(seed), figure.truth))
            for question, answer in said.items():
                assert_true(figure.truth, question, answer)


def assert_true(truth, question, answer):
    match truth:
        case Truth():
            for finding in truth.findings:
                if finding.value in question:
                    assert answer.startswith("Yes")
            if answer.startswith("Yes"):
                assert any(finding.value in answer for finding in truth.findings)
        case Tissue() if "mito" in question:
            assert answer.startswith("Yes") is truth.has_many_mitoses
        case Tissue() if "necro" in question:
            assert answer.startswith("Yes") is truth.has_necrosis
        case Tissue() if "glands" in question:
            assert answer.startswith("Yes") is truth.has_glands
        case Specimen() if "lesion" in question and question.startswith(("Is", "Does")):
            assert answer.startswith("Yes") is (truth.lesion is not Lesion.NONE)
        case Specimen() if "large" in question or "diameter" in question:
            assert answer == f"About {truth.size_cm} cm."


def test_equal_seeds_give_equal_bytes_and_nothing_of_an_earlier_cohort_is_left(tmp_path):
    fresh, reused = tmp_path / "fresh", tmp_path / "reused"
    write_llava_med(fresh, subjects=8, seed=2)
    write_llava_med(reused, subjects=30, seed=1, tables_only=True)
    (reused / "images/99000299_F1.jpg").write_bytes(b"of the earlier cohort")
    write_llava_med(reused, subjects=8, seed=2)
    assert content_of(reused) == content_of(fresh)
    assert is_synthetic(fresh)


def test_tables_alone_are_those_of_the_whole_cohort(root, tmp_path):
    write_llava_med(tmp_path / "tables", SUBJECTS, SEED, tables_only=True)
    whole = {path: content for path, content in content_of(root).items() if not path.startswith("images/")}
    assert content_of(tmp_path / "tables") == whole


def test_articles_do_not_change_with_the_number_of_subjects(tmp_path, records):
    write_llava_med(tmp_path / "more", 26, SEED, tables_only=True)
    more = json.loads((tmp_path / "more" / QUESTIONS).read_text(encoding="utf-8"))
    assert more[:39] == records[:39]


def test_the_files_are_json_as_any_program_reads_it(root):
    captions = json.loads((root / "data/instruct/llava_med_instruct_fig_captions.json").read_text())
    assert list(captions) == list(DOMAINS)
    assert all(entry["domain"][domain] for domain, entries in captions.items() for entry in entries)
    lines = (root / "data/llava_med_image_urls.jsonl").read_text().splitlines()
    assert sum("/404/" in json.loads(line)["pmc_tar_url"] for line in lines) == 1


@pytest.mark.parametrize("subjects", [7, 100_001])
def test_too_few_or_too_many_subjects_are_told(tmp_path, subjects):
    with pytest.raises(CohortError, match=f"got {subjects}, expected 8 to 100,000"):
        write_llava_med(tmp_path / "cohort", subjects, SEED)
    assert not (tmp_path / "cohort").exists()


def test_a_real_download_is_never_overwritten(tmp_path):
    (tmp_path / "data").mkdir()
    with pytest.raises(CohortError, match="may be a real download"):
        write_llava_med(tmp_path, 8, SEED)
