"""How long samples are, where they are not encoded yet: estimated from the characters of records, or assumed.

Example:
    >>> assume_lengths(83_200, image_tokens=729, images=3).median
    2387
"""

import math
from collections.abc import Iterable

from training.messages import TrainingExample
from training.tokens.token_lengths import TokenLengths, summarise_tokens

CHARACTERS_A_TOKEN = 3.0
"""English prose has about four in vocabularies of 32 to 256 thousand tokens; three is on the safe side for clinical words."""
TEMPLATE_TOKENS = 32
"""A chat template's own: an assumption."""
TEXT_TOKENS = 200
"""Text of a sample of which nothing is known: about 500 characters of question, options and answer, and the template."""


def estimate_lengths(examples: Iterable[TrainingExample], image_tokens: int) -> TokenLengths:
    """Return lengths estimated from characters; the pictures' are exact."""
    sizes = [(example.prompt_chars + example.answer_chars, example.n_images) for example in examples]
    lengths = [math.ceil(chars / CHARACTERS_A_TOKEN) + TEMPLATE_TOKENS + images * image_tokens for chars, images in sizes]
    return summarise_tokens(lengths, sum(images for _, images in sizes) * image_tokens)


def assume_lengths(n: int, image_tokens: int, images: int) -> TokenLengths:
    """Return lengths of n samples that all show `images` and hold `TEXT_TOKENS` of text."""
    return summarise_tokens([TEXT_TOKENS + images * image_tokens] * n, n * images * image_tokens)
