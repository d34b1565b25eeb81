"""Whether a question rests on the order of its images in a way that other names of their places cannot keep.

"In order of time" and "left eye before right eye" are false of the images in reverse. A change has a direction, which is kept
where the question ties earlier and later, or what is compared with what, to images that it names ("the first image is the
earlier one", "from the first image to the second", "compared with the first image"), and only there. "The next visit" comes
after the last image shown. The words of change are wide on purpose: an item too few is better than one with a wrong key.

Example:
    >>> find_order_claim("How has the edema changed between the two images?", (), 2)
    <LeftOut.IMPLIES_ORDER: 'implies_order'>
    >>> find_order_claim("Has the edema changed from the first image to the second image?", (), 2) is None
    True
"""

import re
from collections.abc import Sequence

from evaluation.conditions.left_out import LeftOut
from evaluation.conditions.places import mark_places
from pipelines.validation.absent_images import Given, find_claim

_SIGN = "§"  # stands for each word that names an image by its place
_UNORDERED = re.compile(
    r"(?:in )?(?:no|not in|without) (?:particular |fixed |special )?order(?: of time)?|not (?:sorted|ordered) by (?:date|time)|"
    r"in (?:random|arbitrary|any) order"
)
_KIND = r"(?:eye|film|view|one|visit|fundus)"
_ORDERED = re.compile(
    r"\bin (?:this|that|the same|the given|the shown|reverse|the) order\b|\border of (?:time|date)\b|\bchronolog|"
    r"\b(?:order|sequence) in which\b|\bin sequence\b|\brespective(?:ly)?\b|\bconsecutive|\bsuccessive|\bserial\b|"
    r"\bsorted by (?:date|time|visit)\b|\bordered (?:by|from)\b|\b(?:starting|beginning|starts|begins) with\b|\bin turn\b|"
    rf"\bleft to right\b|\bfrom visit to visit\b|\b{_KIND} before (?:the )?(?:\w+ )?{_KIND}\b"
)
_FORECAST = re.compile(
    r"\bnext\b(?! to\b)|\bto come\b|\bcoming\b|\bforecast|\bpredict|\bforetell|\bforesee|\banticipat|\bprognosis\b|\bwill\b|"
    r"\b(?:visit|examination|assessment|mammogram|mri) (?:that|which) follows\b|\bfollowing (?:visit|examination|one)\b|"
    r"\bafter (?:the )?(?:visits?|ones?|these|those) (?:in|shown|images|that|which)"
)
_CHANGE = re.compile(
    r"\b(?:earlier|later|latest|earliest|most recent|older|newer|before|afterwards|baseline|follow-?up|previous(?:ly)?|prior|"
    r"after(?! (?:reading|seeing|viewing|looking|the other)\b)|apart|happened|has become of|interval|changed|what change|"
    r"change (?:in|of|is|was|between|from|over|there)|trend|course|evol\w+|development|developed|progress\w*|regress(?:ed|ion)|"
    r"improv\w+|worsen\w*|deteriorat\w+|stable|stability|unchanged|over time|surg(?:ery|ical|eon)|(?:pre|post)?-?operat\w+|"
    r"resect\w+|removed|removal|rano|taken at two times|better,? (?:or )?worse)\b"
)
# What an option or a reference answer says where the question tells of a course.
_COURSE = re.compile(
    r"\b(?:improv(?:ed|ing|ement)|worsen(?:ed|ing)?|stable|stability|deteriorat\w+|unchanged|progressi(?:on|ng|ve disease)|"
    r"progressed|respon(?:se|ding)|(?:better|worse) (?:in|on|than))\b"
)
# The two of a pair, told apart by what they show and not by their place.
_HALVES = re.compile(
    r"\bleft\b.*\bright\b|\bright\b.*\bleft\b|\bt1\b.*\bt2\b|\bt2\b.*\bt1\b|"
    r"\b(?:craniocaudal|cc)\b.*\b(?:oblique|mlo)\b|\b(?:oblique|mlo)\b.*\b(?:craniocaudal|cc)\b"
)
_TIME = (
    r"(?:earlier|later|latest|earliest|most recent|older|newer|before|after|afterwards|baseline|follow-?up|prior|precedes|"
    r"follows|starting point|pre-?operative|post-?operative)"
)
_TIED = re.compile(
    rf"{_SIGN}[^.?!;]{{0,60}}\b{_TIME}\b|\b{_TIME}\b[^.?!;]{{0,25}}{_SIGN}|"
    rf"\bfrom (?:the )?(?:image )?{_SIGN}[^.?!]{{0,40}} to (?:the )?(?:image )?{_SIGN}|"
    rf"\b(?:since|relative to|in relation to|(?:compared?|compares|comparison) (?:to|with)|than|against|versus)"
    rf" (?:what is |that |those |seen |shown )*(?:in |on |at |of )?(?:the )?(?:image )?{_SIGN}"
)
# What is compared with is no image that has a name: "since the prior film".
_UNNAMED = re.compile(
    r"\b(?:since|than|(?:compared|comparison) (?:with|to)|relative to|in relation to) (?:the |an? |his |her |any )?"
    rf"(?:prior|previous|earlier|last|baseline|preceding|old)\b(?! {_SIGN})"
)


def find_order_claim(question: str, offered: Sequence[str], n_images: int) -> LeftOut | None:
    """Return why the images of a question cannot be reversed, None where they can.

    Args:
        question: without its options.
        offered: the options and the reference answer.
        n_images: how many images are shown, 1 to 7.

    Raises:
        CannotPoseError: a word of place in the question is unclear.
    """
    marked = mark_places(question, n_images, _SIGN)
    asked, *said = (_UNORDERED.sub(" ", text) for text in (marked, *(text.lower() for text in offered)))
    if any(_ORDERED.search(text) for text in (asked, *said)):
        return LeftOut.STATES_ORDER
    if _FORECAST.search(asked):
        return LeftOut.ASKS_FORECAST
    if _SIGN not in asked and _HALVES.search(asked):
        return LeftOut.IMPLIES_ORDER
    if _tells_change(asked, said, n_images) and (_TIED.search(asked) is None or _UNNAMED.search(asked)):
        return LeftOut.IMPLIES_ORDER
    return None


def _tells_change(asked: str, said: Sequence[str], n_images: int) -> bool:
    given = Given(has_visits=False, is_forecast=False, n_images=n_images)
    return (
        _CHANGE.search(asked) is not None
        or any(_COURSE.search(text) for text in said)
        or any(find_claim(text, given) for text in (asked, *said))
    )
