"""Rule about words of a text that the model is not shown: reports, captions, clinical notes, labels and data sets.

A question or an answer that cites them tells how the record was made, and cannot be answered from the images.

Example:
    >>> find_hidden_text("The report states that the effusion has grown."), find_hidden_text("The effusion has grown.")
    ('The report', None)
    >>> find_hidden_text("According to the BI-RADS lexicon, and according to the images") is None
    True
"""

import re
from functools import lru_cache

from pipelines.reasons import Reason
from pipelines.records import Record
from pipelines.validation.context import Context, Failure
from pipelines.validation.text import texts_of

_CLINICIAN = r"(?:radiologists?|physicians?|readers?|doctors?|clinicians?|pathologists?|ophthalmologists?|patients?)"
_READER = r"(?:radiologists?|physicians?|readers?|doctors?|clinicians?|pathologists?|ophthalmologists?)"
_SAYS = r"(?:stat|not|report|describ|conclud|mention|document|comment|interpret|complain|sa(?:id|ys)|wr(?:ote|itten)|dictat)\w*"
_TEXT = r"(?:information|details|data|texts?|context|descriptions?|facts|sources?|excerpts?|records?|evidence|metadata)"
_DATA_SETS = (
    r"(?:MIMIC(?:-CXR\S*)?|EMBED(?! in\b)|LUMIERE|ODIR(?:-5K)?|MS-CXR-T|CheXpert|CheXbert|VQA-RAD|LLaVA-Med|PMC|Med-MIM)"
)
_HINT = re.compile(
    r"findings:|comparison:|technique:|report|impression|section|stated|noted|notes?\b|information|provided|given|according|label|caption|described|document|"
    r"history|indicat|mention|complain|dictat|record|metadata|ground|said|says|data ?set|annotat|context|conclu|wrote|mimic|"
    r"embed|lumiere|odir|ms-cxr|chexp|chexb|vqa-rad|llava|pmc|med-mim|comment|interpret|wet read|addend|transcri|chart|keyword|"
    r"\bfile\b|letter|as per|['\u2019]s|"
    r"did |board|assigned|rated|graded|judged|diagnosed|classified",
)
# What looks like a hidden text and is none: anatomy, what anyone may go by, and plain English.
_INNOCENT = re.compile(
    r"\b(?:basilar|cardiac|renal|gastric|colic|digital|convolutional|vascular) impressions?\b|"
    r"\bimpressions? (?:of|on|upon) the (?:brain|skull|cord|airway|trachea|o?esophagus|sac|liver|kidney)\b|"
    r"\baccording to (?:the )?(?:(?:two|three|first|second|third|shown|given|displayed|current) )?"
    r"(?:images?|films?|scans?|pictures?|views?|mammograms?|radiographs?|photographs?|appearances?|BI-?RADS|RANO|ACR|lexicon|"
    r"criteria|order|sequence|size)\b|"
    r"\b(?:two|three|first|second|images?|films?|scans?|views?|mammograms?|photographs?) (?:(?:that )?(?:are|is|was|were) )?"
    r"(?:given|provided)\b|"
    r"\b(?:given|provided) (?:two|three|images?|films?|scans?|views?|mammograms?|photographs?|the (?:two|three|images?))\b",
    re.IGNORECASE,
)
_HIDDEN = re.compile(
    r"\b(?:(?:the|this|a|each|both|prior|previous|current|radiology|clinical) )?(?:reports?\b|reported(?:ly)?\b|reporting\b)|"
    r"\b(?:the |final |clinical )?impressions?\b|"
    r"\b(?:findings|conclusions?|comparison|indication|technique|history|addendum) sections?\b|\baddend(?:um|a)\b|\bwet read\b|"
    r"\b(?:clinical |given |stated )indications?\b|\bindications?:|\b(?:findings|conclusion|comparison|technique|history):|"
    rf"\b{_CLINICIAN}(?: (?:has|have|had|was|were|also))? {_SAYS}\b|\bas (?:stated|noted|mentioned|reported|documented)\b|"
    rf"\b{_TEXT} (?:(?:that )?(?:is|are|was|were) )?(?:provided|given|above|supplied)\b|"
    rf"\b(?:provided|given|supplied|accompanying|source|available) (?:\w+ )?{_TEXT}\b|"
    rf"\b(?:based on|from|in|per) the {_TEXT}\b|"
    r"\baccording to\b|\bas (?:is |was )?described\b|\bdescribed (?:above|in the (?!(?:first|second|third|two|three|image)))|"
    r"\b(?:the|this|its|their|source|ground[- ]truth|assigned|reference|BI-?RADS|image|expert) labels?\b|\blabell?ed as\b|"
    r"\bground[- ]truth\b|\bcaptions?\b|\bcaptioned\b|\bdocument(?:ed|ation|s)?\b|\bhistory of\b(?! (?:this|"
    r"the same) (?:tumou?r|lesion|breast|eye))|\b(?:clinical|medical|patient"
    r"|past|family|known|surgical) history\b|\b(?:clinical|progress|radiology|discharge|medical|operative|nursing) notes?\b|"
    r"\b(?:medical|patient|clinical|electronic health) (?:records?|charts?)\b|\bdata ?sets?\b|\bmetadata\b|\bannotat\w+\b|"
    r"\btranscri(?:pt|bed|ption)\w*\b|\bdictat(?:ed|ion)\b|"
    rf"\b{_CLINICIAN}['\u2019]s? (?:notes?|words?|comments?|records?|dictation|letter|summary)\b|"
    rf"\b(?:diagnostic |assigned |given )?keywords?\b|\b(?:the|her|his|patient) (?:chart|notes?|file|letter)\b(?! that\b)|"
    rf"\bdid (?:the |a )?(?:\w+ )?{_READER}\b|\bnotes? (?:state|say|mention|report|describe|document|read)s?\b|"
    rf"\b{_READER} (?:has |have |had |was |were )?(?:assigned|rated|graded|judged|diagnosed|classified)\b|"
    r"\btumou?r board (?:notes?|decided|decision|said|says|concluded|minutes)\b|"
    r"\bas per\b(?! (?:the )?(?:images?|films?|two|three|both|RANO|BI-?RADS|ACR))",
    re.IGNORECASE,
)
_DATA_SET_NAME = re.compile(rf"\b{_DATA_SETS}\b")  # capitals: "embed" and "mimic" are words as well


def check_hidden_text(record: Record, context: Context) -> Failure | None:
    """Words of a report, caption, note, label or data set in the question, an option or the answer."""
    for text in texts_of(record):
        if (found := find_hidden_text(text)) is not None:
            return Failure(Reason.HIDDEN_TEXT, f"{found!r} in {text!r}: the images alone are shown")
    return None


@lru_cache(maxsize=1 << 14)  # options and wordings repeat by the thousand
def find_hidden_text(text: str) -> str | None:
    """Return the first words that speak of a text which is not shown, None where there are none."""
    if _HINT.search(text.lower()) is None:  # a tenth of the patterns' cost
        return None
    plain = _INNOCENT.sub(" ", text)
    match = _HIDDEN.search(plain) or _DATA_SET_NAME.search(plain)
    return None if match is None else match[0].strip()
