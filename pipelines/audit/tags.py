"""Which ability a source tag of the release stands for.

Example:
    >>> read_ability("LUMIERE_multichoice_typeB"), read_ability("VQA_ODIR_instruction_multichoice"), read_ability("demo")
    ('comparison', 'held-out', None)
"""

import re
from functools import cache

from pipelines.vocabulary import Ability

HELD_OUT = "held-out"  # ODIR and VQA-RAD: composed for the benchmark, of no ability
_ABILITIES: tuple[tuple[str, str], ...] = (
    (r"EMBED_.*type[AC](?![a-z])", Ability.COREFERENCE),
    (r"EMBED_.*typeB(?![a-z])", Ability.TEMPORAL),
    (r"EMBED_.*typeD(?![a-z])", Ability.REASONING),
    (r"LUMIERE_.*typeA(?![a-z])", Ability.COREFERENCE),
    (r"LUMIERE_.*typeB(?![a-z])", Ability.COMPARISON),
    (r"LUMIERE_.*typeC(?![a-z])", Ability.TEMPORAL),
    (r"MS_CXR_T_", Ability.COMPARISON),
    (r"VQA_(?:ODIR|RAD)_", HELD_OUT),
)


@cache  # a release has a few dozen tags
def read_ability(tag: str) -> str | None:
    """Return the ability of a released source tag, matched by its beginning; None for tags that the release does not have."""
    return next((str(ability) for pattern, ability in _ABILITIES if re.match(pattern, tag)), None)
