"""The interleaved prompt of Mantis: each image named by its number where it stands in the text.

A mark `<image>` becomes `(image 1: <Image><image></Image>)`, the next `(image 2: ...)`, with nothing put between, as
Mantis' processor does (arXiv 2405.01483; TIGER-AI-Lab/Mantis, mantis/models/mllava/processing_llava.py). Unlike there,
a count of marks that differs from the count of images is an error: surplus marks are not dropped, missing ones not added.

Example:
    >>> interleave("<image><image>Which is larger?", 2)
    '(image 1: <Image><image></Image>)(image 2: <Image><image></Image>)Which is larger?'
"""

from pipelines.formats.closed_question import IMAGE_MARK


class InterleaveError(ValueError):
    """A text whose image marks do not fit its images."""


def interleave(content: str, n_images: int, *, first: int = 1) -> str:
    """Return content with each image mark replaced by its numbered, still marked form; other text is unchanged.

    Args:
        content: text with marks anywhere.
        n_images: images shown with this text.
        first: number of the first of them, more than 1 in a later turn of a conversation.

    Raises:
        InterleaveError: content holds more or fewer marks than there are images.
    """
    texts = content.split(IMAGE_MARK)
    if len(texts) - 1 != n_images:
        raise InterleaveError(
            f"text of {len(content)} characters: expected {n_images} {IMAGE_MARK} marks, one per image, got {len(texts) - 1}; "
            "add or remove marks"
        )
    numbered = (f"(image {number}: <Image>{IMAGE_MARK}</Image>){text}" for number, text in enumerate(texts[1:], start=first))
    return texts[0] + "".join(numbered)
