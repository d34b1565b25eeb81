"""MRI sequences that a text names, in the words of neuroradiology.

"T1-weighted" alone is either the native or the contrast-enhanced image, so it leaves both open; where only one of them is
shown, that one is meant. FLAIR is T2-weighted as well, but nobody calls it so without naming the fluid attenuation.

Example:
    >>> [sorted(one) for one in name_sequences("Is it T1 with gadolinium or T2-FLAIR?")]
    [['CT1'], ['FLAIR']]
"""

from functools import lru_cache

from pipelines.validation.labels.lexicon import Lexicon
from pipelines.validation.labels.sentence import CACHED_TEXTS, read_sentence

_CONTRAST = "contrast|gadolinium|gd|gadobutrol|post|postcontrast"
_LEXICON = Lexicon(
    {
        "FLAIR": [
            "flair",
            "t2|t2w (/) flair",
            "t2 weighted flair",
            "fluid attenuat* (inversion) (recovery)",
            "fluid suppress* (t2) (weighted)",
            "suppress* (of) (the) (cerebrospinal) fluid|csf",
        ],
        "CT1": [
            "ct1|t1ce|t1gd|t1c|t1post|ce|t1km (t1) (weighted)",
            f"{_CONTRAST} (material) (medium) (agent) (enhanced) (contrast) t1|t1w (weighted)",
            f"t1|t1w (weighted) (image) (sequence) with|after|following (intravenous) (administration) (of) {_CONTRAST}",
            f"t1|t1w (weighted) ({_CONTRAST}) enhanced",
            "t1|t1w (weighted) (post) gadolinium|gd|postcontrast|contrast",
            "t1|t1w (weighted) post",
            "enhanced t1|t1w (weighted)",
            "contrast|gadolinium enhanced",
            "post contrast|gadolinium",
            "postcontrast",
            "after|following|with contrast|gadolinium",
        ],
        "T1": [
            "native|unenhanced|nonenhanced|precontrast|noncontrast|plain t1|t1w (weighted)",
            "non|pre|un (contrast) (enhanced) t1|t1w (weighted)",
            "t1|t1w (weighted) (image) (sequence) without|before (any) (intravenous) contrast|gadolinium|enhancement",
            "t1|t1w (weighted) (image) (sequence) (,) native|unenhanced|nonenhanced|precontrast|noncontrast",
            "t1|t1w (weighted) pre|non contrast|enhanced",
        ],
        "T1 CT1": ["t1|t1w", "t1|t1w weighted"],
        "T2": ["t2|t2w (weighted)", "(conventional|plain|standard) t2|t2w (weighted)"],
    }
)
_READ = {tag: frozenset(tag.split()) for tag in ("FLAIR", "CT1", "T1", "T2", "T1 CT1")}


@lru_cache(maxsize=CACHED_TEXTS)
def find_sequences(text: str) -> tuple[tuple[int, frozenset[str]], ...]:
    """Return each sequence that a text names: the place of its first word and the sequences that the name leaves open."""
    return tuple((match.start, _READ[match.tag]) for match in _LEXICON.find(read_sentence(text).words))


def name_sequences(text: str) -> tuple[frozenset[str], ...]:
    """Return the sequences that a text names, each as those that its name leaves open, each once."""
    return tuple(dict.fromkeys(named for _, named in find_sequences(text)))
