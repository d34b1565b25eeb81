import pytest

from evaluation.benchmark import OUR_BENCHMARKS
from evaluation.titles import find_published_size, order_benchmarks, title_benchmark
from pipelines.vocabulary import AnswerType


def test_our_benchmarks_have_the_titles_of_the_papers_columns_and_are_told_apart():
    titles = [title_benchmark(name) for name in order_benchmarks(OUR_BENCHMARKS)]
    columns = ("Temporal", "Reasoning", "Comparison", "Co-reference", "MIM-RAD", "MIM-ODIR")
    assert titles[:6] == [f"{title} (ours)" for title in columns]
    assert len(set(titles)) == len(OUR_BENCHMARKS)


def test_a_released_file_is_never_taken_for_ours_nor_for_another_file():
    names = ("held_out_vqa_rad", "mim_rad", "mim_rad_mended", "Med_MIM_benchmark_Held_out_RAD")
    assert len({title_benchmark(name) for name in names}) == len(names)
    assert title_benchmark("mim_rad_mended") == "MIM-RAD (mim_rad_mended)"


@pytest.mark.parametrize(
    ("name", "closed", "open_"), [("mim_rad", 293, 73), ("held_out_vqa_rad", None, None), ("my_own", None, None)]
)
def test_sizes_were_published_of_released_files_alone(name, closed, open_):
    assert (find_published_size(name, AnswerType.CLOSED), find_published_size(name, AnswerType.OPEN)) == (closed, open_)


def test_benchmarks_that_the_paper_does_not_have_keep_their_order_behind_those_it_has():
    assert order_benchmarks(["z", "held_out_odir", "a", "z", "held_in_temporal"]) == [
        "held_in_temporal",
        "held_out_odir",
        "z",
        "a",
    ]
