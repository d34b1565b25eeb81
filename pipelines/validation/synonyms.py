"""Options that may say the same in other words: two right letters, where one of them is the key.

A group holds whole options, not words: "no change in size" is none of them, for nobody knows what it leaves open.

Example:
    >>> find_synonyms(("Unchanged", "No significant change", "Worse"))
    ('Unchanged', 'No significant change')
"""

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

from pipelines.validation.text import normalise

_GROUPS = (
    "stable, unchanged, no change, no significant change, no relevant change, no interval change, remained stable, "
    "not changed, same, no appreciable change, essentially unchanged, it is unchanged, stable disease, similar, constant, "
    "it has not changed, no difference, it is stable, it remained stable",
    "improved, improving, better, decreased, regressed, improvement, it has improved, smaller, less, reduced, "
    "partial response, resolving, has decreased, diminished, it has decreased, it is improving",
    "worse, worsened, worsening, progressed, increased, progression, it has worsened, larger, more, progressive disease, "
    "deteriorated, has increased, deterioration, enlarged, it has increased, it is worsening",
    "normal, no abnormality, unremarkable, normal findings, no finding, no findings, healthy, negative, within normal limits, "
    "no abnormal findings, no pathology, nothing abnormal, normal fundus",
    "benign, benign finding, benign findings, benign conditions confirmed, negative for any tumors, no malignancy, "
    "not malignant, no sign of malignancy, no signs of malignancy",
    "malignant, cancer, malignancy, highly suggestive of malignancy, carcinoma",
    "complete, complete resection, total, total resection, gross total resection, fully removed",
    "partial, partial resection, subtotal, subtotal resection, incomplete, incomplete resection, limited resection",
    "craniocaudal, cc, cc view, craniocaudal view",
    "mediolateral oblique, mlo, mlo view, mediolateral oblique view, oblique view",
    "first image, left image, image 1, first one",
    "second image, middle image, middle one, image 2, second one",
    "third image, right image, image 3, third one",
    "present, yes, there is, seen, visible",
    "absent, no, none, not seen, not present, not visible",
    "diabetic retinopathy, diabetic changes, diabetes, diabetic eye disease",
    "age related macular degeneration, amd, macular degeneration, armd",
    "myopia, pathological myopia, myopic fundus",
    "hypertension, hypertensive retinopathy, hypertensive changes",
    "same, alike, identical, equal, no difference",
    "different, not same, unlike, they differ",
)
_SYNONYMS = tuple(frozenset(map(normalise, group.split(", "))) for group in _GROUPS)


def find_synonyms(options: Sequence[str]) -> tuple[str, ...]:
    """Return the options that may say the same as another one, in their order."""
    groups = [_groups_of(option) for option in options]
    if sum(map(bool, groups)) < 2:
        return ()
    counts = Counter(number for numbers in groups for number in numbers)
    return tuple(option for option, numbers in zip(options, groups, strict=True) if any(counts[one] > 1 for one in numbers))


@lru_cache(maxsize=1 << 14)  # options repeat by the thousand
def _groups_of(option: str) -> tuple[int, ...]:
    said = normalise(option)
    return tuple(number for number, group in enumerate(_SYNONYMS) if said in group)
