"""`predict` on files alone: what is asked, what is kept, what is refused, and what becomes of a run that was stopped."""

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from evaluation.__main__ import main
from tests.evaluation.scripted_endpoint import read_lines, write_site
from tests.pipelines.calls.loopback import MockEndpoint, complete, own_server

ROOT = Path(__file__).parents[3]
CLOSED = "Which?\nA: left\nB: the right side\n"


@pytest.fixture(scope="module", autouse=True)
def server():
    with own_server() as server:
        MockEndpoint.shared = server
        yield


@pytest.fixture
def site(tmp_path, monkeypatch):
    """A folder with a benchmark, and the endpoint that is asked about it; it always says "B"."""
    with MockEndpoint(lambda n_before, body: complete("B")) as endpoint:
        write_site(tmp_path, endpoint.url)
        monkeypatch.setenv("MEDMIM_CONFIG", str(tmp_path / "medmim.toml"))
        yield tmp_path, endpoint


def predict(folder, *more, model="openai:mock", out="p.jsonl", images=True):
    shown = ["--images", str(folder / "images")] if images else []
    words = ["predict", "--benchmark", str(folder / "b.json"), "--model", model, "--out", str(folder / out), *shown]
    return main([*words, "--source", "odir", *more])


def count(path):
    conditions = [line["condition"] for line in read_lines(path)]
    return {name: conditions.count(name) for name in dict.fromkeys(conditions)}


def test_every_question_is_asked_as_it_is_and_under_every_control(site, capsys):
    folder, _ = site
    assert predict(folder) == 0
    assert count(folder / "p.jsonl") == {
        "sighted": 6, "blind": 6, "shuffled_images": 6, "permuted_options": 10, "swapped_order": 5,
    }  # fmt: skip
    told = capsys.readouterr().out
    assert "6 sighted, 6 blind, 6 shuffled images" in told and "m at mock" in told
    assert all(line["output"] == "B" for line in read_lines(folder / "p.jsonl"))


def test_spoilt_images_are_shown_where_that_is_asked_for(site):
    folder, endpoint = site
    assert predict(folder, "--robustness", "--controls", "none", "--limit", "1") == 0
    assert count(folder / "p.jsonl") == {"sighted": 1, "corrupted": 35}
    assert len(set(endpoint.bodies)) > 30  # of a picture this small the weakest two grades may be alike


def test_what_the_model_is_lies_beside_its_answers_and_is_told_with_the_score(site, capsys):
    folder, _ = site
    assert predict(folder, model="openai:mock?images=one") == 0
    card = json.loads((folder / "p.jsonl.model.json").read_text())
    assert card["label"] == "m at mock" and card["seed"] == 20250519 and card["versions"]
    words = ["--benchmark", str(folder / "b.json"), "--predictions", str(folder / "p.jsonl"), "--answer-type", "closed"]
    capsys.readouterr()
    assert main(["score", *words, "--json", str(folder / "s.json")]) == 0
    assert "several images composed into one canvas" in capsys.readouterr().out.splitlines()[0]
    assert json.loads((folder / "s.json").read_text())["model"]["decoding"] == "greedy, at most 700 tokens"
    (folder / "p.jsonl").write_text('{"id": "r0", "output": "A"}\n')  # the card is of other answers now
    assert main(["score", *words, "--answered-only", "--json", str(folder / "s.json")]) == 0
    assert json.loads((folder / "s.json").read_text())["model"] is None


def test_a_second_run_asks_nothing_and_changes_nothing(site):
    folder, endpoint = site
    assert predict(folder) == 0
    before, asked = (folder / "p.jsonl").read_bytes(), len(endpoint.bodies)
    assert predict(folder) == 0
    assert (folder / "p.jsonl").read_bytes() == before and len(endpoint.bodies) == asked


def test_a_short_try_is_gone_on_with_by_the_whole_run(site):
    """Shuffled images come from all records whatever the limit, else the longer run would contradict the shorter."""
    folder, _ = site
    assert predict(folder, "--limit", "2", "--controls", "blind,shuffled_images") == 0
    assert count(folder / "p.jsonl") == {"sighted": 2, "blind": 2, "shuffled_images": 2}
    assert predict(folder, "--controls", "blind,shuffled_images") == 0
    assert count(folder / "p.jsonl") == {"sighted": 6, "blind": 6, "shuffled_images": 6}


def test_without_images_every_question_is_asked_blind_and_that_is_said(site, capsys):
    folder, endpoint = site
    assert predict(folder, images=False) == 0
    assert count(folder / "p.jsonl") == {"blind": 6}
    assert "every question is asked blind" in capsys.readouterr().err
    assert not any(b"image_url" in body for body in endpoint.bodies)


@pytest.mark.parametrize(("wrong", "says"), [("nowhere", "is no folder"), (".", "has not one of the benchmark's 12 images")])
def test_a_mistyped_folder_of_images_is_no_blind_run(site, capsys, wrong, says):
    folder, endpoint = site
    words = ["--benchmark", str(folder / "b.json"), "--images", str(folder / wrong), "--out", str(folder / "p.jsonl")]
    assert main(["predict", *words, "--model", "openai:mock"]) == 2
    error = capsys.readouterr().err
    assert says in error and error.count("\n") == 1
    assert wrong == "nowhere" or str(folder / "0-0.png") in error  # where the first one was looked for
    assert not endpoint.bodies and not (folder / "p.jsonl").exists()


def test_some_missing_images_are_counted_and_their_records_asked_blind(site, capsys):
    folder, _ = site
    (folder / "images" / "0-1.png").unlink()
    (folder / "images" / "3-0.png").unlink()
    assert predict(folder, "--controls", "blind") == 0
    assert count(folder / "p.jsonl") == {"sighted": 4, "blind": 6}
    error = capsys.readouterr().err
    assert "2 of 12 images are not under" in error and "2 of 6 records cannot be shown with theirs" in error


def test_a_model_that_takes_no_images_needs_no_folder(site, capsys):
    folder, _ = site
    assert predict(folder, model="openai:mock?images=none", images=False) == 0
    assert count(folder / "p.jsonl") == {"blind": 6}
    assert "--images" not in capsys.readouterr().err


@pytest.mark.parametrize("other", ["openai:mock?prompt=direct", "openai:mock?longest_side=64"])
def test_answers_of_another_model_are_not_added_to(site, capsys, other):
    folder, _ = site
    assert predict(folder, "--limit", "2") == 0
    before = (folder / "p.jsonl").read_bytes()
    assert predict(folder, model=other) == 2
    error = capsys.readouterr().err
    assert "12 of its 12 answers are of another model" in error and "choose a path that is not there yet" in error
    assert (folder / "p.jsonl").read_bytes() == before


def edit(folder, change):
    records = json.loads((folder / "b.json").read_text())
    change(records)
    (folder / "b.json").write_text(json.dumps(records))


def reword(records):
    records[1]["conversation"][0]["content"] += "D: none\n"


def rename(records):
    records[1]["id"] = "another"


@pytest.mark.parametrize(
    ("change", "says"),
    [(reword, "to other prompts of the same records, such as 'r1'"), (rename, "to records that the benchmark lacks, as 'r1'")],
)
def test_answers_to_other_questions_are_not_added_to(site, capsys, change, says):
    folder, _ = site
    assert predict(folder, "--controls", "none") == 0
    edit(folder, change)
    assert predict(folder, "--controls", "none") == 2
    assert says in capsys.readouterr().err
    assert count(folder / "p.jsonl") == {"sighted": 6}


@pytest.mark.parametrize(
    "content", ['[{"id": "precious", "images": []}]', "no line end", '{"id": "r0", "output": "B"}\n', "{\n}\n"]
)
@pytest.mark.parametrize("model", ["openai:mock", "baseline:longest"])
def test_a_file_that_is_no_answers_is_left_as_it_is(site, capsys, content, model):
    folder, _ = site
    (folder / "p.jsonl").write_text(content)
    assert predict(folder, model=model) == 2
    assert "holds no answers of a run" in capsys.readouterr().err
    assert (folder / "p.jsonl").read_text() == content


def test_a_rule_writes_the_same_form_and_never_over_answers_of_others(site, capsys):
    folder, _ = site
    assert predict(folder, out="model.jsonl") == 0
    assert predict(folder, model="baseline:longest", out="rule.jsonl") == 0
    rule, model = read_lines(folder / "rule.jsonl"), read_lines(folder / "model.jsonl")
    assert rule[0].keys() == model[0].keys()
    assert [line["output"] for line in rule] == ["A", "A", "A", "A", "A"]  # "brighter" is as long as "the same"
    before = (folder / "model.jsonl").read_bytes()
    assert predict(folder, model="baseline:longest", out="model.jsonl") == 2
    assert "holds other answers" in capsys.readouterr().err and (folder / "model.jsonl").read_bytes() == before
    assert predict(folder, model="baseline:longest", out="rule.jsonl") == 0


def test_a_rule_that_was_cut_off_is_written_whole(site):
    folder, _ = site
    assert predict(folder, model="baseline:longest") == 0
    whole = (folder / "p.jsonl").read_bytes()
    (folder / "p.jsonl").write_bytes(whole[:-40])
    assert predict(folder, model="baseline:longest") == 0
    assert (folder / "p.jsonl").read_bytes() == whole


def test_answers_made_elsewhere_are_written_in_this_form(site, capsys):
    folder, _ = site
    samples = [{"doc_id": place, "resps": [["B"]], "filtered_resps": ["A"]} for place in range(6)]
    (folder / "samples.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in samples))
    assert predict(folder, model=f"file:{folder / 'samples.jsonl'}") == 0
    assert [(line["id"], line["output"]) for line in read_lines(folder / "p.jsonl")] == [(f"r{n}", "B") for n in range(6)]


@pytest.mark.parametrize(
    ("model", "says"),
    [
        ("baseline:chance", "chance is an expectation"),
        ("baseline:shuffled", "1 open item(s)"),
        ("baseline:best", "--model: no baseline 'best'"),
        ("gpt-4o", "--model: got 'gpt-4o', expected baseline:NAME"),
        ("openai:mock?colour=red", "--model: unknown option 'colour'"),
        ("openai:gpt-9", "gpt-9"),
        ("file:nowhere.jsonl", "nowhere.jsonl: cannot be read"),
        ("transformers:/nowhere/at/all", "neither a folder nor"),
    ],
)
def test_a_model_that_cannot_be_run_is_one_message(site, capsys, model, says):
    folder, _ = site
    assert predict(folder, model=model) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: ") and says in error and "Traceback" not in error


def test_data_that_may_not_go_out_stay(site, capsys):
    folder, endpoint = site
    words = ["--benchmark", str(folder / "b.json"), "--images", str(folder / "images"), "--out", str(folder / "p.jsonl")]
    assert main(["predict", *words, "--model", "openai:mock"]) == 2  # nobody said whose data it is
    assert "--source" in capsys.readouterr().err and not endpoint.bodies


def test_no_settings_file_is_needed(tmp_path, monkeypatch, write_benchmark):
    monkeypatch.delenv("MEDMIM_CONFIG")
    monkeypatch.chdir(tmp_path)
    path = write_benchmark(("r", ["a.jpg"], CLOSED, "A: left"))
    assert main(["predict", "--benchmark", str(path), "--model", "baseline:longest", "--out", "p.jsonl"]) == 0
    assert [line["output"] for line in read_lines(tmp_path / "p.jsonl")] == ["B"]


def start(folder):
    words = ["predict", "--benchmark", "b.json", "--images", "images", "--model", "openai:mock", "--out", "p.jsonl"]
    return subprocess.Popen(
        [sys.executable, "-m", "evaluation", *words, "--source", "odir", "--controls", "blind"],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT), "MEDMIM_CONFIG": "medmim.toml"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # where the tests run in the background, SIGINT is ignored, and children inherit that
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_a_run_that_was_stopped_goes_on_with_what_is_missing(site, capsys, how):
    """Thirty questions; the endpoint falls silent after twenty, and the process is stopped there."""
    folder, endpoint = site
    write_site(folder, endpoint.url, count=15)
    silent, let_go = threading.Event(), threading.Event()

    def answer(n_before, body):
        if len(endpoint.bodies) > 20:
            silent.set()
            let_go.wait(30)
        return complete("B")

    endpoint.script = answer
    with start(folder) as process:
        try:
            assert silent.wait(30), process.stderr.read()
            process.send_signal(how)
            if how is signal.SIGINT:
                let_go.set()
            _, error = process.communicate(timeout=30)
        finally:
            let_go.set()
            process.kill()
    kept = len(read_lines(folder / "p.jsonl"))
    assert 8 <= kept < 30
    if how is signal.SIGINT:
        assert process.returncode == 130
        assert "kept in p.jsonl; the same command goes on" in error and "Traceback" not in error
    asked = len(endpoint.bodies)
    endpoint.script = lambda n_before, body: complete("B")
    assert predict(folder, "--controls", "blind") == 0
    assert count(folder / "p.jsonl") == {"sighted": 15, "blind": 15}
    assert len(endpoint.bodies) - asked <= 30 - kept
    assert len({line["key"] for line in read_lines(folder / "p.jsonl")}) == 30
