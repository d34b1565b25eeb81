"""Images in request bodies: a body that is kept names them by their hash, and only what is sent holds their pixels.

So a request's key covers every byte of its images, while the call ledger stays small and holds no picture of a patient. The
bytes are made anew where a request is sent, and held against the hash. Bodies are JSON without blanks; a text in them cannot
pass for an image, since its quotes are escaped.

Example:
    >>> reference = name_image(b"a PNG file")
    >>> body = b'{"image_url":{"url":"' + reference.encode() + b'"}}'
    >>> put_images_in(body, {reference: lambda: b"a PNG file"})
    b'{"image_url":{"url":"data:image/png;base64,YSBQTkcgZmlsZQ=="}}'
    >>> take_images_out(b'{"image_url":{"url":"data:image/png;base64,YSBQTkcgZmlsZQ=="}}') == body
    True
"""

import base64
import hashlib
import re
from collections.abc import Callable, Mapping

from pipelines.rendering.problem import ImageProblem

LoadImage = Callable[[], bytes]
"""Returns the bytes of a PNG file; ImageProblem where it cannot be made any more."""

_PREFIX = "medmim-image:sha256:"
_REFERENCE = re.compile(rb'"url":"(%s[0-9a-f]{64})"' % _PREFIX.encode())
_DATA = re.compile(rb'"url":"data:image/png;base64,([A-Za-z0-9+/]+={0,2})"')


class ImageChangedError(RuntimeError):
    """An image of a request is no longer what it was when the request was planned; the request was not sent."""


def name_image(png: bytes) -> str:
    """Return what stands for a PNG file in a body that is kept."""
    return _PREFIX + hashlib.sha256(png).hexdigest()


def names_images(body: bytes) -> bool:
    """Tell whether a body has images by name."""
    return _REFERENCE.search(body) is not None


def put_images_in(body: bytes, images: Mapping[str, LoadImage]) -> bytes:
    """Return a body with its images as data URLs (RFC 2397) in place of their names.

    Raises:
        ImageChangedError: an image is not at hand, or its bytes are not those of the name.
    """
    return _REFERENCE.sub(lambda match: b'"url":"data:image/png;base64,%s"' % _encode(match[1].decode(), images), body)


def take_images_out(body: bytes) -> bytes:
    """Return a body with the names of its images in their place; of equal results the images are equal, byte by byte."""
    return _DATA.sub(_name_data, body)


def _encode(reference: str, images: Mapping[str, LoadImage]) -> bytes:
    load = images.get(reference)
    if load is None:
        raise ImageChangedError(f"{reference}: the request came without this image; build it anew from its image files")
    try:
        png = load()
    except ImageProblem as error:  # its detail names a file, and that name may tell who a patient is
        told = f"an image could be read when its request was planned, and now: {error.reason}"
        raise ImageChangedError(f"{told}; run again") from error
    if name_image(png) != reference:
        raise ImageChangedError(
            "an image file was changed after its request was planned; run again: requests are then planned anew"
        )
    return base64.b64encode(png)


def _name_data(match: re.Match[bytes]) -> bytes:
    try:
        png = base64.b64decode(match[1], validate=True)
    except ValueError:
        return match[0]
    # What is spelt in another way than ours may be read in another way than ours.
    return b'"url":"%s"' % name_image(png).encode() if base64.b64encode(png) == match[1] else match[0]
