r"""What all pictures share: colours, how they are encoded, and how one stands inside a page.

Example:
    >>> from matplotlib.figure import Figure
    >>> encode_figure(Figure(), PictureFormat.PNG)[:4]
    b'\x89PNG'
    >>> write_data_url(b"<svg/>", "image/svg+xml")
    'data:image/svg+xml;base64,PHN2Zy8+'
"""

import base64
import io
import warnings
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

INK, MUTED, GRID = "#2b2f36", "#6b7280", "#e3e6ea"
# Told apart by eyes of every kind (after Okabe and Ito 2008); where two meet, by shape as well.
BLUE, ORANGE, ALARM = "#3b6fb6", "#e69f00", "#c2413b"


class PictureFormat(StrEnum):
    """How a figure is encoded."""

    PNG = "png"
    SVG = "svg"


def encode_figure(figure: "Figure", picture_format: PictureFormat) -> bytes:
    """Return a figure as a file without version and date: equal figures give equal bytes on one machine.

    Equal SVG files need `svg.hashsalt` to be set where the figure is drawn.
    """
    sink = io.BytesIO()
    no_stamp = {"Software": None} if picture_format is PictureFormat.PNG else {"Date": None, "Creator": None}
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from font", category=UserWarning)
        figure.savefig(sink, format=picture_format.value, metadata=no_stamp)
    return sink.getvalue()


def write_data_url(content: bytes, media_type: str) -> str:
    """Return a file as a URL that holds it (RFC 2397)."""
    return f"data:{media_type};base64,{base64.b64encode(content).decode()}"
