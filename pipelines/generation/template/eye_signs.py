"""Which diagnoses of ODIR a keyword may speak of: none of them may stand as a wrong option beside that keyword.

ODIR gives an eye one of eight diagnoses and several keywords. An eye diagnosed with diabetes may have drusen or an epiretinal
membrane too: "age-related macular degeneration" or "another abnormality" would then be right as well, or at least debatable.
The lexicon is wide on purpose: a class that falls away costs one option, a class that is true as well costs the question.

`other` is true of every abnormality beside the seven named ones, and of a keyword that is the name of one of those it is not.
Of a keyword that the lexicon does not know every disease may be true; "normal fundus" speaks of normal alone.

Example:
    >>> sorted(signs_of("laser spot")), sorted(signs_of("suspected glaucoma"))
    (['diabetes', 'other'], ['glaucoma'])
"""

import re
from functools import lru_cache

NORMAL = "normal"
OTHER = "other"
DISEASES = frozenset({"diabetes", "glaucoma", "cataract", "amd", "hypertension", "myopia", OTHER})

_NAMES: tuple[tuple[str, str], ...] = (
    # The name of one of the diagnoses: that one, and no other abnormality.
    (r"glaucoma", "glaucoma"),
    (r"cataract", "cataract"),
    (r"age-related macular degeneration", "amd"),
    (r"hypertensive retinopathy", "hypertension"),
    (r"pathological myopia|myopi[ac] retinopathy", "myopia"),
    (r"(?:severe |moderate |mild )?(?:non[- ]?)?proliferative (?:diabetic )?retinopathy|diabetic retinopathy", "diabetes"),
)
_SIGNS: tuple[tuple[str, frozenset[str]], ...] = (
    # Findings of diabetic retinopathy, or the marks of its treatment (panretinal photocoagulation); of these hemorrhages,
    # exudates, edema and microvascular change are seen in hypertensive retinopathy too.
    (r"laser|photocoagulation|silicone oil", frozenset({"diabetes"})),
    (r"h[ae]+morrhage|exudat|cotton.?wool|microvascular|microaneurysm|neovascular", frozenset({"diabetes", "hypertension"})),
    (r"(?:macular?|retinal|diabetic) o?edema", frozenset({"diabetes", "hypertension"})),
    (r"\bretinopathy", frozenset({"diabetes", "hypertension"})),  # of a kind that is not told
    # A pale, atrophic or swollen disc, or a wide cup, is read as glaucoma by many; the crescent around it as myopia.
    (r"glaucom|optic (?:dis[ck]|nerve)|optic neuropathy|\bcup", frozenset({"glaucoma"})),
    (r"peripapillary", frozenset({"glaucoma", "myopia"})),
    # Clouded media look like a cataract in a photograph.
    (r"refractive media|lens opacit|vitreous opacit", frozenset({"cataract"})),
    # Drusen, pigment and atrophy at the macula, and new vessels below it, are the signs of age-related degeneration.
    (r"drusen|maculopathy|macular (?:degeneration|pigment|atroph|scar)", frozenset({"amd"})),
    (r"pigment(?!osa)|choroidal neovascular|atroph", frozenset({"amd", "myopia"})),
    (r"chorioretin|choroidit|central serous", frozenset({"amd", "myopia"})),
    # Narrowed, sheathed or occluded vessels go with arterial hypertension.
    (r"arterio|arter[iy]|vein|vascul|vessel|tortuos", frozenset({"hypertension"})),
    # The tessellated, stretched fundus of high myopia, its holes and its detachment.
    (r"myop|tessellat|leopard|staphyloma|macular hole|retinal? (?:detachment|tear|hole|fold)|lacquer", frozenset({"myopia"})),
    # Abnormalities that are signs of none of the seven.
    (r"epi(?:retinal|macular)|myelinated|vitreous|membranous|coloboma|n[ae]+vus|hyalosis|glial|morning glory", frozenset()),
    (r"retinitis pigmentosa|wedge|disc?itis|oedema|edema|color of|hypertrophy|punctate", frozenset()),
)


@lru_cache(maxsize=1024)
def signs_of(keyword: str) -> frozenset[str]:
    """Return the diagnoses that a keyword may speak of, as classes of `eye_diagnosis`."""
    plain = " ".join(keyword.casefold().split())
    if plain == "normal fundus":
        return frozenset({NORMAL})
    named = {name for pattern, name in _NAMES if re.fullmatch(rf"(?:suspected |dry |wet |severe |old )*(?:{pattern})", plain)}
    if named:
        return frozenset(named)
    found = [classes for pattern, classes in _SIGNS if re.search(pattern, plain)]
    return frozenset({OTHER}).union(*found) if found else DISEASES
