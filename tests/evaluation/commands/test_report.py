"""`report` on files alone: one page of all baselines and of any files of answers."""

import csv
import io
import json

import pytest

from evaluation.__main__ import main
from evaluation.answer_files.completeness import Missing
from evaluation.benchmark import load_benchmark
from evaluation.commands.file_findings import find_in_files
from pipelines.choices import Evaluation
from pipelines.settings import Settings

QUESTION = "Where?\nA: left\nB: the right side\nC: both\n"
LETTERS = "ABC"
TEXTS = {"A": "left", "B": "the right side", "C": "both"}


@pytest.fixture
def first(write_benchmark):
    return write_named(write_benchmark, "first", 24)


@pytest.fixture
def second(write_benchmark):
    return write_named(write_benchmark, "second", 12)


def write_named(write_benchmark, name, count):
    """Closed questions; ids are the same in every benchmark but for its name's first letter and the first three."""
    keys = [f"same{n}" if n < 3 else f"{name[0]}{n}" for n in range(count)]
    rows = [
        (key, [f"{key}.jpg"], f"{name}, {key}: {QUESTION}", f"{LETTERS[n % 3]}: {TEXTS[LETTERS[n % 3]]}")
        for n, key in enumerate(keys)
    ]
    return write_benchmark(*rows, name=f"{name}.json")


def answer(benchmark, name, output=None, conditions=("sighted",), count=None, with_index=True):
    """Write answers to a benchmark: the key, or always the same."""
    lines = []
    for condition in conditions:
        for n, record in enumerate(json.loads(benchmark.read_text())[:count]):
            told = output if output is not None and condition != "sighted" else (output or LETTERS[n % 3])
            place = {"index": n} if with_index else {}
            lines.append({"id": record["id"], "output": told, "condition": condition} | place)
    path = benchmark.parent / f"{name}.jsonl"
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    return path


def report(*benchmarks, files=(), more=()):
    folder = benchmarks[0].parent
    words = [word for path in benchmarks for word in ("--benchmark", str(path))]
    words += [word for named in files for word in ("--predictions", named)]
    targets = ["--out", str(folder / "page.html"), "--csv", str(folder / "t.csv"), "--markdown", str(folder / "t.md")]
    code = main(["report", *words, *targets, "--draws", "100", *more])
    return code, list(csv.DictReader(io.StringIO((folder / "t.csv").read_text()))) if code == 0 else []


def find(rows, model, condition="sighted", view="as_published"):
    return {
        row["benchmark"]: (int(row["n"]), float(row["value"]))
        for row in rows
        if (row["model"], row["condition"], row["view"]) == (model, condition, view)
    }


def test_baselines_and_files_stand_in_one_table_and_on_one_page(first, capsys):
    mine, other = answer(first, "mine"), answer(first, "other", "A")
    code, rows = report(first, files=[f"good={mine}", str(other)])
    assert code == 0
    models = list(dict.fromkeys(row["model"] for row in rows))
    assert models == ["chance", "majority_letter", "longest_option", "text_only", "good", "other"]
    assert find(rows, "good") == {"first": (24, 1.0)} and find(rows, "other")["first"] == (24, pytest.approx(1 / 3))
    page = (first.parent / "page.html").read_text(encoding="utf-8")
    assert "good" in page and "http://" not in page.replace("http://www.w3.org", "") and str(first.parent) not in page
    shown = capsys.readouterr().out
    assert "longest_option" in shown and "page.html: 6 models" in shown
    assert "| good |" in (first.parent / "t.md").read_text()


def test_what_a_model_is_comes_from_the_card_beside_its_answers(first):
    rule = first.parent / "rule.jsonl"
    assert main(["predict", "--benchmark", str(first), "--model", "baseline:longest", "--out", str(rule)]) == 0
    settings = Settings.model_construct(evaluation=Evaluation(bootstrap_draws=100))
    files = {"mine": [rule], "other": [answer(first, "other")]}
    found = find_in_files({"first": load_benchmark(first)}, files, settings, Missing.REFUSED, print)
    cards = {card.model: (card.label, card.remarks) for card in found.cards}
    assert cards["mine"] == ("longest_option", ("a rule that sees no image",))
    assert cards["other"] == ("other.jsonl", ("answers made elsewhere",))


def test_controls_of_a_file_are_rows_of_their_own(first):
    path = answer(first, "mine", "A", ("sighted", "blind"))
    _, rows = report(first, files=[f"mine={path}"])
    assert find(rows, "mine", "blind")["first"] == find(rows, "mine")["first"]


def test_a_model_that_was_asked_blind_only_is_called_so(first, capsys):
    path = answer(first, "mine", "A", ("blind",))
    _, rows = report(first, files=[f"mine={path}"])
    assert find(rows, "mine") == {} and find(rows, "mine", "blind")["first"][0] == 24
    shown = capsys.readouterr()
    assert "mine: was asked first blind only" in shown.err and "mine, blind" in shown.out


def test_several_benchmarks_take_each_its_own_answers_though_ids_are_the_same(first, second):
    """Three ids are in both; place and id together tell which line is whose."""
    one, two = answer(first, "one"), answer(second, "two", "A")
    code, rows = report(first, second, files=[f"a={one}", f"b={two}"])
    assert code == 0
    assert find(rows, "a")["first"] == (24, 1.0) and find(rows, "b")["second"] == (12, pytest.approx(1 / 3))


def test_an_answer_counts_for_one_benchmark_only(first, second, capsys):
    """Without places, a file whose every id is in one benchmark is that one's; lines that may be of two are refused."""
    path = answer(first, "one", with_index=False)
    _, rows = report(first, second, files=[f"mine={path}"])
    assert find(rows, "mine") == {"first": (24, 1.0)}
    both = first.parent / "both.jsonl"
    both.write_bytes(path.read_bytes() + answer(second, "two", with_index=False).read_bytes())
    assert report(first, second, files=[f"mine={both}"])[0] == 2
    assert "record 'same0' is in first and second (6 such lines)" in capsys.readouterr().err


def test_one_model_may_have_a_file_for_each_benchmark(first, second, write_benchmark):
    third = write_benchmark(*[(f"t{n}", ["x.jpg"], QUESTION, "A: left") for n in range(3)], name="third.json")
    one, two = answer(first, "one"), answer(third, "two", "A")
    code, rows = report(first, third, files=[f"mine={one}", f"mine={two}"])
    assert code == 0 and find(rows, "mine") == {"first": (24, 1.0), "third": (3, 1.0)}


def test_half_a_file_is_refused_unless_one_says_what_of_it(first, capsys):
    path = answer(first, "mine", count=10)
    assert report(first, files=[f"mine={path}"])[0] == 2
    assert "mine on first: 14 of 24 items have no prediction" in capsys.readouterr().err
    assert find(report(first, files=[f"mine={path}"], more=["--answered-only"])[1], "mine") == {"first": (10, 1.0)}
    wrong = find(report(first, files=[f"mine={path}"], more=["--allow-missing"])[1], "mine")
    assert wrong["first"] == (24, pytest.approx(10 / 24))


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("chance={path}", "--predictions chance=...: this is the name of a baseline"),
        ("a b={path}", "a name has letters, digits"),
        ("mine={path}.gone", "cannot be read"),
    ],
)
def test_a_name_or_file_that_will_not_do_is_one_message(first, capsys, name, says):
    path = answer(first, "mine")
    assert report(first, files=[name.format(path=path)])[0] == 2
    error = capsys.readouterr().err
    assert error.startswith("error: ") and says in error and error.count("\n") == 1
    assert not (first.parent / "page.html").exists()


def test_two_benchmarks_of_one_name_are_refused(first, tmp_path, capsys):
    (tmp_path / "copy").mkdir()
    copy = tmp_path / "copy" / "first.json"
    copy.write_bytes(first.read_bytes())
    assert report(first, copy)[0] == 2
    assert "another is called 'first' already" in capsys.readouterr().err


def test_a_wrong_folder_of_images_is_an_error_and_so_is_a_folder_as_target(first, tmp_path, capsys):
    assert report(first, more=["--images", str(tmp_path)])[0] == 2
    assert "has not one of the benchmark's 24 images" in capsys.readouterr().err
    assert main(["report", "--benchmark", str(first), "--out", str(tmp_path)]) == 2
    assert "--out" in (error := capsys.readouterr().err) and "is a folder" in error


def test_the_released_files_make_one_page_with_the_images_that_are_here(med_mim_root, vqa_rad_root, tmp_path, capsys):
    rad, odir = (med_mim_root / f"Med_MIM_benchmark_Held_out_{name}.json" for name in ("RAD", "ODIR"))
    answers = tmp_path / "p.jsonl"
    assert main(["predict", "--benchmark", str(rad), "--model", "baseline:longest", "--out", str(answers)]) == 0
    words = ["--benchmark", str(rad), "--benchmark", str(odir), "--images", str(vqa_rad_root / "VQA_RAD Image Folder")]
    words += ["--predictions", f"mine={answers}", "--answer-type", "closed", "--draws", "100"]
    assert main(["report", *words, "--out", str(tmp_path / "page.html"), "--csv", str(tmp_path / "t.csv")]) == 0
    rows = list(csv.DictReader(io.StringIO((tmp_path / "t.csv").read_text())))
    longest = {(row["benchmark"], row["model"]): row["value"] for row in rows if row["view"] == "as_published"}
    assert float(longest[rad.stem, "longest_option"]) == pytest.approx(208 / 293) == float(longest[rad.stem, "mine"])
    assert float(longest[odir.stem, "longest_option"]) == pytest.approx(122 / 300)
    shown = capsys.readouterr()
    assert "70.99" in shown.out and "600 of 857 images are not under" in shown.err
    assert f"mine: has no answers to closed items of {odir.stem}" in shown.err
    assert "data:image/webp" in (tmp_path / "page.html").read_text(encoding="utf-8")
