"""Rule about what no image shows: ages, symptoms, treatment, and who was told what.

The sources of inherent groups may hold such things, and a model that was asked not to repeat them may do so all the same.
Whoever is asked sees the images alone, so that each of them is a hint from a text that is not given. Composed records repeat
the questions of their source and are left alone.

Example:
    >>> find_untold("After chemotherapy, how has the tumour changed?"), find_untold("Is there a response to treatment?")
    ('After chemotherapy', None)
"""

import re
from functools import lru_cache

from pipelines.reasons import Reason
from pipelines.records import Record
from pipelines.validation.context import Context, Failure
from pipelines.validation.labels.check import has_labels
from pipelines.validation.text import texts_of

_YEARS = r"(?:twent|thirt|fort|fift|sixt|sevent|eight|ninet)"
_AGES = (
    r"\b\d{1,3}(?:\.\d+)?[ -]?(?:years?[ -]old|years? of age|y/?o\b|yo\b|yrs? old)|\bat the age of\b|"
    r"\b(?:aged?|age of|ages) (?:of )?\d{1,3}\b|"
    rf"\bin (?:his|her|their) (?:\w+ )?{_YEARS}ies\b|\b{_YEARS}y(?:[ -]\w+)?[ -]years?[ -]old\b|\b(?:middle[ -]aged|elderly)\b"
)
_SYMPTOMS = (
    r"\b(?:presents?|presented|presenting|admitted) (?:with|for|to)\b|\bcomplain(?:s|ed|ing|ts?)\b|\bsymptom\w*|"
    r"\b(?:fevers?|febrile|cough(?:ing)?|chest pain|dyspn(?:o?e)a|shortness of breath|blurred vision|loss of vision|"
    r"vision loss|headaches?|seizures?|nausea|palpable|nipple discharge|hypoxia|hypoxic|sepsis|leukocytosis|smok(?:er|ing))\b"
)
_WHEN = r"(?:after|following|under|during|despite|since|status post|s/p|on|with|given|receiving|received)"
_AGENTS = (
    r"(?:temozolomide|bevacizumab|avastin|lomustine|dexamethasone|steroids?|antibiotics?|diuretics?|diuresis|furosemide|lasix|"
    r"tamoxifen|insulin|anti-?vegf|chemotherap\w+|chemoradiation|chemoradiotherapy|radiotherapy|radiation therapy|"
    r"immunotherapy|thoracentesis|thoracocentesis|medications?)"
)
_TREATMENTS = (
    rf"\b{_WHEN} (?:[a-z-]+ )?{_AGENTS}\b|\b{_AGENTS}\b|"
    r"\b(?:after|following|under|during|despite|receiving|received|underwent) (?:[a-z-]+ ){0,2}(?:therapy|treatment)\b|"
    r"\b(?:placement|insertion|removal) of (?:a |an |the )?(?:\w+ )?(?:tube|catheter|drain|line|pacemaker)\b|"
    r"\b(?:yesterday|last night|this morning|today)\b"
)
_TOLD = (
    r"\b(?:discussed|communicated|relayed|reviewed) with\b|\b(?:was|were) (?:notified|informed|paged|called|communicated)\b|"
    r"\b(?:tele)?phoned?\b|\breferring (?:physician|doctor|clinician)\b|\bclinical correlation\b|\bcorrelat\w+ clinically\b"
)
_UNTOLD = re.compile("|".join((_AGES, _SYMPTOMS, _TREATMENTS, _TOLD)), re.IGNORECASE)
_HINT_WORDS = (
    "year| age|y/o|yo |yo,|yo.|yrs|ties|elder|present|admit|complain|symptom|fever|febril|cough|pain|dyspn|breath|vision|"
    "headache|seizure|nausea|palpable|discharge|hypox|sepsis|leuko|smok|therap|treatment|temozol|bevaciz|avastin|lomust|dexameth|"
    "steroid|antibio|diure|furosem|lasix|tamox|insulin|vegf|chemo|radiation|thorac|medication|underwent|placement|insertion|removal|"
    "yesterday|night|morning|today|discuss|relay|review|notif|inform|paged|as called|re called|communicat|phone|referring|"
    "clinical"
)
_HINTS = tuple(_HINT_WORDS.split("|"))
"""What a text must hold for the patterns to be tried, which cost ten times as much."""


def check_untold(record: Record, context: Context) -> Failure | None:
    """An age, a symptom, a treatment or a message in a record of an inherent group: no image shows it."""
    if not has_labels(record.subtask):
        return None
    for text in texts_of(record):
        if (found := find_untold(text)) is not None:
            return Failure(Reason.HIDDEN_TEXT, f"{found!r} in {text!r}: no image shows it")
    return None


@lru_cache(maxsize=1 << 14)  # options and wordings repeat by the thousand
def find_untold(text: str) -> str | None:
    """Return the first words that tell what no image shows, None where there are none."""
    padded = f" {text.lower()} "
    if not any(hint in padded for hint in _HINTS):
        return None
    match = _UNTOLD.search(text)
    return None if match is None else match[0]
