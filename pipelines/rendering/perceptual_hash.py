"""A hash that is near for images that look the same: contrast, gamma, size and compression hardly change it.

The gray image is averaged to 128 x 128, its histogram flattened half-way (so that another window matters little), and taken
through a discrete cosine transform. Two halves of 256 bits tell which coefficients lie above their median: the 256 lowest
without the mean (the layout) and 256 of 40 to 44 half-waves per side (the fine detail). Images look the same where both halves
say so, for layout alone is shared by whole classes. All arithmetic is exact: the hash is the same on every machine.

Example:
    >>> film = np.random.default_rng(1).integers(0, 200, (300, 200), dtype=np.uint8)
    >>> first, darker = hash_perceptually(film), hash_perceptually(film // 2)
    >>> len(first), measure_distance(first, darker) <= LOOKS_THE_SAME
    (128, True)
    >>> hash_perceptually(np.full((300, 200), 7, np.uint8)) is None
    True
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

LOOKS_THE_SAME: Final = 20
"""Bits of 256, in the worse half, up to which two images are taken for one and the same. Few false joins come first: with
480,000 images there are 1e11 pairs, and chance joins would chain all subjects into one person.

Different images. Those of VQA-RAD, 49,455 pairs: nearest 94, mean 131.7, standard deviation 7.7; its chest films among
themselves 128.5 and 8.6, so that 20 is 12 standard deviations off. Drawn images of different people of the synthetic cohort,
which are plainer than life: nearest 36 (VQA-RAD's chests), 46 (LLaVA-Med), 56 (EMBED, 48,371 pairs), 68 (LUMIERE, 1.6 million
pairs), 76 (MS-CXR-T), 88 (ODIR); by layout alone, without the fine detail, they come as near as 8. In cohorts of 240 subjects
the nearest of VQA-RAD and of LLaVA-Med are at 30. Coronal slices of the MNI template 1 mm apart: 6 to 67, four of five within
20; 2 mm apart 6 %, from 3 mm on none.

Altered copies of the images of VQA-RAD, median distance and share found: contrast x0.7 2, 100 %; contrast x1.3, which clips,
12, 91 %; gamma 0.7 8, 100 %; gamma 1.4 8, 99 %; JPEG quality 40 4, 100 %; half the size 8, 98 %; a line of small text burnt
in 4, 99.7 %; text of a twentieth of the width 20, 56 %. A crop of 8 pixels on each side is not found: the detail of what is
shifted is another.
"""

HALF_BITS: Final = 256
HASH_DIGITS: Final = 2 * HALF_BITS // 4
_PIXELS, _SIDE = 256, 128  # sides of the square that Pillow averages to, and of the thumbnail
# Gray levels, standard deviation. VQA-RAD's images flattened to it lose half of their copies at JPEG quality 75 (at 5 levels a
# tenth): what is left is rounding.
_PLAIN_SPREAD = 2.0
_FEWEST_ONES = 32  # of the 256 bits of a half; 128 by design, about 64 of what is its own mirror image, 10 of mere stripes
_COSINE_SCALE = 2**12  # every sum stays below 2**53, so that float64 holds it exactly, whatever the order of summation


def _choose_frequencies() -> tuple[int, NDArray[np.intp], NDArray[np.intp]]:
    """Return how many frequencies per axis are needed, and which of their products are layout and which fine detail."""
    reach = 46
    down, across = np.mgrid[:reach, :reach]
    rising = np.lexsort((down.ravel(), (down**2 + across**2).ravel()))
    return reach, rising[1 : 1 + HALF_BITS], rising[1300 : 1300 + HALF_BITS]


_REACH, _LAYOUT, _DETAIL = _choose_frequencies()
_COSINES = np.rint(
    _COSINE_SCALE * np.cos(np.pi * np.arange(_REACH)[:, None] * (2 * np.arange(_SIDE) + 1) / (2 * _SIDE))
)  # (frequencies, thumbnail's side)
# BLAS wakes its threads for products of more than 2**18 terms, which here costs ten times the product.
_STRIPES = 4
_COSINES_OF_STRIPES = np.ascontiguousarray(_COSINES.reshape(_REACH, _STRIPES, -1).transpose(1, 2, 0))


def hash_perceptually(pixels: NDArray[np.uint8]) -> str | None:
    """Return 128 hex digits of an image: 64 of its layout, 64 of its fine detail; None where it is too plain to be told apart.

    Args:
        pixels: uint8 of shape (height, width), gray, or (height, width, 3), RGB; any size from 1 x 1. It is stretched to a
            square, so that aspect does not count.
    """
    square = Image.fromarray(pixels).resize((_PIXELS, _PIXELS), Image.Resampling.BOX, reducing_gap=1.0)
    gray = np.asarray(square.convert("L"))  # after shrinking: colour costs nothing then
    if gray.std() < _PLAIN_SPREAD:
        return None
    rows = _flatten_halfway(gray)
    rows = rows[::2] + rows[1::2]
    waves = _transform(rows[:, ::2] + rows[:, 1::2])
    halves = [waves[chosen] > np.median(waves[chosen]) for chosen in (_LAYOUT, _DETAIL)]
    if min(int(half.sum()) for half in halves) < _FEWEST_ONES:
        return None
    return np.packbits(np.concatenate(halves)).tobytes().hex()


def measure_distance(first: str | None, second: str | None) -> int:
    """Return in how many of 256 bits two hashes differ, in the half where they differ more; 256 where one is None."""
    if first is None or second is None:
        return HALF_BITS
    digits = HASH_DIGITS // 2
    halves = (slice(None, digits), slice(digits, None))
    return max((int(first[half], 16) ^ int(second[half], 16)).bit_count() for half in halves)


def _transform(thumbnail: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the coefficients of the lowest frequencies, down by across, in one row; summed over stripes of the thumbnail."""
    stripes = thumbnail.reshape(_SIDE, _STRIPES, -1).swapaxes(0, 1)
    return (_COSINES @ stripes @ _COSINES_OF_STRIPES).sum(axis=0).ravel()


def _flatten_halfway(gray: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return whole numbers from 0 to 4095 that rise as the gray levels do, each level having room by the root of its frequency.

    The root, since a full flattening would blow up the noise of a black background.
    """
    room = np.sqrt(np.bincount(gray.ravel(), minlength=256))
    middle = np.cumsum(room) - room / 2
    return np.rint(middle / room.sum() * 4095)[gray]
