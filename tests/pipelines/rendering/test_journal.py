import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from pipelines.records import RenderedImage
from pipelines.rendering.journal import Journal
from pipelines.storage import StorageError
from pipelines.vocabulary import Source

ROW = RenderedImage(
    source=Source.ODIR,
    image_id="image-0",
    source_image_id="source_image-0",
    source_path="0.jpg",
    subject_id="subject-0",
    study_id="study-0",
    modality=None,
    organ=None,
    view=None,
    laterality=None,
    sequence=None,
    image_type=None,
    plane=None,
    slice_index=None,
    path="rendered/odir/image-0.png",
    width=4,
    height=3,
    sha256="0" * 64,
    pixel_sha256="1" * 64,
    duplicate_of=None,
    steps=("palette_to_rgb",),
)
ROWS = [replace(ROW, image_id=f"image-{number}") for number in range(5)]


def place(root: Path) -> Path:
    return root / "journals" / "rendered_odir.jsonl"


def keep(root: Path, *rows: RenderedImage) -> None:
    with Journal(root, "odir") as journal:
        journal.add(rows)


def change(**values: object) -> Callable[[str], str]:
    return lambda line: json.dumps(json.loads(line) | values)


def drop(name: str) -> Callable[[str], str]:
    return lambda line: json.dumps({key: value for key, value in json.loads(line).items() if key != name})


DAMAGE: dict[str, Callable[[str], str]] = {
    "half a line": lambda line: line[: len(line) // 2],
    "no object": lambda line: "[]",
    "value of another type": change(width="wide"),
    "number beyond 64 bits": change(width=10**30),
    "word that is not in the vocabulary": change(organ="liverwurst"),
    "half a character": change(steps=["\ud800"]),
    "null where a value must be": change(sha256=None),
    "field of another version": change(weight=1),
    "field that was added since": drop("organ"),
    "brackets without end": lambda line: "[" * 100_000,
    "bytes that are no text": lambda line: "\udcff\udcfe",
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_line_is_skipped_alone(tmp_path, damage):
    keep(tmp_path, *ROWS)
    lines = [line for line in place(tmp_path).read_text().splitlines() if line]
    lines[2] = DAMAGE[damage](lines[2])
    place(tmp_path).write_bytes("\n".join(lines).encode("utf-8", "surrogateescape"))
    assert Journal(tmp_path, "odir").recover([]) == [*ROWS[:2], *ROWS[3:]]


@pytest.mark.parametrize("path", ["a\u2028b\x85c\nd.jpg", "日本.jpg", "a\udce9.jpg"])
def test_a_line_holds_any_path(tmp_path, path):
    row = replace(ROW, source_path=path)
    keep(tmp_path, row, ROWS[1])
    recovered = Journal(tmp_path, "odir").recover([])
    assert recovered == ([ROWS[1]] if "\udce9" in path else [row, ROWS[1]])  # no table holds bytes that are no UTF-8


def test_of_two_lines_on_one_image_the_last_counts_and_a_table_that_has_it_ends_the_journal(tmp_path):
    again = replace(ROW, sha256="2" * 64)  # as another version of the encoder made it
    keep(tmp_path, ROW, again)
    assert Journal(tmp_path, "odir").recover([ROW]) == [again]
    assert Journal(tmp_path, "odir").recover([again]) == []
    assert not place(tmp_path).exists()


def test_rows_that_no_table_will_hold_are_dropped_and_those_that_one_will_hold_stay(tmp_path):
    keep(tmp_path, ROWS[0], ROWS[1])
    with Journal(tmp_path, "odir") as journal:
        assert journal.recover([ROWS[4]]) == ROWS[:2]
        journal.add([ROWS[2]])
        journal.settle([ROWS[1], ROWS[2], ROWS[4]])  # ROWS[0] was of other settings, ROWS[4] is in the table
    assert Journal(tmp_path, "odir").recover([ROWS[4]]) == ROWS[1:3]


def test_a_journal_whose_rows_are_all_used_is_left_alone(tmp_path):
    keep(tmp_path, *ROWS[:2])
    inode = place(tmp_path).stat().st_ino
    with Journal(tmp_path, "odir") as journal:
        journal.recover([])
        journal.settle(ROWS)
    assert place(tmp_path).stat().st_ino == inode


def test_a_journal_that_cannot_be_read_is_named_with_what_to_do(tmp_path):
    place(tmp_path).mkdir(parents=True)
    with pytest.raises(StorageError, match=r"rendered_odir\.jsonl: cannot be read \(.+\); .* or remove it"):
        Journal(tmp_path, "odir").recover([])


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_told_once_and_closing_does_not_hide_it(tmp_path):
    place(tmp_path).parent.mkdir()
    place(tmp_path).symlink_to("/dev/full")
    with pytest.raises(StorageError, match=r"rendered_odir\.jsonl: cannot be written \(No space left on device\); free space"):
        keep(tmp_path, ROW)
