"""The terminal's score table shows the same cells as the Markdown one, in aligned columns."""

from evaluation.baselines.rules import Baseline, predict_baseline, score_chance
from evaluation.benchmark import load_benchmark
from evaluation.leaderboard.text import WIDTH, render_text
from evaluation.scores.scoring import score_benchmark
from pipelines.score_records import Condition
from pipelines.vocabulary import AnswerType
from tests.evaluation.report.made_findings import OPEN, make_score


def test_columns_are_aligned_and_values_are_those_of_the_released_benchmark(med_mim_root):
    items = load_benchmark(med_mim_root / "Med_MIM_benchmark_Held_out_RAD.json")
    closed = [item for item in items if item.answer_type is AnswerType.CLOSED]
    longest = predict_baseline(Baseline.LONGEST_OPTION, closed)
    report = score_benchmark(closed, longest, model="longest_option", benchmark="rad", draws=200)
    lines = render_text([*score_chance(closed, "rad", draws=200), *report.scores]).splitlines()
    assert [line.split()[0] for line in lines[3:]] == ["chance", "longest_option"]
    assert lines[3].split()[1] == "33.33" and lines[4].split()[1] == "70.99"
    assert lines[3].index("33.33") == lines[4].index("70.99") == lines[0].index("rad")


def test_many_columns_are_printed_in_blocks_that_fit_the_terminal():
    names = [f"benchmark_{place}" for place in range(6)]
    scores = [make_score(benchmark=name, answer_type=kind) for name in names for kind in AnswerType]
    text = render_text(scores)
    blocks = text.split("\n\n")
    assert len(blocks) > 1 and max(map(len, text.splitlines())) <= WIDTH
    assert all(block.splitlines()[3].startswith("tiny") for block in blocks)
    assert sum(block.splitlines()[0].count("benchmark") for block in blocks) == 12
    assert text.count("50.00") == 12


def test_few_columns_are_one_block():
    assert "\n\n" not in render_text([make_score(), make_score(answer_type=OPEN)])


def test_a_column_that_fits_nowhere_is_still_printed():
    text = render_text([make_score(), make_score(benchmark="other")], width=10)
    assert len(text.split("\n\n")) == 2 and text.count("50.00 [38.0, 62.0]") == 2


def test_a_mark_is_explained_where_it_is_used():
    few = make_score(condition=Condition.BLIND, n_clusters=4, cluster_low=None, cluster_high=None)
    assert render_text([few]).endswith("† too few clusters: Wilson interval of single items, or none.")
    assert "†" not in render_text([make_score()])
