"""Mantis JSON comes in and goes out without loss, and every bad file says what is wrong with it."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.formats.mantis import build_record, mantis_from_records, read_mantis, write_mantis
from pipelines.formats.problem import FormatError
from pipelines.records import Turn
from pipelines.vocabulary import Role
from tests.pipelines.made_rows import make_row

RELEASED = ("Med_MIM_benchmark_Held_out_ODIR.json", "Med_MIM_benchmark_Held_out_RAD.json")


def record(**changes: Any) -> dict[str, Any]:
    turns = [{"role": "user", "content": "<image>Normal?"}, {"role": "assistant", "content": "Yes"}]
    return {"id": "r1", "images": ["a.jpg"], "conversation": turns, "source": "demo"} | changes


def round_trip(folder: Path, content: bytes) -> bytes:
    before, after = folder / "in.json", folder / "out.json"
    before.write_bytes(content)
    write_mantis(read_mantis(before), after)
    return after.read_bytes()


@pytest.mark.parametrize("name", RELEASED)
def test_released_file_comes_back_byte_for_byte(med_mim_root: Path, tmp_path: Path, name: str) -> None:
    file = read_mantis(med_mim_root / name)
    assert file.is_byte_exact and not file.problems
    write_mantis(file, tmp_path / name)
    assert (tmp_path / name).read_bytes() == (med_mim_root / name).read_bytes()


def test_released_rad_record_has_the_values_that_json_has(med_mim_root: Path) -> None:
    path = med_mim_root / RELEASED[1]
    for ours, theirs in zip(read_mantis(path).records, json.loads(path.read_text()), strict=True):
        assert ours.id == theirs["id"] and list(ours.images) == theirs["images"] and ours.source == theirs["source"]
        assert [{"role": turn.role.value, "content": turn.content} for turn in ours.turns] == theirs["conversation"]


json_texts = st.text(st.characters(exclude_categories=()), max_size=12)  # lone surrogates and control characters included
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | json_texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(json_texts, inner, max_size=3),
    max_leaves=6,
)
turns = st.fixed_dictionaries({"role": st.sampled_from(["user", "assistant"]), "content": json_texts})


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    keys: dict[str, Any] = {
        "id": draw(json_texts | st.integers()),
        "images": draw(st.lists(json_texts, max_size=3)),
        "conversation": draw(st.lists(turns, max_size=4)),
    }
    if draw(st.booleans()):
        keys["source"] = draw(st.none() | json_texts)
    extra = draw(st.dictionaries(json_texts, json_values, max_size=2))
    return dict(draw(st.permutations(list((extra | keys).items()))))


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.lists(documents(), max_size=3),
    st.sampled_from([None, 0, 1, 2, 4, "\t"]),
    st.sampled_from([(",", ":"), (", ", ": "), (",", " : ")]),
    st.sampled_from(["", "\n", "\r\n\n"]),
    st.booleans(),
)
def test_any_regular_file_comes_back_byte_for_byte(
    tmp_path: Path, items: list[Any], indent: int | str | None, separators: tuple[str, str], end: str, has_bom: bool
) -> None:
    if indent is not None:
        separators = (",", separators[1])
    text = json.dumps(items, indent=indent, separators=separators) + end
    content = text.encode("utf-8-sig" if has_bom else "utf-8")
    assert round_trip(tmp_path, content) == content


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(documents(), max_size=3))
def test_hand_laid_out_file_keeps_its_json_value_and_key_order(tmp_path: Path, items: list[Any]) -> None:
    text = "[\n" + " ,\n  ".join(json.dumps(item) for item in items) + "]"
    again = json.loads(round_trip(tmp_path, text.encode()), object_pairs_hook=lambda pairs: tuple(pairs))
    assert again == json.loads(text, object_pairs_hook=lambda pairs: tuple(pairs))


@pytest.mark.parametrize("number", ["1.0", "1e400", "-0", "-0.0", "0.10", "1E5", "9" * 5000, "1" * 19, "0.1000000000000000055"])
def test_number_is_written_back_as_the_token_that_was_read(tmp_path: Path, number: str) -> None:
    text = json.dumps([record(extra="NUMBER", id="ID")], indent=2).replace('"NUMBER"', number).replace('"ID"', number)
    assert round_trip(tmp_path, text.encode()).decode() == text


def test_utf8_text_stays_utf8_beside_a_lone_surrogate(tmp_path: Path) -> None:
    text = json.dumps([record(source="naïve 病变 😀"), record(source="X")], ensure_ascii=False).replace('"X"', '"\\ud800"')
    assert round_trip(tmp_path, text.encode()).decode() == text


def test_windows_line_ends_come_back(tmp_path: Path) -> None:
    content = json.dumps([record()], indent=4).replace("\n", "\r\n").encode()
    assert round_trip(tmp_path, content) == content


def test_file_that_cannot_be_byte_exact_says_so_and_keeps_its_value(tmp_path: Path) -> None:
    content = json.dumps([record(images=["a/b.jpg", "c/d.jpg"])]).replace("a/b", "a\\/b").encode()
    (tmp_path / "in.json").write_bytes(content)
    file = read_mantis(tmp_path / "in.json")
    write_mantis(file, tmp_path / "out.json")
    assert not file.is_byte_exact and file.records[0].images == ("a/b.jpg", "c/d.jpg")
    assert json.loads((tmp_path / "out.json").read_bytes()) == json.loads(content)


def test_file_written_by_pandas_comes_back_byte_for_byte(tmp_path: Path) -> None:
    frame = pd.DataFrame([record(images=["Training Images/0_left.jpg"], source="café", age=61.5), record(id="r2", age=1.0)])
    for indent in (0, 2):
        frame.to_json(tmp_path / "pandas.json", orient="records", indent=indent)
        content = (tmp_path / "pandas.json").read_bytes()
        assert b"\\/" in content and round_trip(tmp_path, content) == content


def test_id_is_text_whether_written_as_string_or_number(tmp_path: Path) -> None:
    path = tmp_path / "in.json"
    path.write_text(json.dumps([record(id=7), record(id="7"), record(id=10**30), record(id=1.0)]))
    assert [item.id for item in read_mantis(path).records] == ["7", "7", "1" + "0" * 30, "1.0"]


def test_missing_source_is_none_and_stays_missing(tmp_path: Path) -> None:
    bare = record()
    del bare["source"]
    path = tmp_path / "in.json"
    path.write_text(json.dumps([bare, record(source=None)]))
    assert [item.source for item in read_mantis(path).records] == [None, None]
    assert json.loads(round_trip(tmp_path, path.read_bytes())) == [bare, record(source=None)]


def test_file_with_bad_records_is_never_written_without_them(tmp_path: Path) -> None:
    path, out = tmp_path / "in.json", tmp_path / "out.json"
    path.write_text(json.dumps([record(), 3]))
    with pytest.raises(FormatError, match="1 records of the input are not of the Mantis form and would be lost"):
        write_mantis(read_mantis(path, strict=False), out)
    assert not out.exists()


def test_failed_write_leaves_the_former_file_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "out.json"
    path.write_text("former")
    monkeypatch.setattr(Path, "replace", _fail)
    with pytest.raises(OSError, match="disk full"):
        write_mantis(mantis_from_records([]), path)
    assert path.read_text() == "former" and [child.name for child in tmp_path.iterdir()] == ["out.json"]


def _fail(*_: object) -> None:
    raise OSError("disk full")


def test_dataset_rows_become_released_form(tmp_path: Path) -> None:
    row = make_row(conversation=(Turn(Role.USER, "<image><image>Q\nA: x\nB: y\n"), Turn(Role.ASSISTANT, "B: y")))
    path = tmp_path / "train.json"
    write_mantis(mantis_from_records([row]), path)
    expected = {
        "id": "rec-1",
        "images": ["a.png", "b.png"],
        "conversation": [
            {"role": "user", "content": "<image><image>Q\nA: x\nB: y\n"},
            {"role": "assistant", "content": "B: y"},
        ],
        "source": "vqa_rad_located_question_closed",
    }
    assert path.read_text() == json.dumps([expected], indent=4)
    again = read_mantis(path).records[0]
    assert (again.id, again.images, again.turns, again.source) == (row.id, row.images, row.conversation, row.source)


def test_record_without_source_is_built_without_the_key() -> None:
    assert list(build_record("r", (), (), None).document) == ["id", "images", "conversation"]


def test_a_null_id_is_read_as_no_text_and_written_back_as_null(tmp_path: Path) -> None:
    turns = [{"role": "user", "content": "<image>Normal?"}, {"role": "assistant", "content": "Yes"}]
    text = json.dumps(
        [{"id": None, "images": ["a.jpg"], "conversation": turns}, {"id": True, "images": [], "conversation": []}]
    )
    (tmp_path / "in.json").write_text(text)
    file = read_mantis(tmp_path / "in.json")
    assert [record.id for record in file.records] == ["", "True"]
    write_mantis(file, tmp_path / "out.json")
    assert (tmp_path / "out.json").read_text() == text
