"""Leakage between invented train and benchmark files of every source's shape."""

import pytest

from pipelines.audit.report import as_json

UID = "1.2.999.1.3.62.1.22222222.20190732"
PAIRS = {
    "embed": [f"images/cohort_1/99000001/{UID}.{study}/1.2.999.2.{study}/1.2.826.0.{study}.png" for study in (1, 2, 3)],
    "ms_cxr_t": [f"p19/p19999901/s5999990{study}/{str(study) * 8}-{'-'.join(['bbbbbbbb'] * 4)}.jpg" for study in (1, 2, 3)],
    "lumiere": [f"lumiere/Patient-001/slice_90/ct1_week_00{week}.png" for week in (1, 2, 3)],
    "odir": ["Training Images/7_left.jpg", "Training Images/7_right.jpg", "preprocessed_images/7_left.jpg"],
    "llava_med": [f"99000009_F{figure}.jpg" for figure in (1, 2, 3)],
}


@pytest.mark.parametrize("source", PAIRS)
def test_a_subject_in_train_and_benchmark_is_leaked_with_other_images_too(desk, make, source):
    one, two, three = PAIRS[source]
    benchmark = [make(images=(one, two), id="b")]
    train = [make(images=(f"elsewhere/{three}", f"elsewhere/{three}x"), id="t")]
    overlap = desk.audit(benchmark, train).overlap
    assert (overlap.subjects, overlap.total.sharing_a_subject, overlap.image_groups) == (1, 1, 0)
    assert [shared.source for shared in overlap.by_source] == [source]


@pytest.mark.parametrize("source", PAIRS)
def test_a_pair_in_other_order_under_other_folders_is_one_image_group(desk, make, source):
    one, two, _ = PAIRS[source]
    benchmark = [make(images=(one, two), id="b")]
    train = [make(images=(f"./data/{two}", f"data\\{one}".replace("/", "\\")), id="t")]
    overlap = as_json(desk.audit(benchmark, train))["overlap"]
    assert (overlap["images"], overlap["image_groups"]) == (2, 1)
    assert overlap["benchmark_records_sharing_an_image_group"] == 1
    assert overlap["benchmark_records_sharing_a_subject"] == 1


def test_subject_0_of_one_source_is_not_subject_0_of_another(desk, make):
    benchmark = [make(images=("Training Images/0_left.jpg",), id="b")]
    train = [make(images=("scans/0.png",), id="t"), make(images=("eyepacs/0_left.jpeg",), id="u")]
    assert desk.audit(benchmark, train).overlap.subjects == 0


def test_equal_file_names_in_different_folders_share_nothing_and_their_subjects_are_counted_as_unknown(desk, make):
    overlap = desk.audit([make(images=("a/1.png",), id="b")], [make(images=("b/1.png",), id="t")]).overlap
    assert (overlap.subjects, overlap.images, overlap.total.unknown_subject) == (0, 0, 1)


def test_a_set_of_two_is_not_the_set_of_three_that_holds_it(desk, make):
    one, two, three = PAIRS["embed"]
    overlap = desk.audit([make(images=(one, two), id="b")], [make(images=(one, two, three), id="t")]).overlap
    assert (overlap.images, overlap.image_groups) == (2, 0)


def test_counts_are_of_records_and_told_by_tag_and_ability(desk, make):
    one, two, three = PAIRS["lumiere"]
    benchmark = [
        make(images=(one, two), id="1", source="LUMIERE_multichoice_typeC"),
        make(images=(two, three), id="2", source="LUMIERE_multichoice_typeB_20250124"),
        make(images=("lumiere/Patient-002/slice_90/ct1_week_001.png",), id="3", source="LUMIERE_multichoice_typeB"),
    ]
    overlap = as_json(desk.audit(benchmark, [make(images=(one, two), id="t")], [make(images=(three,), id="u")]))["overlap"]
    assert overlap["subjects"] == 1
    assert overlap["benchmark_records_sharing_a_subject"] == 2
    assert overlap["benchmark_records_sharing_an_image_group"] == 1
    assert overlap["by_source_tag"]["LUMIERE_multichoice_typeB"]["benchmark_records_sharing_a_subject"] == 1
    assert overlap["by_source_tag"]["LUMIERE_multichoice_typeB"]["records"] == 2
    assert overlap["by_ability"]["temporal"]["benchmark_records_sharing_an_image_group"] == 1
    assert overlap["examples"] == [{"subject": "lumiere:Patient-001", "train_records": 2, "benchmark_records": 2}]


def test_a_bare_image_name_takes_the_subject_that_another_file_tells_of_the_same_image(desk, make):
    one, two, _ = PAIRS["ms_cxr_t"]
    bare = make(images=(one.rpartition("/")[2],), id="b")
    overlap = desk.audit([bare], [make(images=(one, two), id="t")]).overlap
    assert (overlap.subjects, overlap.total.sharing_a_subject, overlap.total.unknown_subject) == (1, 1, 0)


def test_a_malformed_record_still_leaks_its_images(desk, make):
    broken = make(images=(PAIRS["odir"][0],), id="t") | {"conversation": "lost"}
    overlap = desk.audit([make(images=PAIRS["odir"][:2], id="b")], [broken]).overlap
    assert overlap.subjects == overlap.images == 1


def test_without_a_train_file_overlap_is_zero_and_said_to_be_unmeasured(desk, make):
    overlap = as_json(desk.audit([make()]))["overlap"]
    assert overlap["subjects"] == 0 and overlap["measured"] is False
