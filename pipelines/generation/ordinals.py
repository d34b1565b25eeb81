"""The words that place an image in its group: "the first image".

Example:
    >>> ordinal_image(1)
    'the second image'
"""

ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh")
"""Location words by 0-based position in the image group; a record has at most seven images."""


def ordinal_image(position: int) -> str:
    """Return "the first image" for position 0, and so on.

    Raises:
        ValueError: a position outside 0-6.
    """
    if not 0 <= position < len(ORDINALS):
        raise ValueError(
            f"image position: got {position}, expected 0 to {len(ORDINALS) - 1}; a record has at most seven images"
        )
    return f"the {ORDINALS[position]} image"
