"""The picture can be read: no text runs into another or out of it, whatever the numbers are, and it says what is synthetic."""

import io
from collections.abc import Iterable
from dataclasses import replace

import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image

from pipelines import tables
from pipelines.statistics.counts import summarise_dataset
from pipelines.statistics.figure import build_figure, draw_panel, draw_statistics
from pipelines.statistics.panels import Panel
from pipelines.statistics.statistic import NO_LETTER, Counted, Measure, Population, Statistic
from pipelines.vocabulary import SubTask

NOTHING = tables.BENCHMARK.to_arrow([])


def _add(numbers: Iterable[Statistic], measure: Measure, within: str, counts: dict[str, int]) -> tuple[Statistic, ...]:
    total = sum(counts.values())
    added = [
        Statistic(measure, Population.RECORDS, Counted.ITEM, None, None, None, within, key, float(n), total)
        for key, n in counts.items()
    ]
    return (*numbers, *added)


def _skew(row: Statistic) -> Statistic:
    large = {"mammography", "next_assessment", "temporal", "1"}
    return replace(row, value=row.value * 2000) if row.key in large and row.measure is not Measure.PLACE else row


@pytest.fixture(scope="module")
def cases(draw, dataset) -> dict[str, tuple[Statistic, ...]]:
    full = summarise_dataset(*dataset.by_source())
    return {
        "full": full,
        "nothing": summarise_dataset({}, {}, NOTHING),
        "no records": summarise_dataset(*draw(2, 60, 0.0).by_source()),
        "one group": summarise_dataset(*draw(2, 1, 1.0).by_source()),
        "one source": summarise_dataset(*draw(2, 50, 1.0, (SubTask.LOCATED_QUESTION, SubTask.SHARED_FINDING)).by_source()),
        "1 beside 100,000": tuple(_skew(row) for row in full),
        "no letter": _add(full, Measure.LETTER, "5 options", dict.fromkeys("ABCDE", 0) | {NO_LETTER: 3}),
    }


def _list_texts(figure: Figure) -> list[Text]:
    figure.canvas.draw()
    return [text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()]


CASES = ["full", "nothing", "no records", "one group", "one source", "1 beside 100,000", "no letter"]


@pytest.mark.parametrize("name", CASES)
def test_no_text_runs_into_another_or_out_of_the_picture(cases, name: str) -> None:
    figure = build_figure(cases[name])
    boxes = [(text.get_text(), text.get_window_extent()) for text in _list_texts(figure)]
    width, height = figure.bbox.width, figure.bbox.height
    outside = [text for text, box in boxes if min(box.x0, box.y0) < 0 or box.x1 > width or box.y1 > height]
    assert len(boxes) > 8 and outside == []
    shrunk = [(text, box.padded(-1)) for text, box in boxes]
    clashes = [
        (text, other)
        for place, (text, box) in enumerate(shrunk)
        for other, other_box in shrunk[place + 1 :]
        if box.overlaps(other_box)
    ]
    assert clashes == []


def test_what_is_synthetic_says_so_and_what_is_real_does_not(draw, dataset) -> None:
    real = replace(
        dataset,
        groups=tuple(replace(row, is_synthetic=False) for row in dataset.groups),
        records=tuple(replace(row, is_synthetic=False) for row in dataset.records),
    )
    mixed = replace(real, groups=(*real.groups[1:], dataset.groups[0]))
    heads = {
        name: [text.get_text() for text in build_figure(summarise_dataset(*one.by_source())).texts]
        for name, one in (("synthetic", dataset), ("real", real), ("mixed", mixed))
    }
    assert heads["synthetic"][0].startswith("SYNTHETIC cohort")
    assert heads["mixed"][0].startswith("PARTLY SYNTHETIC")
    assert not any("SYNTHETIC" in text for text in heads["real"])


def test_panels_without_numbers_say_so(cases) -> None:
    texts = [text.get_text() for text in _list_texts(build_figure(cases["nothing"]))]
    assert texts.count("no groups yet") == 4 and texts.count("no records yet") == 2


def test_every_count_of_the_picture_stands_beside_its_bar(cases, dataset) -> None:
    texts = [text.get_text() for text in _list_texts(build_figure(cases["full"]))]
    n_fundus = len({image for group in dataset.groups if group.source == "odir" for image in group.image_ids})
    assert any(text.startswith(f"{n_fundus:,} (") for text in texts)
    assert f"Ability and sub-task of {len(dataset.groups):,} groups" in texts
    assert any(text.endswith(" %") and "(" not in text for text in texts)  # the shares of the letters


def test_the_picture_is_wide_enough_for_a_page_and_the_same_each_time(cases) -> None:
    first = draw_statistics(cases["full"])
    with Image.open(io.BytesIO(first)) as picture:
        assert picture.width >= 1200 and picture.height < picture.width
    assert draw_statistics(cases["full"]) == first


@pytest.mark.parametrize("panel", Panel)
def test_each_panel_can_stand_alone(cases, panel: Panel) -> None:
    for name in ("full", "nothing"):
        with Image.open(io.BytesIO(draw_panel(cases[name], panel))) as picture:
            assert picture.format == "PNG" and len(picture.convert("RGB").getcolors(2**24) or ()) > 2
