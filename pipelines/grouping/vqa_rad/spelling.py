"""Misspelt words of source texts, mended where a question or a reference answer is shown; `*_as_found` keep the source's.

A closed table rather than a spell checker: every entry was seen in VQA-RAD, and none can turn one finding into another.

Example:
    >>> mend_spelling("Is this a saggital view?")
    'Is this a sagittal view?'
"""

import re

_MENDED: dict[str, str] = {
    "abcess": "abscess",
    "been give orally": "been given orally",
    "carcioma": "carcinoma",
    "cardia c": "cardiac",
    "chostrochondral": "costochondral",
    "deominstrate": "demonstrate",
    "flexture": "flexure",
    "hemmorhage": "hemorrhage",
    "hi-light": "highlight",
    "horsehoe": "horseshoe",
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
    "obstrution": "obstruction",
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
    "which half the": "which half of the",
    "with in the": "within the",
}
_PLACE = r"(?:hemisphere|half of the [a-z]+|brain territory|fissure|vein)"
_GRAMMAR: tuple[tuple[str, str], ...] = (
    (r"^doe\b", "does"),
    (r"\ban (?=brain\b)", "a "),
    (r"\ba (?=MRI?\b)", "an "),
    (r"^is there (?=(?:any )?(?:[a-z-]+ )?(?:abnormalities|levels)\b)", "Are there "),
    (r"\bare the kidney\b", "are the kidneys"),
    (r"\bis the vertebrae\b", "are the vertebrae"),
    (r"^are there (?=hyper attenuating material\b)", "is there "),
    (r"^is there lesion\b", "is there a lesion"),
    (r"\bthis (?=normal gallbladder finding\b)", "this a "),
    (r"^what does the (?=(?:[a-z-]+ )*lesions\b)", "what do the "),
    (r"^what structures is\b", "what structures are"),
    (r"^which side of the lungs are\b", "which side of the lungs is"),
    (r"\byour differential diagnoses\b", "your differential diagnosis"),
    (r"\bpatients' ribs\b", "patient's ribs"),
    (r"\bsuspect (?=vascular process\b)", "suspect a "),
    (r"\bthe left (?=posterior portion\b)", "the left "),
    (r"\ba pneumonia vs\. pleural effusion\b", "pneumonia or a pleural effusion"),
    # labels instead of questions
    (r"^(any )?evidence of\b", r"is there \1evidence of"),
    (r"^pathology seen\b", "what pathology is seen"),
    (r"^the condition in which (?=a patient has\b)", "what is the condition in which "),
    # a preposition that is missing, or there twice
    (r"^(from what [^?]+?) from(?=\??$)", r"\1"),
    (r"^((?:what|which) side) (is|are) (the [^?]+? (?:located|more [a-z]+))(?=\??$)", r"on \1 \2 \3"),
    (rf"^((?:what|which) {_PLACE}) (is|are) (the [^?]+? located)(?=\??$| in the patient\b)", r"in \1 \2 \3"),
    (r"^(what organ system is the pathology)(?=\??$)", r"in \1"),
)
_COMPILED = tuple((re.compile(pattern, re.IGNORECASE), replacement) for pattern, replacement in _GRAMMAR)
_SMALL_ABBREVIATIONS = re.compile(r"\b(?:mri|ct|cxr)\b")
_WORDS = re.compile(rf"\b(?:{'|'.join(_MENDED)})\b", re.IGNORECASE)
_MAY_HOLD = re.compile("|".join(_MENDED))  # of a text in small letters; a tenth of the cost


def mend_spelling(text: str) -> str:
    """Return the text with the known misspellings mended; a capital at the beginning stays."""
    if not text.isascii() or _MAY_HOLD.search(text.lower()):
        text = _WORDS.sub(lambda match: _like(match[0], _MENDED[match[0].lower()]), text)
    mended = text[:1].lower() + text[1:]  # a word that is put before the first one makes it a small one
    for pattern, replacement in _COMPILED:
        mended = pattern.sub(replacement, mended)
    mended = text[:1] + mended[1:] if mended[:1] == text[:1].lower() else _like(text, mended)
    return _SMALL_ABBREVIATIONS.sub(lambda match: match[0].upper(), mended)


def _like(found: str, mended: str) -> str:
    return mended[0].upper() + mended[1:] if found[0].isupper() else mended[0].lower() + mended[1:]
