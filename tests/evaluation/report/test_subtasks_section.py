"""The page shows each sub-task of our own sets by itself; where nobody knows sub-tasks there is no such section."""

from dataclasses import replace

from evaluation.benchmark import items_from_records
from pipelines.score_records import Condition
from tests.evaluation.report.made_findings import make_answer, make_findings
from tests.pipelines.made_rows import make_row

NAME = "held_out_vqa_rad"


def test_each_sub_task_has_a_line_and_rules_have_none(render):
    items = items_from_records(
        [make_row(record_id=f"r{place}", unit_id=f"u{place}", images=("r1.jpg",)) for place in range(12)]
    )
    sighted = [make_answer(item.key, model=model, unit=item.unit) for item in items for model in ("tiny", "longest_option")]
    blind = [
        replace(answer, condition=Condition.BLIND, is_correct_as_published=place == 0)
        for place, answer in enumerate(sighted)
        if answer.model == "tiny"
    ]
    page = render(make_findings(*items, answers=[*sighted, *blind]))
    (table,) = [one for one in page.find("div") if one.attributes.get("aria-label") == "sub-tasks"]
    assert table.attributes["role"] == "region"
    assert "located question" in page.text and "longest_option located question" not in page.text
    assert "+91.7" in page.text  # 12 of 12 sighted, 1 of 12 blind


def test_records_of_unknown_sub_task_leave_the_section_out(render, make_item):
    item = make_item("r1", options={"A": "no change", "B": "worsening"}, letter="B")
    assert item.subtask is None
    assert "Sub-task by sub-task" not in render(make_findings(item)).text
