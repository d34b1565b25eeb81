import pytest

from pipelines.sources.corpus import SourceError
from pipelines.sources.embed.layout import CLINICAL_NAMES, METADATA_NAMES, find_cohorts, find_table

LEGEND = "tables/AWS_Open_Data_Clinical_Legend.csv"


def touch(root, *names):
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("x")


def find_clinical(root):
    return find_table(root, CLINICAL_NAMES, "the clinical table").relative_to(root).as_posix()


@pytest.mark.parametrize(
    ("names", "chosen"),
    [
        (["tables/EMBED_OpenData_clinical.csv", "tables/EMBED_OpenData_clinical_reduced.csv"], 0),
        (["tables/EMBED_OpenData_clinical_reduced.csv", "tables/my_clinical.csv"], 0),
        (["tables/EMBED_OpenData_clinical.csv.gz", "tables/EMBED_OpenData_clinical_reduced.csv"], 0),
        (["tables/EMBED_OpenData_clinical.csv", "tables/EMBED_OpenData_clinical.csv.gz"], 0),
        (["embed/tables/EMBED_OpenData_clinical.csv.gz"], 0),
        (["download/embed/tables/EMBED_OpenData_clinical.csv"], 0),
        (["embed_opendata_CLINICAL.CSV"], 0),
        (["tables/EMBED_OpenData_clinical.csv", "a_copy/EMBED_OpenData_clinical.csv"], 0),
        (["datathon_tables/EMBED_OpenData_NUS_Datathon_clinical_reduced.csv"], 0),
    ],
)
def test_the_clinical_table_is_found_in_every_layout_and_the_legend_is_none(tmp_path, names, chosen):
    touch(tmp_path, LEGEND, *names)
    assert find_clinical(tmp_path) == names[chosen]


def test_the_legend_alone_is_no_clinical_table(tmp_path):
    touch(tmp_path, LEGEND)
    with pytest.raises(SourceError, match=r"the clinical table not found .* there is: tables\); set sources\.embed"):
        find_clinical(tmp_path)


def test_a_file_that_is_still_loading_is_no_table(tmp_path):
    touch(tmp_path, "tables/EMBED_OpenData_metadata.csv.part")
    with pytest.raises(SourceError, match="the metadata table not found"):
        find_table(tmp_path, METADATA_NAMES, "the metadata table")


def test_two_tables_that_fit_equally_are_no_choice_of_ours(tmp_path):
    touch(tmp_path, "tables/clinical_a.csv", "tables/clinical_b.csv")
    with pytest.raises(SourceError, match="2 files fit"):
        find_clinical(tmp_path)


@pytest.mark.parametrize("place", ["", "images/", "embed/images/", "download/embed/images/", "png_images/"])
def test_cohorts_are_found_wherever_they_lie(tmp_path, place):
    (tmp_path / place / "cohort_12").mkdir(parents=True)
    assert find_cohorts(tmp_path) == {"cohort_12": (f"{place}cohort_12/",)}


def test_a_cohort_in_several_places_is_looked_for_in_images_first(tmp_path):
    for place in ("a/cohort_1", "images/cohort_1", "png_images/cohort_1", "images/cohort_2"):
        (tmp_path / place).mkdir(parents=True)
    assert find_cohorts(tmp_path) == {
        "cohort_1": ("images/cohort_1/", "a/cohort_1/", "png_images/cohort_1/"),
        "cohort_2": ("images/cohort_2/",),
    }


def test_the_setting_may_name_a_cohort_itself(tmp_path):
    (tmp_path / "cohort_1").mkdir()
    assert find_cohorts(tmp_path / "cohort_1") == {"cohort_1": ("",)}
