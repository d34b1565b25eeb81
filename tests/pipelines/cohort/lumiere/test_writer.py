import csv
import gzip
import itertools
import json
import re

import nibabel
import numpy as np
import pytest

from pipelines.choices import LumiereReading, Reading, SourceFolders
from pipelines.cohort.lumiere.course import COURSES
from pipelines.cohort.lumiere.lattice import ATLAS
from pipelines.cohort.lumiere.plan import Role, plan_subject
from pipelines.cohort.lumiere.scans import draw_subject
from pipelines.cohort.lumiere.tables import HEADERS, RATINGS_NAME, SUBJECTS_NAME
from pipelines.cohort.lumiere.tumour import EDEMA, ENHANCING, NECROSIS
from pipelines.cohort.lumiere.writer import planted_faults, write_lumiere
from pipelines.cohort.marker import CohortError
from pipelines.reasons import Stage
from pipelines.sources.corpus import count_reading
from pipelines.sources.lumiere.files import MEASURED_VOLUMES
from pipelines.sources.lumiere.reader import read_lumiere
from pipelines.sources.synthetic_marker import is_synthetic
from pipelines.vocabulary import Grid, ImageType, SegmentationTool

SUBJECTS, SEED = 10, 20250519  # every course once
ATLAS_FOLDER = "DeepBraTumIA-segmentation/atlas"
PIXEL_MM2 = ATLAS.voxel_mm3 ** (2 / 3)


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    root = tmp_path_factory.mktemp("cohort") / "lumiere"
    write_lumiere(root, SUBJECTS, SEED)
    return root


@pytest.fixture(scope="module")
def corpus(root):
    return read_lumiere(SourceFolders.at(root), Reading())


def load(root, subject, visit, name):
    path = root / "Imaging" / subject.name / visit.session / ATLAS_FOLDER / name
    return np.asanyarray(nibabel.as_closest_canonical(nibabel.load(path)).dataobj)


def load_mask(root, subject, visit):
    return load(root, subject, visit, "segmentation/seg_mask.nii.gz")


def load_sequence(root, subject, visit, sequence):
    return load(root, subject, visit, f"skull_strip/{sequence}_skull_strip.nii.gz")


def clean_subjects():
    """Subjects whose visits all have a mask and all sequences."""
    return [plan_subject(SEED, index) for index in (Role.NATIVE_FILES, Role.LATE_WEEK, Role.ODD_FOLDER, 8, 9)]


def content_of(root):
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_reading_rejects_what_was_planted_for_it_and_nothing_else(corpus):
    assert all(count.is_balanced for count in count_reading(corpus))
    planted = {(fault.item, fault.reason) for fault in planted_faults(SUBJECTS, SEED) if fault.stage is Stage.READ}
    assert sorted((rejection.item, rejection.reason) for rejection in corpus.rejections) == sorted(planted)


def test_faults_of_rendering_are_of_volumes_that_are_read(corpus):
    volumes = {image.path for image in corpus.images if image.image_type is ImageType.VOLUME}
    planted = [fault.item for fault in planted_faults(SUBJECTS, SEED) if fault.stage is Stage.RENDER]
    assert len(planted) == 6
    assert set(planted) <= volumes


def test_every_item_of_the_genuine_download_that_readers_stumble_over_is_there(root, corpus):
    names = {path.name for path in (root / "Imaging").glob("*/*")}
    assert {"week-000-1", "week-000-2", "week-173-1"} <= names
    with (root / RATINGS_NAME).open(encoding="utf-8-sig", newline="") as source:
        rows = list(csv.reader(source))
    assert {row[4] for row in rows} >= {"Post-Op ", "Post-Op/PD", "", "None", "Pre-Op", "Post-Op", "SD", "PD", "PR", "CR"}
    assert {row[5] for row in rows} >= {"CRET", "PRET", "T2-Progr."}
    with (root / SUBJECTS_NAME).open(encoding="utf-8", newline="") as source:
        assert {row[6] for row in csv.reader(source)} >= {"na", "n/a", "NA", "N-A"}
    told = " ".join(corpus.remarks)
    for remark in ("says T2, disk has none", "disk has T2", "without FLAIR", "without DeepBraTumIA mask", "on the native grid"):
        assert remark in told
    assert len(set(ATLAS.shape)) > 1


def test_headers_are_sentences_as_released():
    rating, rationale = HEADERS[RATINGS_NAME][4:]
    assert re.match(r"Rating \(according to RANO, PD: ", rating) and rationale.startswith("Rating rationale (CRET: ")
    assert len(rating) > 150


def test_ratings_tell_what_the_masks_show(root):
    for subject in clean_subjects():
        sizes = [np.bincount(load_mask(root, subject, visit).ravel(), minlength=4) for visit in subject.visits]
        for (_, before), (visit, after) in itertools.pairwise(zip(subject.visits, sizes, strict=True)):
            solid, former = (counts[ENHANCING] + counts[NECROSIS] for counts in (after, before))
            if visit.rationale.startswith("CRET"):
                assert after[ENHANCING] == 0 < before[ENHANCING], "a complete resection leaves nothing that enhances"
            elif visit.rationale.startswith("PRET"):
                assert 0.02 * former < solid < 0.4 * former, "a partial one leaves some"
            elif visit.rating == "SD":
                assert former * 0.75 <= solid <= former * 1.25
            elif visit.rating == "PD":
                assert solid > former * 1.25 + 20 or after[EDEMA] > 1.5 * before[EDEMA]
            elif visit.rating == "PR":
                assert 0 < solid < former / 2


def test_a_complete_response_follows_what_enhanced_and_leaves_nothing(root):
    subject = next(plan_subject(SEED, index) for index in range(SUBJECTS) if COURSES[index].visits[-1].rating == "CR")
    *_, before, after = (load_mask(root, subject, visit) for visit in subject.visits)
    assert (before == ENHANCING).any() and not np.isin(after, (ENHANCING, NECROSIS)).any()


def test_the_four_contrasts_look_like_theirs(root):
    subject = plan_subject(SEED, 8)
    before, after = subject.visits[:2]
    was, now = load_mask(root, subject, before), load_mask(root, subject, after)
    cavity = np.isin(was, (ENHANCING, NECROSIS)) & (now == 0)
    for visit, mask in ((before, was), (after, now)):
        volumes = {name: load_sequence(root, subject, visit, name) for name in ("ct1", "t1", "t2", "flair")}
        brain = volumes["t1"] > 0
        typical = {name: np.median(volume[brain & (mask == 0)]) for name, volume in volumes.items()}
        edema = {name: np.median(volume[mask == EDEMA]) / typical[name] for name, volume in volumes.items()}
        assert edema["flair"] > 1.4 and edema["t2"] > 1.3 and edema["t1"] < 1
    ring = {name: np.median(load_sequence(root, subject, before, name)[was == ENHANCING]) for name in ("ct1", "t1")}
    assert ring["ct1"] > 1.6 * ring["t1"]
    fluid = {name: np.median(load_sequence(root, subject, after, name)[cavity]) / typical[name] for name in typical}
    assert fluid["t1"] < 0.5 and fluid["flair"] < 0.5 < 1.5 < fluid["t2"]


def test_the_skull_is_gone_and_all_visits_and_sequences_of_a_subject_lie_on_one_grid(root):
    subject = plan_subject(SEED, 8)
    brains = []
    for visit in subject.visits:
        for name in ("ct1", "t1", "t2", "flair"):
            volume = load_sequence(root, subject, visit, name)
            assert volume.dtype == np.float32 and volume.shape == ATLAS.shape
            brains.append(volume > 0)
    assert all((brain == brains[0]).all() for brain in brains)
    assert 0.1 < brains[0].mean() < 0.4
    assert not brains[0][0].any() and not brains[0][:, 0].any() and not brains[0][:, :, -1].any()


@pytest.mark.parametrize(("seed", "index"), [(SEED, 0), (SEED, 3), (SEED, 7), (SEED, 9), (7, 0), (7, 1), (7, 2)])
def test_tumours_are_large_enough_for_a_handful_of_coronal_slices(seed, index):
    files = draw_subject(plan_subject(seed, index), seed)
    content = next(content for path, content in files if path.endswith("atlas/segmentation/seg_mask.nii.gz"))
    volume = nibabel.as_closest_canonical(nibabel.Nifti1Image.from_bytes(gzip.decompress(content)))
    areas = np.isin(np.asanyarray(volume.dataobj), (ENHANCING, NECROSIS)).sum(axis=(0, 2)) * PIXEL_MM2
    assert 3 <= (areas > 1200).sum() <= 10


def test_measured_volumes_are_those_of_the_mask(root):
    subject = plan_subject(SEED, 9)
    visit = subject.visits[0]
    stated = json.loads((root / "Imaging" / subject.name / visit.session / MEASURED_VOLUMES).read_text())
    counts = np.bincount(load_mask(root, subject, visit).ravel()) * ATLAS.voxel_mm3
    assert list(stated.values()) == pytest.approx([counts[ENHANCING], counts[NECROSIS], counts[EDEMA]])
    assert list(stated) == ["Enhancing_Core", "Necrotic_NonEnhancing", "Edema_Compartment"]


@pytest.mark.parametrize("tool", SegmentationTool)
def test_native_files_differ_in_orientation_and_have_a_mask_on_their_own_grid(root, tool):
    reading = Reading(lumiere=LumiereReading(grid=Grid.NATIVE, segmentation_tool=tool))
    images = read_lumiere(SourceFolders.at(root), reading).images
    loaded = {(image.study_id, image.sequence, image.image_type): nibabel.load(root / image.path) for image in images}
    volumes = {key[:2]: value for key, value in loaded.items() if key[2] is ImageType.VOLUME}
    assert len(volumes) == 16
    assert {"".join(nibabel.aff2axcodes(volume.affine)) for volume in volumes.values()} == {"PIR", "LPS", "RAS"}
    for key, volume in volumes.items():
        mask = loaded[(*key, ImageType.SEGMENTATION)]
        assert volume.get_data_dtype() == np.uint16 and mask.shape == volume.shape
        assert np.allclose(mask.affine, volume.affine)
        labels, values = np.asanyarray(mask.dataobj), np.asanyarray(volume.dataobj)
        assert not labels[values == 0].any()


def test_equal_seeds_give_equal_bytes_also_over_an_earlier_larger_cohort(root, tmp_path):
    write_lumiere(tmp_path, subjects=11, seed=1, tables_only=True)
    stale = tmp_path / "Imaging/Patient-011/week-000-1/CT1.nii.gz"
    stale.parent.mkdir(parents=True)
    stale.write_bytes(b"of the earlier cohort")
    write_lumiere(tmp_path, 8, SEED)
    kept = {path: content for path, content in content_of(root).items() if re.match(r"Imaging/Patient-00[1-8]/", path)}
    assert {path: content for path, content in content_of(tmp_path).items() if path.startswith("Imaging/")} == kept
    assert is_synthetic(tmp_path)


def test_other_seeds_give_other_brains():
    (_, first), (_, second) = (next(draw_subject(plan_subject(seed, 7), seed)) for seed in (1, 2))
    assert first != second


def test_tables_alone_are_those_of_the_whole_cohort(root, tmp_path):
    write_lumiere(tmp_path, SUBJECTS, SEED, tables_only=True)
    whole = {path: content for path, content in content_of(root).items() if not path.startswith("Imaging/")}
    assert content_of(tmp_path) == whole


def test_a_real_download_is_never_overwritten_and_too_few_subjects_are_told(tmp_path):
    (tmp_path / RATINGS_NAME).write_text("real")
    with pytest.raises(CohortError, match="may be a real download"):
        write_lumiere(tmp_path, 8, SEED)
    with pytest.raises(CohortError, match="got 7, expected at least 8"):
        write_lumiere(tmp_path / "new", 7, SEED)
    assert content_of(tmp_path) == {RATINGS_NAME: b"real"}
