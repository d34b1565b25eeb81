"""Chest findings that a text names: the five of MS-CXR-T 1.0.0 (Bannur et al., arXiv 2301.04558), and others beside them.

Example:
    >>> sorted(name_findings("Has the pleural fluid grown, and is there a new pneumothorax?"))
    ['pleural_effusion', 'pneumothorax']
"""

from functools import lru_cache

from pipelines.validation.labels.lexicon import Lexicon, Match
from pipelines.validation.labels.sentence import CACHED_TEXTS, read_sentence

NO_FINDING = ""
_FINDINGS = Lexicon(
    {
        "pleural_effusion": ["(pleural) effusion*", "pleural fluid", "fluid in|within the (left|right) pleura*", "hydrothorax"],
        "pneumothorax": ["pneumothora*", "ptx", "air in|within the pleura*", "pleural air"],
        "consolidation": ["consolidat*", "airspace|alveolar consolidation*"],
        "pneumonia": ["pneumonia*", "pneumonic", "bronchopneumonia*"],
        "edema": ["(pulmonary|lung|interstitial|alveolar) edema*|oedema*", "fluid in the lung*"],
        "pericardial_effusion": ["pericardial effusion*|fluid"],
        "atelectasis": ["atelecta*"],
        "cardiomegaly": [
            "cardiomegaly",
            "heart|cardiac size",
            "enlarged heart",
            "cardiac|cardiomediastinal silhouette",
            "heart",
        ],
        "nodule": ["nodule*", "mass|masses"],
        "fracture": ["fracture*"],
        "emphysema": ["emphysema*"],
        "fibrosis": ["fibrosis"],
        "congestion": ["congestion", "congested"],
        "pleural_thickening": ["pleural thickening*"],
        NO_FINDING: ["pneumonia|edema|oedema free", "pleura", "pleural space*"],
    }
)


@lru_cache(maxsize=CACHED_TEXTS)
def find_findings(text: str) -> tuple[Match[str], ...]:
    """Return the findings named in a text, in its order."""
    return tuple(match for match in _FINDINGS.find(read_sentence(text).words) if match.tag != NO_FINDING)


def name_findings(text: str) -> frozenset[str]:
    """Return the findings named in a text, by MS-CXR-T's names where it has them."""
    return frozenset(match.tag for match in find_findings(text))
