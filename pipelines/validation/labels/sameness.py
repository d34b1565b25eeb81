"""Whether a text says that two eyes show the same or something different.

"Same" is a diagnosis and findings that are equal on both sides, "different" are other diagnoses; ODIR-5K (Peking University,
odir2019.grand-challenge.org) gives each eye its own. "Yes" and "no" are read by what the question asks.

Example:
    >>> read_sameness("The eyes do not differ").value, read_sameness("Yes", question="Do both eyes look alike?").value
    ('same', 'same')
"""

from enum import StrEnum
from functools import lru_cache

from pipelines.validation.labels.lexicon import Lexicon
from pipelines.validation.labels.sentence import CACHED_TEXTS, read_sentence


class Sameness(StrEnum):
    """How two eyes compare."""

    SAME = "same"
    DIFFERENT = "different"


_OPPOSITE = {Sameness.SAME: Sameness.DIFFERENT, Sameness.DIFFERENT: Sameness.SAME}
_LEXICON = Lexicon(
    {
        Sameness.SAME: [
            "same",
            "identical|identically",
            "equal|equally|equals",
            "alike",
            "agree|agrees|agreeing|agreement",
            "match|matches|matching",
            "concordant|concordance",
            "symmetric|symmetrical|symmetry|symmetrically",
            "coincide*",
            "similar|similarly",
            "share|shares|shared|common",
            "correspond|corresponds",
            "bilateral|bilaterally",
            "one diagnosis for both",
            "also seen|present|found",
            "what is seen",
        ],
        Sameness.DIFFERENT: [
            "different|differently",
            "differ|differs|differing",
            "difference|differences",
            "unlike",
            "dissimilar",
            "discordant|discordance",
            "disagree*",
            "distinct",
            "diverge*",
            "asymmetric|asymmetrical|asymmetry",
            "unequal",
            "discrepan*",
            "unilateral|unilaterally",
            "only one eye",
            "two diagnoses",
            "not what is seen",
        ],
        None: [
            "what is seen in",
            "same person|patient|subject|individual|time|visit|examination|order|question|eye",
            "different eye|order|side|image",
            "two different images|photographs",
            "compare*",
        ],
    }
)


def read_sameness(text: str, question: str = "") -> Sameness | None:
    """Return what a text states, None where it states neither or both."""
    stated = find_sameness(text)
    words = read_sentence(text).words
    if words[:1] in (("yes",), ("no",)):
        asked = find_sameness(question)
        if len(asked) == 1:
            [only] = asked
            stated |= {only if words[0] == "yes" else _OPPOSITE[only]}
    return next(iter(stated)) if len(stated) == 1 else None


@lru_cache(maxsize=CACHED_TEXTS)
def find_sameness(text: str) -> frozenset[Sameness]:
    """Return everything that a text says of sameness."""
    sentence = read_sentence(text)
    matches = [match for match in _LEXICON.find(sentence.words) if match.tag is not None]
    return frozenset(_OPPOSITE[one.tag] if sentence.is_denied(one.start, one.end) else one.tag for one in matches if one.tag)
