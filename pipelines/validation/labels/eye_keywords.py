"""Which of ODIR's diagnoses a diagnostic keyword speaks for: what stands in an eye must not be offered as a wrong answer.

ODIR-5K (Peking University, odir2019.grand-challenge.org) has 94 keywords for the left and right eyes of its patients. Some name
a diagnosis; others, like drusen or laser scars, are signs of several. Written apart from the generator's own list.

Example:
    >>> sorted(suggest_diagnoses("drusen")), sorted(suggest_diagnoses("moderate nonproliferative retinopathy"))
    (['amd', 'other'], ['diabetes'])
"""

import re
from functools import lru_cache

NORMAL = "normal"
OTHER = "other"
_NAMES = (
    ("diabetes", r"diabetic|(?:^|\s)(?:non)?proliferative retinopathy"),
    ("glaucoma", r"glaucom"),
    ("cataract", r"cataract"),
    ("amd", r"age-related macular degeneration"),
    ("hypertension", r"hypertensive"),
    ("myopia", r"myopi"),
)
"""Keywords that name a diagnosis, in ODIR's spelling; they speak for no other one."""
_SIGNS = (
    (
        "diabetes",
        r"laser|photocoagulation|hemorrhage|microvascular|microaneurysm|exudate|cotton wool|(?:retinal|macular) edema",
    ),
    ("glaucoma", r"optic nerve atrophy|peripapillary atrophy|(?:abnormal )?color of optic dis[ck]|cup"),
    ("cataract", r"refractive media opacity|lens opacity"),
    ("amd", r"drusen|choroidal neovascularization|^(?:suspected )?maculopathy|macular degeneration"),
    ("hypertension", r"arterio|retinal artery|vessel tortuosity|vascular sheathing"),
    ("myopia", r"tessellat|leopard|peripapillary atrophy|diffuse (?:chorioretinal|retinal) atrophy|staphyloma|lacquer"),
)
_NAMED = tuple((diagnosis, re.compile(pattern)) for diagnosis, pattern in _NAMES)
_SIGNED = tuple((diagnosis, re.compile(pattern)) for diagnosis, pattern in _SIGNS)


@lru_cache(maxsize=4096)
def suggest_diagnoses(keyword: str) -> frozenset[str]:
    """Return the diagnoses that a keyword speaks for; `other` of every finding that names none of the seven."""
    plain = " ".join(keyword.casefold().split())
    if plain == "normal fundus":
        return frozenset({NORMAL})
    named = frozenset(diagnosis for diagnosis, pattern in _NAMED if pattern.search(plain))
    signed = frozenset(diagnosis for diagnosis, pattern in _SIGNED if pattern.search(plain))
    return named or signed | {OTHER}
