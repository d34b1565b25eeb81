"""The columns of ODIR's two tables under the names that their copies give them.

Example:
    >>> [column.name for column in PATIENT_COLUMNS if column.fits("Age related Macular Degeneration ")]
    ['A']
"""

from collections.abc import Mapping
from types import MappingProxyType

from pipelines.sources.sheet import Column
from pipelines.vocabulary import Laterality

ID = "ID"
AGE = "Patient Age"
SEX = "Patient Sex"
FILE_NAME = "filename"
FILE_PATH = "filepath"
LABELS = "labels"
TARGET = "target"
FUNDUS: Mapping[Laterality, str] = MappingProxyType({Laterality.LEFT: "Left-Fundus", Laterality.RIGHT: "Right-Fundus"})
KEYWORDS: Mapping[Laterality, str] = MappingProxyType(
    {Laterality.LEFT: "Left-Diagnostic Keywords", Laterality.RIGHT: "Right-Diagnostic Keywords"}
)
# Copies of the table in public repositories write the diagnoses out.
_FLAG_ALIASES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "N": ("Normal", "Normal (N)"),
        "D": ("Diabetes", "Diabetes (D)"),
        "G": ("Glaucoma", "Glaucoma (G)"),
        "C": ("Cataract", "Cataract (C)"),
        "A": ("AMD", "Age related Macular Degeneration", "Age related Macular Degeneration (A)"),
        "H": ("Hypertension", "Hypertension (H)"),
        "M": ("Myopia", "Pathological Myopia", "Pathological Myopia (M)"),
        "O": ("Other", "Others", "Other diseases/abnormalities", "Other diseases/abnormalities (O)"),
    }
)


def _beside(name: str) -> tuple[str, ...]:
    """Return a name's spellings with the words joined otherwise: "Left-Fundus" as `left_fundus` and "Left Fundus"."""
    words = name.replace("-", " ").split()
    return (" ".join(words), "_".join(words), "-".join(words))


PATIENT_COLUMNS = (
    Column(ID, aliases=("Patient ID", "patient_id")),
    Column(AGE, aliases=(*_beside(AGE), "age"), is_required=False),
    Column(SEX, aliases=(*_beside(SEX), "sex", "gender"), is_required=False),
    *(Column(name, aliases=_beside(name), is_required=False) for name in FUNDUS.values()),
    *(Column(name, aliases=_beside(name)) for name in KEYWORDS.values()),
    *(Column(letter, aliases=aliases, is_required=False) for letter, aliases in _FLAG_ALIASES.items()),
)
IMAGE_COLUMNS = (
    *PATIENT_COLUMNS,
    *(Column(name, is_required=False) for name in (FILE_NAME, FILE_PATH, LABELS, TARGET)),
)
