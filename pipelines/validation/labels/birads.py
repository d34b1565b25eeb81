"""The BI-RADS assessment category that a text states.

ACR BI-RADS Atlas, 5th edition (2013), in EMBED's letters: A is category 0 (incomplete: additional imaging or prior studies are
needed), N 1 (negative), B 2 (benign), P 3 (probably benign), S 4 (suspicious), M 5 (highly suggestive of malignancy), K 6
(known biopsy-proven malignancy). As with progression, each statement leaves some categories open ("no sign of malignancy"
leaves 1, 2 and 3, "biopsy is recommended" 4 and 5) and the text says what all of them leave open together.

Example:
    >>> read_birads("BI-RADS category 4B"), read_birads("Benign finding"), read_birads("No sign of malignancy")
    ('S', 'B', None)
"""

from functools import lru_cache

from pipelines.validation.labels.lexicon import Lexicon, Match
from pipelines.validation.labels.sentence import CACHED_TEXTS, Sentence, read_sentence

CATEGORIES = frozenset("ANBPSMK")
MALIGNANT = frozenset("SMK")
"""What counts as a sign of malignancy where one image is to be found."""
_LETTERS = dict(zip(("0", "1", "2", "3", "4", "5", "6"), "ANBPSMK", strict=True))
_NUMBERS = {
    **_LETTERS,
    **dict.fromkeys(("4a", "4b", "4c"), "S"),
    **dict(zip(("i", "ii", "iii", "iv", "v", "vi"), "NBPSMK", strict=True)),
    **dict(zip(("zero", "one", "two", "three", "four", "five", "six"), "ANBPSMK", strict=True)),
}
_SCALE = "*"  # what introduces a number: "BI-RADS", "category"
_FILLERS = frozenset(
    {
        "assessment",
        "category",
        "final",
        "score",
        "class",
        "code",
        "of",
        "is",
        "as",
        "birads",
        "breast",
        "a",
        "(",
        ":",
        "than",
        *("above", "over", "beyond", "higher", "greater", "below", "under", "lower"),
    }
)
_DEGREES = "NBPSMK"
_BOUNDS = {
    **dict.fromkeys(("above", "over", "beyond", "higher", "greater"), 1),
    **dict.fromkeys(("below", "under", "lower"), -1),
}
_JOINS = frozenset({"or", "to", "/", "and"})
_MALIGNANCY = "malignancy|cancer|carcinoma"
_WORKUP = "imaging|evaluation|views|workup|work|images|assessment|examination*|mammogra*|ultrasound|tests"
_CONDITIONS = (
    "risk|likelihood|chance|probability of (a) malignan*|cancer*",
    "malignancy|cancer risk|likelihood|probability",
    "less|lower than 2 % (likelihood|risk|chance) (of) (malignan*|cancer*)",
)
_LEXICON = Lexicon(
    {
        "K": [
            "known (breast|primary) (biopsy) (proven) malignan*|cancer*|carcinoma*",
            "known and biopsy proven malignan*|cancer*|carcinoma*",
            "(biopsy|histologically|pathologically|tissue) proven (breast) malignan*|cancer*|carcinoma*",
            "proven by biopsy",
            "proven on|at biopsy|histology",
            f"{_MALIGNANCY} (is|was) (already|that) (is|was|has|been) (already) proven|known|confirmed|established",
            "already proven|known|confirmed|diagnosed",
            "(biopsy|histologically) confirmed (breast) malignan*|cancer*|carcinoma*",
            "biopsy proven",
        ],
        "M": [
            "highly|strongly suggestive (of|for) (a) (malignan*|cancer*|carcinoma*)",
            "highly|strongly suggests|suggesting (a) malignan*|cancer*",
            "almost|nearly|virtually certain* (a) (malignan*|cancer*)",
            "classic|characteristic|typical for|of (a) malignan*|cancer*|carcinoma*",
        ],
        "SM": [
            "highly suspicious",
            "high suspicion",
            "biopsy (is|should|be|was) (be) recommended|advised|indicated|warranted|considered|needed",
            "recommend* (tissue|core) biopsy|sampling",
            "tissue diagnosis|sampling",
            "prompt|prompts|warrant|warrants|require|requires|need|needs|deserves|indicate|indicates (a) (tissue|core) biopsy",
            "call|calls|calling for (a) (tissue|core) biopsy",
            "concern* for|about (a) (malignan*|cancer*|carcinoma*)",
        ],
        "S": [
            "(moderately) suspicious",
            "suspicion",
            "low|moderate|intermediate suspicion",
            "worrisome",
            "concerning",
            "suspected malignan*|cancer*",
        ],
        "P": [
            "probably (a) benign",
            "likely|presumably (a) benign",
            "short interval|term follow up|imaging|surveillance",
            "short interval|term",
            "six|6 month|months follow up",
        ],
        "B": ["benign", "non malignant", "nonmalignant", "innocuous"],
        "N": [
            "negative (mammogra*|study|examination|finding*|assessment|result)",
            "normal (mammogra*|study|examination|finding*|result)",
            "unremarkable",
            "nothing to comment on|upon|report|note",
            "no abnormalit*|finding*|findings",
            "no abnormal finding*",
            "without (any) abnormalit*|finding*",
        ],
        "A": [
            "incomplete",
            f"additional|further|supplementary|more|other (breast|mammographic|diagnostic) {_WORKUP}",
            "needs|need|require* (for) (an) additional|further|more",
            "recall*",
            "call* back",
            "callback",
            "not (yet) complete|final|conclusive",
            "not (yet) be made|given|completed",
            "inconclusive",
            "comparison with prior|previous|earlier",
        ],
        "NBP": ["negative for (any) (breast) malignan*|cancer*"],
        "SMK": ["malignan*", "cancer*", "carcinoma*", "highest (birads) (assessment) category|assessment|score|suspicion"],
        "": [
            "high|increased|elevated|dense risk",
            "density category|class",
            *_CONDITIONS,
            "not be determined",
            "uncertain",
            "can not be assessed|categori*",
        ],
        _SCALE: ["birads", "category"],
    }
)


def read_birads(text: str) -> str | None:
    """Return the letter of the one category that a text states, None where it states none or several."""
    possible = CATEGORIES.intersection(*(statement for _, statement in find_assessments(text)))
    return next(iter(possible)) if len(possible) == 1 else None


@lru_cache(maxsize=CACHED_TEXTS)
def find_assessments(text: str) -> tuple[tuple[int, frozenset[str]], ...]:
    """Return each statement of a text: the place of its first word and the letters of the categories that it leaves open."""
    sentence = read_sentence(text)
    found = []
    for match in _LEXICON.find(sentence.words):
        if match.tag == _SCALE:
            is_denied = sentence.is_negated[match.start]
            numbered = _read_numbers(sentence, match)
            found += [(match.start, CATEGORIES - possible if is_denied else possible) for possible in numbered]
        elif match.tag:
            found.append((match.start, _leave_open(sentence, match)))
    return tuple(found)


def _leave_open(sentence: Sentence, match: Match[str]) -> frozenset[str]:
    named = frozenset(match.tag)
    if not sentence.is_denied(match.start, match.end):
        return named
    if named in (MALIGNANT, {"S"}):
        return frozenset("NBP")  # "no suspicious finding", "nothing suggests cancer"
    return CATEGORIES - named


def _read_numbers(sentence: Sentence, scale: Match[str]) -> list[frozenset[str]]:
    """Return what the numbers behind "BI-RADS" leave open: two statements in "4 or 5", one in "above 3" and "4 or higher"."""
    words = sentence.words
    place = scale.end
    while place < len(words) and words[place] in _FILLERS:
        place += 1
    found: list[frozenset[str]] = []
    bound = next((_BOUNDS[word] for word in words[max(0, scale.start - 2) : place] if word in _BOUNDS), 0)
    while place < len(words) and words[place] in _NUMBERS:
        letter = _NUMBERS[words[place]]
        found.append(_beyond(letter, bound) if bound else frozenset({letter}))
        if words[place + 1 : place + 2] and words[place + 1] in _JOINS and place + 2 < len(words):
            if words[place + 2] in _BOUNDS:
                found[-1] |= _beyond(letter, _BOUNDS[words[place + 2]])
            place += 2
        else:
            break
    return found


def _beyond(letter: str, bound: int) -> frozenset[str]:
    """Return the categories above (1) or below (-1) one; category 0 is no degree of suspicion."""
    place = _DEGREES.index(letter) if letter in _DEGREES else 0
    return frozenset(_DEGREES[place + 1 :] if bound > 0 else _DEGREES[:place])
