"""The paper's columns are told by a file's name, and their sizes are those of the real files."""

import pytest

from evaluation.benchmark import items_of_type
from evaluation.published import PAPER_COLUMNS, find_column, find_our_column
from pipelines.vocabulary import AnswerType


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("Med_MIM_benchmark_Held_out_RAD", "MIM-RAD"),
        ("Med_MIM_benchmark_Held_out_ODIR", "MIM-ODIR"),
        ("Med_MIM_benchmark_Held_in_Temporal", "Temporal"),
        ("Med_MIM_benchmark_Held_in_Co-reference", "Co-reference"),
        ("held_in_coreference", "Co-reference"),
        ("mim_rad_released", "MIM-RAD"),
    ],
)
def test_a_released_file_is_known_by_its_name(name, title):
    column = find_column(name)
    assert column is not None and column.title == title


@pytest.mark.parametrize("name", ["radiology", "benchmark", "grading", "held_outside"])
def test_other_names_are_nobodys(name):
    assert find_column(name) is None


def test_the_real_files_have_the_published_sizes(rad, odir):
    for items, title in ((rad, "MIM-RAD"), (odir, "MIM-ODIR")):
        column = next(one for one in PAPER_COLUMNS if one.title == title)
        closed = len(items_of_type(items, AnswerType.CLOSED))
        assert (closed, len(items) - closed) == (column.n_closed, column.n_open)


def test_every_column_has_one_of_ours_in_its_place():
    assert [find_our_column(column.ours) for column in PAPER_COLUMNS] == list(PAPER_COLUMNS)
    assert find_our_column("mim_rad") is None
