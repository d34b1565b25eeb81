"""The reader on small downloads made after the documented shape; every id, path and UID is invented."""

import csv
import gzip
import io
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from pipelines.choices import EmbedReading, Reading, SourceFolders
from pipelines.keys import mint_id
from pipelines.reasons import Reason
from pipelines.sources.corpus import SourceError, count_reading
from pipelines.sources.embed.reader import read_embed
from pipelines.tables import LABELS, REJECTIONS, SOURCE_IMAGES, STUDIES
from pipelines.vocabulary import ImageType, LabelTarget, Laterality, Source, View

ACC = 1234567890123456
EMPI = 99000001


def clinical_row(**changes):
    row = {
        "Unnamed: 0": "0",
        "empi_anon": EMPI,
        "acc_anon": ACC,
        "study_date_anon": "2014-05-06",
        "desc": "MG Diagnostic Left",
        "asses": "N",
        "tissueden": "2.0",
        "side": "L",
        "numfind": 1,
        "path_severity": "",
        "age_at_study": "47.123456",
    }
    return row | changes


def metadata_row(number=0, **changes):
    row = {
        "Unnamed: 0": str(number),
        "empi_anon": EMPI,
        "acc_anon": ACC,
        "anon_dicom_path": f"/mnt/NAS2/mammo/anon_dicom/{path_of(number)}",
        "FinalImageType": "2D",
        "ImageLateralityFinal": "L",
        "ViewPosition": "CC",
        "spot_mag": "",
        "num_roi": 0,
        "ROI_coords": "()",
        "BreastImplantPresent": "NO",
    }
    return row | changes


def path_of(number=0, cohort=1):
    return f"cohort_{cohort}/{EMPI}/1.2.999.20190732.{number}/1.2.999.2.{number}/1.2.826.498.{number}.dcm"


@dataclass
class Download:
    root: Path
    clinical: list = field(default_factory=lambda: [clinical_row()])
    metadata: list = field(default_factory=lambda: [metadata_row()])
    files: list | None = None  # paths below images/; None: the first 12 of path_of
    prefix: str = "images/"
    clinical_name: str = "tables/EMBED_OpenData_clinical.csv"
    metadata_name: str = "tables/EMBED_OpenData_metadata.csv"

    def read(self, **choices):
        for name, rows in ((self.clinical_name, self.clinical), (self.metadata_name, self.metadata)):
            write_table(self.root / name, rows)
        for number, path in enumerate([path_of(n) for n in range(12)] if self.files is None else self.files):
            (self.root / self.prefix / path).parent.mkdir(parents=True, exist_ok=True)
            (self.root / self.prefix / path).write_bytes(b"pixels %d" % number)
        corpus = read_embed(SourceFolders.at(self.root), Reading(embed=EmbedReading(**choices)))
        assert all(count.is_balanced for count in count_reading(corpus)), count_reading(corpus)
        for table, found in (
            (STUDIES, corpus.studies),
            (LABELS, corpus.labels),
            (SOURCE_IMAGES, corpus.images),
            (REJECTIONS, corpus.rejections),
        ):
            assert not table.repeated_keys(table.to_arrow(found))
        return corpus


def write_table(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    text = io.StringIO()
    writer = csv.DictWriter(text, list(dict.fromkeys(name for row in rows for name in row)), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    content = text.getvalue().encode()
    path.write_bytes(gzip.compress(content, mtime=0) if path.suffix == ".gz" else content)


@pytest.fixture
def download(tmp_path):
    return Download(tmp_path / "embed")


def rejected(corpus):
    return {rejection.item.removeprefix("EMBED_OpenData_"): rejection.reason for rejection in corpus.rejections}


def breasts(corpus, code="birads"):
    return {label.target_ids[0]: (label.value, label.quality) for label in corpus.labels if label.code == code}


def of_study(corpus, code):
    found = [label.value for label in corpus.labels if label.code == code and label.target is LabelTarget.STUDY]
    return found[0] if found else None


def test_a_study_an_image_and_their_labels_are_read(download):
    corpus = download.read()
    [study], [image] = corpus.studies, corpus.images
    assert study.subject_id == image.subject_id == mint_id("subject", Source.EMBED, str(EMPI))
    assert study.study_id == image.study_id == mint_id("study", Source.EMBED, str(EMPI), str(ACC))
    assert (study.visit, study.date, study.age_years) == (1, "2014-05-06", 47.123456)
    assert (image.path, image.series_id) == (f"images/{path_of()}", "1.2.999.2.0")
    assert (image.view, image.laterality, image.image_type) == (View.CC, Laterality.LEFT, ImageType.FULL_FIELD_2D)
    assert breasts(corpus) == {"L": ("N", "as_found")}
    assert (of_study(corpus, "breast_density"), of_study(corpus, "examination")) == ("B", "diagnostic")
    assert corpus.rejections == ()


@pytest.mark.parametrize("worst_to_mildest", ["KMSAPBN"])
def test_the_worst_of_a_breasts_findings_stands_whatever_their_order(download, worst_to_mildest):
    pairs = [(worse, milder) for n, worse in enumerate(worst_to_mildest) for milder in worst_to_mildest[n + 1 :]]
    download.clinical = [
        clinical_row(acc_anon=ACC + n, asses=asses)
        for n, pair in enumerate(pairs)
        for asses in (pair if n % 2 else reversed(pair))
    ]
    labels = {label.study_id: label.value for label in download.read().labels if label.code == "birads"}
    expected = {mint_id("study", Source.EMBED, str(EMPI), str(ACC + n)): worse for n, (worse, _) in enumerate(pairs)}
    assert labels == expected


def test_a_finding_of_both_sides_or_none_counts_for_both_breasts_and_a_worse_one_of_a_side_wins(download):
    download.clinical = [clinical_row(side=""), clinical_row(side="b", asses="B"), clinical_row(side="R", asses="S")]
    assert breasts(download.read()) == {"L": ("B", "both_sides"), "R": ("S", "as_found")}


def test_equal_assessments_are_told_as_found_rather_than_as_of_both_sides(download):
    download.clinical = [clinical_row(side=""), clinical_row(side="R")]
    assert breasts(download.read()) == {"L": ("N", "both_sides"), "R": ("N", "as_found")}


def test_no_assessment_is_no_label_and_is_counted(download):
    download.clinical = [clinical_row(acc_anon=ACC + n, asses=asses) for n, asses in enumerate(("X", "", "x"))]
    corpus = download.read()
    assert breasts(corpus) == {}
    assert (len(corpus.images), corpus.used["clinical row"]) == (1, 3)
    assert sum(n for text, n in corpus.remarks.items() if "without an assessment" in text) == 3


def test_the_silent_breast_of_a_bilateral_examination_is_negative(download):
    download.clinical = [clinical_row(desc="MG Screen Bilat w/Tomo/CAD Stnd Protocol", asses="A")]
    corpus = download.read()
    assert breasts(corpus) == {"L": ("A", "as_found"), "R": ("N", "contralateral_rule")}
    assert of_study(corpus, "examination") == "screening"
    assert breasts(download.read(contralateral_negative=False)) == {"L": ("A", "as_found")}


def test_a_breast_is_not_called_negative_where_any_row_may_speak_of_it(download):
    others = (
        {"side": "R", "asses": "X"},  # a finding of the other breast without an assessment
        {"side": "R", "asses": "Q"},  # rejected, but it spoke of the other breast
        {"side": "Q", "asses": "S"},  # rejected: nobody knows of which breast it spoke
        {"side": "", "asses": ""},
        {"desc": "MG Diagnostic Left"},  # one row says bilateral, the other does not
    )
    bilateral = clinical_row(desc="MG Diagnostic Mammo Bilateral", asses="S")
    download.clinical = [bilateral | {"acc_anon": ACC + n} | more for n, other in enumerate(others) for more in ({}, other)]
    labels = [label for label in download.read().labels if label.code == "birads"]
    assert [(label.target_ids, label.value, label.quality) for label in labels] == [(("L",), "S", "as_found")] * len(others)


def test_an_unassessed_side_makes_the_other_not_negative(download):
    download.clinical = [clinical_row(desc="MG Screening Bilateral", asses="X")]
    assert breasts(download.read()) == {}


def test_the_lowest_pathology_of_a_breast_stands(download):
    download.clinical = [clinical_row(path_severity=value) for value in ("4.0", "0", "", "6")]
    assert breasts(download.read(), "path_severity") == {"L": ("0", "as_found")}


def test_a_code_that_no_legend_has_rejects_its_row_alone_and_is_named(download):
    unknown = {
        "asses: 'Q' is not one of": {"asses": "Q"},
        "asses: '2' is not one of": {"asses": "2"},
        "side: 'U' is not one of": {"side": "U"},
        "side: 'BAD\\u2028' is not one of": {"side": "bad\u2028"},
    }
    download.clinical = [*(clinical_row(**changes) for changes in unknown.values()), clinical_row()]
    corpus = download.read()
    assert rejected(corpus) == {f"clinical.csv row {n}": Reason.UNKNOWN_VALUE for n in range(len(unknown))}
    for rejection, words in zip(corpus.rejections, unknown, strict=True):
        assert words in rejection.detail
    assert breasts(corpus) == {"L": ("N", "as_found")}


def test_an_unknown_density_or_pathology_is_left_out_and_costs_neither_the_assessment_nor_the_image(download):
    changes = [{"tissueden": "7"}, {"tissueden": "2.5"}, {"tissueden": "B"}, {"path_severity": "9", "tissueden": ""}]
    download.clinical = [clinical_row(acc_anon=ACC + n, **change) for n, change in enumerate(changes)]
    download.metadata = [metadata_row(n, acc_anon=ACC + n) for n in range(len(changes))]
    corpus = download.read()
    assert corpus.rejections == ()
    assert Counter(label.code for label in corpus.labels) == {"birads": 4, "examination": 4}
    assert len(corpus.images) == 4
    assert corpus.remarks["clinical rows whose tissueden is not one of 1 to 5 (first: row 0): left out"] == 3
    assert corpus.remarks["clinical rows whose path_severity is not one of 0 to 6 (first: row 3): left out"] == 1


def test_a_normal_male_has_no_density(download):
    download.clinical = [clinical_row(tissueden="5.0")]
    corpus = download.read()
    assert of_study(corpus, "breast_density") is None
    assert corpus.remarks["studies of tissueden 5 (normal male): no density"] == 1


def test_the_description_tells_screening_from_diagnostic_or_nothing(download):
    descriptions = ("mg SCREENing bilateral", "MG Diag Right", "MG Specimen", "")
    download.clinical = [clinical_row(acc_anon=ACC + n, desc=desc) for n, desc in enumerate(descriptions)]
    corpus = download.read()
    told = {label.study_id: label.value for label in corpus.labels if label.code == "examination"}
    assert [told.get(study.study_id) for study in corpus.studies] == ["screening", "diagnostic", None, None]
    assert corpus.remarks["studies whose desc is neither screening nor diagnostic, or both"] == 1


def test_visits_follow_the_clinical_date_and_not_the_order_of_rows_accessions_or_uids(download):
    dates = ["2015-01-01", "2013-12-31", "", "2014-06-01", "2014-06-01"]
    download.clinical = [clinical_row(acc_anon=ACC + n, study_date_anon=date) for n, date in enumerate(dates)]
    download.clinical.append(clinical_row(empi_anon=99000002, acc_anon=ACC + 9))
    studies = download.read().studies
    found = {study.study_id: (study.visit, study.date) for study in studies}
    told = [found[mint_id("study", Source.EMBED, str(EMPI), str(ACC + n))] for n in range(5)]
    assert told == [(4, "2015-01-01"), (1, "2013-12-31"), (None, None), (2, "2014-06-01"), (3, "2014-06-01")]
    assert [study.visit for study in studies] == [1, 2, 3, 4, None, 1]


def test_a_row_with_an_impossible_date_beside_good_ones_is_rejected(download):
    download.clinical = [clinical_row(), clinical_row(study_date_anon="2014-02-30", side="R")]
    corpus = download.read()
    assert rejected(corpus) == {"clinical.csv row 1": Reason.BAD_DATE}
    assert (corpus.studies[0].date, breasts(corpus)) == ("2014-05-06", {"L": ("N", "as_found")})


def test_a_study_without_any_readable_date_stays_without_a_place_in_time(download):
    download.clinical = [clinical_row(study_date_anon="2014-02-30")]
    corpus = download.read()
    assert (corpus.studies[0].visit, corpus.studies[0].date, len(corpus.images)) == (None, None, 1)
    assert corpus.remarks["clinical rows whose study_date_anon is no date (first: row 0)"] == 1


@pytest.mark.parametrize(
    ("cells", "dates", "remark"),
    [
        (
            ("7/1/2013", "6/30/2013"),
            {(1, "2013-06-30"), (2, "2013-07-01")},
            "is written month/day/year, as numbers above 12 tell",
        ),
        (
            ("7/1/2013", "30/6/2013"),
            {(1, "2013-01-07"), (2, "2013-06-30")},
            "is written day/month/year, as numbers above 12 tell",
        ),
        (
            ("7/1/2013", "6/3/2013"),
            {(None, None)},
            "has the day or the month first, nobody can tell: write YYYY-MM-DD (first: row 0)",
        ),
        (
            ("13/1/2013", "6/30/2013"),
            {(None, None)},
            "has the day or the month first, nobody can tell: write YYYY-MM-DD (first: row 0)",
        ),
    ],
)
def test_dates_with_slashes_are_read_where_the_column_tells_their_order(download, cells, dates, remark):
    download.clinical = [clinical_row(acc_anon=ACC + n, study_date_anon=cell) for n, cell in enumerate(cells)]
    corpus = download.read()
    assert {(study.visit, study.date) for study in corpus.studies} == dates
    assert corpus.remarks[f"clinical rows whose study_date_anon {remark}"] == 2


def test_rows_that_disagree_leave_open_what_they_disagree_on(download):
    other = clinical_row(study_date_anon="2014-05-07", tissueden="3", age_at_study="", desc="MG Screening Left", asses="B")
    download.clinical = [clinical_row(), other]
    corpus = download.read()
    [study] = corpus.studies
    assert (study.visit, study.date, study.age_years) == (None, None, 47.123456)
    assert of_study(corpus, "breast_density") is of_study(corpus, "examination") is None
    assert breasts(corpus) == {"L": ("B", "as_found")}
    assert corpus.remarks["studies whose rows name several dates: no place in time"] == 1


def test_an_accession_of_two_subjects_is_nobodys(download):
    download.clinical = [clinical_row(), clinical_row(empi_anon=99000002), clinical_row(acc_anon=ACC + 1)]
    corpus = download.read()
    assert rejected(corpus) == {
        "clinical.csv row 0": Reason.ID_MISMATCH,
        "clinical.csv row 1": Reason.ID_MISMATCH,
        "metadata.csv row 0": Reason.NO_COUNTERPART,
    }
    assert len(corpus.studies) == 1


def test_ids_that_pandas_wrote_as_floats_are_joined_exactly(download):
    spellings = (f"{ACC}.0", "1.234567890123456e+15")
    download.clinical = [clinical_row(acc_anon=spelling, empi_anon=f"{EMPI}.0") for spelling in spellings]
    corpus = download.read()
    assert len(corpus.images) == 1
    assert [study.study_id for study in corpus.studies] == [mint_id("study", Source.EMBED, str(EMPI), str(ACC))]


def test_ids_that_lost_digits_are_rejected_on_either_side(download):
    download.clinical = [clinical_row(), clinical_row(acc_anon="1.23457E+15"), clinical_row(acc_anon="")]
    download.metadata = [metadata_row(), metadata_row(1, acc_anon="1.23457E+15"), metadata_row(2, empi_anon="9.9E+07")]
    assert rejected(download.read()) == {
        "clinical.csv row 1": Reason.TEXT_DAMAGED,
        "clinical.csv row 2": Reason.FIELD_EMPTY,
        "metadata.csv row 1": Reason.TEXT_DAMAGED,
        "metadata.csv row 2": Reason.TEXT_DAMAGED,
    }


@pytest.mark.parametrize("table", ["clinical", "metadata"])
def test_either_table_alone_may_tell_the_subject(download, table):
    rows = getattr(download, table)
    setattr(download, table, [{name: cell for name, cell in row.items() if name != "empi_anon"} for row in rows])
    corpus = download.read()
    assert corpus.images[0].subject_id == mint_id("subject", Source.EMBED, str(EMPI))
    assert corpus.remarks[f"EMBED_OpenData_{table}.csv has no column empi_anon"] == 1


def test_metadata_of_another_subject_or_accession_have_no_counterpart(download):
    download.metadata = [metadata_row(0, empi_anon=99000002), metadata_row(1, acc_anon=ACC + 1), metadata_row(2)]
    corpus = download.read()
    assert rejected(corpus) == {"metadata.csv row 0": Reason.NO_COUNTERPART, "metadata.csv row 1": Reason.NO_COUNTERPART}
    assert len(corpus.images) == 1


@pytest.mark.parametrize("prefix", ["images/", "", "embed/images/"])
def test_every_prefix_of_a_path_leads_to_the_file(download, prefix):
    paths = [
        f"./images/{path_of(0)}",
        f"images/{path_of(1)}",
        path_of(2),
        f"D:\\embed\\{path_of(3)}".replace("/", "\\"),
        f"/data/cohort_9/images//{path_of(4)}",
    ]
    download.metadata = [metadata_row(n, anon_dicom_path=path) for n, path in enumerate(paths)]
    download.prefix = prefix
    assert [image.path for image in download.read().images] == [f"{prefix}{path_of(n)}" for n in range(len(paths))]


def test_a_path_that_leads_to_no_file_of_its_own_rejects_its_row_alone(download):
    paths = {
        "images/cohort_1/../../tables/x.dcm": Reason.UNSAFE_PATH,
        f"cohort_1/..\\..\\{path_of()}": Reason.UNSAFE_PATH,
        "images/cohort_1/99000001/a.png": Reason.UNKNOWN_VALUE,
        "/etc/passwd": Reason.UNKNOWN_VALUE,
        "": Reason.FIELD_EMPTY,
        path_of(77): Reason.IMAGE_MISSING,
        path_of(0, cohort=2): Reason.IMAGE_MISSING,
        f"x/{path_of(1)}": Reason.DUPLICATE_KEY,
    }
    download.metadata = [metadata_row(1), *(metadata_row(2, anon_dicom_path=path) for path in paths)]
    corpus = download.read()
    assert rejected(corpus) == {f"metadata.csv row {n}": reason for n, reason in enumerate(paths.values(), start=1)}
    assert [image.path for image in corpus.images] == [f"images/{path_of(1)}"]


def test_the_first_usable_row_of_a_file_keeps_it(download):
    download.metadata = [metadata_row(0, acc_anon="1.2E+15"), metadata_row(0), metadata_row(0, ViewPosition="MLO")]
    corpus = download.read()
    assert rejected(corpus) == {"metadata.csv row 0": Reason.TEXT_DAMAGED, "metadata.csv row 2": Reason.DUPLICATE_KEY}
    assert "row 1 " in corpus.rejections[-1].detail
    assert corpus.images[0].view is View.CC


def test_an_empty_file_is_unreadable_and_its_neighbours_stay(download):
    download.metadata = [metadata_row(0), metadata_row(1)]
    path = download.root / "images" / path_of(30)
    path.parent.mkdir(parents=True)
    path.write_bytes(b"")
    download.metadata.append(metadata_row(30))
    corpus = download.read()
    assert rejected(corpus) == {"metadata.csv row 2": Reason.IMAGE_UNREADABLE}
    assert f"images/{path_of(30)}" in corpus.rejections[0].detail
    assert len(corpus.images) == 2


def test_a_link_out_of_the_download_is_unsafe_and_a_broken_one_is_told(download):
    outside = download.root.parent / "outside.dcm"
    outside.write_bytes(b"pixels")
    for number, target in ((30, outside), (31, download.root / "nowhere")):
        link = download.root / "images" / path_of(number)
        link.parent.mkdir(parents=True)
        link.symlink_to(target)
    download.metadata = [metadata_row(30), metadata_row(31), metadata_row(0)]
    corpus = download.read()
    assert rejected(corpus) == {"metadata.csv row 0": Reason.UNSAFE_PATH, "metadata.csv row 1": Reason.IMAGE_MISSING}


def test_a_file_that_may_not_be_looked_at_is_told_as_such_and_not_as_absent(download):
    name = f"cohort_1/{EMPI}/{'9' * 300}.dcm"  # longer than file systems take; a folder without permission is the same to us
    download.metadata = [metadata_row(0, anon_dicom_path=name), metadata_row(1)]
    corpus = download.read()
    assert rejected(corpus) == {"metadata.csv row 0": Reason.IMAGE_UNREADABLE}
    assert "cannot be opened: File name too long" in corpus.rejections[0].detail
    assert len(corpus.images) == 1


@pytest.mark.parametrize("place", ["images", "images/cohort_1", f"images/cohort_1/{EMPI}"])
def test_images_on_another_disk_may_be_linked_by_their_folder(download, place):
    plain = download.read()
    link, disk = download.root / place, download.root.parent / "disk"
    link.rename(disk)
    link.symlink_to(disk)
    download.files = []
    assert download.read() == plain
    assert len(plain.images) == 1


def test_a_download_without_images_keeps_studies_and_labels(download):
    download.files = []
    corpus = download.read()
    assert rejected(corpus) == {"metadata.csv row 0": Reason.IMAGE_MISSING}
    assert len(corpus.studies) == 1
    assert breasts(corpus)
    assert corpus.remarks["studies without a usable image: their labels are kept"] == 1


def test_what_kind_of_picture_a_file_is(download):
    kinds = [
        ({"FinalImageType": "cview"}, ImageType.C_VIEW),
        ({"FinalImageType": "C-View"}, ImageType.C_VIEW),
        ({"FinalImageType": "2d", "spot_mag": "0.0"}, ImageType.FULL_FIELD_2D),
        ({"spot_mag": "1.0"}, ImageType.SPOT_MAGNIFICATION),
        ({"spot_mag": "True"}, ImageType.SPOT_MAGNIFICATION),
        ({"spot_mag": "False"}, ImageType.FULL_FIELD_2D),
        ({"FinalImageType": "cview", "spot_mag": "1"}, ImageType.SPOT_MAGNIFICATION),
        ({"FinalImageType": ""}, None),
    ]
    download.metadata = [metadata_row(n, **changes) for n, (changes, _) in enumerate(kinds)]
    assert [image.image_type for image in download.read().images] == [kind for _, kind in kinds]


def test_kinds_of_pictures_that_are_not_read_are_rejected(download):
    kinds = [
        ({"FinalImageType": "3D"}, Reason.IMAGE_NOT_SELECTED),
        ({"FinalImageType": "ROI_SSC"}, Reason.IMAGE_NOT_SELECTED),
        ({"FinalImageType": "roi_ss"}, Reason.IMAGE_NOT_SELECTED),
        ({"FinalImageType": "4D"}, Reason.UNKNOWN_VALUE),
        ({"spot_mag": "2"}, Reason.UNKNOWN_VALUE),
    ]
    download.metadata = [metadata_row(n, **changes) for n, (changes, _) in enumerate(kinds)] + [metadata_row(9)]
    corpus = download.read()
    assert rejected(corpus) == {f"metadata.csv row {n}": reason for n, (_, reason) in enumerate(kinds)}
    assert len(corpus.images) == 1


def test_views_are_read_and_implant_displaced_ones_are_the_same_view_with_a_label(download):
    codes = ("CC", "MLO", "ML", "LM", "XCCL", "XCCM")
    positions = [*codes, *(f"{code.lower()}id" for code in codes)]
    download.metadata = [metadata_row(n, ViewPosition=position) for n, position in enumerate(positions)]
    corpus = download.read()
    images = {image.path: image for image in corpus.images}
    assert [images[f"images/{path_of(n)}"].view for n in range(12)] == [View(code) for code in codes * 2]
    told = {label.target_ids[0] for label in corpus.labels if (label.code, label.value) == ("implant_displaced", "yes")}
    assert told == {images[f"images/{path_of(n)}"].source_image_id for n in range(6, 12)}


def test_unknown_views_and_sides_are_none_and_counted(download):
    download.metadata = [
        metadata_row(0, ViewPosition="AT"),
        metadata_row(1, ViewPosition="AT", ImageLateralityFinal="B"),
        metadata_row(2, ViewPosition="", ImageLateralityFinal="nan"),
        metadata_row(3, ViewPosition="a shifted column"),
    ]
    corpus = download.read()
    assert {(image.view, image.laterality) for image in corpus.images[1:3]} == {(None, None)}
    assert corpus.remarks["images without a view: ViewPosition 'AT'"] == 2
    assert corpus.remarks["images without a view: ViewPosition empty"] == 1
    assert corpus.remarks["images without a view: ViewPosition another text"] == 1
    assert corpus.remarks["images without a side: ImageLateralityFinal 'B'"] == 1


def test_implants_and_drawn_regions_are_labels_of_their_image(download):
    download.metadata = [metadata_row(0), metadata_row(1, BreastImplantPresent="YES", num_roi="2.0")]
    corpus = download.read()
    told = {label.code: (label.value, label.target_ids) for label in corpus.labels if label.target is LabelTarget.IMAGE}
    about = (corpus.images[1].source_image_id,)
    assert told == {"implant": ("present", about), "roi_count": ("2", about)}


def test_repeated_views_of_an_accession_all_stay_in_the_order_of_their_paths(download):
    download.metadata = [metadata_row(n) for n in (3, 1, 2)]
    assert [image.path for image in download.read().images] == [f"images/{path_of(n)}" for n in (1, 2, 3)]


def test_one_accession_may_hold_two_study_uids_and_a_path_no_series(download):
    flat = f"cohort_1/{EMPI}/1.2.999.5/1.2.826.498.55.dcm"
    download.metadata = [metadata_row(0), metadata_row(1), metadata_row(2, anon_dicom_path=flat)]
    download.files = [path_of(0), path_of(1), flat]
    images = download.read().images
    assert len({image.study_id for image in images}) == 1
    assert [image.series_id for image in images] == ["1.2.999.2.0", "1.2.999.2.1", None]


def test_headers_in_another_case_and_aliases_are_read(download):
    aliases = {"num_roi": "num_ROI", "ImageLateralityFinal": "ImageLaterality", "spot_mag": "SPOT_MAG"}
    download.metadata = [{aliases.get(name, name): cell for name, cell in metadata_row(num_roi=1).items()}]
    download.clinical = [{name.upper(): cell for name, cell in clinical_row().items()}]
    corpus = download.read()
    assert corpus.images[0].laterality is Laterality.LEFT
    assert "roi_count" in {label.code for label in corpus.labels}


def test_gzipped_reduced_tables_give_the_same_corpus(download, tmp_path):
    plain = download.read()
    packed = Download(tmp_path / "packed")
    packed.clinical_name = "tables/EMBED_OpenData_clinical_reduced.csv.gz"
    packed.metadata_name = "tables/EMBED_OpenData_metadata_reduced.csv.gz"
    again = packed.read()
    assert (plain.studies, plain.labels, plain.images) == (again.studies, again.labels, again.images)


def test_optional_columns_may_be_absent_and_are_told(download):
    download.clinical = [{name: clinical_row()[name] for name in ("acc_anon", "empi_anon", "side", "asses")}]
    download.metadata = [{name: metadata_row()[name] for name in ("acc_anon", "anon_dicom_path")}]
    corpus = download.read()
    assert (len(corpus.images), breasts(corpus)) == (1, {"L": ("N", "as_found")})
    assert corpus.remarks["EMBED_OpenData_metadata.csv has no column ViewPosition"] == 1


@pytest.mark.parametrize("name", ["acc_anon", "side", "asses"])
def test_an_essential_column_that_is_absent_ends_the_read(download, name):
    download.clinical = [{column: cell for column, cell in clinical_row().items() if column != name}]
    with pytest.raises(SourceError, match=f"lacks the column {name}"):
        download.read()


def test_a_damaged_line_is_told_and_its_neighbours_stay(download):
    download.read()
    path = download.root / download.metadata_name
    path.write_text(path.read_text() + "1,2,3\n")
    corpus = read_embed(SourceFolders.at(download.root), Reading())
    assert rejected(corpus) == {"metadata.csv line 3": Reason.ROW_DAMAGED}
    assert len(corpus.images) == 1
    assert all(count.is_balanced for count in count_reading(corpus))


def test_tables_and_images_may_lie_apart(download, tmp_path):
    download.read()
    apart = tmp_path / "apart"
    (download.root / "images").rename(apart)
    folders = SourceFolders(download.root / "tables", apart, download.root)
    assert [image.path for image in read_embed(folders, Reading()).images] == [path_of()]


def test_replacing_a_file_changes_its_key_and_an_equal_read_does_not(download):
    before = download.read()
    assert download.read() == before
    (download.root / "images" / path_of()).write_bytes(b"other pixels")
    after = read_embed(SourceFolders.at(download.root), Reading())
    assert after.images[0].path == before.images[0].path
    assert after.images[0].source_image_id != before.images[0].source_image_id


def test_a_folder_of_images_that_is_not_there_names_the_setting(download, tmp_path):
    download.read()
    with pytest.raises(SourceError, match=r"sources\.embed: .* is no such folder"):
        read_embed(SourceFolders(download.root, tmp_path / "no", tmp_path), Reading())


def test_thousands_of_rows_without_files_balance_with_one_rejection_each(download):
    n_rows = 6_000
    download.clinical = [clinical_row(acc_anon=ACC + n, empi_anon=EMPI + n // 3) for n in range(n_rows // 6)]
    download.metadata = [metadata_row(n, acc_anon=ACC + n // 6, empi_anon=EMPI + n // 18) for n in range(n_rows // 6 * 6)]
    download.files = []
    corpus = download.read()
    assert Counter(rejection.reason for rejection in corpus.rejections) == {Reason.IMAGE_MISSING: n_rows // 6 * 6}
    assert len(corpus.studies) == n_rows // 6


def test_a_table_of_a_header_alone_ends_the_read(download):
    download.read()
    path = download.root / download.clinical_name
    path.write_text(path.read_text().splitlines()[0] + "\n")
    with pytest.raises(SourceError, match="got 0 rows below the header"):
        read_embed(SourceFolders.at(download.root), Reading())
