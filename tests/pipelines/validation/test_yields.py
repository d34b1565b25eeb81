from dataclasses import replace

import pytest

from pipelines.reasons import Reason, Stage
from pipelines.records import Rejection
from pipelines.validation.rules import validate_records
from pipelines.validation.yields import tabulate_yield
from pipelines.vocabulary import Source


def _cells(table: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]]


def test_every_row_adds_up_and_names_its_reasons(good):
    record = good.first("statement")
    again = replace(record, version=2, question="What {finding} do both images show?")
    records = [*good.records, again]
    unwritten = next(group for group in good.groups if group.group_id != record.group_id)
    not_generated = [Rejection(Source.VQA_RAD, Stage.GENERATE, unwritten.group_id, Reason.NO_STATEMENT, "why")]
    outcome = validate_records(records, good.groups, good.images)
    rows = _cells(tabulate_yield(good.groups, records, outcome.rejections, not_generated))
    for _, _, _, written, passed, _, why in rows[:-1]:
        n_why = sum(int(reason.rsplit(" ", 1)[1]) for reason in why.split(", ") if reason)
        assert n_why == int(written) - int(passed) or (int(written) == 0 and n_why == 1)
    total = rows[-1]
    assert total[0] == "all" and int(total[2]) == len(good.groups)
    assert int(total[3]) == len(records) == sum(int(row[3]) for row in rows[:-1])
    assert int(total[4]) == len(outcome.rows) == sum(int(row[4]) for row in rows[:-1])
    assert total[6] == "no_statement 1, schema 1, superseded_version 1"
    assert ["not written", "1", "0", "0", "-", "no_statement 1"] in [row[1:] for row in rows]


def test_a_table_holds_counts_and_no_text_of_a_record(good):
    table = tabulate_yield(good.groups, good.records, [], [])
    assert not any(record.question in table or record.record_id in table for record in good.records)
    assert table.count("100.0%") == len(_cells(table))


@pytest.mark.parametrize("place", ["validation", "generation"])
def test_a_rejection_of_another_run_is_told(good, place: str):
    strange = [Rejection(Source.VQA_RAD, Stage.VALIDATE, "record-elsewhere", Reason.SCHEMA, "why")]
    both = (strange, []) if place == "validation" else ([], strange)
    with pytest.raises(ValueError, match="record-elsewhere"):
        tabulate_yield(good.groups, good.records, *both)
