"""Misspelt words of source questions, mended where a question is shown; `question_as_found` keeps the source's text.

A closed table rather than a spell checker: every entry was seen in VQA-RAD, and none can turn one finding into another.

Example:
    >>> mend_spelling("Is this a saggital view?")
    'Is this a sagittal view?'
"""

import re

_MENDED: dict[str, str] = {
    "abcess": "abscess",
    "been give orally": "been given orally",
    "chostrochondral": "costochondral",
    "deominstrate": "demonstrate",
    "hemmorhage": "hemorrhage",
    "hylar": "hilar",
    "hyperintensitites": "hyperintensities",
    "ileac": "iliac",
    "indictate": "indicate",
    "inflammed": "inflamed",
    "int his": "in this",
    "intesities": "intensities",
    "intussesception": "intussusception",
    "mediastium": "mediastinum",
    "midlight shift": "midline shift",
    "most probably diagnosis": "most probable diagnosis",
    "pneuomothorax": "pneumothorax",
    "posteriolateral": "posterolateral",
    "pseudocsyst": "pseudocyst",
    "quadrantopia": "quadrantanopia",
    "saggital": "sagittal",
    "small bowen": "small bowel",
    "the the": "the",
    "verterbral": "vertebral",
    "veterbral": "vertebral",
    "what it causing": "what is causing",
}
_GRAMMAR: tuple[tuple[str, str], ...] = (
    (r"^doe\b", "Does"),
    (r"\ban (?=brain\b)", "a "),
    (r"\ba (?=MRI?\b)", "an "),
    (r"^is there (?=(?:any )?(?:[a-z-]+ )?(?:abnormalities|levels)\b)", "Are there "),
    (r"\bare the kidney\b", "are the kidneys"),
    (r"\bis the vertebrae\b", "are the vertebrae"),
)
_WORDS = re.compile(rf"\b(?:{'|'.join(_MENDED)})\b", re.IGNORECASE)


def mend_spelling(text: str) -> str:
    """Return the text with the known misspellings mended; a capital at the beginning stays."""
    text = _WORDS.sub(lambda match: _like(match[0], _MENDED[match[0].lower()]), text)
    for pattern, replacement in _GRAMMAR:
        text = re.sub(pattern, lambda match, new=replacement: _like(match[0], new), text, flags=re.IGNORECASE)
    return text


def _like(found: str, mended: str) -> str:
    return mended[0].upper() + mended[1:] if found[0].isupper() else mended[0].lower() + mended[1:]
