import argparse
import csv
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from pipelines.records import Record, RenderedImage, ReviewDecision
from pipelines.review.command import register
from pipelines.review.decisions import NewDecision
from pipelines.review.ledger import open_ledger
from pipelines.review.plan import ReviewPlan, apply_plan
from pipelines.storage import table_path, write_table
from pipelines.tables import RENDERED_IMAGES, VALIDATED
from pipelines.vocabulary import Modality, Organ, Source, Split, Verdict

REPOSITORY = Path(__file__).parents[3]
HELD_OUT_LOT = "vqa_rad/held_out/coreference/located_question/closed/composed"
TRAIN_LOT = "vqa_rad/train/coreference/located_question/closed/composed"


def review(*arguments: object) -> int:
    parser = argparse.ArgumentParser(prog="python -m pipelines")
    register(parser.add_subparsers(required=True))
    chosen = parser.parse_args(["review", *map(str, arguments)])
    return chosen.run(chosen)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A storage root; the working directory holds no settings file."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MEDMIM_CONFIG", raising=False)
    monkeypatch.setenv("MEDMIM_STORAGE_ROOT", str(tmp_path / "storage"))
    return tmp_path / "storage"


def write_validated(root: Path, records: list[Record]) -> None:
    write_table(table_path(str(root), VALIDATED.name, Source.VQA_RAD), VALIDATED.to_arrow(records))


@pytest.fixture
def records(root: Path, make_record: Callable[..., Record]) -> list[Record]:
    """Two benchmark records and three training ones, validated and stored."""
    made = [make_record(number, split=Split.HELD_OUT if number < 2 else Split.TRAIN) for number in range(5)]
    write_validated(root, made)
    return made


def stored(root: Path) -> list[ReviewDecision]:
    with open_ledger(root / "review" / "decisions.sqlite") as ledger:
        ledger.verify()
        return ledger.read()


@pytest.fixture
def synthetic_records(root: Path, records: list[Record]) -> list[Record]:
    """The same records, of the synthetic cohort."""
    made = [replace(record, is_synthetic=True) for record in records]
    write_validated(root, made)
    return made


Output = pytest.CaptureFixture[str]


def test_list_shows_each_item_and_what_each_lot_lacks(records: list[Record], capsys: Output) -> None:
    assert review("list") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["ITEM", "DIGEST", "SPLIT", "ABILITY", "ANSWER", "STATE", "QUESTION"]
    assert {line.split()[0] for line in lines[1:6]} == {record.record_id for record in records}
    assert all("pending" in line and "Is there a pleural effusion in the second image?" in line for line in lines[1:6])
    assert f"{HELD_OUT_LOT}: decisions needed: 4 (every_item; 2 records: 0 usable, 0 rejected, 2 open)" in lines
    assert f"{TRAIN_LOT}: decisions needed: 3 (screening; 3 records: 0 usable, 0 rejected, 3 open)" in lines
    assert lines[-1] == "decisions needed in all: 7"


def test_list_filters_by_lot_state_and_number(records: list[Record], capsys: Output) -> None:
    review("approve", records[2].record_id, "--reviewer", "Ada")
    review("approve", records[0].record_id, "--reviewer", "Ada")
    capsys.readouterr()
    assert review("list", "--lot", TRAIN_LOT, "--pending", "--limit", 1, "--source", "vqa_rad") == 0
    out = capsys.readouterr().out
    assert out.count("record-") == 1
    assert records[2].record_id not in out
    assert "items not shown: 1 (--limit 1)" in out
    review("list")
    states = {line.split(" ")[0]: line for line in capsys.readouterr().out.splitlines()}
    assert "approved 1 of 2" in states[records[0].record_id]
    assert "approved 1 of 1" in states[records[2].record_id]


def test_the_list_of_a_sampled_lot_tells_sampled_from_unsampled(
    root: Path, make_record: Callable[..., Record], monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    monkeypatch.setenv("MEDMIM_REVIEW__TRAIN_SAMPLE", "1")
    write_validated(root, [make_record(number) for number in range(3)])
    review("list")
    lines = capsys.readouterr().out.splitlines()
    assert ["pending" in line for line in lines[1:4]] == [True, False, False]
    assert [" not sampled " in line for line in lines[1:4]] == [False, True, True]
    review("approve", lines[1].split()[0], "--reviewer", "Ada")
    capsys.readouterr()
    review("list")
    out = capsys.readouterr().out
    assert out.count("accepted by sample") == 2
    assert f"{TRAIN_LOT}: complete (sample; 3 records: 3 usable, 0 rejected, 0 open)" in out


def test_show_gives_everything_that_a_reviewer_judges(root: Path, records: list[Record], capsys: Output) -> None:
    record = records[0]
    image = RenderedImage(
        Source.VQA_RAD, "image-1", "source-1", "1.jpg", "subject-1", "study-1", Modality.XRAY, Organ.CHEST, *[None] * 6,
        "rendered/image-1.png", 8, 8, "0" * 64, "0" * 64, None, (),
    )  # fmt: skip
    write_table(table_path(str(root), RENDERED_IMAGES.name, Source.VQA_RAD), RENDERED_IMAGES.to_arrow([image]))
    review("reject", record.record_id, "--reason", "leak", "--comment", "names it", "--reviewer", "Zoë")
    capsys.readouterr()
    assert review("show", record.record_id.removeprefix("record-")[:8]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:5] == [
        f"item      {record.record_id}, version 1",
        f"digest    {record.digest}",
        "kind      vqa_rad, held_out, coreference, located_question, closed, composed",
        f"image 1   {root.resolve() / 'rendered/image-1.png'} (file is missing)",
        "image 2   image-2: not rendered",
    ]
    assert lines[5:10] == [
        "question  Is there a pleural effusion in the second image?",
        "          A: Yes",
        "          B: No",
        "answer    B: No",
        "evidence  image 2: pleural effusion = no (question-1)",
    ]
    assert lines[10].endswith("Zoë: reject (leak): names it")


def test_show_names_a_file_that_can_be_opened(root: Path, records: list[Record], capsys: Output) -> None:
    image = RenderedImage(
        Source.VQA_RAD, "image-2", "source-2", "2.jpg", "subject-2", "study-2", *[None] * 8,
        "rendered/image-2.png", 8, 8, "0" * 64, "0" * 64, None, (),
    )  # fmt: skip
    write_table(table_path(str(root), RENDERED_IMAGES.name, Source.VQA_RAD), RENDERED_IMAGES.to_arrow([image]))
    (root / "rendered").mkdir()
    (root / "rendered" / "image-2.png").write_bytes(b"png")
    review("show", records[0].record_id)
    (line,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith("image 2")]
    assert Path(line.removeprefix("image 2   ")).read_bytes() == b"png"


def test_what_the_commands_write_opens_the_gate(root: Path, records: list[Record], capsys: Output) -> None:
    ids = [record.record_id for record in records]
    assert review("approve", *ids, "--reviewer", "Ada") == 0
    assert "complete (screening; 3 records: 3 usable" in capsys.readouterr().out
    assert review("approve", ids[0], "--reviewer", "Bob", "--digest", records[0].digest) == 0
    assert review("reject", ids[1], "--reason", "wording", "--reviewer", "Bob") == 0
    assert f"event 7: Bob decided reject on {ids[1]} ({records[1].digest[:12]})" in capsys.readouterr().out
    approval = apply_plan(records, stored(root), ReviewPlan(), source_is_synthetic=False)
    assert approval.is_complete
    assert [rejection.item for rejection in approval.rejections] == [ids[1]]
    review("list")
    assert "items with two reviewers: 2; agreement 0.500, Gwet AC1 0.200" in capsys.readouterr().out  # q = 3/4; (1/2-3/8)/(5/8)


def test_a_decision_is_bound_to_the_text_shown_and_lost_with_it(root: Path, records: list[Record], capsys: Output) -> None:
    review("approve", records[0].record_id, "--reviewer", "Ada")
    assert stored(root)[0].item_digest == records[0].digest
    write_validated(root, [replace(records[0], digest="f" * 64)])
    capsys.readouterr()
    review("show", records[0].record_id)
    assert "Ada: approve [about another text of the item, does not count]" in capsys.readouterr().out
    assert review("approve", records[0].record_id, "--reviewer", "Ada", "--digest", records[0].digest) == 2
    error = capsys.readouterr().err
    assert f"{records[0].record_id}: the record changed since you saw it: its digest is ffffffffffff" in error
    assert len(stored(root)) == 1


def test_an_undone_decision_stays_visible_and_is_marked(records: list[Record], capsys: Output) -> None:
    item = records[0].record_id
    review("reject", item, "--reason", "phi", "--reviewer", "Ada")
    review("approve", item, "--reviewer", "Ada", "--comment", "a scale, no name")
    capsys.readouterr()
    review("show", item)
    first, second = capsys.readouterr().out.splitlines()[-2:]
    assert first.endswith("Ada: reject (phi) [replaced by a later decision]")
    assert second.endswith("Ada: approve: a scale, no name")


def test_a_reader_that_closes_the_pipe_is_no_error(records: list[Record], root: Path) -> None:
    code = (
        "import argparse, sys; from pipelines.review.command import register; parser = argparse.ArgumentParser(); "
        "register(parser.add_subparsers()); args = parser.parse_args(['review', 'list']); sys.exit(args.run(args))"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
    )
    assert process.stdout is not None
    process.stdout.close()
    _, error = process.communicate(timeout=60)
    assert (process.returncode, error) == (0, b"")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["show", "record-zz"], "item 'record-zz': no validated record has this id; `review list` shows them all"),
        (["show", "record-"], "item 'record-': 5 records begin so (record-"),
        (["show", ""], "item '': no validated record has this id"),
        (
            ["reject", "record-", "--reason", "ugly", "--reviewer", "Ada"],
            "reason 'ugly' is not known; choose one of: wrong",
        ),
        (["approve", "record-", "x", "--reviewer", "Ada", "--digest", "d" * 64], "approve them one by one"),
        (["list", "--lot", "vqa_rad"], f"lot 'vqa_rad' is not known; the lots are: {HELD_OUT_LOT}, {TRAIN_LOT}"),
        (["list", "--source", "odir"], "no validated records of odir under"),
        (["decide", "--from", "no.csv", "--reviewer", "Ada"], "no.csv: cannot be opened"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_message(
    root: Path, records: list[Record], capsys: Output, arguments: list[str], message: str
) -> None:
    assert review(*arguments) == 2
    captured = capsys.readouterr()
    assert message in captured.err
    assert captured.err.startswith("review: ")
    assert "Traceback" not in captured.err
    assert stored(root) == []


def test_one_bad_item_keeps_the_others_undecided(root: Path, records: list[Record], capsys: Output) -> None:
    assert review("approve", records[0].record_id, "record-zz", "--reviewer", "Ada") == 2
    assert review("approve", records[0].record_id, "--reviewer", " ") == 2
    assert "reviewer ' '" in capsys.readouterr().err
    assert review("approve", records[0].record_id, "--reviewer", "Ada", "--digest", "") == 2
    assert "expected at least its first 12 characters" in capsys.readouterr().err
    assert stored(root) == []


def test_the_reviewer_must_be_named(records: list[Record], capsys: Output) -> None:
    with pytest.raises(SystemExit, match="2"):
        review("approve", records[0].record_id)
    assert "--reviewer" in capsys.readouterr().err


def test_without_validated_records_the_command_that_makes_them_is_named(root: Path, capsys: Output) -> None:
    assert review("list") == 2
    assert "dagster asset materialize -m assets.definitions --select 'group:corpus' --partition" in capsys.readouterr().err


def test_a_source_whose_records_all_failed_is_told_from_one_that_was_not_made(root: Path, capsys: Output) -> None:
    write_validated(root, [])
    assert review("list") == 0
    assert capsys.readouterr().out == "decisions needed in all: 0\n"


def test_a_broken_ledger_is_told_and_not_written(root: Path, records: list[Record], capsys: Output) -> None:
    path = root / "review" / "decisions.sqlite"
    path.parent.mkdir()
    path.write_bytes(b"not a database, but long enough to be one" * 100)
    assert review("list") == 2
    assert "decisions.sqlite: cannot be opened as a review ledger: file is not a database" in capsys.readouterr().err
    assert review("approve", records[0].record_id, "--reviewer", "Ada") == 2
    assert path.read_bytes() == b"not a database, but long enough to be one" * 100


def test_a_broken_table_is_told(root: Path, records: list[Record], capsys: Output) -> None:
    Path(table_path(str(root), VALIDATED.name, "vqa_rad")).write_bytes(b"PAR1")
    assert review("list") == 2
    assert "not a whole Parquet file" in capsys.readouterr().err


def test_demo_decisions_are_refused_for_a_real_source(root: Path, records: list[Record], capsys: Output) -> None:
    assert review("approve", records[0].record_id, "--reviewer", "Ada", "--synthetic") == 2
    assert "--synthetic: vqa_rad is a real source" in capsys.readouterr().err
    assert stored(root) == []


def test_on_the_synthetic_cohort_decisions_stay_of_one_kind(
    root: Path, synthetic_records: list[Record], capsys: Output
) -> None:
    first, second = synthetic_records[:2]
    with open_ledger(root / "review" / "decisions.sqlite") as ledger:
        ledger.append([NewDecision(first.record_id, first.digest, "synthetic-1", Verdict.APPROVE, is_synthetic=True)])
    assert review("approve", second.record_id, "--reviewer", "Ada") == 2
    assert "holds synthetic decisions about it, which never mix with others; add --synthetic" in capsys.readouterr().err
    assert review("approve", second.record_id, "--reviewer", "Ada", "--synthetic") == 0
    assert [event.is_synthetic for event in stored(root)] == [True, True]


def test_after_real_decisions_on_the_synthetic_cohort_demo_ones_are_refused(
    synthetic_records: list[Record], capsys: Output
) -> None:
    assert review("approve", synthetic_records[0].record_id, "--reviewer", "Ada") == 0
    assert review("approve", synthetic_records[1].record_id, "--reviewer", "Ada", "--synthetic") == 2
    assert "leave --synthetic out" in capsys.readouterr().err


def test_one_real_record_among_synthetic_ones_keeps_demo_decisions_out(
    root: Path, synthetic_records: list[Record], capsys: Output
) -> None:
    write_validated(root, [replace(synthetic_records[0], is_synthetic=False), *synthetic_records[1:]])
    assert review("approve", synthetic_records[1].record_id, "--reviewer", "Ada", "--synthetic") == 2
    assert "vqa_rad is a real source" in capsys.readouterr().err
    assert stored(root) == []


def test_a_ledger_that_mixes_demo_and_real_decisions_is_told_by_list(root: Path, records: list[Record], capsys: Output) -> None:
    with open_ledger(root / "review" / "decisions.sqlite") as ledger:
        ledger.append([NewDecision(records[0].record_id, "d" * 64, "synthetic-1", Verdict.APPROVE, is_synthetic=True)])
    assert review("list") == 2
    assert "synthetic decisions: 1 (the first is event 1" in capsys.readouterr().err


def test_a_sheet_is_written_filled_and_taken_over(root: Path, records: list[Record], tmp_path: Path, capsys: Output) -> None:
    sheet = tmp_path / "sheet.csv"
    assert review("list", "--pending", "--csv", sheet) == 0
    assert "sheet.csv: items written: 5; fill in verdict and reason" in capsys.readouterr().out
    with sheet.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    rows[0] |= {"verdict": "Approve "}
    rows[1] |= {"verdict": "reject", "reason": "more_than_one_correct", "comment": 'both, "A" and B\nare right'}
    with sheet.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    assert review("decide", "--from", sheet, "--reviewer", "Ada") == 0
    assert "1 approved, 1 rejected, 3 without a verdict" in capsys.readouterr().out
    first, second = stored(root)
    assert (first.item, first.verdict, first.item_digest) == (rows[0]["item"], Verdict.APPROVE, rows[0]["digest"])
    assert (second.reason, second.comment) == ("more_than_one_correct", 'both, "A" and B\nare right')


def test_a_sheet_that_exists_is_never_overwritten(records: list[Record], tmp_path: Path, capsys: Output) -> None:
    sheet = tmp_path / "sheet.csv"
    sheet.write_text("my decisions")
    assert review("list", "--csv", sheet) == 2
    assert "exists, and may hold decisions" in capsys.readouterr().err
    assert sheet.read_text() == "my decisions"


def test_every_bad_line_of_a_sheet_is_named_and_none_is_written(
    root: Path, records: list[Record], tmp_path: Path, capsys: Output
) -> None:
    a, b, c, d, e = ((record.record_id, record.digest) for record in records)
    sheet = tmp_path / "sheet.csv"
    rows = [
        f"{a[0]},{a[1]},approve,,",
        f"{a[0]},{a[1]},reject,leak,",
        f"record-zz,{a[1]},approve,,",
        f"{b[0]},{'e' * 64},approve,,",
        f"{b[0]},,approve,,",
        f"{b[0]},{b[1]},yes,,",
        f"{c[0]},{c[1]},reject,,",
        f"{c[0]},{c[1]},reject,ugly,",
        f"{d[0]},{d[1]},approve,leak,",
        f"{e[0]},{e[1]},,,a comment alone",
    ]
    sheet.write_text("\n".join(["item,digest,verdict,reason,comment", *rows]) + "\n")
    assert review("decide", "--from", sheet, "--reviewer", "Ada") == 2
    lines = capsys.readouterr().err.splitlines()
    assert lines[0].endswith("sheet.csv: nothing was written; mend these lines:")
    expected = [
        (3, "stands on line 2 already"),
        (4, "item 'record-zz': no validated record"),
        (5, "the record changed since you saw it"),
        (6, "digest ''"),
        (7, "verdict 'yes' is not known; write approve or reject"),
        (8, "a reject needs one; choose one of"),
        (9, "reason 'ugly' is not known"),
        (10, "an approval has none"),
        (11, "verdict is empty, but a reason or comment is given"),
    ]
    assert len(lines) == 1 + len(expected)
    for text, (line, problem) in zip(lines[1:], expected, strict=True):
        assert text.startswith(f"  line {line}: ")
        assert problem in text
    assert stored(root) == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"item,verdict\nx,approve\n", "column digest, reason, comment is missing"),
        (b"", "column item, digest, verdict, reason, comment is missing"),
        (b"item;digest;verdict;reason;comment\nx;d;approve;;\n", "separated by semicolons or tabs: save it as CSV (comma"),
        (b"item,digest,verdict,reason,comment\n\xff,x,approve,,\n", "cannot be read as a UTF-8 CSV file"),
        (b'item,digest,verdict,reason,comment\n"x,d,approve,,\n', "cannot be read as a UTF-8 CSV file"),
        (b"item,digest,verdict,reason,comment\nrecord-1\n,,,,\n", "0 rows"),
    ],
)
def test_a_sheet_that_is_no_sheet_is_told(
    root: Path, records: list[Record], tmp_path: Path, capsys: Output, content: bytes, message: str
) -> None:
    sheet = tmp_path / "sheet.csv"
    sheet.write_bytes(content)
    code = review("decide", "--from", sheet, "--reviewer", "Ada")
    captured = capsys.readouterr()
    if message == "0 rows":  # rows without a verdict are undecided, not wrong
        assert (code, captured.out.strip()) == (0, "0 approved, 0 rejected, 2 without a verdict")
    else:
        assert (code, message in captured.err) == (2, True)
    assert stored(root) == []


def test_a_sheet_that_cannot_be_opened_is_told(root: Path, records: list[Record], tmp_path: Path, capsys: Output) -> None:
    for path in (tmp_path, tmp_path / "none.csv"):
        assert review("decide", "--from", path, "--reviewer", "Ada") == 2
        assert f"{path}: cannot be opened" in capsys.readouterr().err
