import json

import pytest

from evaluation.__main__ import main

QUESTION = "Which?\nA: left\nB: the right side\n"


@pytest.fixture
def small(write_benchmark, tmp_path):
    rows = [(f"r{n}", [f"{n}.jpg"], QUESTION, "B: the right side" if n % 3 else "A: left") for n in range(12)]
    return write_benchmark(*rows, ("o", ["o.jpg"], "What?", "a mass")), tmp_path


def predict(folder, outputs):
    path = folder / "mine.jsonl"
    path.write_text("".join(json.dumps({"id": key, "output": output}) + "\n" for key, output in outputs.items()))
    return path


def test_baselines_print_the_longest_option_of_the_released_rad_file(med_mim_root, tmp_path, capsys):
    out = tmp_path / "b.json"
    assert (
        main(["baselines", "--benchmark", str(med_mim_root / "Med_MIM_benchmark_Held_out_RAD.json"), "--json", str(out)]) == 0
    )
    line = next(line for line in capsys.readouterr().out.splitlines() if line.startswith("longest option"))
    assert line.split() == ["longest", "option", "208/293", "70.99", "%", "[65.5,", "75.9]"]
    written = json.loads(out.read_text())
    assert list(written) == ["closed", "chance", "majority_letter", "longest_option", "text_only"]
    assert written["closed"] == 293
    assert {tuple(row) for name, row in written.items() if name != "closed"} == {("correct", "n", "accuracy", "low", "high")}


def test_score_writes_scores_protocol_rules_and_every_item(small, capsys, minilm):
    benchmark, folder = small
    predictions = predict(folder, {f"r{n}": "The answer is B" for n in range(12)} | {"o": "a mass"})
    arguments = ["--benchmark", str(benchmark), "--predictions", str(predictions), "--preset", "ci_offline"]
    assert main(["score", *arguments, "--json", str(folder / "s.json")]) == 0
    shown = capsys.readouterr().out
    assert "8/12" in shown and "66.67 %" in shown
    written = json.loads((folder / "s.json").read_text())
    assert [(row["answer_type"], row["view"]) for row in written["scores"]] == [
        ("closed", "as_published"), ("closed", "corrected"), ("open", "as_published"),
    ]  # fmt: skip
    assert written["rules"] == {"whole": 12}
    assert len(written["items"]) == 13
    assert written["items"][0]["letter"] == "B" and written["items"][0]["is_correct_as_published"] is False
    assert written["items"][12]["open_score"]["mean"] == pytest.approx(1, abs=1e-5)
    assert str(folder) not in json.dumps(written)


def test_closed_items_can_be_scored_alone_without_any_bert_model(small, capsys):
    benchmark, folder = small
    predictions = predict(folder, {f"r{n}": "B" for n in range(12)})
    assert main(["score", "--benchmark", str(benchmark), "--predictions", str(predictions), "--answer-type", "closed"]) == 0
    assert "8/12" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("outputs", "says"),
    [({"r0": "A"}, "12 of 13 items have no prediction"), ({}, "holds no predictions")],
)
def test_what_the_user_can_mend_is_one_message_and_exit_code_2(small, capsys, outputs, says):
    benchmark, folder = small
    assert main(["score", "--benchmark", str(benchmark), "--predictions", str(predict(folder, outputs))]) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: ") and says in error and "Traceback" not in error


def test_a_missing_benchmark_is_exit_code_2(tmp_path, capsys):
    assert main(["baselines", "--benchmark", str(tmp_path / "nowhere.json")]) == 2
    assert "nowhere.json" in capsys.readouterr().err


def test_allow_missing_counts_as_wrong(small, capsys):
    benchmark, folder = small
    arguments = ["--benchmark", str(benchmark), "--predictions", str(predict(folder, {"r1": "B"})), "--preset", "ci_offline"]
    assert main(["score", *arguments, "--allow-missing"]) == 0
    shown = capsys.readouterr().out
    assert "1/12" in shown and "without a prediction, counted as wrong:  12" in shown


def test_unknown_ids_are_told_on_stderr(small, capsys):
    benchmark, folder = small
    predictions = predict(folder, {f"r{n}": "B" for n in range(12)} | {"zz": "A"})
    assert main(["score", "--benchmark", str(benchmark), "--predictions", str(predictions), "--answer-type", "closed"]) == 0
    assert "1 id(s)" in capsys.readouterr().err


def test_written_baseline_predictions_score_as_the_baseline_says(small, capsys):
    benchmark, folder = small
    assert main(["baselines", "--benchmark", str(benchmark), "--predictions", str(folder / "out")]) == 0
    assert "shuffled_reference" in capsys.readouterr().err  # one open item: nobody to exchange with
    arguments = ["--benchmark", str(benchmark), "--predictions", str(folder / "out" / "longest_option.jsonl")]
    assert main(["score", *arguments, "--answer-type", "closed"]) == 0
    assert "8/12" in capsys.readouterr().out


def test_a_tiny_benchmark_tells_why_text_only_is_not_measured(write_benchmark, capsys):
    assert main(["baselines", "--benchmark", str(write_benchmark(("r", ["a.jpg"], QUESTION, "A: left")))]) == 0
    assert "text only" in (shown := capsys.readouterr().out) and "not measured" in shown


@pytest.mark.parametrize(
    ("option", "value"), [("--draws", "0"), ("--draws", "-3"), ("--seed", "-1"), ("--seed", "x"), ("--draws", "1.5")]
)
def test_a_number_out_of_range_is_refused_by_its_option(small, capsys, option, value):
    benchmark, folder = small
    predictions = predict(folder, {"r0": "B"})
    with pytest.raises(SystemExit) as stopped:
        main(["score", "--benchmark", str(benchmark), "--predictions", str(predictions), option, value])
    assert stopped.value.code == 2
    assert f"argument {option}: expected a whole number >=" in capsys.readouterr().err


def test_a_place_that_cannot_be_written_is_told_before_any_scoring(small, capsys):
    benchmark, folder = small
    predictions = predict(folder, {f"r{n}": "B" for n in range(12)})
    shared = ["--benchmark", str(benchmark)]
    score = ["score", *shared, "--predictions", str(predictions), "--answer-type", "closed"]
    for arguments, says in (
        ([*score, "--json", str(folder)], "is a folder; give the path of a file"),
        (["baselines", *shared, "--predictions", str(predictions)], "is a file; expected a folder"),
    ):
        assert main(arguments) == 2
        shown = capsys.readouterr()
        assert shown.out == "" and shown.err.count("\n") == 1 and says in shown.err
    assert main([*score, "--json", str(predictions / "s.json")]) == 2
    assert str(predictions) in capsys.readouterr().err
    assert main([*score, "--json", str(folder / "new" / "deep" / "s.json")]) == 0
    assert json.loads((folder / "new" / "deep" / "s.json").read_text())["scores"]


def test_an_error_in_a_record_names_the_file(write_benchmark, tmp_path, capsys):
    benchmark = write_benchmark(("a", ["a.jpg"], QUESTION, "A: left"))
    record = json.loads(benchmark.read_text())
    record[0]["conversation"].pop()
    benchmark.write_text(json.dumps(record))
    assert main(["baselines", "--benchmark", str(benchmark)]) == 2
    assert capsys.readouterr().err.startswith(f"error: {benchmark}: record 0")
