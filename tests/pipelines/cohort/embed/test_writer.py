import csv
import datetime
import itertools
import re
import shutil
from collections import Counter, defaultdict

import pytest

from pipelines.choices import Reading, SourceFolders
from pipelines.cohort.embed.oddities import FileOddity
from pipelines.cohort.embed.subject import draw_subject
from pipelines.cohort.embed.tables import list_visits
from pipelines.cohort.embed.writer import planted_faults, write_embed
from pipelines.cohort.marker import CohortError
from pipelines.reasons import Stage
from pipelines.sources.corpus import count_reading
from pipelines.sources.embed.reader import read_embed
from pipelines.sources.synthetic_marker import is_synthetic
from pipelines.vocabulary import ImageType, Laterality

SUBJECTS, SEED = 20, 20250519
CLINICAL, METADATA = "EMBED_OpenData_clinical.csv", "EMBED_OpenData_metadata.csv"
LEGEND = "AWS_Open_Data_Clinical_Legend.csv"
PREFIXES = ("/mnt/NAS2/mammo/anon_dicom/cohort_", "./images/cohort_", "images/cohort_")


def read_rows(path):
    with path.open(newline="", encoding="utf-8") as source:
        return list(csv.DictReader(source))


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    root = tmp_path_factory.mktemp("cohort") / "embed"
    write_embed(root, SUBJECTS, SEED)
    return root


@pytest.fixture(scope="module")
def clinical(root):
    return read_rows(root / "tables" / CLINICAL)


@pytest.fixture(scope="module")
def metadata(root):
    return read_rows(root / "tables" / METADATA)


@pytest.fixture(scope="module")
def corpus(root):
    return read_embed(SourceFolders.at(root), Reading())


@pytest.fixture(scope="module")
def visits():
    return list(list_visits(SUBJECTS, SEED))


def test_tables_are_as_wide_as_the_release_s_and_hold_every_documented_column(clinical, metadata):
    assert len(clinical[0]) == 120 and len(metadata[0]) >= 150
    assert {*(f"path{n}" for n in range(1, 11)), "total_L_find", "ETHNICITY_DESC", "age_at_study", "path_severity"} <= set(
        clinical[0]
    )
    assert {"anon_dicom_path", "num_roi", "ROI_coords", "SRC_DST", "spot_mag", "BreastImplantPresent"} <= set(metadata[0])


@pytest.mark.parametrize("name", [CLINICAL, METADATA])
def test_a_reduced_table_says_the_same_in_fewer_columns_and_begins_with_an_index(root, name):
    whole = read_rows(root / "tables" / name)
    reduced = read_rows(root / "tables" / name.replace(".csv", "_reduced.csv"))
    assert next(iter(reduced[0])) == "Unnamed: 0"
    assert [row.pop("Unnamed: 0") for row in reduced] == [str(n) for n in range(len(whole))]
    assert reduced == [{column: row[column] for column in reduced[0]} for row in whole]


def test_the_legend_has_a_byte_order_mark_its_misspelt_header_and_padded_codes(root):
    content = (root / "tables" / LEGEND).read_bytes()
    lines = content.decode("utf-8-sig").splitlines()
    assert content.startswith(b"\xef\xbb\xbf") and lines[0] == "Header in export,Discription,Code,Meaning"
    codes = {row[2] for row in csv.reader(lines[1:]) if row[0] == "asses"}
    assert codes == {f"{letter}   " for letter in "ANBPSMKX"}


def test_every_file_lies_four_levels_below_its_cohort_and_every_row_but_one_has_its_file(root, metadata):
    found = {path.relative_to(root).as_posix() for path in root.rglob("*.dcm")}
    named = {f"images/{row['anon_dicom_path'][row['anon_dicom_path'].index('cohort_') :]}" for row in metadata}
    shape = re.compile(r"images/cohort_[12]/99\d{6}/[\d.]{1,64}/[\d.]{1,64}/[\d.]{1,64}\.dcm")
    assert all(shape.fullmatch(path) for path in named)
    assert found < named and len(named) == len(metadata) == len(found) + 1


def test_three_prefixes_occur_and_that_of_the_primary_table_is_the_most_common(metadata):
    counts = Counter(next(prefix for prefix in PREFIXES if row["anon_dicom_path"].startswith(prefix)) for row in metadata)
    assert max(PREFIXES, key=lambda prefix: counts[prefix]) == PREFIXES[0]
    assert set(counts) == set(PREFIXES)


def test_either_cohort_has_three_subjects_with_three_studies_even_in_the_smallest_cohort():
    for cohort in (1, 2):
        subjects = [subject for subject in (draw_subject(3, index) for index in range(8)) if subject.cohort == cohort]
        assert sum(len(subject.studies) >= 3 for subject in subjects) >= 3


def test_every_odd_value_of_the_release_occurs(clinical, metadata):
    assert {row["side"] for row in clinical} == {"L", "R", "B", ""}
    assert {row["asses"] for row in clinical} == {*"ANBPSMKX", "", "Q"}
    assert "" in {row["age_at_study"] for row in clinical} and "" in {row["desc"] for row in clinical}
    assert "African American  or Black" in {row["ETHNICITY_DESC"] for row in clinical}
    assert {row["FinalImageType"] for row in metadata} == {"2D", "cview"}
    assert {row["ViewPosition"] for row in metadata} == {"CC", "MLO", "ML", "XCCL"}
    assert {row["spot_mag"] for row in metadata} == {"1.0", "0.0", ""}
    filled = {row["ROI_coords"] for row in metadata} - {"()"}
    assert filled and all(re.fullmatch(r"\((\(\d+, \d+, \d+, \d+\),? ?)+\)", boxes) for boxes in filled)


def test_two_findings_of_one_breast_differ_and_one_accession_has_two_study_uids(clinical, metadata):
    assessments, uids, views = defaultdict(set), defaultdict(set), Counter()
    for row in clinical:
        assessments[row["acc_anon"], row["side"]].add(row["asses"])
    for row in metadata:
        uids[row["acc_anon"]].add(row["anon_dicom_path"].split("/")[-3])
        views[row["acc_anon"], row["SeriesDescription"]] += 1
    assert any({"A", "B"} <= found or {"S", "B"} <= found for (_, side), found in assessments.items() if side in ("L", "R"))
    assert sorted(map(len, uids.values()))[-2:] == [1, 2]
    assert max(views.values()) == 2  # a view that was taken again


def test_accession_numbers_are_such_that_a_float_spoils_them(clinical):
    accessions = {row["acc_anon"] for row in clinical}
    assert all(len(accession) == 16 and int(float(accession)) != int(accession) for accession in accessions)


def test_study_uids_seem_to_hold_dates_that_do_not_exist(metadata):
    dates = {match for row in metadata for match in re.findall(r"\.((?:19|20)\d{6})\.\d/", row["anon_dicom_path"])}
    assert len(dates) > 5
    for date in dates:
        with pytest.raises(ValueError):
            datetime.datetime.strptime(date, "%Y%m%d")


def test_a_breast_s_label_is_what_was_drawn_in_it(corpus, visits):
    """The reader's label of each breast is the worst assessment of what the picture shows; N where it shows nothing."""
    labels = {(label.study_id, label.target_ids[0]): label.value for label in corpus.labels if label.code == "birads"}
    assessed = {study for study, _ in labels}
    ids = iter(dict.fromkeys(image.study_id for image in corpus.images))
    by_study = [(visit, next(ids)) for visit in visits if visit.study.oddity != "not_in_clinical"]
    checked = 0
    for visit, study_id in by_study:
        for side in visit.study.sides if study_id in assessed else ():
            drawn = [finding.assessment.value for finding in visit.study.findings[side]]
            assert labels[study_id, side.value] == min(drawn, key="KMSAPBN".index, default="N"), (visit.subject.index, side)
            checked += 1
    assert checked > 80 and len(by_study) - len(assessed) == 2  # X and empty


def test_reading_rejects_the_planted_faults_and_nothing_else(corpus):
    planted = [(fault.item, fault.reason) for fault in planted_faults(SUBJECTS, SEED) if fault.stage is Stage.READ]
    assert sorted((one.item, one.reason) for one in corpus.rejections) == sorted(planted)
    assert len(planted) == 4
    assert all(count.is_balanced for count in count_reading(corpus))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_seed_plants_every_fault_once(seed):
    faults = planted_faults(8, seed)
    assert len({fault.reason for fault in faults}) == len(faults) == 7
    assert faults == planted_faults(5000, seed)


def test_growing_lesions_never_shrink_and_benign_ones_stay(visits):
    radii, shown = defaultdict(list), Counter()
    for visit in visits:
        for side, findings in visit.study.findings.items():
            for finding in findings:
                shown[finding.assessment.value] += 1
                is_benign = finding.assessment.value in "BP"
                radii[visit.subject.index, side, is_benign].append(max(lesion.radius for lesion in finding.lesions))
    assert set("ABPSMK") == set(shown)
    for (_, _, is_benign), sizes in radii.items():
        assert len(set(sizes)) == 1 if is_benign else sizes == sorted(set(sizes))


def test_studies_of_a_subject_follow_each_other_and_a_recall_follows_soon(visits):
    for index in range(SUBJECTS):
        studies = [visit.study for visit in visits if visit.subject.index == index]
        for earlier, later in itertools.pairwise(studies):
            days = (later.date - earlier.date).days
            worst = {finding.assessment.value for found in earlier.findings.values() for finding in found}
            assert 12 <= days <= 48 if worst & set("ASMK") else 170 <= days <= 420


def test_a_work_up_has_the_views_that_screening_has_not(visits):
    for visit in visits:
        extra = {file.view.value for file in visit.files} - {"CC", "MLO"}
        spots = [file for file in visit.files if file.image_type is ImageType.SPOT_MAGNIFICATION]
        assert bool(extra) == bool(spots) == (not visit.study.is_screening)
        if visit.study.is_screening and visit.study.oddity != "not_in_clinical":
            assert {file.side for file in visit.files} == set(Laterality)


def content_of(root):
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_equal_seeds_give_equal_bytes_also_over_an_earlier_larger_cohort(root, tmp_path):
    """Eight subjects, written over a copy of twenty, have exactly the images that they have among the twenty."""
    reused = tmp_path / "reused"
    shutil.copytree(root, reused)
    write_embed(reused, 8, SEED)
    before, after = content_of(root), content_of(reused)
    kept = {file.path for visit in list_visits(8, SEED) for file in visit.files if file.oddity is not FileOddity.MISSING}
    assert {name for name in after if name.endswith(".dcm")} == kept
    assert all(after[name] == before[name] for name in kept)
    assert len(after) == len(kept) + 6 and is_synthetic(reused)
    for name in (f"tables/{CLINICAL}", f"tables/{METADATA}"):
        assert before[name].startswith(after[name])


def test_another_seed_gives_other_subjects():
    assert draw_subject(1, 9) != draw_subject(2, 9)


def test_tables_alone_are_those_of_the_whole_cohort_and_grow_by_the_subject(root, tmp_path):
    write_embed(tmp_path / "alone", SUBJECTS, SEED, tables_only=True)
    whole = {name: content for name, content in content_of(root).items() if not name.endswith(".dcm")}
    assert content_of(tmp_path / "alone") == whole
    assert not (tmp_path / "alone" / "images").exists()
    lines = {}
    for subjects in (200, 400):
        write_embed(tmp_path / "alone", subjects, SEED, tables_only=True)
        lines[subjects] = (tmp_path / "alone" / "tables" / METADATA).read_bytes().count(b"\n")
    assert 1.9 < lines[400] / lines[200] < 2.1
    assert lines[200] / 200 > 12


def test_a_cohort_too_small_for_its_oddities_and_a_real_download_are_refused(tmp_path):
    with pytest.raises(CohortError, match="got 7, expected at least 8"):
        write_embed(tmp_path / "small", 7, SEED)
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / CLINICAL).write_text("empi_anon\n")
    with pytest.raises(CohortError, match="may be a real download"):
        write_embed(tmp_path, 8, SEED)
    assert content_of(tmp_path) == {f"tables/{CLINICAL}": b"empi_anon\n"}
