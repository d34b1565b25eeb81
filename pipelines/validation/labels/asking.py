"""Which sentences of a question ask or bid, and which only tell what is shown.

Example:
    >>> from pipelines.validation.labels.sentence import read_sentence
    >>> sentence = read_sentence("The first image is the left eye. What does it show?")
    >>> is_asking(sentence, 0), is_asking(sentence, len(sentence.words) - 1)
    (False, True)
"""

from pipelines.validation.labels.sentence import Sentence

_WORDS = (
    "which|what|where|how|who|is|are|does|do|did|has|have|name|identify|find|give|state|tell|select|choose|describe|decide|point|"
    "determine|indicate|locate|classify|say|pick|mark|spot|read|recognise|recognize|show|judge|assign|compare|summarise|summarize"
)
ASKING_WORDS = frozenset(_WORDS.split("|"))


def is_asking(sentence: Sentence, place: int) -> bool:
    """Return whether the word at a place stands in a sentence that ends in a question mark or begins with a bidding verb."""
    number = sentence.sentence[place]
    first = sentence.sentence.index(number)
    end = first
    while end < len(sentence.words) and sentence.sentence[end] == number:
        end += 1
    return sentence.words[end - 1] == "?" or sentence.words[first] in ASKING_WORDS
