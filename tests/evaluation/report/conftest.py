from pathlib import Path

import pytest
from PIL import Image

from evaluation.report.page import render_page
from evaluation.runs.images import ImageFolder
from pipelines.settings import Settings
from tests.evaluation.report.parsed_page import ParsedPage


@pytest.fixture
def images(tmp_path: Path) -> ImageFolder:
    """A folder with r1.jpg and r2.jpg, of different size and mode."""
    Image.new("RGB", (640, 320), (120, 40, 40)).save(tmp_path / "r1.jpg")
    Image.linear_gradient("L").save(tmp_path / "r2.jpg")
    return ImageFolder(tmp_path)


@pytest.fixture
def render(images):
    """Renders findings and parses the page strictly."""

    def render_and_parse(findings, *, may_show=lambda item: True, most=200):
        settings = Settings(evaluation={"report_items": most})
        return ParsedPage(render_page(findings, images, settings, may_show=may_show))

    return render_and_parse
