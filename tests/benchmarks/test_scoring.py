import pytest

from benchmarks.benchmark_run import SUBSETS, BenchmarkRun, write_run
from benchmarks.scoring import (
    ask_rouge_score,
    ask_torchmetrics,
    bootstrap,
    bootstrap_plainly,
    clean_pairs,
    recall_afresh,
    score_run,
    write_columns,
    write_rows,
)
from evaluation.choice import ChoiceRule, parse_choice
from evaluation.open_answers.bert import load_bert
from evaluation.open_answers.presets import find_preset
from evaluation.open_answers.rouge_l import rouge_l_recalls
from pipelines.vocabulary import AnswerType


@pytest.fixture(scope="module")
def run() -> BenchmarkRun:
    return write_run(seed=1)


def test_every_subset_has_the_closed_and_open_questions_of_the_paper(run: BenchmarkRun) -> None:
    for name, (n_closed, n_open, n_options) in SUBSETS.items():
        items = run.of_subset(name)
        closed = [item for item in items if item.answer_type is AnswerType.CLOSED]
        assert (len(closed), len(items) - len(closed)) == (n_closed, n_open)
        assert {len(item.options) for item in closed} == {n_options}
        assert all(item.answer == item.options[item.letter or ""] for item in closed)
    assert len({item.key for item in run.items}) == len(run.items) == 4190 == len(run.outputs)


def test_outputs_are_read_by_many_rules_and_some_by_none(run: BenchmarkRun) -> None:
    closed = [item for item in run.items if item.options][::10]
    rules = {parse_choice(run.outputs[item.key], item.options).rule for item in closed}
    assert len(rules) >= 6 and ChoiceRule.UNDECIDED in rules


def test_units_hold_several_items_and_references_recur(run: BenchmarkRun) -> None:
    assert 1000 < len({item.unit for item in run.items}) < len(run.items) / 2
    references = [item.answer for item in run.items if item.answer_type is AnswerType.OPEN]
    assert len(set(references)) < 0.8 * len(references)


def test_the_whole_run_is_scored_in_both_views(run: BenchmarkRun) -> None:
    n_of = score_run(run)
    assert len(n_of) == 3 * len(SUBSETS)
    assert sum(n for row, n in n_of.items() if row.endswith("as_published")) == 4190
    assert n_of["rad closed corrected"] == 293


def test_what_is_compared_gives_equal_values(run: BenchmarkRun) -> None:
    pairs = clean_pairs(run, ["temporal"])
    assert rouge_l_recalls(pairs) == ask_rouge_score(pairs)
    model = load_bert(find_preset("ci_offline"))
    rows = write_rows(pairs[:4])
    assert len(recall_afresh(model, rows)) == 8
    assert recall_afresh(model, rows) == pytest.approx(ask_torchmetrics(model, rows), abs=2e-6)
    columns = list(write_columns(run))[-2:]
    assert len(columns) == 2
    assert bootstrap(columns) == pytest.approx(bootstrap_plainly(columns), abs=1e-12)
