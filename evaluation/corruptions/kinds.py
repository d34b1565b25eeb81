"""The names of corruptions: seven kinds, five levels each, and "blur:3" for one of them in keys and tables.

Example:
    >>> name_variant(Corruption.BLUR, 3), parse_variant("down_sampling:5")
    ('blur:3', (<Corruption.DOWN_SAMPLING: 'down_sampling'>, 5))
"""

from collections.abc import Iterable
from enum import StrEnum

CORRUPTION_PROTOCOL = "corruptions_v1"  # a change of any grade or of any draw is a new protocol
CLEAN_LEVEL = 0
LEVELS = (1, 2, 3, 4, 5)


class Corruption(StrEnum):
    """What goes wrong between a patient and a picture; what it is physically depends on the modality."""

    NOISE = "noise"  # too little signal
    BLUR = "blur"  # motion, focus
    CONTRAST = "contrast"  # scatter, window, haze, uneven illumination
    JPEG = "jpeg"  # strong compression on the way to an archive, a message or a publication
    DOWN_SAMPLING = "down_sampling"  # a small matrix, a thumbnail
    CROP = "crop"  # field of view, collimation
    ROTATION = "rotation"  # positioning


def label_corruption(corruption: Corruption) -> str:
    """Return a corruption's name as a reader's eye expects it."""
    return "JPEG" if corruption is Corruption.JPEG else corruption.value.replace("_", "-")


def name_variant(corruption: Corruption, level: int) -> str:
    """Return the name of a corruption at a level of 1-5, such as "blur:3"; ValueError for another level."""
    if level not in LEVELS:
        raise ValueError(f"a variant's level is one of {_listed(LEVELS)}, got {level!r}; the clean image has no variant's name")
    return f"{corruption}:{level}"


def parse_variant(name: str) -> tuple[Corruption, int]:
    """Return the corruption and the level of a variant's name; ValueError that lists what there is for any other text."""
    kind, _, level = name.partition(":")
    if kind not in set(Corruption) or level not in {str(known) for known in LEVELS}:
        raise ValueError(
            f"a variant is named <corruption>:<level>, got {name!r}; "
            f"corruptions are {_listed(Corruption)}, levels are {_listed(LEVELS)}"
        )
    return Corruption(kind), int(level)


def _listed(values: Iterable[object]) -> str:
    return ", ".join(str(value) for value in values)
