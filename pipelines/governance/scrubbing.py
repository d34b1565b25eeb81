r"""Takes identifiers out of a report's text before a model sees it: what could name a person, a day or a place of contact.

Replaced are what Safe Harbor lists and text can show (45 CFR 164.514(b)(2)): dates and times, telephone and record numbers,
addresses of the net, names that a title, a degree or "discussed with" announces, ages above 89, and the marks that
de-identification left (`___`, `[**...**]`). In doubt it takes too much: "3/12" is taken for a day, a bare number of four digits
for a record's. Measurements stay. A name that nothing announces is not recognised: reports must be de-identified beforehand,
as those of MIMIC are; this is the second net, not the first.

Example:
    >>> scrub_text("Compared to ___ (2119-04-03), discussed with Dr. Jane Roe at 9:43 PM. Nodule of 12 x 8 mm, MRN 4471235.")
    'Compared to [removed] ([date]), discussed with [name] at [time]. Nodule of 12 x 8 mm, [number].'
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

REMOVED, DATE, TIME, NAME, NUMBER, ADDRESS, AGE = "[removed]", "[date]", "[time]", "[name]", "[number]", "[address]", "[age]"
PLACEHOLDERS = (REMOVED, DATE, TIME, NAME, NUMBER, ADDRESS, AGE)

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)"
)
_YEAR = r"(?:'?\d{2}|\d{4})"
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_NOON = r"(?:[ap]\.m\.|[ap]m\b)"
_UNIT = r"(?:(?:mm|cm|ml|cc|l|mg|g|kg|mcg|ug|hu|msv|mgy|c?gy|kvp?|mas?|ms(?:ec)?|s(?:ec)?|hz|units?|cells?|x)\b|%)"
_CAPITAL = r"[^\W\d_a-zà-öø-ÿ][\w'’-]*"  # a word that begins with a capital letter
_PARTICLE = r"(?:(?:van|von|de|la|del|der|den) )"
_PERSON = rf"{_PARTICLE}*{_CAPITAL}(?:,? {_PARTICLE}*{_CAPITAL}\.?){{0,3}}"
_BLANK = re.escape(REMOVED)
_START = r"(?<![^\W\d_])"  # of a word, also right behind digits: those become a placeholder, and the word stands alone
_GAP = r"(?:\s?[-.\u2010-\u2015\u2212]\s?|\s)"  # between the groups of a telephone number: also dashes that are no hyphens
_ORDINAL = (
    r"(?:(?:twenty|thirty)[- ])?(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth"
    r"|(?:thir|four|fif|six|seven|eigh|nine)teenth|twentieth|thirtieth)"
)
# Words that say who a person is, behind which a colon announces the name.
_ROLE = (
    r"(?:(?:patient|attending|physician|provider|radiologist|resident|fellow|technologist|nurse)(?:'s)?(?: name)?|name"
    r"|(?:(?:electronically )?signed|dictated|read|interpreted|transcribed|approved|verified|reviewed)(?: by)?)"
)

_ANNOUNCED = (
    r"(?:(?:discussed|communicated|reviewed) with|(?:communicated|reported|conveyed|relayed|telephoned|phoned) to"
    r"|(?:notified|dictated|signed|approved|reviewed) by|discussed w/|d/w|informed|notified|paged|nurse|practitioner|RN)"
)


def _in_any_case(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


# In this order: what is longer or better announced comes first, the nets for bare digits last.
_RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\[\*\*.*?\*\*\]", re.DOTALL), REMOVED),
    (re.compile(r"_{2,}"), REMOVED),
    (_in_any_case(r"(?<![\w.+-])[\w.+-]+ ?@ ?[\w-]+(?:\.[\w-]+)+|(?:https?://|www\.)\S+"), ADDRESS),
    (re.compile(rf"\b\d{{1,5}} (?:{_CAPITAL} ){{1,3}}(?:Street|St|Avenue|Ave|Road|Rd|Drive|Lane|Boulevard|Blvd)\b"), ADDRESS),
    (re.compile(rf"\b(?:{_CAPITAL} ){{1,4}}(?:Hospital|Medical Center|Infirmary|Health System)\b"), ADDRESS),
    (_in_any_case(rf"\b\d{{1,2}}[-/ .]?{_MONTH}(?:[-/ .,]*{_YEAR})?\b|\b\d{{4}}[-/ .]?{_MONTH}[-/ .]?\d{{1,2}}\b"), DATE),
    (_in_any_case(rf"\b{_MONTH}\.?\s+{_DAY},?\s+\d{{4}}\b"), DATE),  # also over the end of a line, where "may" is a month
    (_in_any_case(rf"\b{_ORDINAL}\s+of\s+{_MONTH}\b|\b(?!may\b){_MONTH}\s+(?:the\s+)?{_ORDINAL}\b"), DATE),
    (_in_any_case(rf"\b{_DAY}\s+(?:of\s+)?{_MONTH}\b\.?(?:,?\s*{_YEAR}\b)?"), DATE),
    (_in_any_case(rf"\b{_MONTH}\.?[-/ ]*{_DAY}\b(?:,?\s*\d{{4}}\b)?|\b{_MONTH}[-/ .,]*(?:of\s+)?'?\d{{2,4}}\b"), DATE),
    (re.compile(r"\b\d{4}([-/.])\d{1,2}\1\d{1,2}\b|\b\d{1,2}([-/.])\d{1,2}\2(?:\d{4}|\d{2})\b"), DATE),
    (re.compile(r"(?<![\w.])\d{1,2} \d{1,2} (?:19|20|21)\d\d(?!\w)|(?<![\w.])(?:19|20|21)\d\d \d{1,2} \d{1,2}(?!\w)"), DATE),
    (re.compile(r"(?<![\w.])\d{1,4}/\d{1,4}(?![\w])"), DATE),
    (_in_any_case(r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b"), DATE),
    (_in_any_case(rf"(?<!\d)\d{{1,2}}:\d{{2}}(?::\d{{2}})?(?!\d)(?:\s*{_NOON})?|\b\d{{1,2}}\s*{_NOON}"), TIME),
    (_in_any_case(rf"\b\d{{4}}\s*(?:h|hrs?|hours)\b|\b\d{{1,2}}h\d{{2}}\b|(?<=\bat )\d{{4}}\b(?!\s*{_UNIT})"), TIME),
    (_in_any_case(r"(?<!\w)(?:\+?\d{1,3}[-. ]?)?(?:\(\d{3}\)|\d{3})[-. ]?\d{3}[-. ]\d{4}\b(?:\s*(?:x|ext\.?)\s*\d+)?"), NUMBER),
    (re.compile(rf"(?<!\w)(?:\(\d{{3}}\)|\d{{3}}){_GAP}\d{{3}}{_GAP}\d{{4}}\b"), NUMBER),
    (re.compile(r"(?<![\d.,])\d(?:[ -]\d){5,}(?![\d.])"), NUMBER),
    (_in_any_case(rf"(?<![\d.,])\d{{1,3}}(?:,\d{{3}}){{2,}}(?![\d.])(?!\s*{_UNIT})"), NUMBER),
    (
        _in_any_case(
            r"\b(?:mrn|medical record|accession|acc|(?:patient|pt|study|exam) id|ssn|pager|beeper|phone|tel|fax"
            r"|ext|extension)\b[\s.:#]*(?:number|no\b|num|id|is)?[\s.:#]*[a-z]{0,4}-?\d[\w-]*(?: \d{2,}[\w-]*){0,3}"
        ),
        NUMBER,
    ),
    (_in_any_case(r"\b(?:9\d|1[0-2]\d)(?=[-\s]*(?:years?|yrs?|y)[-\s/]*(?:old|o)\b)|(?<=\bage )(?:9\d|1[0-2]\d)\b"), AGE),
    (_in_any_case(r"(?<=\baged )(?:9\d|1[0-2]\d)\b|\bninety(?:[- ]\w{3,5})?(?=[-\s]*(?:years?|yrs?)\b)"), AGE),
    (re.compile(r"\b9\d(?=[MF]\b)"), AGE),
    (re.compile(rf"((?i:{_START}{_ROLE}\s*:\s*)){_PERSON}"), rf"\1{NAME}"),
    (re.compile(rf"{_START}(?i:drs)\b\.?\s*{_PERSON}(?: ?(?:,|/|&|\band\b) ?{_PERSON}){{1,5}}"), NAME),
    (  # MR, MS and DR without a point are other words: magnetic resonance, multiple sclerosis, digital radiography
        re.compile(
            rf"{_START}(?:Drs?|drs?|Mr|Mrs|Ms|Miss|Prof|[Pp]rofessor|[Dd]octor)\b\.?\s+(?:{_PERSON}|{_BLANK})"
            rf"|{_START}(?i:drs?|mr|mrs|ms|prof)\.\s*(?:{_PERSON}|{_BLANK}|[^\W\d_][\w'’-]*)|{_START}drs? [^\W\d_][\w'’-]*"
        ),
        NAME,
    ),
    (re.compile(rf"\b{_PERSON},?\s+(?:M\.? ?D\b\.?|PA-C\b|D\.?O\b\.?|R\.?N\b\.?|N\.?P\b\.?|PhD\b|MBBS\b)"), NAME),
    (re.compile(rf"((?i:{_START}{_ANNOUNCED} )){_PERSON}"), rf"\1{NAME}"),
    (_in_any_case(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4,8}){3,4}\b"), NUMBER),
    (re.compile(r"\b\d+(?:\.\d+){3,}\b"), NUMBER),
    (_in_any_case(rf"(?<![\d.,])(?:1[89]|2[01])\d\d(?![\d])(?!\s*{_UNIT})"), DATE),
    (_in_any_case(rf"(?<![\d.,])\d{{4}}(?!\d|\.\d)(?!\s*{_UNIT})"), NUMBER),
    (re.compile(r"(?<!\d)\d{2,4}(?:[ -]\d{2,4}){2,}(?!\d)"), NUMBER),
)
_REPEATED = re.compile(r"(\[(?:removed|date|time|name|number|address|age)\])(?:[\s/-]*\1)+")
_WORD = re.compile(r"[^\s\[\](),;]+")
_MOST_PASSES = 4
_MOST_DIGITS = 4  # of a word that is left; a measurement hardly has more


def scrub_text(text: str, known: Iterable[str] = ()) -> str:
    """Return the text with identifiers replaced by `PLACEHOLDERS`; scrubbing it again changes nothing.

    Signs that look alike become one (NFKC) and invisible ones vanish, so that neither hides a number. `known` are ids that are
    taken out wherever they stand as words.
    """
    scrubbed = text if text.isascii() else _make_plain(text)
    standing = {word for word in known if len(word) > 3 and word in scrubbed}  # a pattern for each absent one would cost most
    for identifier in sorted(standing, key=lambda word: (-len(word), word)):
        scrubbed = re.sub(rf"(?<!\w){re.escape(identifier)}(?!\w)", NUMBER, scrubbed)
    return _apply_rules(scrubbed)


def _make_plain(text: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFKC", text) if unicodedata.category(sign) != "Cf")


@lru_cache(maxsize=1 << 12)  # "view: CC" is said of thousands of images, and a report of each group that shows its study
def _apply_rules(text: str) -> str:
    for _ in range(_MOST_PASSES):  # what takes something out may lay bare the beginning of the next word
        before, text = text, _apply_rules_once(text)
        if text == before:
            break
    return text


def _apply_rules_once(text: str) -> str:
    for pattern, placeholder in _RULES:
        text = pattern.sub(placeholder, text)
    return _REPEATED.sub(r"\1", _WORD.sub(_hide_long_number, text))


def _hide_long_number(word: re.Match[str]) -> str:
    return NUMBER if sum(sign.isdigit() for sign in word[0]) > _MOST_DIGITS else word[0]
