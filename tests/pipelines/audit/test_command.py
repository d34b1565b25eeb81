import argparse
import json
from pathlib import Path

import pytest

from pipelines.audit.command import register

PROMISED = (
    "duplicate_options",
    "key_not_in_options",
    "letter_gap",
    "repeated_image",
    "ordinal_beyond_images",
    "image_token_mismatch",
    "template_residue",
    "id_collision",
    "contradictory_answers",
)


def run(*arguments: object) -> int:
    parser = argparse.ArgumentParser()
    register(parser.add_subparsers())
    chosen = parser.parse_args(["audit", *map(str, arguments)])
    return chosen.run(chosen)


def test_the_json_holds_every_promised_key_also_where_nothing_was_found(desk, make, tmp_path: Path, capsys):
    out = tmp_path / "new" / "report.json"
    assert run("--benchmark", desk.write([make(images=("synpic1.jpg",), n_marks=1)]), "--json", out) == 0
    report = json.loads(out.read_text())
    assert set(report) >= {"files", "records", "overlap", "defects"}
    assert all(report["defects"][kind] == report["defects"][kind] | {"count": 0, "examples": []} for kind in PROMISED)
    keys = (
        "subjects",
        "images",
        "image_groups",
        "benchmark_records_sharing_a_subject",
        "benchmark_records_sharing_an_image_group",
    )
    assert all(report["overlap"][key] == 0 for key in keys)
    assert "Findings: none" in capsys.readouterr().out


def test_examples_name_file_place_and_id(desk, make, tmp_path: Path):
    path = desk.write([make(id=1), make("Q?\nA: x\nB: x\n", "A", id=22)])
    run("--benchmark", path, "--json", tmp_path / "o.json")
    (example,) = json.loads((tmp_path / "o.json").read_text())["defects"]["duplicate_options"]["examples"]
    assert (example["file"], example["record"], example["id"]) == (str(path), 1, "22")


def test_several_files_a_side_may_follow_one_option_or_several(desk, make, tmp_path: Path):
    paths = [desk.write([make(id=str(n), images=(f"synpic{n % 2}.jpg",))]) for n in range(4)]
    run("--benchmark", paths[0], paths[1], "--train", paths[2], "--train", paths[3], "--json", tmp_path / "o.json")
    report = json.loads((tmp_path / "o.json").read_text())
    assert [file["side"] for file in report["files"]] == ["benchmark", "benchmark", "train", "train"]
    assert report["records"] == 4 and report["overlap"]["subjects"] == 2


def test_the_text_is_at_most_120_wide_whatever_ids_tags_and_texts_are(desk, make, tmp_path: Path, capsys):
    wide = [
        make(f'{"肺" * 200} nan?"\nA: {"y" * 300}\nB: {"y" * 300}\nC: z\n', "C", id="i" * 300, source="T" * 300)
        for _ in range(7)
    ]
    run("--benchmark", desk.write(wide), "--train", desk.write(wide))
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 120
    assert any("duplicate_options" in line for line in lines)


def test_findings_stand_defects_first_each_by_falling_count(desk, make, capsys):
    records = [make("Per the report, is it?", id=str(n), answer=f"{n}") for n in range(4)]
    records += [make("Q?\nA: x\nB: x\n", "A", id="d"), make('Is it?"', id="q1"), make('Is it there?"', id="q2")]
    run("--benchmark", desk.write(records))
    shown = [line.split()[1] for line in capsys.readouterr().out.splitlines() if line.startswith(("  defect ", "  warning "))]
    assert shown[-1] == "hidden_text" and shown.index("stray_quote") < shown.index("duplicate_options")


@pytest.mark.parametrize(
    "content", ["", "{", "not json", '{"a": 1}', '{"id": 1}\n{"id": 2}\n', "version https://git-lfs.github.com/spec/v1\n"]
)
def test_a_file_that_cannot_be_read_is_one_message_and_exit_code_2(tmp_path: Path, capsys, content: str):
    path = tmp_path / "b.json"
    path.write_text(content)
    assert run("--benchmark", path) == 2
    told = capsys.readouterr()
    assert told.err.startswith(f"audit: {path}") and told.err.count("\n") == 1 and told.out == ""


def test_a_missing_file_a_folder_and_a_file_given_twice_are_refused(desk, make, tmp_path: Path, capsys):
    path = desk.write([make()])
    assert run("--benchmark", tmp_path / "none.json") == run("--benchmark", tmp_path) == run("--benchmark", path, path) == 2
    assert run("--benchmark", path, "--json", path) == 2
    assert "given twice" in capsys.readouterr().err
    assert json.loads(path.read_text())  # not overwritten
    assert run("--benchmark", path, "--train", path) == 0


@pytest.mark.parametrize("depth", [5_000, 100_000])
def test_a_file_nested_too_deeply_is_told_in_one_message(tmp_path: Path, capsys, depth: int):
    path = tmp_path / "deep.json"
    path.write_text('[{"id": ' + "[" * depth + "]" * depth + "}]")
    assert run("--benchmark", path) == 2
    assert "nested too deeply" in capsys.readouterr().err


def test_one_record_nested_a_little_too_deeply_is_malformed_and_its_neighbour_is_read(desk, make):
    deep: object = []
    for _ in range(600):
        deep = [deep]
    report = desk.audit([make(id=deep), make("Q?\nA: x\nB: x\n", "A")])
    found = {kind.kind.value: kind.count for kind in report.kinds if kind.count}
    assert (found["malformed_record"], found["duplicate_options"]) == (1, 1)


def test_a_record_whose_subject_no_path_tells_is_spoken_of_and_none_is_not(desk, make, capsys):
    known, unknown = make(images=("synpic1.jpg", "synpic2.jpg")), make(images=("a/1.png", "a/2.png"), id="r2")
    run("--benchmark", desk.write([known]), "--train", desk.write([known]))
    assert "not every subject is known" not in " ".join(capsys.readouterr().out.split())
    run("--benchmark", desk.write([known, unknown]), "--train", desk.write([known]))
    assert "Of 1 not every subject is known." in " ".join(capsys.readouterr().out.split())
