"""Whether a question asks for what its group asks: the finding, view, sequence or eye, in the order of time, of the side shown.

Each function returns what is wrong, None where nothing is.

Example:
    >>> check_order_of_time("How did the effusion change from the second image to the first image?")
    'asks backwards in time'
"""

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

from pipelines.validation.labels.asking import ASKING_WORDS, is_asking
from pipelines.validation.labels.birads import MALIGNANT, find_assessments
from pipelines.validation.labels.eyes_asked import name_asked_eyes
from pipelines.validation.labels.findings import name_findings
from pipelines.validation.labels.laterality import BOTH, find_eyes
from pipelines.validation.labels.placing import Named
from pipelines.validation.labels.sentence import CACHED_TEXTS, Sentence, read_sentence

_LATER = r"(?:second|third|last|later|latest|current|follow up|newer|final)"
_EARLIER = r"(?:first|earlier|earliest|prior|previous|older|initial)"
_IMAGE = r"(?: (?:image|film|picture|visit|scan|study|one|radiograph|examination))?"
_BACKWARDS = re.compile(
    rf"\bfrom the {_LATER}{_IMAGE} (?:back )?to the {_EARLIER}\b"
    rf"|\bin the {_EARLIER}{_IMAGE} ,? ?(?:as |when )?(?:compared|relative|in relation|in comparison) (?:with|to) "
    rf"(?:that in )?the {_LATER}\b"
    rf"|\b(?:larger|smaller|better|worse|changed) in the {_EARLIER}{_IMAGE} than in the {_LATER}\b"
)
_ORDINAL = r"(?:first|second|third|last)"
_TAKEN = r"(?:(?:is|was|being|shows|showing|taken|acquired|obtained|made|from|the|a|tumou?r|one|brain|state|situation) )*"
_PLACED = re.compile(
    rf"\b(first|1st|second|2nd)(?: (?:image|one|film|scan|picture|mri|slice))? ,? ?{_TAKEN}"
    rf"(before|after|pre ?operative|post ?operative|preoperatively|postoperatively)\b(?! (?:the )?{_ORDINAL}\b)"
    rf"|\b(first|1st|second|2nd) (?:image|one|film|scan|picture|mri) (?:is|was|being) (?:the )?"
    rf"(earlier|prior|previous|older|later|current|newer|follow up)\b"
)
_CALLED = re.compile(
    r"\b(pre ?operative|post ?operative|prior|earlier|previous|current|later) (first|second) "
    r"(?:image|scan|film|mri|slice|picture)\b"
)
_ORDER = {"first": "before", "1st": "before", "second": "after", "2nd": "after"}
_BEFORE = ("before", "pre", "earlier", "prior", "older")
_WHICH_IS_NOT = re.compile(
    r"(?:^|[.?!:;] |\brather ,? )(?:in |on |of )?which (?:(?:one|image|mammogram|view|picture|slice|scan)s? )?"
    r"(?:of (?:the|these) (?:\w+ )?\w+ )?(?:(?:is|are|was|were|does|do|did|can|could) not|lacks?|fails?)\b"
)
_UNENHANCED = "T1"  # the sequence whose name may deny: "without contrast"
_NO_CONTRAST = re.compile(r"\b(?:no|not|without|lacks?|before) (?:\w+ )?(?:contrast|gadolinium|enhance)")
_LEAST = frozenset({"least", "less", "lowest", "lower"})
_SHOWN = MALIGNANT | {"N", "B"}  # recalls and probably benign findings stand beside no suspicious image


def check_finding(question: str, asked: str | None) -> str | None:
    """Another chest finding than the asked one, or none."""
    named = name_findings(question)
    return None if named == {asked} else f"names {_list(named)}, expected {asked}"


def check_order_of_time(question: str) -> str | None:
    """A change that is asked against the order of time: its answer would be turned round."""
    words = " ".join(read_sentence(question).words)
    if _BACKWARDS.search(words):
        return "asks backwards in time"
    placed = [(match[1] or match[3], match[2] or match[4]) for match in _PLACED.finditer(words)]
    for place, when in (*placed, *((match[2], match[1]) for match in _CALLED.finditer(words))):
        if (_ORDER[place] == "before") != when.startswith(_BEFORE):
            return f"calls the {place} image the one {when}"
    return None


def check_thing(
    question: str, find: Callable[[str], Sequence[Named]], shown: Sequence[str | None], asked: str | None
) -> str | None:
    """Another view or sequence than the asked one, none, or a name that two of the images shown bear."""
    sentence = read_sentence(question)
    named = find(question)
    is_unenhanced = asked == _UNENHANCED and _NO_CONTRAST.search(question.lower()) is not None
    if not is_unenhanced and _asks_for_the_others(sentence, named):
        return "asks for the images that are not"
    meant = _resolve(named, shown)
    if len(meant) > 1 and (asking := [one for one in named if is_asking(sentence, one[0])]):
        meant = _resolve(asking, shown)
    return None if meant == {frozenset({asked})} else f"names {_list('/'.join(sorted(one)) for one in meant)}, expected {asked}"


def check_eye(question: str, asked: str | None) -> str | None:
    """Another eye than the asked one, both, or none."""
    named = name_asked_eyes(question)
    return None if named == {asked} else f"asks about eye {_list(named)}, expected {asked}"


def check_both_eyes(question: str) -> str | None:
    """One eye alone where two are to be compared."""
    sides = frozenset().union(*(mention.sides for mention in find_eyes(question)))
    return f"names eye {_list(sides)} alone, expected both" if len(sides & BOTH) == 1 and len(sides) == 1 else None


@lru_cache(maxsize=CACHED_TEXTS)
def check_suspicion(question: str) -> str | None:
    """A question for the negative or benign image, or for no sign of malignancy at all.

    Where a question tells of both ("suspicious at one visit, benign at the others"), the clause that asks decides, else what is
    told first.
    """
    sentence = read_sentence(question)
    if _WHICH_IS_NOT.search(" ".join(sentence.words)):
        return "asks for the images that are not"
    stated = find_assessments(question)
    stated = [one for one in stated if is_asking(sentence, one[0])] or list(stated)
    asking = {sentence.clause[place] for place, word in enumerate(sentence.words) if word in ASKING_WORDS}
    stated = [one for one in stated if sentence.clause[one[0]] in asking] or stated
    if not stated:
        return "does not ask for signs of malignancy"
    together = _SHOWN.intersection(*(possible for _, possible in stated))
    possible = together or stated[0][1] & _SHOWN
    is_least = bool(_LEAST & {sentence.words[place - 1] for place, _ in stated if place})
    is_right = bool(possible) and possible <= MALIGNANT and not is_least
    return None if is_right else "asks for an image without signs of malignancy"


def _asks_for_the_others(sentence: Sentence, named: Sequence[Named]) -> bool:
    """Return whether what is asked for is denied, "Which image is not the CC view?", and not only set apart from another."""
    asking = [place for place, _ in named if is_asking(sentence, place)]
    is_denied = bool(asking) and all(sentence.is_negated[place] for place in asking)
    return is_denied or _WHICH_IS_NOT.search(" ".join(sentence.words)) is not None


def _resolve(named: Sequence[Named], shown: Sequence[str | None]) -> set[frozenset[str]]:
    """Return what each name can mean among the images shown; the name itself where it means none of them."""
    present = frozenset(one for one in shown if one is not None)
    return {(possible & present) or possible for _, possible in named}


def _list(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "none"
