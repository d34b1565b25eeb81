"""Rule about identifiers of people: dates, times, ages over 89, numbers, names, addresses, and what de-identification left.

The kinds are those of the HIPAA safe harbour (45 CFR 164.514(b)(2)) as far as a text can hold them. Medicine is full of numbers
that are none of them: "BI-RADS 4", "T2", "L4-L5", "3 cm", "at the 9 o'clock position", "a ratio of 1:20".

Example:
    >>> find_identifier("Read at 9:43 PM"), find_identifier("A 12 mm mass at the 9 o'clock position, BI-RADS 4")
    ('9:43 PM', None)
    >>> find_identifier("___ year old subject"), find_identifier("Which of the ______ images?")
    ('___', None)
"""

import re
from functools import lru_cache

from pipelines.reasons import Reason
from pipelines.records import Record, RenderedImage
from pipelines.validation.context import Context, Failure
from pipelines.validation.text import holds_verbatim, texts_of

MAX_AGE_YEARS = 89  # ages above are identifiers
_SHORTEST_ID = 4  # characters; "0" and "17" are subjects of ODIR, and numbers of anything else

# Numbers that look like dates, times or record numbers and are measurements, ratios, clock positions or editions.
_MEASURED = re.compile(
    r"\b\d{1,2}(?::\d{2})? ?(?:o['\u2019]?clock)(?! in the (?:morning|evening|afternoon))|"
    r"\bratios? (?:of |is |was |= ?)?(?:\d+:\d+)|\b\d+:\d+ (?:ratio|dilution|magnification)|"
    r"\b(?:classification|criteria|edition|guidelines?|RANO|WHO|ACR|Fleischner|Lugano|RECIST|"
    r"BI-?RADS),? \(?(?:of )?(?:19|20)\d{2}\b|"
    r"\b(?:19|20)\d{2} (?:WHO|RANO|ACR|classification|criteria|edition|guidelines?|Fleischner|Lugano|RECIST)\b|"
    r"\b\d[\d,.]*(?:\s?[x×]\s?\d[\d,.]*)* ?(?:[mcµu]?m[23²³]?|mm\^?[23]|c?cc|[mdu]?l|[mkµ]?g|hu|ms|%|pixels?|voxels?|"
    r"fold|cells?|x)\b",
    re.IGNORECASE,
)
_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|"
    r"Nov(?:ember)?|Dec(?:ember)?)"
)
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_YEAR = r"(?:19|20|21)\d{2}"  # MIMIC shifts dates into 2100-2200
_DATES = (
    rf"\b{_DAY}[/.-]{_DAY}[/.-](?:{_YEAR}|\d{{2}})\b(?![.-]?\d)",
    rf"\b{_YEAR}[-/.](?:0?[1-9]|1[0-2])(?:[-/.]{_DAY})?\b",
    rf"\b{_MONTH}\.? {_DAY}(?:st|nd|rd|th)?\b(?! ?(?:[mc]m|%|of)\b)(?:,? {_YEAR})?",
    rf"\b{_DAY}(?:st|nd|rd|th)?(?: of)?[ -]{_MONTH}\b(?! be\b)",
    rf"\b{_MONTH}\.?,? (?:of )?{_YEAR}\b",
    rf"\b{_YEAR}\b(?![.,:/-]?\d)",
    r"\b(?:19|20|21)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\b",
)
_WEEKDAYS = (r"\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b",)
_TIMES = (
    r"\b(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)?(?: ?[AaPp]\.?[Mm]\b\.?)?",
    r"\b(?:1[0-2]|[1-9]) ?(?:[ap]\.m\.|[AP]M|am|pm)(?!\w)",
    r"\b\d{1,2} o['\u2019]?clock in the (?:morning|evening|afternoon)\b|\b[0-2]\d[0-5]\d (?:hours|hrs)\b",
)
_OLD = r"(?:9\d|1[01]\d|120)"
_AGES = (
    rf"\b{_OLD}(?:\.\d+)?[ -]?(?:years?|y/?o|yrs?|y)\b[ -]?(?:old|of age)?",
    rf"\b(?i:aged?|age of|ages) (?:of )?{_OLD}\b",
)
_AGES_IN_WORDS = (r"\b(?i:ninety|one hundred)(?:[- ]\w+)?[- ](?i:years?)[- ](?i:old)\b",)
_NUMBERS = (
    r"\b(?i:MRN|medical record|accession|patient id|study id|subject id|case id|acc\.|dob|ssn)\b(?:[ .:#]|no\b|number\b|is\b)*"
    r"[A-Z-]*\d[\w-]*",
    r"\b(?i:patient|subject|case|study|week)[-_#]\d{2,}\w*",
    r"\b(?i:patient|subject|case)\b ?(?:(?i:no|nr|number|id)\b\.?)? ?[#:]? ?\d{3,}\b",
    r"\b(?i:room|bed|ward) (?:no\. )?\d+\b",
    r"\b\d{3}-\d{2}-\d{4}\b",
    r"(?:\+\d{1,3}[ .-]?)?\(?\b\d{3}\)?[ .-]\d{3}[ .-]\d{4}\b|\+\d{1,3}(?:[ -]?\d{2,4}){2,}",
    r"\b(?i:pager|phone|tel|telephone|ext|extension|fax|beeper)\.?:? ?#?\(?\d{3,}",
    r"\b[A-Za-z]{0,7}[-_]?\d{6,}\b(?!\.\d)",
    r"\b\d+(?:\.\d+){4,}\b|\b(?=[0-9a-f]*[a-f])(?=[0-9a-f]*\d)[0-9a-f]{12,}\b",
)
_ADDRESSES = (
    r"\b[\w.+-]+@[\w-]+\.\w+",
    r"\b(?:https?://|www\.)\S+|\b[\w-]+\.(?:com|org|edu|gov|net)\b",
    r"\b\d{1,5} (?:[A-Z][a-z]+ ){1,3}(?:Street|St|Avenue|Ave|Road|Rd|Boulevard|Blvd|Lane|Drive|Way)\b",
    r"\b[A-Z]{2},? \d{5}(?:-\d{4})?\b",
    r"\b(?!(?:The|This|That|A|In|At|Which|Local|Public|General) )[A-Z][a-z]+(?:['\u2019]s)?(?: [A-Z][a-z]+(?:['\u2019]s)?)* "
    r"(?:Hospital|Medical Cent(?:er|re)|Clinic|Memorial)\b",
    r"\b[\w-]+\.(?:dcm|png|jpe?g|nii(?:\.gz)?|tiff?|bmp)\b|(?<!\S)/[\w.-]+/[\w./-]+|\b[\w-]+/(?:[\w-]+/)+[\w-]+\.\w{2,4}\b",
)
_PERSON = r"[A-Z][a-z'\u2019-]+[A-Z]?[a-z]*"
_NAMES = (
    rf"\b(?:Drs?|Mr|Mrs|Ms|Miss|Prof)\b\.? ?(?:{_PERSON}|[A-Z]\.|_+)",
    rf"\b(?:Dr|Mr|Mrs|Ms|Prof)\.(?= |$)|\b(?:Doctor|Nurse|Professor) {_PERSON}",
    rf"\b(?i:radiologist|physician|surgeon|attending|patient|resident|subject|nurse),? (?:(?:is )?named |"
    rf"is )?{_PERSON} {_PERSON}\b",
    r"\b(?i:patient|subject|woman|man|lady|radiologist|physician) named \w+",
    rf"\b{_PERSON} (?:[A-Z]\. )?{_PERSON},? (?:M\.?D|R\.?N|D\.?O|Ph\.?D)\b",
)
_RESIDUES = (
    r"(?<!_)_{3}(?!_)",  # MIMIC's; other runs are blanks of a template
    r"\[\*\*.*?(?:\*\*\]|$)|\*\*\]|\bX{4,}\b|\*{3,}",
    r"[\[<](?i:date|name|time|age|id|location|phone|hospital|doctor|patient|number|address|redacted|removed|"
    r"phi)[^\]>]{0,20}[\]>]|\b(?i:redacted)\b",
)
# What a text must hold for a kind to be looked for: a hint costs a tenth of its patterns.
_KINDS: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...] = tuple(
    (re.compile(hint), re.compile("|".join(patterns)))
    for hint, patterns in (
        (r"\d", (*_DATES, *_TIMES, *_AGES, *_NUMBERS)),
        (r"day\b|[Nn]inety|hundred", (*_WEEKDAYS, *_AGES_IN_WORDS)),
        (r"@|www|\.[a-z]|/\w|[A-Z]{2},? \d|Hosp|Clinic|Medical|Memorial|\d [A-Z][a-z]", _ADDRESSES),
        (
            r"\b(?:Dr|Mr|Ms|Prof|Miss|Doctor|Nurse|M\.?D|R\.?N|D\.?O|Ph\.?D)|(?i:log|physic|surg|attend|patient|resid|"
            r"subj|named)",
            _NAMES,
        ),
        (r"[_*\[<]|XXXX|[Rr]edacted", _RESIDUES),
    )
)


def check_identifiers(record: Record, context: Context) -> Failure | None:
    """A date, time, high age, number, name or address, residue of de-identification, or a key of the images shown."""
    for text in texts_of(record):
        found = find_identifier(text)
        if found is None and any(map(str.isdigit, text)):  # every key holds a digit
            keys = _keys_of([context.images[image_id] for image_id in record.image_ids])
            found = min((key for key in keys if holds_verbatim(text, key)), default=None)
        if found is not None:
            return Failure(Reason.IDENTIFIER, f"{found!r} in {text!r}")
    return None


@lru_cache(maxsize=1 << 14)  # options and wordings repeat by the thousand
def find_identifier(text: str) -> str | None:
    """Return the first words that may tell who a person is, None where there are none."""
    patterns = [pattern for hint, pattern in _KINDS if hint.search(text)]
    if not patterns:
        return None
    plain = _MEASURED.sub(" ", text)
    match = next((found for pattern in patterns if (found := pattern.search(plain))), None)
    return None if match is None else match[0].strip()


def _keys_of(images: list[RenderedImage]) -> set[str]:
    """Return what the source calls these images, their studies and subjects, and their files."""
    names: set[str] = set()
    for image in images:
        file = image.source_path.rsplit("/", 1)[-1]
        names |= {image.image_id, image.source_image_id, image.subject_id, image.study_id, file, file.split(".", 1)[0]}
    return {name for name in names if len(name) >= _SHORTEST_ID}
