"""A log for Inspect's viewer; what needs inspect-ai is skipped where the extra is not installed."""

import importlib
from pathlib import Path

import pytest

from evaluation.inspect_log import InspectLogError, write_inspect_log
from evaluation.scores.scoring import score_benchmark

CREATED = "2026-11-22T12:00:00+00:00"
OPTIONS = {"A": "left", "B": "right", "D": "right"}


@pytest.fixture
def scored(make_item):
    items = [
        make_item("r#0", options=OPTIONS, letter="B", record_id="r"),
        make_item("r#1", options=OPTIONS, letter="A", record_id="r", position=1),
        make_item("lost", options=OPTIONS, letter="A", position=2),
    ]
    outputs = {"r#0": "The answer is D.", "r#1": "I cannot tell."}
    return items, score_benchmark(items, outputs, model="m", benchmark="demo", draws=10, allow_missing=True)


@pytest.mark.parametrize("suffix", [".eval", ".json"])
def test_the_log_is_read_by_inspect_with_every_answer_and_score(scored, tmp_path: Path, suffix: str) -> None:
    log_module = pytest.importorskip("inspect_ai.log", reason="the extra [inspect] is not installed")
    items, report = scored
    write_inspect_log(tmp_path / "logs" / f"run{suffix}", items, report, created=CREATED)
    log = log_module.read_eval_log(str(tmp_path / "logs" / f"run{suffix}"))
    assert (log.eval.task, log.eval.model, log.eval.created, log.status) == ("demo", "m", CREATED, "success")
    assert (log.results.total_samples, log.results.completed_samples) == (3, 2)
    by_id = {sample.id: sample for sample in log.samples}  # Inspect sorts samples by id
    first, second, lost = (by_id[item.key] for item in items)
    assert [sample.metadata["position"] for sample in (first, second, lost)] == [0, 1, 2]
    assert (first.id, first.target, first.output.completion) == ("r#0", "B", "The answer is D.")
    assert [message.role for message in first.messages] == ["user", "assistant"] and len(lost.messages) == 1
    assert first.input.startswith("<image>Which?\nA: left\nB: right\nD: right")
    assert {name: score.value for name, score in first.scores.items()} == {"as_published": "I", "corrected": "C"}
    assert first.scores["as_published"].answer == "D" and "rule whole" in first.scores["as_published"].explanation
    assert second.scores["corrected"].value == "I" and lost.output.completion == ""
    values = {score.name: score.metrics["value"].value for score in log.results.scores}
    assert values == {str(score.view): pytest.approx(score.value) for score in report.scores}


def test_open_answers_keep_their_components(make_item, tmp_path: Path) -> None:
    log_module = pytest.importorskip("inspect_ai.log", reason="the extra [inspect] is not installed")
    items = [make_item("o", answer="The left lung is clear.")]
    report = score_benchmark(items, {"o": ""}, model="m", benchmark="demo", preset="ci_offline", draws=10)
    write_inspect_log(tmp_path / "o.json", items, report, created=CREATED)
    value = log_module.read_eval_log(str(tmp_path / "o.json")).samples[0].scores["open"].value
    assert value == {"mean": 0, "bert_recall": 0, "bleu": 0, "rouge_l_recall": 0}


def test_without_the_extra_the_message_says_how_to_get_it(scored, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(name: str, package: str | None = None):
        raise ModuleNotFoundError(f"No module named {name!r}")

    monkeypatch.setattr(importlib, "import_module", refuse)
    with pytest.raises(InspectLogError, match=r"pip install -e '\.\[inspect\]'"):
        write_inspect_log(tmp_path / "run.eval", *scored, created=CREATED)
    assert not list(tmp_path.iterdir())


def test_another_suffix_is_refused_before_anything_is_loaded(scored, tmp_path: Path) -> None:
    with pytest.raises(InspectLogError, match=r"\.eval or \.json"):
        write_inspect_log(tmp_path / "run.log", *scored, created=CREATED)
