import csv
import hashlib
import io
import zipfile

import pytest
from PIL import Image

from pipelines.choices import Reading, SourceFolders
from pipelines.cohort.marker import CohortError
from pipelines.cohort.odir.plan import LETTERS, PARTS, Part, draw_patients
from pipelines.cohort.odir.signs import SIGNS
from pipelines.cohort.odir.writer import INNER, PREPROCESSED, TESTING, TRAINING, planted_faults, write_odir
from pipelines.reasons import Reason
from pipelines.rendering.images import render_images
from pipelines.sources.corpus import count_reading
from pipelines.sources.odir.reader import read_odir
from pipelines.sources.synthetic_marker import is_synthetic
from pipelines.sources.workbook import read_workbook
from pipelines.vocabulary import Laterality

SUBJECTS, SEED = 20, 20250519


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    root = tmp_path_factory.mktemp("cohort") / "odir"
    write_odir(root, SUBJECTS, SEED)
    return root


@pytest.fixture(scope="module")
def corpus(root):
    return read_odir(SourceFolders.at(root), Reading())


@pytest.fixture(scope="module")
def rendered(root, corpus, tmp_path_factory):
    return render_images(corpus.images, root, tmp_path_factory.mktemp("storage"))


@pytest.fixture(scope="module")
def players():
    return {patient.part: patient for patient in draw_patients(SUBJECTS, SEED) if patient.part is not None}


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    root = tmp_path_factory.mktemp("small") / "odir"
    write_odir(root, len(PARTS), SEED)
    return root


def digests(root):
    files = sorted(path for path in root.rglob("*") if path.is_file())
    return {path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def eyes_of(corpus, root, number):
    paths = {image.path.rpartition("/")[2]: image for image in corpus.images}
    shown = {side: paths.get(f"{number}_{word}.jpg") for side, word in (("L", "left"), ("R", "right"))}
    subject = next(image for image in shown.values() if image is not None).subject_id
    labels = [label for label in corpus.labels if label.subject_id == subject]
    return {
        side: {(label.code, label.value) for label in labels if label.target_ids == (side,)}
        for side, image in shown.items()
        if image is not None
    }


def test_what_is_planted_is_rejected_and_nothing_else(corpus, rendered):
    found = sorted((one.stage, one.item, one.reason) for one in (*corpus.rejections, *rendered.rejections))
    assert found == sorted((fault.stage, fault.item, fault.reason) for fault in planted_faults(SUBJECTS, SEED))
    assert all(count.is_balanced for count in (*count_reading(corpus), *rendered.counts))
    wanted = {
        Reason.IMAGE_MISSING,
        Reason.IMAGE_TRUNCATED,
        Reason.UNKNOWN_VALUE,
        Reason.DUPLICATE_KEY,
        Reason.IMAGE_UNREFERENCED,
    }
    assert wanted <= {fault.reason for fault in planted_faults(SUBJECTS, SEED)}


@pytest.mark.parametrize(("subjects", "seed"), [(len(PARTS), 1), (23, 2)])
def test_a_cohort_of_any_size_and_seed_rejects_what_it_plants(tmp_path, subjects, seed):
    write_odir(tmp_path / "odir", subjects, seed)
    corpus = read_odir(SourceFolders.at(tmp_path / "odir"), Reading())
    planted = [fault for fault in planted_faults(subjects, seed) if fault.stage == "read"]
    assert sorted((one.item, one.reason) for one in corpus.rejections) == sorted((one.item, one.reason) for one in planted)
    assert len(corpus.studies) == subjects - 1  # but for the one whose rows are unusable


def test_every_oddity_is_read_in_spite_of_it(corpus, root, players):
    assert corpus.remarks["age 1 is a placeholder: taken as not known"] == 1
    assert sum(study.age_years is None for study in corpus.studies) == 1
    assert corpus.remarks["keyword given twice in one cell: taken once"] == 1
    assert corpus.remarks["keywords divided by an ASCII comma"] == 1
    assert corpus.remarks["keyword in an unusual spelling: written in the usual one"] > 0
    assert corpus.remarks["eye shown by its preprocessed copy: the photograph is not there or broken"] == 1
    assert corpus.remarks["preprocessed copy set aside: the photograph itself is there"] == 2
    repeated = eyes_of(corpus, root, players[Part.REPEATED_KEYWORD].id)
    assert repeated["L"] == {("keyword", "macular epiretinal membrane"), ("eye_diagnosis", "other")}
    assert repeated["R"] == {("keyword", "drusen"), ("image_quality", "lens dust"), ("eye_diagnosis", "other")}
    permuted = eyes_of(corpus, root, players[Part.PERMUTED_KEYWORDS].id)
    assert permuted["L"] == permuted["R"]
    front = eyes_of(corpus, root, players[Part.FRONT_OF_EYE].id)
    assert front["R"] == {("image_quality", "anterior segment image"), ("image_quality", "no fundus image")}
    misspelt = eyes_of(corpus, root, players[Part.BAD_NAME].id)
    assert [any(code == "eye_diagnosis" for code, _ in misspelt[side]) for side in ("L", "R")] == [True, False]
    assert list(eyes_of(corpus, root, players[Part.MISSING_FILE].id)) == ["L"]


def test_the_tables_have_the_genuine_shape(root, players):
    header, rows = read_workbook(root / INNER / "data.xlsx")
    assert header[:3] == ["ID", "Patient Age", "Patient Sex"]
    assert header[7:] == list("NDGCAHMO")
    cells = {row[0]: row for row in rows}
    assert cells[str(players[Part.PERMUTED_KEYWORDS].id)][5] == "moderate non proliferative retinopathy，laser spot "
    assert cells[str(players[Part.REPEATED_KEYWORD].id)][6] == "drusen,lens dust"
    with (root / "full_df.csv").open(encoding="utf-8", newline="") as source:
        images = list(csv.DictReader(source))
    assert list(images[0])[-4:] == ["filepath", "labels", "target", "filename"]
    assert images[0]["labels"] == "['N']"
    assert images[0]["target"] == "[1, 0, 0, 0, 0, 0, 0, 0]"
    assert images[0]["filepath"].endswith(f"/Training Images/{images[0]['filename']}")
    named = [row["ID"] for row in images]
    assert named.count(str(players[Part.FRONT_OF_EYE].id)) == 1


def test_patient_and_eye_diagnoses_follow_from_the_keywords(corpus):
    said = {}
    for label in corpus.labels:
        said.setdefault((label.subject_id, label.code), []).append(label.value)
    names = ("normal", "diabetes", "glaucoma", "cataract", "amd", "hypertension", "myopia", "other")
    words = dict(zip("NDGCAHMO", names, strict=True))
    for study in corpus.studies:
        keywords = said.get((study.subject_id, "keyword"), [])
        told = {words[LETTERS[keyword]] for keyword in keywords}
        eyes = {image.laterality for image in corpus.images if image.subject_id == study.subject_id}
        if len(eyes) == 2:
            assert set(said[study.subject_id, "diagnosis"]) == (told if told == {"normal"} else told - {"normal"})


def test_every_sign_is_in_a_cohort_of_twenty(corpus):
    values = {label.value for label in corpus.labels if label.code in ("keyword", "image_quality")}
    assert values == set(SIGNS)


def test_equal_seeds_give_equal_bytes_and_other_seeds_others(small, tmp_path):
    write_odir(tmp_path / "again", 8, SEED)
    assert digests(tmp_path / "again") == digests(small)
    write_odir(tmp_path / "other", 8, SEED + 1)
    other, same = digests(tmp_path / "other"), digests(small)
    assert all(other[path] != same[path] for path in other if path.endswith(".jpg") and path in same)


def test_the_workbook_tells_no_moment_of_writing(root):
    with zipfile.ZipFile(root / INNER / "data.xlsx") as book:
        assert {entry.date_time for entry in book.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert book.read("docProps/core.xml").count(b"1980-01-01T00:00:00Z") == 2


def test_a_smaller_cohort_leaves_nothing_of_a_larger_one(small, tmp_path):
    folder = tmp_path / "odir"
    write_odir(folder, 10, SEED)
    write_odir(folder, 8, SEED)
    assert digests(folder) == digests(small)
    write_odir(folder, 8, SEED, tables_only=True)
    names = {path for path in digests(folder) if not path.endswith(".json")}
    assert names == {"full_df.csv", f"{INNER}/data.csv"}


def test_tables_alone_say_the_same_as_with_images(root, tmp_path):
    write_odir(tmp_path / "odir", SUBJECTS, SEED, tables_only=True)
    assert (tmp_path / "odir/full_df.csv").read_bytes() == (root / "full_df.csv").read_bytes()
    with (tmp_path / "odir" / INNER / "data.csv").open(encoding="utf-8", newline="") as source:
        assert list(csv.reader(source))[1:] == read_workbook(root / INNER / "data.xlsx")[1]
    corpus = read_odir(SourceFolders.at(tmp_path / "odir"), Reading())
    assert {rejection.reason for rejection in corpus.rejections if rejection.unit == "eye"} == {Reason.IMAGE_MISSING}


def test_a_folder_that_may_hold_a_real_download_is_not_touched(tmp_path):
    (tmp_path / "full_df.csv").write_text("ID\n")
    with pytest.raises(CohortError, match="may be a real download"):
        write_odir(tmp_path, 8, SEED)
    assert [path.name for path in tmp_path.iterdir()] == ["full_df.csv"]
    with pytest.raises(CohortError, match="expected at least 8"):
        write_odir(tmp_path / "odir", 7, SEED)


def test_the_cohort_is_marked_small_and_in_the_genuine_layout(root):
    assert is_synthetic(root)
    assert sum(path.stat().st_size for path in root.rglob("*") if path.is_file()) < 4_000_000
    for folder in (TRAINING, TESTING, PREPROCESSED):
        assert any((root / folder).iterdir())


def test_no_genuine_identifier_is_used(corpus):
    numbers = {int(image.path.rpartition("/")[2].partition("_")[0]) for image in corpus.images}
    assert min(numbers) > 10_000  # the genuine IDs end below 5,000


def test_rendered_images_are_in_colour_and_each_its_own(rendered):
    assert len({row.pixel_sha256 for row in rendered.rows}) == len(rendered.rows) > 30
    assert {row.laterality for row in rendered.rows} == set(Laterality)


def test_a_truncated_photograph_still_has_its_header(root, players):
    path = root / TRAINING / f"{players[Part.TRUNCATED_FILE].id}_left.jpg"
    with Image.open(io.BytesIO(path.read_bytes())) as image:
        assert image.size == (256, 256)
        with pytest.raises(OSError, match="truncated"):
            image.load()
