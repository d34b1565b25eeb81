"""Dialects of records, and records that are none."""

import json

import pytest

from pipelines.audit.kinds import Kind


def count(report, kind: Kind) -> int:
    return next(found.count for found in report.kinds if found.kind is kind)


def test_llava_records_are_read_as_mantis_records_are(desk):
    talk = [{"from": "human", "value": "<image>\nWhich?\nA. x\nB. x"}, {"from": "gpt", "value": "A"}]
    records = [
        {"id": 1, "image": "99000009_F1.jpg", "conversations": talk},
        {"id": 2, "image": ["99000009_F2.jpg"], "conversatons": talk},
        {"id": 3, "images": ["99000009_F3.jpg"], "messages": [{"role": "system", "content": "Be brief."}, *talk]},
    ]
    report = desk.audit(records)
    assert {found.kind.value: found.count for found in report.kinds if found.count} == {"duplicate_options": 3}
    assert report.closed_questions == 3 and report.units[0].subjects == 1


def test_a_text_only_llava_record_is_a_warning_not_malformed(desk):
    talk = [{"from": "human", "value": "Hello?"}, {"from": "gpt", "value": "Hello."}]
    assert desk.kinds({"id": 1, "conversations": talk}) == {"no_images"}


@pytest.mark.parametrize(
    "record",
    [
        None,
        "text",
        ["a"],
        {"id": "x"},
        {"id": "x", "images": ["a"]},
        {"id": "x", "images": "a", "conversation": None},
        {"id": "x", "images": [None], "conversation": []},
        {"id": {"a": 1}, "images": [], "conversation": []},
        {"id": "x", "images": ["a"], "conversation": [{"role": "user", "content": None}]},
        {"id": "x", "images": ["a"], "conversation": ["text"]},
    ],
)
def test_a_malformed_record_is_counted_and_its_neighbours_are_audited(desk, make, record):
    report = desk.audit([record, make("Q?\nA: x\nB: x\n", "A: x")])
    assert count(report, Kind.MALFORMED_RECORD) == 1
    assert report.files[0].malformed == 1 and report.records == 2
    assert count(report, Kind.DUPLICATE_OPTIONS) == 1
    found = next(found for found in report.kinds if found.kind is Kind.DUPLICATE_OPTIONS)
    assert found.examples[0].record == 1


def test_a_repeated_key_and_a_nan_value_are_malformed(tmp_path, desk, make):
    good = json.dumps(make())
    path = tmp_path / "odd.json"
    path.write_text(f'[{good[:-1]}, "id": "again"}}, {good[:-1].replace(chr(34) + "demo" + chr(34), "NaN")}}}]')
    from pipelines.audit.audit import audit_files

    assert count(audit_files([path], []), Kind.MALFORMED_RECORD) == 2


@pytest.mark.parametrize(
    "roles", [("assistant", "user"), ("user", "user"), ("user", "assistant", "assistant"), ("user", "tool"), ("user",), ()]
)
def test_turns_out_of_order_or_of_an_unknown_speaker_are_wrong_roles(desk, make, roles):
    record = make()
    record["conversation"] = [{"role": role, "content": "<image><image>x"} for role in roles]
    assert count(desk.audit([record]), Kind.WRONG_ROLES) == 1
    assert count(desk.audit([record]), Kind.MALFORMED_RECORD) == 0


def test_an_empty_file_list_and_an_empty_list_are_reports_of_nothing(desk):
    report = desk.audit([], [])
    assert report.records == 0 and not any(found.count for found in report.kinds)


@pytest.mark.parametrize("text", ["\ud800 lone", "tab\tand\x00null", "ﬁne “quotes”", "🫁 both lungs", "a" * 100_000])
def test_odd_characters_break_nothing(desk, make, text):
    assert "malformed_record" not in desk.kinds(make(text, text))
