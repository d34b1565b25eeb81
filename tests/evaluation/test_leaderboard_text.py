"""The terminal's score table shows the same cells as the Markdown one, in aligned columns."""

from evaluation.baselines import Baseline, predict_baseline, score_chance
from evaluation.benchmark import load_benchmark
from evaluation.leaderboard_text import render_text
from evaluation.scoring import score_benchmark
from pipelines.vocabulary import AnswerType


def test_columns_are_aligned_and_values_are_those_of_the_released_benchmark(med_mim_root):
    items = load_benchmark(med_mim_root / "Med_MIM_benchmark_Held_out_RAD.json")
    closed = [item for item in items if item.answer_type is AnswerType.CLOSED]
    longest = predict_baseline(Baseline.LONGEST_OPTION, closed)
    report = score_benchmark(closed, longest, model="longest_option", benchmark="rad", draws=200)
    lines = render_text([*score_chance(closed, "rad", draws=200), *report.scores]).splitlines()
    assert [line.split()[0] for line in lines[3:]] == ["chance", "longest_option"]
    assert lines[3].split()[1] == "33.33" and lines[4].split()[1] == "70.99"
    assert lines[3].index("33.33") == lines[4].index("70.99") == lines[0].index("rad")
