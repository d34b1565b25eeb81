"""Letters in a text: when a capital is an answer, when it is an article, a pronoun, a name, a hedge or a denial.

Example:
    >>> options = {"A": "left", "B": "right"}
    >>> letter_at_start("(b) because of the shadow", options).letter
    'B'
    >>> letter_at_start("A mass is seen", options) is None
    True
    >>> print(letter_at_start("A or B", options).letter)
    None
"""

import re
from collections.abc import Mapping

from evaluation.choice_rules.reading import Reading
from evaluation.choice_rules.text import normalise_text

# Words that may follow a letter that is meant as an answer; after any other word "A" is an article and "B" part of a name.
CONNECTIVE = (
    r"(?:because|since|as|is|was|are|due|given|based|which|with|and|or|oder|und|ou|et|или|but|not|rather|instead|over|only|alone"
    r"|would|should|must|seems|for|if|by)\b"
)
CONTEXT = 300
KEYWORD = r"(?:options?|choices?|letter|answers?|statement|alternative|selection|key|ans\.?)"
_BE = r"(?:is|was|are|were|would be|seems|appears|can be|has been|must be|cannot be)"
# "B is not", "B: wrong"; but "B, not A" keeps B
DENIED_AFTER = re.compile(
    rf"[)\]\"']*\s*(?:{_BE} (?:\w+ly |also |far |much )?(?:not|out|less)\b|(?:isn't|wasn't|cannot be)\b"
    rf"|:?\s*(?:{_BE} )?(?:\w+ly |also )?(?:the |an? )?(?:incorrect|wrong|false|unlikely|excluded|eliminated|ruled out)\b"
    r"|\?\s*(?:no|not)\b|\s*(?:选项|项)?\s*(?:是|为)?(?:错|不正确|不对)|\s*(?:ではなく|じゃなく|[이가] ?아니|[이가] ?아닌))",
    re.I,
)
DENIED_BEFORE = re.compile(
    r"(?:\bnot|n't|\bnever|\bneither|\bnor|\bthan|\binstead of|\bexcept|\bexclud\w+|\beliminat\w+|\brul\w+ out"
    r"|\breject\w*|\bunlike|\bwithout|\bdepends? on|\bnicht|\bkeine?|\bniet|\bpas|\bweder|\bnoch|\bni|\bни"
    r"|\bne|\bnon?(?: es| è)?|\bnão(?: é)?|\bнет?)"
    r"\s+(?:to\s+|be\s+)?(?:(?:choos|select|pick)\w*\s+)?(?:(?:the|la|el|die|a|o)\s+)?(?:option|choice|answer|letter|statement)?s?\s*[\"'(\[]*$",
    re.I,
)
PRONOUN_NEXT = re.compile(
    r"['’]|,\s+(?:for one|too|however)\b"
    r"|\s+(?:am|would|will|think|believe|can|cannot|could|do|don|have|see|choose|pick|select|say|was|see|need|"
    r"guess|feel|apolog|agree|also|might|may|must|should|just|did|had)",
    re.I,
)
_NOT_MEANT = re.compile(
    r"\b(?:not|never|neither|nor|whether|if|unless|doubt|why|incorrect|wrong|nobody|cannot|instead of|rather than)\b|n't\b",
    re.I,
)
# "B if the films are of one day" leaves open whether they are; "if I had to choose, B" does not
_CONDITION = (
    r"(?:if|unless|provided(?: that)?|depending on)\b"
    r"(?!\s+(?:i|we|you|one|forced|asked|pressed|so|any|anything|pushed|that is|not)\b)"
)
# "to see if it has grown" asks; it makes nothing depend on the answer
_CONDITION_BEFORE = re.compile(
    rf"(?<!see )(?<!check )(?<!determine )(?<!assess )(?<!decide )(?<!evaluate )(?<!asks )(?<!ask )(?<!know )\b{_CONDITION}",
    re.I,
)
_CONDITION_AFTER = re.compile(rf"[\s\"')\]]*,?\s*(?:only\s+)?{_CONDITION}|\s+would\b[^.;!?\n]{{0,60}}?\b{_CONDITION}", re.I)
_SENTENCE_END = re.compile(r"[.;!?\n]\s|\n|[。；！？]")
# "E. coli" is a germ and "C'est" a word: the letter is a name's or a word's
_NAME_GOES_ON = re.compile(
    r"\.?\s*(?:coli|difficile|diff|pylori|albicans|aureus|pneumoniae|fumigatus|influenzae|lamblia|tuberculosis|faecalis|elegans"
    r"|jejuni|botulinum|perfringens|tetani|burgdorferi|trachomatis|neoformans|fragilis|cereus|anthracis|histolytica)\b"
    r"|'[^\W\d_]|\.[A-Za-z]\.|\.\s[a-z]\.|\.?\s+[A-Z]\w+,?\s+(?:et al|MD|M\.D|PhD)\b",  # "C'est", "i.e.", "A.P."
)
_CLAUSE = re.compile(r"[.;!?\n:]|,\s|\b(?:but|so|then|because)\b", re.I)
_ASKS = re.compile(
    r"\b(?:is|could|would|might|was)\s+(?:the|your|my)?\s*(?:correct|right|best|final)?\s*(?:answer|option|choice)?\s*$", re.I
)
_OPEN = r"[\s\"'(\[{<$#]*+"  # possessive: a run of brackets must not be tried in every split
_CLOSE = r"[\s\"')\]}>$]*"
_START = re.compile(rf"{_OPEN}(?:(?:the\s+)?{KEYWORD}\s*[:#]?\s*)?{_OPEN}([A-Za-z])(?![A-Za-z0-9])", re.I)
_HEDGE = re.compile(
    rf"{_CLOSE}\s*(?:,|、|和|或|与|及|/|&|\+|;|\bor\b|\band\b|\band/or\b|\boder\b|\bund\b|\bou\b|\bet\b|\bили\b|\by\b|か|や|과|와)\s*(?:maybe\s+|possibly\s+|also\s+)?(?:{KEYWORD}\s*)?[\"'(\[]*"
    r"([A-Za-z])(?=[\"')\]]*\s*(?:$|[.,;:/!?&)\n、。぀-ヿ㐀-鿿가-힯]|or\b|and\b|are\b))",
    re.I,
)


# Chinese writes no blanks: "不是A", "不选A", "排除A"
DENIED_BEFORE_CJK = re.compile(r"(?:不是|不能选|不选|不應選|不应选|并非|非|排除|除了)\s*[\"'(\[]*$")


def letter_at_start(text: str, options: Mapping[str, str]) -> Reading | None:
    """Read the letter that a fragment begins with: "B", "(b)", "option C because ...", "A: text".

    Returns None where the fragment begins with no letter of the options; a Reading without a letter where it names two
    ("A or B"), denies the one that it names ("B is wrong") or goes on with the text of another ("B: <text of A>").
    """
    match = _START.match(text)
    if match is None:
        return None
    if match.group(1).upper() not in options:
        return Reading(None, text.strip()) if _is_labelled_text(text[match.end() :], options) else None
    letter, rest = match.group(1), text[match.end() :]
    is_marked = _is_marked(match.group(0))
    if is_conditional_after(rest):
        return Reading(None, text.strip())
    if not is_marked and not _may_follow(letter, rest):
        return None
    if hedges_after(letter, rest, options) or DENIED_AFTER.match(rest) or _contradicts(letter.upper(), rest, options):
        return Reading(None, text.strip())
    return Reading(letter.upper(), (match.group(0) + rest[: len(rest) - len(rest.lstrip(")]}\"'"))]).strip())


def names_denied_letter(text: str) -> bool:
    """Tell whether a fragment begins with a letter that it denies: "A is wrong"."""
    match = _START.match(text)
    return match is not None and DENIED_AFTER.match(text, match.end()) is not None


def hedges_after(letter: str, rest: str, options: Mapping[str, str]) -> bool:
    """Tell whether the text after a letter goes on with another one: "or B", "and (C)", "/B", ", B or C"."""
    match = _HEDGE.match(rest)
    if match is None:
        return False
    other = match.group(1)
    # "A and a shadow": a small letter counts as a second answer only where the first was small too
    return other.upper() in options and other.upper() != letter.upper() and (other.isupper() or letter.islower())


def text_before(text: str, start: int) -> str:
    """Return the last CONTEXT characters before a place: looping models write megabytes, and a clause is shorter."""
    return text[max(0, start - CONTEXT) : start]


def is_not_meant(text: str, start: int) -> bool:
    """Tell whether the clause before text[start] denies what follows, makes it a condition or asks for it."""
    sentence = _SENTENCE_END.split(text_before(text, start))[-1]
    if _CONDITION_BEFORE.search(sentence):
        return True
    before = _CLAUSE.split(sentence)[-1]
    return _NOT_MEANT.search(before) is not None or (_ASKS.search(before) is not None and "?" in text[start : start + 80])


def is_conditional_after(rest: str) -> bool:
    """Tell whether the text after an answer makes it depend on something: "B if the films are of one day"."""
    return _CONDITION_AFTER.match(rest) is not None


def is_name_after(rest: str) -> bool:
    """Tell whether the text after a letter makes it part of a name: "E. coli", "i.e.", "D. Smith, MD"."""
    return _NAME_GOES_ON.match(rest) is not None


def is_only_letter(text: str) -> bool:
    """Tell whether a fragment is one letter and nothing else but brackets, quotes and marks."""
    return re.fullmatch(rf"{_OPEN}[A-Za-z]{_CLOSE}[.,:;!?。、)]*{_CLOSE}", text) is not None


def _contradicts(letter: str, rest: str, options: Mapping[str, str]) -> bool:
    """Tell whether the rest of the line is the text of another option, and of that one alone."""
    words = normalise_text(rest.lstrip(" \t,:.)]}-–—\"'").split("\n", 1)[0])
    texts = {name: normalise_text(text) for name, text in options.items()}
    is_text = len(words) > 1 or words.isdigit()  # "A: B" is no text
    return is_text and words in texts.values() and texts[letter] != words


def _is_marked(matched: str) -> bool:
    """A keyword right before the letter says that it is one: "option A shows"; "Answer: A mass" does not."""
    return re.search(rf"{KEYWORD}\s+[\"'(\[]*[A-Za-z]$", matched, re.I) is not None


def _is_labelled_text(rest: str, options: Mapping[str, str]) -> bool:
    """Tell whether a letter that is not offered stands before the text of an option: "E. <text of D>"."""
    if re.match(r"[)\]\"']*\s*[.:)]", rest) is None:
        return False
    words = normalise_text(rest.split("\n", 1)[0])
    return bool(words) and words in {normalise_text(text) for text in options.values()}


def _may_follow(letter: str, rest: str) -> bool:
    """Tell whether what follows lets a bare letter be an answer rather than an article, a pronoun or part of a name."""
    if (letter.upper() == "I" and PRONOUN_NEXT.match(rest)) or is_name_after(rest):
        return False
    if re.match(r"\s*(?:$|[.,:;!?。、)\]}\"'>$\n/&=぀-ヿ㐀-鿿가-힯]|[-–—]\s|→)", rest):
        return True
    if re.match(r"\s*[-–—'+]", rest):  # "B-cell", "A's"
        return False
    if letter.islower():
        return False
    return re.match(rf"\s+{CONNECTIVE}|\s+[(\[]", rest, re.I) is not None
