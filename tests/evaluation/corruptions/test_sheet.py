import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from evaluation.corruptions.grades_text import render_grades
from evaluation.corruptions.sheet import draw_corruptions
from pipelines.vocabulary import Modality

DOCUMENT = Path(__file__).parents[3] / "docs" / "robustness.md"


def test_a_sheet_has_seven_rows_of_six_pictures(chest):
    with Image.open(io.BytesIO(draw_corruptions(chest, Modality.XRAY))) as sheet:
        pixels = np.asarray(sheet.convert("L"))
    rows, columns = (np.flatnonzero((pixels > 250).all(axis=axis)) for axis in (1, 0))
    assert (np.diff(rows) > 100).sum() == 7 and (np.diff(columns) > 100).sum() == 6


def test_one_picture_gives_one_sheet_and_another_seed_another(chest):
    first = draw_corruptions(chest, Modality.XRAY)
    assert first == draw_corruptions(chest, Modality.XRAY) != draw_corruptions(chest, Modality.XRAY, seed=2)


@pytest.mark.parametrize("size", [(1, 1), (700, 30)])
def test_a_picture_of_any_proportions_fits_its_cells(size):
    with Image.open(io.BytesIO(draw_corruptions(Image.new("RGB", size, (9, 90, 200)), None))) as sheet:
        assert sheet.size == (1242, 1574)


def test_the_document_has_the_grades_as_they_are():
    assert render_grades() in DOCUMENT.read_text(encoding="utf-8")
