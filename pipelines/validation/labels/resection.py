"""How much of the enhancing tumour was removed, as a text states it: complete or partial.

LUMIERE's experts tell complete (CRET) from partial (PRET) resection of the enhancing tumour on the first image after surgery
(Suter et al., Sci Data 9:768, 2022); the extent follows Wen et al., J Clin Oncol 28:1963-1972, 2010. A residue, or a subtotal
or near-total resection, is partial.

Example:
    >>> read_resection("No residual enhancement").value, read_resection("Biopsy only")
    ('complete', None)
"""

from enum import StrEnum
from functools import lru_cache

from pipelines.validation.labels.lexicon import Lexicon
from pipelines.validation.labels.sentence import CACHED_TEXTS, Sentence, read_sentence


class Resection(StrEnum):
    """Extent of a resection of the enhancing tumour."""

    COMPLETE = "complete"
    PARTIAL = "partial"


_ALL = "all"
_SOME = "some"
_UNKNOWN = "unknown"
_NEUTRAL = "neutral"
_OTHER = {Resection.COMPLETE: Resection.PARTIAL, Resection.PARTIAL: Resection.COMPLETE}
_REMOVED = ("remov", "resect", "excis", "taken", "gone", "out", "extirpat")
_NOUNS = frozenset({"resection", "removal", "excision", "resections"})
_REACH = 7  # words from "all" to "removed"
_LEXICON = Lexicon(
    {
        Resection.COMPLETE: [
            "complete|completely|completeness",
            "gross (total|totally)",
            "gtr",
            "cret",
            "total|totally",
            "fully|entirely|wholly|radically",
            "in full",
            "in its|their entirety",
            "no longer seen|visible|present|evident|detectable|enhanc*|identified",
            "nothing remains|left",
            "nothing is left",
        ],
        Resection.PARTIAL: [
            "partial|partially|partly",
            "subtotal|subtotally",
            "sub total|totally",
            "near|nearly|almost (gross) total|totally|complete|completely|all",
            "less than (gross) total|complete",
            "short of (a) (gross) total|complete|totality",
            "incomplete|incompletely",
            "pret",
            "str",
            "residual*|residue|residues|residuum|remnant*",
            "remain|remains|remained|remaining",
            "left behind|over|in place|in situ",
            "(is|was) left",
            "still seen|visible|present|evident|enhanc*|there",
            "persist*",
            "debulk*",
        ],
        _ALL: ["everything", "all", "whole", "entire", "every"],
        _SOME: ["part|parts|portion|portions|some|most|much|bulk|half|majority", "not all", "only part|some"],
        _UNKNOWN: ["biopsy|biopsied", "unclear|uncertain|unknown|indeterminate", "can|could not be determined|assessed|told"],
        _NEUTRAL: [
            "cavity remain*",
            "remaining brain|parenchyma|hemisphere*|white|tissue",
            "complete|partial response",
            "extent of",
            "all (of) (the) images|slices|sequences",
            "left hemisphere|frontal|temporal|parietal|occipital|side|lobe|insula*",
            "after all",
        ],
    }
)


@lru_cache(maxsize=CACHED_TEXTS)
def read_resection(text: str) -> Resection | None:
    """Return the one extent that a text states, None where it states none or both."""
    sentence = read_sentence(text)
    found: set[Resection | None] = set()
    for match in _LEXICON.find(sentence.words):
        if match.tag == _UNKNOWN:
            return None
        if isinstance(match.tag, Resection):
            is_denied = sentence.is_denied(match.start, _skip_noun(sentence, match.end))
            found.add(_OTHER[match.tag] if is_denied else match.tag)
        elif match.tag in (_ALL, _SOME) and _is_removed(sentence, match.end):
            is_all = match.tag == _ALL and not sentence.is_denied(match.start, match.end)
            found.add(Resection.COMPLETE if is_all else Resection.PARTIAL)
    return found.pop() if len(found) == 1 else None


def _skip_noun(sentence: Sentence, place: int) -> int:
    """Return the place behind "resection": "complete resection was not achieved"."""
    return place + (place < len(sentence.words) and sentence.words[place] in _NOUNS)


def _is_removed(sentence: Sentence, start: int) -> bool:
    """Return whether what follows is said to be removed, in the same clause and not denied."""
    for place in range(start, min(start + _REACH, len(sentence.words))):
        if sentence.clause[place] != sentence.clause[start - 1]:
            return False
        if sentence.words[place].startswith(_REMOVED):
            return not sentence.is_negated[place] or sentence.is_negated[start - 1]
    return False
