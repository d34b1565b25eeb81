"""The interleaved prompt is Mantis': numbered marks where they stand, all other text untouched."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.formats.mantis import read_mantis
from pipelines.interleave import InterleaveError, interleave

texts = st.lists(st.text(max_size=10).filter(lambda text: "<" not in text and "(image" not in text), min_size=1, max_size=5)


@given(texts)
def test_marks_are_numbered_in_order_and_text_stays(parts: list[str]) -> None:
    prompt = interleave("<image>".join(parts), len(parts) - 1)
    assert re.split(r"\(image \d+: <Image><image></Image>\)", prompt) == parts
    numbers = [int(number) for number in re.findall(r"\(image (\d+): <Image>", prompt)]
    assert numbers == list(range(1, len(parts)))


def test_marks_within_the_text_keep_their_place() -> None:
    assert interleave("Is <image> larger?", 1) == "Is (image 1: <Image><image></Image>) larger?"


def test_later_turn_goes_on_counting() -> None:
    assert interleave("And <image>?", 1, first=3) == "And (image 3: <Image><image></Image>)?"


@pytest.mark.parametrize(("content", "n_images"), [("Q", 1), ("<image>Q", 2), ("<image><image>Q", 1), ("<image>", 0)])
def test_other_number_of_marks_than_images_is_refused(content: str, n_images: int) -> None:
    with pytest.raises(InterleaveError, match=f"expected {n_images} <image> marks"):
        interleave(content, n_images)


def test_released_records_interleave(med_mim_root: Path) -> None:
    for record in read_mantis(med_mim_root / "Med_MIM_benchmark_Held_out_RAD.json").records:
        prompt = interleave(record.turns[0].content, len(record.images))
        assert prompt.count("</Image>)") == prompt.count("<image>") == len(record.images)
