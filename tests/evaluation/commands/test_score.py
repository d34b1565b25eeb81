"""`score` on files with controls, of several forms, and half answered: the number must be of what it says it is."""

import json

import pytest

from evaluation.__main__ import main

OPTIONS = ("left", "right", "both sides")
LETTERS = "ABC"


@pytest.fixture
def benchmark(write_benchmark):
    """Thirty closed questions of three options, thirty units; keys go round."""
    printed = "".join(f"{letter}: {text}\n" for letter, text in zip(LETTERS, OPTIONS, strict=True))
    rows = [(f"r{n}", [f"{n}.jpg"], f"Where, {n}?\n{printed}", f"{LETTERS[n % 3]}: {OPTIONS[n % 3]}") for n in range(30)]
    return write_benchmark(*rows)


def line(n, output, condition="sighted", variant=""):
    return {"id": f"r{n}", "output": output, "condition": condition, "variant": variant}


def sighted(n_right=24):
    """Right in the first, else always A."""
    return [line(n, LETTERS[n % 3] if n < n_right else "A") for n in range(30)]


def save(benchmark, lines, name="mine.jsonl"):
    path = benchmark.parent / name
    path.write_text("".join(f"{json.dumps(one)}\n" for one in lines))
    return path


def score(benchmark, path, *more):
    written = benchmark.parent / "s.json"
    code = main(["score", "--benchmark", str(benchmark), "--predictions", str(path), "--json", str(written), *more])
    return code, json.loads(written.read_text()) if code == 0 else None


def test_what_is_left_over_each_control_is_told_and_written(benchmark, capsys):
    blind = [line(n, "A", "blind") for n in range(30)]
    shuffled = [line(n, LETTERS[n % 3] if n < 12 else "?", "shuffled_images") for n in range(30)]
    code, written = score(benchmark, save(benchmark, sighted(30) + blind + shuffled))
    shown = capsys.readouterr().out
    assert code == 0 and "30/30" in shown
    assert "66.7 [50.0, 83.3] above blind  (100.0 sighted, 33.3 blind, n 30, 30 units" in shown
    assert "60.0 [43.3, 76.7] above shuffled images" in shown
    rows = {(row["condition"], row["view"]): row for row in written["controls"]}
    assert rows["blind", "as_published"]["difference"] == pytest.approx(2 / 3)
    assert rows["shuffled_images", "corrected"]["control"] == pytest.approx(0.4)


def test_a_file_without_controls_says_that_nothing_is_known_of_the_images(benchmark, capsys):
    code, written = score(benchmark, save(benchmark, sighted()))
    assert code == 0 and "what the images add to the score is not measured" in capsys.readouterr().out
    assert written["controls"] == written["consistency"] == []


def test_a_model_that_names_places_is_found_out_by_moving_the_options(benchmark, capsys):
    """Always the first letter: never the same text in all three orders, right in one order of three."""
    lines = [line(n, "A") for n in range(30)]
    lines += [line(n, "A", "permuted_options", str(shift)) for n in range(30) for shift in (1, 2)]
    code, written = score(benchmark, save(benchmark, lines))
    (row,) = written["consistency"]
    assert code == 0 and row["consistent"] == 0 and row["accuracy"] == pytest.approx(1 / 3)
    assert row["places"] == [1, 0, 0] and row["position_bias"] == pytest.approx(2 / 3)
    shown = capsys.readouterr().out
    assert "0.0 % [0.0, 11.4] keep to one option" in shown
    assert "position bias 0.67: places named 100 / 0 / 0 %, keyed 33 / 33 / 33 %" in shown


def test_a_model_that_reads_keeps_to_its_text_wherever_it_stands(benchmark):
    lines = [line(n, OPTIONS[n % 3], condition, variant) for condition, variant in
             (("sighted", ""), ("permuted_options", "1"), ("permuted_options", "2")) for n in range(30)]  # fmt: skip
    _, written = score(benchmark, save(benchmark, lines))
    (row,) = written["consistency"]
    assert row["consistent"] == row["always_right"] == 1 and row["position_bias"] == 0


def test_old_keys_stay_and_items_are_of_the_score_alone_while_answers_are_all(benchmark):
    code, written = score(benchmark, save(benchmark, sighted() + [line(n, "A", "blind") for n in range(30)]))
    old = ["scores", "protocol", "rules", "exclusions", "missing", "unknown_ids", "items"]
    assert code == 0
    assert list(written) == ["model", "condition", *old, "controls", "consistency", "robustness", "answers"]
    assert [item["key"] for item in written["items"]] == [f"r{n}" for n in range(30)]
    assert {item["output"] for item in written["items"]} == set("ABC")
    assert [answer["condition"] for answer in written["answers"]].count("blind") == 30 and len(written["answers"]) == 60
    assert {row["condition"] for row in written["scores"]} == {"sighted"} and sum(written["rules"].values()) == 30


def test_controls_do_not_change_the_score(benchmark):
    _, alone = score(benchmark, save(benchmark, sighted()))
    _, beside = score(benchmark, save(benchmark, [line(n, "C", "blind") for n in range(30)] + sighted()))
    assert [alone[key] for key in ("scores", "items", "rules")] == [beside[key] for key in ("scores", "items", "rules")]


def test_a_file_of_blind_answers_alone_is_scored_as_blind(benchmark, capsys):
    code, written = score(benchmark, save(benchmark, [line(n, "A", "blind") for n in range(30)]))
    shown = capsys.readouterr().out
    assert code == 0 and written["condition"] == "blind" and {row["condition"] for row in written["scores"]} == {"blind"}
    assert shown.startswith("blind: closed, as published") and "10/30" in shown


def test_one_condition_can_be_chosen(benchmark, capsys):
    path = save(benchmark, sighted() + [line(n, "A", "blind") for n in range(30)])
    code, written = score(benchmark, path, "--condition", "blind")
    assert code == 0 and written["condition"] == "blind" and written["controls"] == [] and len(written["answers"]) == 30
    assert score(benchmark, path, "--condition", "shuffled_images")[0] == 2
    assert "has no shuffled_images answers to benchmark, only sighted, blind" in capsys.readouterr().err


def test_controls_alone_make_no_score(benchmark, capsys):
    assert score(benchmark, save(benchmark, [line(n, "A", "permuted_options", "1") for n in range(30)]))[0] == 2
    assert "answers under permuted_options alone" in capsys.readouterr().err


def test_half_a_run_is_no_score_unless_one_says_what_of_it(benchmark, capsys):
    """The control of a killed run may be cut off as well; how many items it is over is told."""
    lines = sighted()[:20] + [line(n, "A", "blind") for n in range(15)]
    path = save(benchmark, lines)
    assert score(benchmark, path)[0] == 2
    assert "10 of 30 items have no prediction (sighted): r20, r21" in capsys.readouterr().err
    code, wrong = score(benchmark, path, "--allow-missing")
    assert code == 0 and (wrong["scores"][0]["n"], wrong["missing"]) == (30, 10)
    assert wrong["scores"][0]["value"] == pytest.approx(20 / 30)
    assert [item["output"] for item in wrong["items"]][20:] == [None] * 10
    code, left = score(benchmark, path, "--answered-only")
    assert code == 0 and (left["scores"][0]["n"], left["scores"][0]["value"], left["missing"]) == (20, 1.0, 0)
    shown = capsys.readouterr().out
    assert "without a prediction, left out:  10" in shown and "n 15, 15 units" in shown


def test_where_an_answer_type_is_not_answered_at_all_the_way_out_is_told(write_benchmark, capsys):
    path = write_benchmark(("r0", ["a.jpg"], "Which?\nA: x\nB: y\n", "A: x"), ("o", ["a.jpg"], "What?", "a mass"))
    assert score(path, save(path, [line(0, "A")]))[0] == 2
    assert "or score those that are answered: --answer-type closed" in capsys.readouterr().err


def test_predictions_of_another_benchmark_are_refused_by_their_ids(benchmark, capsys):
    assert score(benchmark, save(benchmark, [{"id": f"x{n}", "output": "A"} for n in range(30)]))[0] == 2
    error = capsys.readouterr().err
    assert "none of 30 lines is of a record of benchmark" in error and "'x0'" in error and "'r0'" in error


def test_samples_of_lmms_eval_are_read_as_they_are(benchmark, capsys):
    lines = [{"doc_id": n, "resps": [[LETTERS[n % 3]]], "filtered_resps": ["B"]} for n in range(30)]
    code, written = score(benchmark, save(benchmark, lines, "1_samples_mim.jsonl"))
    assert code == 0 and written["scores"][0]["value"] == 1.0


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"\x1f\x8b\x08\x00rest", "is compressed with gzip; unpack it first"),
        ('{"id": "r0", "output": "A"}\n'.encode("utf-16"), "not UTF-8"),
        (b"", "holds no predictions"),
        (b'{"id": "r0", "output": "A"}\n{"id": "r1", "outp', "line 2: not JSON"),
        (b'{"id": "r0", "output": "A"}\n{"id": "r0", "output": "B"}\n', "lines 1 and 2 give one item different outputs"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_message(benchmark, capsys, content, says):
    path = benchmark.parent / "p.jsonl"
    path.write_bytes(content)
    assert score(benchmark, path)[0] == 2
    error = capsys.readouterr().err
    assert error.startswith("error: ") and says in error and error.count("\n") == 1


def test_a_byte_order_mark_and_carriage_returns_do_no_harm(benchmark):
    path = save(benchmark, sighted())
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert score(benchmark, path)[1]["scores"][0]["n"] == 30


def test_repeated_ids_are_answered_by_place(write_benchmark):
    path = write_benchmark(*[("same", [f"{n}.jpg"], "Which?\nA: x\nB: y\n", "AB"[n % 2]) for n in range(4)])
    lines = [{"id": f"same#{n}", "output": "AB"[n % 2]} for n in range(4)]
    assert score(path, save(path, lines))[1]["scores"][0]["value"] == 1.0
    assert score(path, save(path, [{"id": "same", "output": "A"} for _ in range(4)]))[1]["scores"][0]["value"] == 0.5
    assert score(path, save(path, [{"id": "same", "output": "A"} for _ in range(3)]))[0] == 2


def test_an_answer_type_that_the_benchmark_lacks_is_told(benchmark, capsys):
    assert score(benchmark, save(benchmark, sighted()), "--answer-type", "open")[0] == 2
    assert "has no open items; leave out --answer-type" in capsys.readouterr().err


def test_the_released_rad_file_scores_as_its_baseline(med_mim_root, tmp_path, capsys):
    benchmark = str(med_mim_root / "Med_MIM_benchmark_Held_out_RAD.json")
    out = tmp_path / "longest.jsonl"
    assert main(["predict", "--benchmark", benchmark, "--model", "baseline:longest", "--out", str(out)]) == 0
    assert main(["score", "--benchmark", benchmark, "--predictions", str(out), "--answer-type", "closed"]) == 0
    assert "208/293   70.99 %  [65.5, 75.9]" in capsys.readouterr().out


def test_the_released_odir_file_needs_no_images(med_mim_root, tmp_path, capsys):
    benchmark = str(med_mim_root / "Med_MIM_benchmark_Held_out_ODIR.json")
    out = tmp_path / "longest.jsonl"
    assert main(["predict", "--benchmark", benchmark, "--model", "baseline:longest", "--out", str(out)]) == 0
    assert main(["score", "--benchmark", benchmark, "--predictions", str(out), "--answer-type", "closed"]) == 0
    shown = capsys.readouterr().out
    assert "122/300   40.67 %" in shown  # as published; a repeated text counts under both letters in the other view
    assert "closed, corrected" in shown
