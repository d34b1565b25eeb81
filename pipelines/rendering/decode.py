"""Opens the bytes of an image file with Pillow and turns every way in which that fails into an `ImageProblem`.

Only plain raster formats are tried: others (EPS, for one) start foreign programs on a file that nobody has checked.

Example:
    >>> import io
    >>> sink = io.BytesIO()
    >>> Image.new("L", (4, 3)).save(sink, "PNG")
    >>> check_header(sink.getvalue())
    (4, 3)
"""

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from PIL import Image, UnidentifiedImageError

from pipelines.reasons import Reason
from pipelines.rendering.problem import ImageProblem

FORMATS = ("JPEG", "PNG", "TIFF", "BMP", "GIF", "WEBP")
# A full-field mammogram has 14 million pixels; 64 million RGB pixels are 192 MB in memory, per thread.
MAX_PIXELS = 64_000_000


@contextmanager
def pillow_warnings() -> Iterator[None]:
    """Make Pillow's warning of a decompression bomb an error and silence its remarks on broken metadata.

    Warning filters belong to the process, not to a thread: enter this once, around a thread pool, never inside its tasks.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=UserWarning, module="PIL")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        yield


def check_header(content: bytes) -> tuple[int, int]:
    """Return width and height in pixels as the header tells them, without decoding a pixel.

    Raises:
        ImageProblem: empty, no image of the known formats, or too large. A truncated image passes: its header is whole.
    """
    with _open(content) as image:
        return image.size


def load(content: bytes) -> Image.Image:
    """Return the decoded image, in the mode of its file; of several frames the first.

    Raises:
        ImageProblem: as `check_header`, or the pixel data are truncated or broken.
    """
    image = _open(content)
    try:
        image.load()
    except Exception as error:  # decoders raise what their parsers raise on random bytes: struct.error, KeyError, ...
        raise _decoding_problem(error, image) from error
    return image


def count_frames(content: bytes) -> int:
    """Return how many frames a file holds; 1 where those after the first cannot be counted.

    On a copy of its own: counting moves through the file, and what is broken there must not reach the first frame.
    """
    try:
        return getattr(_open(content), "n_frames", 1)
    except Exception:  # as in load(); the first frame has been decoded, whatever follows it
        return 1


def _open(content: bytes) -> Image.Image:
    if not content:
        raise ImageProblem(Reason.IMAGE_UNREADABLE, "the file has 0 bytes; download it again")
    try:
        image = Image.open(io.BytesIO(content), formats=FORMATS)
    except UnidentifiedImageError as error:
        detail = f"{len(content)} bytes that are none of {', '.join(FORMATS)} (they begin {content[:8]!r}); download it again"
        raise ImageProblem(Reason.IMAGE_UNREADABLE, detail) from error
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise ImageProblem(Reason.IMAGE_TOO_LARGE, f"{error}; at most {MAX_PIXELS} pixels are decoded") from error
    except Exception as error:  # as in load(): a broken header fails in whatever way its parser fails
        raise ImageProblem(Reason.IMAGE_UNREADABLE, f"broken header: {error}; download it again") from error
    width, height = image.size
    if width * height > MAX_PIXELS:
        detail = f"{width} x {height} pixels, at most {MAX_PIXELS} in all are decoded; scale it down or leave it out"
        raise ImageProblem(Reason.IMAGE_TOO_LARGE, detail)
    return image


def _decoding_problem(error: Exception, image: Image.Image) -> ImageProblem:
    about = f"{image.format} of {image.width} x {image.height} pixels: {error or type(error).__name__}; download it again"
    # Pillow has no class of its own for a file that ends too early; these are the words of its decoders.
    is_cut_short = any(words in str(error).casefold() for words in ("truncated", "unexpected end", "premature end"))
    return ImageProblem(Reason.IMAGE_TRUNCATED if is_cut_short else Reason.IMAGE_UNREADABLE, about)
