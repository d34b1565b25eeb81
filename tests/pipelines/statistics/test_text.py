"""The Markdown says what is counted, its tables are whole, and their numbers are those of the rows."""

import re
from dataclasses import replace

from pipelines import tables
from pipelines.statistics.counts import summarise_dataset
from pipelines.statistics.markdown import build_table
from pipelines.statistics.text import SECTIONS, render_markdown
from pipelines.vocabulary import Source, SubTask

NOTHING = summarise_dataset({}, {}, tables.BENCHMARK.to_arrow([]))


def _section(text: str, title: str) -> str:
    return text.split(f"## {title}\n")[1].split("\n## ")[0]


def _cells(text: str) -> list[list[str]]:
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[1:]]


def test_every_section_has_a_heading_a_note_and_a_table(dataset) -> None:
    text = render_markdown(summarise_dataset(*dataset.by_source()))
    for section in SECTIONS:
        body = _section(text, section.title)
        assert section.note in body and "|---|" in body.replace("---:", "---")


def test_every_line_of_a_table_has_as_many_cells_as_its_head(dataset) -> None:
    text = render_markdown(summarise_dataset(*dataset.by_source()))
    for block in re.findall(r"(?:^\|.*\n)+", text, flags=re.MULTILINE):
        assert len({line.count("|") for line in block.splitlines()}) == 1


def test_the_unit_and_what_is_synthetic_are_told(dataset) -> None:
    text = render_markdown(summarise_dataset(*dataset.by_source()), picture="statistics.png")
    assert "**independent unit** is a subject\nwith the one or two visits" in text
    assert "**SYNTHETIC cohort" in text and "](statistics.png)" in text
    assert "SYNTHETIC" not in render_markdown(NOTHING) and "![" not in render_markdown(NOTHING)


def test_sizes_of_the_sources_add_up_to_the_first_line(dataset) -> None:
    text = render_markdown(summarise_dataset(*dataset.by_source()))
    rows = {name: [int(cell.replace(",", "")) for cell in cells] for name, *cells in _cells(_section(text, SECTIONS[0].title))}
    whole, *parts = rows.values()
    assert whole[0] == len(dataset.groups) and whole[4] == len(dataset.records)
    assert [sum(column) for column in zip(*parts[-len(Source) :], strict=True)] == whole
    assert [sum(column) for column in zip(*parts[: -len(Source)], strict=True)] == whole


def test_all_sub_tasks_are_told_with_thousands_separators(draw) -> None:
    dataset = draw(1, 1300, 0.0)
    text = render_markdown(summarise_dataset(*dataset.by_source()))
    assert len(_cells(_section(text, "Question types"))) == len(SubTask)
    assert "1,300 image groups" in text and not re.search(r"\| \d{4,}", text)


def test_nothing_yet_is_said_in_every_table_that_would_be_empty() -> None:
    text = render_markdown(NOTHING)
    assert text.count("Nothing yet.") == 9
    assert "no image groups yet; no approved records yet." in text


def test_a_label_cannot_break_a_table(draw) -> None:
    dataset = draw(3, 2, 0.0, (SubTask.EYE_DIAGNOSIS,))
    groups = tuple(replace(group, asked="a|b\n<c>", label="x | y") for group in dataset.groups)
    text = render_markdown(summarise_dataset(*replace(dataset, groups=groups).by_source()))
    assert r"| eye diagnosis | a\|b &lt;c> | x \| y |" in text


def test_a_table_without_rows_is_a_sentence() -> None:
    assert build_table(("split", "groups"), []) == "Nothing yet."
