"""Mammographic projections that a text names.

Craniocaudal (CC) looks down on the breast, mediolateral oblique (MLO) along the pectoral muscle, mediolateral (ML) and
lateromedial (LM) straight across, exaggerated craniocaudal to the lateral or the medial side (XCCL, XCCM): ACR BI-RADS Atlas,
5th edition, mammography. A "true lateral" view is either of ML and LM.

Example:
    >>> [sorted(one) for one in name_views("The MLO view, or the true lateral one?")]
    [['MLO'], ['LM', 'ML']]
"""

from functools import lru_cache

from pipelines.validation.labels.lexicon import Lexicon
from pipelines.validation.labels.sentence import CACHED_TEXTS, read_sentence

_CC = "craniocaudal|craniocaudally|cc"
_TO_THE_SIDE = "lateral|laterally|outward|axillary"
_LEXICON = Lexicon(
    {
        "CC": ["craniocaudal|craniocaudally|cc|lcc|rcc", "cranio caudal", "top to bottom", "top down", "from above"],
        "MLO": [
            "mediolateral oblique|obliquely",
            "medio lateral oblique|obliquely",
            "mlo|lmlo|rmlo",
            "oblique",
            "mediolateral|medio (lateral) angled",
            "angled (view|projection)",
        ],
        "ML": ["mediolateral|ml", "medio lateral", "medial to lateral"],
        "LM": ["lateromedial|lm", "latero medial", "lateral to medial"],
        "ML LM": ["true|straight lateral", "90 degree (lateral)", "lateral view|projection|mammogram"],
        "XCCL": [
            "xccl",
            f"exaggerated ({_CC}) (view) (,) (turned|rolled|exaggerated) (to) (the) {_TO_THE_SIDE}",
            f"{_TO_THE_SIDE} exaggerated (cranio) ({_CC}|caudal)",
            f"exaggerated cranio caudal (view) (,) {_TO_THE_SIDE}",
        ],
        "XCCM": [
            "xccm",
            f"exaggerated ({_CC}) (view) (,) (turned|rolled|exaggerated) (to) (the) medial|medially|inner",
            f"medial|medially exaggerated (cranio) ({_CC}|caudal)",
            "exaggerated cranio caudal (view) (,) medial|medially",
        ],
        "XCCL XCCM": [f"exaggerated {_CC}", "exaggerated cranio caudal", "xcc"],
        "": ["lateral part|aspect|quadrant|half|breast|edge|portion|tissue|side", "cc of", "not oblique"],
    }
)
_READ = {tag: frozenset(tag.split()) for tag in ("CC", "MLO", "ML", "LM", "ML LM", "XCCL", "XCCM", "XCCL XCCM")}


@lru_cache(maxsize=CACHED_TEXTS)
def find_views(text: str) -> tuple[tuple[int, frozenset[str]], ...]:
    """Return each view that a text names: the place of its first word and the views that the name leaves open."""
    return tuple((match.start, _READ[match.tag]) for match in _LEXICON.find(read_sentence(text).words) if match.tag)


def name_views(text: str) -> tuple[frozenset[str], ...]:
    """Return the views that a text names, each as those that its name leaves open, each once."""
    return tuple(dict.fromkeys(named for _, named in find_views(text)))
