"""The cohort's DICOM files, decoded by pydicom and shown by the rule of the owner's notebook, against what was drawn."""

import ast
import io
from collections import Counter, defaultdict

import numpy as np
import pydicom
import pytest
from pydicom.pixels import apply_voi_lut

from pipelines.cohort.dicom_file import TransferSyntax, encode_dicom
from pipelines.cohort.embed.image import TOP_VALUE, draw_file, encode_file, store_picture
from pipelines.cohort.embed.machine import machine_of
from pipelines.cohort.embed.metadata import describe_file
from pipelines.cohort.embed.oddities import FileOddity
from pipelines.cohort.embed.storage import GrayCurve, choose_storage
from pipelines.cohort.embed.tables import list_visits
from pipelines.cohort.embed.writer import planted_faults
from pipelines.reasons import Reason
from pipelines.vocabulary import ImageType

SEED = 4
SPOILT = (FileOddity.TRUNCATED, FileOddity.CONSTANT, FileOddity.BURNED_IN_TEXT, FileOddity.MISSING)


@pytest.fixture(scope="module")
def files():
    """Every file of the first eight subjects: (visit, file, data set)."""
    found = []
    for visit in list_visits(8, SEED):
        for file in visit.files:
            found.append((visit, file, pydicom.dcmread(io.BytesIO(encode_file(visit.subject, visit.study, file)))))
    return found


@pytest.fixture(scope="module")
def whole(files):
    return [(visit, file, dataset) for visit, file, dataset in files if file.oddity not in SPOILT]


def draw(visit, file):
    machine = machine_of(visit.subject)
    return draw_file(visit.subject, visit.study, file, machine.columns, machine.rows)


def show(dataset):
    """Return brightness from 0 to 1 with the chest wall at the left."""
    shown = np.asarray(apply_voi_lut(dataset.pixel_array, dataset), dtype=float) / TOP_VALUE
    shown = 1 - shown if dataset.PhotometricInterpretation == "MONOCHROME1" else shown
    orientation = dataset.get("PatientOrientation")
    by_side = dataset.ImageLaterality == "R" and dataset.ViewPosition in ("CC", "ML", "MLO")
    return shown[:, ::-1] if (orientation[0] == "P" if orientation else by_side) else shown


@pytest.mark.parametrize("syntax", TransferSyntax)
def test_every_transfer_syntax_gives_back_each_pixel(syntax):
    pixels = np.random.default_rng(1).integers(0, 4096, (37, 23), dtype=np.uint16)
    pixels[0, :2] = 0, 4095
    dataset = pydicom.dcmread(io.BytesIO(encode_dicom({"PatientName": "PHANTOM^ADA"}, pixels, syntax)))
    assert dataset.file_meta.TransferSyntaxUID == syntax.value
    assert np.array_equal(dataset.pixel_array, pixels)


def test_a_value_that_the_bits_stored_cannot_hold_is_refused():
    with pytest.raises(ValueError, match="got values up to 4096, expected below 4096"):
        encode_dicom({}, np.full((2, 2), 4096, np.uint16), TransferSyntax.JPEG_LS)


def test_every_way_of_storing_occurs_among_the_first_eight_subjects(files):
    storages = [choose_storage(visit.subject, visit.study, file) for visit, file, _ in files]
    assert {storage.syntax for storage in storages} == set(TransferSyntax)
    assert {storage.curve for storage in storages} == set(GrayCurve)
    orientations = Counter(
        (file.side.value, storage.is_mirrored, storage.is_oriented)
        for (_, file, _), storage in zip(files, storages, strict=True)
    )
    # A right breast: mirrored with the tag, mirrored without, not mirrored; a left one likewise, but never mirrored untold.
    right = {("R", True, True), ("R", True, False), ("R", False, True)}
    assert set(orientations) == right | {("L", False, True), ("L", False, False), ("L", True, True)}
    assert max(orientations, key=lambda key: orientations[key] * (key[0] == "R")) == ("R", True, True)
    assert any(storage.is_inverted and storage.is_padded for storage in storages)


def test_stored_pixels_are_what_was_drawn_whatever_the_transfer_syntax(whole):
    syntaxes = set()
    for visit, file, dataset in whole:
        stored = store_picture(draw(visit, file), file, choose_storage(visit.subject, visit.study, file))
        assert np.array_equal(dataset.pixel_array, stored)
        syntaxes.add(dataset.file_meta.TransferSyntaxUID)
    assert syntaxes == {syntax.value for syntax in TransferSyntax}


def test_shown_by_the_owner_s_rule_every_file_looks_as_it_was_drawn(whole):
    for visit, file, dataset in whole:
        drawn, shown = draw(visit, file), show(dataset)
        beside = drawn > 0  # the lead letter lies on air, save in spot magnifications
        differing = np.abs(shown - drawn)[beside] > 0.12
        assert differing.mean() < 0.02, (file.path, choose_storage(visit.subject, visit.study, file))
        assert shown[~beside].mean() < 0.08


def test_padding_is_the_value_of_air_and_nothing_else_is_black(whole):
    padded = [dataset for _, _, dataset in whole if "PixelPaddingValue" in dataset]
    assert padded
    for dataset in padded:
        share = (dataset.pixel_array == dataset.PixelPaddingValue).mean()
        assert share > 0.15 or dataset.SeriesDescription.endswith("Spot Mag")


def test_spoilt_files_are_spoilt_in_their_way_and_listed_as_planted_faults(files):
    spoilt = {file.path: (file.oddity, dataset) for _, file, dataset in files if file.oddity in SPOILT}
    reasons = {fault.item: fault.reason for fault in planted_faults(8, SEED)}
    for path, (oddity, dataset) in spoilt.items():
        if oddity is FileOddity.TRUNCATED:
            assert reasons[path] is Reason.IMAGE_TRUNCATED
            assert len(dataset.PixelData) < 2 * dataset.Rows * dataset.Columns
        elif oddity is FileOddity.CONSTANT:
            assert reasons[path] is Reason.IMAGE_CONSTANT
            assert np.ptp(dataset.pixel_array) == 0
        elif oddity is FileOddity.BURNED_IN_TEXT:
            assert reasons[path] is Reason.HAS_BURNED_IN_TEXT
            assert dataset.BurnedInAnnotation == "YES"
    assert {oddity for oddity, _ in spoilt.values()} == set(SPOILT)
    assert {dataset.BurnedInAnnotation for _, _, dataset in files if dataset not in [one for _, one in spoilt.values()]} == {
        "NO"
    }


def test_every_header_names_an_invented_person_who_says_so(files):
    for visit, _, dataset in files:
        assert str(dataset.PatientName).startswith("PHANTOM^") and str(visit.subject.empi) in str(dataset.PatientName)
        assert "PHANTOM" in dataset.InstitutionName and dataset.PatientBirthDate and dataset.AccessionNumber


def test_boxes_of_the_metadata_hold_what_a_lesion_changes_in_the_flipped_picture(whole):
    n_boxes = 0
    for visit, file, dataset in whole:
        boxes = ast.literal_eval(describe_file(visit.subject, visit.study, file)["ROI_coords"])
        shown = show(dataset)
        for ymin, xmin, ymax, xmax in boxes:
            inside = shown[ymin:ymax, xmin:xmax]
            assert 0 <= ymin < ymax < shown.shape[0] and 0 <= xmin < xmax < shown.shape[1]
            assert inside.max() > 0.85 > np.quantile(shown[shown > 0.08], 0.9)
            n_boxes += 1
    assert n_boxes >= 8


def test_the_same_breast_is_the_same_in_all_studies_but_for_its_lesion(whole):
    seen = defaultdict(list)
    for visit, file, _ in whole:
        if file.image_type is ImageType.FULL_FIELD_2D:
            key = visit.subject.index, file.side, file.view
            lesions = [lesion for finding in visit.study.findings[file.side] for lesion in finding.lesions]
            seen[key].append((draw(visit, file), lesions))
    for pictures in seen.values():
        (first, first_lesions), *later = pictures
        for picture, lesions in later:
            changed = (np.abs(picture - first) > 0.05).mean()
            assert changed == 0 if lesions == first_lesions else 0 < changed < 0.15
