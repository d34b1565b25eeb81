"""ROUGE-L recall: the longest common subsequence of words over the words of the reference (Lin 2004), equal to rouge-score's.

Words are what rouge-score 0.1.2 takes for words without a stemmer: runs of a-z and 0-9 of the text in lower case. Every other
character parts words, a letter with an accent and a CJK character too. Words are numbered, so that subsequences are of numbers.

Example:
    >>> rouge_l_recalls([("The kidney on the left is larger.", "the left kidney")])
    [0.6666666666666666]
    >>> rouge_l_recalls([("", "the left kidney"), ("kidney", "肾")])
    [0.0, 0.0]
"""

from collections import defaultdict
from collections.abc import Iterable
from itertools import count

_BLANKED = bytes(code if chr(code).isascii() and chr(code).isalnum() else ord(" ") for code in range(256))


def rouge_l_recalls(pairs: Iterable[tuple[str, str]]) -> list[float]:
    """Return the recall, 0-1, of each (prediction, reference); 0 where either has no word. Texts that recur are read once."""
    from rapidfuzz.distance import LCSseq

    number_of = defaultdict(count().__next__).__getitem__
    numbered: dict[str, list[int]] = {}

    def read(text: str) -> list[int]:
        if text not in numbered:
            numbered[text] = list(map(number_of, split_words(text)))
        return numbered[text]

    return [LCSseq.similarity(read(got), words) / len(words) if (words := read(wanted)) else 0.0 for got, wanted in pairs]


def split_words(text: str) -> list[bytes]:
    """Return the words of a text in lower case; lowered before it is ASCII, as the Kelvin sign becomes a k."""
    return text.lower().encode("ascii", "replace").translate(_BLANKED).split()
