"""Rule about images that are not given: a prior film of a single visit, a later visit, a view or a sequence that none has.

What a text may speak of depends on its group. Images of several visits can be compared, and only forecasts may speak of a visit
that is still to come; images of one moment, or of different people, cannot tell of any change.

Example:
    >>> find_claim("The effusion is new since the prior study.", Given(has_visits=False, is_forecast=False))
    'new since'
    >>> find_claim("The effusion is new since the prior study.", Given(has_visits=True, is_forecast=False)) is None
    True
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from pipelines.reasons import Reason
from pipelines.records import ImageGroup, Record
from pipelines.validation.context import Context, Failure
from pipelines.validation.hinted import Hinted
from pipelines.validation.ordinals import read_mentions
from pipelines.validation.text import texts_of
from pipelines.vocabulary import ImageOrder, ImageRole, SubTask

FORECASTS = frozenset({SubTask.NEXT_ASSESSMENT, SubTask.NEXT_STATUS})
_LATER_ROLES = frozenset({ImageRole.CURRENT, ImageRole.AFTER_SURGERY})

_VISIT = r"(?:stud(?:y|ies)|exam(?:ination)?s?|radiographs?|mammograms?|imaging|visits?|mri|ct|cxr|x-?rays?|appointments?)"
_STUDY = rf"(?:{_VISIT}|images?|films?|scans?|photographs?|pictures?)"
_KIND = r"(?:(?:chest|screening|diagnostic|outside|available|imaging|brain|fundus|follow-up|mr|ct) )*"
_PAST = r"(?:prior|previous|preceding|earlier|old|older|past|baseline|preoperative|pre-operative)"
_CHANGED = (
    r"(?:(?:worsened|progressed|regressed|resolved|grown|shrunk|cleared|changed|developed|recurred|stabili[sz]ed|"
    r"deteriorated)\b|"
    # "Has enlarged ventricles", "has increased density": adjectives unless the sentence goes on as behind a verb.
    r"(?:improved|increased|decreased|enlarged|diminished)\b"
    r"(?=[.,;?!)]|$| (?:since|compared|in|from|over|between|slightly|markedly|significantly|relative|when|and|but|on|"
    r"at|after)\b))"
)
_CHANGE = re.compile(
    rf"\b(?:compared?|comparison|relative|in relation) (?:with|to) (?:\w+ )?(?:{_PAST}|last)\b|"
    r"\b(?:than|since|from|to|with) last (?:year|month|week|time)\b|\b(?:years?|months?|weeks?|days?) ago\b|"
    r"\bfor (?:many )?(?:years|months)\b|"
    r"\b(?:larger|smaller|bigger|worse|better|denser) than (?:before|previously)\b|"
    rf"\bthan (?:on|in|at) (?:\w+ )?{_PAST}\b|\b{_PAST} {_KIND}{_STUDY}\b|\blast {_KIND}{_VISIT}\b|"
    r"\bnew(?:ly)? (?:\w+ )?since\b|\bsince (?:the |her |his )?(?:prior|previous|last|baseline)\b|"
    r"\bno longer (?:seen|visible|present|visuali[sz]ed|evident|identified|detected|apparent|shows?|there)\b|"
    r"\binterval (?:change|increase|decrease|improvement|worsening|progression|resolution|development|growth|enlargement|"
    r"removal|placement|appearance|clearing)\b|\b(?:previously|again) (?:seen|noted|identified|described|demonstrated|"
    r"visuali[sz]ed)\b|"
    rf"\b(?:has|have|had) (?:\w+ly |been |since |not |now )?{_CHANGED}|(?<!go on )(?<!continue )(?<!continues )\bunchanged\b|"
    r"\bno (?:significant |relevant |interval )?change\b|"
    r"\bstable (?:since|compared|in comparison|over|from|appearance|disease)\b|\bover time\b|\bonce again\b|"
    r"\b(?:disease|tumou?r) progression\b|\bresponse to (?:therapy|treatment)\b|\b(?:worsening|improving|resolving)\b|"
    r"\bpersistent (?!pupil|hyperplastic|f(?:o?e)tal|left|ductus)"
)
_FUTURE = re.compile(
    rf"\b(?:next|future|upcoming) (?:year|{_KIND}{_VISIT}|follow-up|assessment)\b"
    r"(?! (?:should|is (?:due|recommended|advised|best)))|"
    r"\bwill (?:\w+ly )?(?:be|have|show|develop|progress|remain|become|change|worsen|improve|need|require|recur|"
    r"resolve|grow)\b|"
    r"\bin the future\b|"
    r"\b(?:likely|expected|going|bound) to (?:worsen|progress|improve|develop|recur|grow|regress|"
    r"resolve|remain)\b|"
    r"\bthe (?:next|following|coming) (?:year|month|week|visit)s?\b|"
    r"\b(?:visit|exam|examination|scan|study|image|film) (?:after|beyond|following) (?:these|those|the ones?|the last|both)\b"
)
_FOURTH_VISIT = re.compile(rf"\b(?:fourth|fifth) {_KIND}{_VISIT}\b")
_THIRD_VISIT = re.compile(rf"\b(?:third|fourth|fifth) {_KIND}{_VISIT}\b")
_LATER = re.compile(
    rf"\b(?:(?:subsequent|later) {_KIND}{_VISIT}|(?:follow-?up|repeat) {_KIND}{_STUDY}) (?:later )?(?:show|demonstrat|"
    rf"reveal|confirm|was|is|were|has|indicat)\w*|"
    rf"\b(?:on|at|in) (?:the )?(?:subsequent|later|follow-?up) {_KIND}(?:{_VISIT}|follow-up)\b"
)
# Whatever the visits shown: a study that is said not to be shown, or an image after those shown.
_NOT_SHOWN = Hinted(
    re.compile(
        rf"\b{_STUDY}(?: [a-z]+){{0,3}}? (?:that (?:is|was|are|were) |which (?:is|was|are|were) |is |was |are |were )?"
        r"not (?:shown|given|available|displayed|provided|included|pictured|depicted)\b"
    ),
    ("not ",),
)
_AFTER_THOSE = Hinted(
    re.compile(r"\b(?:image|film|scan|mammogram|picture|radiograph)s? (?:after|beyond|following) (?:these|those|the ones?)\b"),
    (" these", " those", " the one"),
)
_NUMBERED = Hinted(
    re.compile(rf"\b(two|three|four|five|six|seven) (?:\w+ )?(?:{_VISIT[3:-1]}|time ?points)\b(?! (?:or|to) )"),
    ("three ", "four ", "five ", "six ", "seven "),
)
_NUMBERS = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7}
_FIRST_CHANGED = re.compile(
    r"\b(?:worsening|worsened|improving|resolving|progression|unchanged|no longer|interval (?:change|increase|"
    r"decrease|improvement|"
    rf"worsening|progression|resolution|development)|(?:has|have) (?:\w+ly |been )?{_CHANGED}|new since|"
    rf"(?:compared (?:with|to)|since|than) (?:\w+ )?{_PAST} {_KIND}{_STUDY})\b"
)
# "Since the first image", "compared with the first image": the first one is what the later ones are held against.
_BASELINE = re.compile(
    r"\b(?:since|from|after|before|than|with|to|against|between|versus|vs|relative to|beyond|like|as) "
    r"(?:what is |that |those |it was |they were |seen |shown )*(?:in |on |at )?(?:the |image )?(?:first|1\b)"
)
_OTHER_VISIT = re.compile(
    r"\b(?:second|third|later|latter|current|follow-up|subsequent|other|last|latest|both|two|three|postoperative)\b"
)
_HINT = re.compile(
    r"third|four|fif|prior|previous|preceding|earlier|old|past|last|baseline|operative|since|longer|interval|change|again|has|have|had|stable|"
    r"over time|progress|respon|ing |next|future|will|likely|expected|going|follow|subsequent|later|repeat|recurrent|coming|"
    r"persist|upcoming|beyond|after|ed\b|ago\b|years|months"
)
_SENTENCE = re.compile(r"(?<=[.?!;])\s+")


@dataclass(frozen=True, slots=True)
class Given:
    """What a group lets a text speak of."""

    has_visits: bool  # images of more than one visit of one person: a change can be seen
    is_forecast: bool  # the visit after those shown is asked about
    is_in_time: bool = False  # the first image is the earliest: nothing shown came before it
    n_images: int = 3


def check_absent_images(record: Record, context: Context) -> Failure | None:
    """A claim about an earlier or later image that is not shown, in the question, an option or the answer."""
    given = given_by(context.groups[record.group_id])
    for text in texts_of(record):
        if (found := find_claim(text, given)) is not None:
            return Failure(Reason.ABSENT_IMAGE, f"{found!r} in {text!r}: no such image is given")
    return None


def given_by(group: ImageGroup) -> Given:
    """Return what the images of a group can tell."""
    n_people = len(set(group.subject_ids))
    days = {day for day in group.days_since_first if day is not None}
    n_earlier = group.roles.count(ImageRole.EARLIER_VISIT)
    has_visits = n_people == 1 and (len(days) > 1 or n_earlier > 1 or not _LATER_ROLES.isdisjoint(group.roles))
    return Given(
        has_visits, group.subtask in FORECASTS, has_visits and group.order is ImageOrder.CHRONOLOGICAL, len(group.image_ids)
    )


@lru_cache(maxsize=1 << 14)  # options and wordings repeat by the thousand
def find_claim(text: str, given: Given) -> str | None:
    """Return the first words that speak of an image which is not given, None where there are none."""
    lowered = text.lower()
    if (plain := _find_plainly_absent(lowered, given)) is not None:
        return plain
    if _HINT.search(lowered) is None:
        return None
    beyond = _THIRD_VISIT if given.n_images < 3 else _FOURTH_VISIT
    match = None if given.is_forecast else _FUTURE.search(lowered) or beyond.search(lowered)
    if match is None and not given.has_visits:
        match = (None if given.is_forecast else _LATER.search(lowered)) or _CHANGE.search(lowered)
    if match is not None:
        return match[0].strip()
    return _find_change_of_first(lowered) if given.is_in_time else None


def _find_plainly_absent(text: str, given: Given) -> str | None:
    """Return a study that is said not to be shown, an image after those shown, or more visits than images."""
    match = (None if given.is_forecast else _NOT_SHOWN.search(text)) or _AFTER_THOSE.search(text)
    if match is not None:
        return match[0]
    return next((f"{count} visits" for count in _NUMBERED.findall(text) if _NUMBERS[count] > given.n_images), None)


def _find_change_of_first(text: str) -> str | None:
    """Return a change that is claimed of the first image alone, before which nothing is shown."""
    for sentence in _SENTENCE.split(text):
        match = _FIRST_CHANGED.search(sentence)
        if match is None or _OTHER_VISIT.search(sentence) or _BASELINE.search(sentence):
            continue
        if read_mentions(sentence).covered(2) == {0}:
            return match[0]
    return None
